"""Templates become HTML. Everything that was pushed is escaped."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.web.inbox_view import InboxView
from services.web.notice_view import NoticeView
from services.web.tasks_view import TasksView
from services.web.view import View

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_fragment(view: View) -> str:
    """The live region, whole."""
    return _TEMPLATES.get_template("fragment.html").render(view=view)


def render_page(fragment: str) -> str:
    """The page around a live region that was rendered before."""
    return _TEMPLATES.get_template("page.html").render(fragment=Markup(fragment))


def render_tasks(view: TasksView) -> str:
    """The page of a list of tasks."""
    return _TEMPLATES.get_template("tasks.html").render(view=view)


def render_inbox(view: InboxView) -> str:
    """The page of a person's inbox."""
    return _TEMPLATES.get_template("inbox.html").render(view=view)


def render_notice(view: NoticeView) -> str:
    """The page of one message."""
    return _TEMPLATES.get_template("notice.html").render(view=view)


def render_door() -> str:
    """The page for whoever has no key."""
    return _TEMPLATES.get_template("door.html").render()


def render_trouble(reason: str) -> str:
    """A page that says why there is none."""
    return _TEMPLATES.get_template("trouble.html").render(reason=reason)
