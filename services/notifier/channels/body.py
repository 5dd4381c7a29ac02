"""What stands in the body of a webhook: a template of the office, rendered in a sandbox and cut to what a gateway takes."""

import json
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifier.channels.message import Message, Recipient, one_line
from shared.domain.value import value

_FAULTS: Final = (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a template can do wrong while it is rendered."""

_FULL_WIDTH: Final = str.maketrans("<>[]*`~\\", "＜＞［］＊｀～＼")


class BadTemplate(Exception):
    """A template cannot be compiled or rendered; the message says where and why."""


class DoesNotFit(Exception):
    """Not even the shortest form is as small as the gateway wants it."""


def as_json(thing: object) -> str:
    """A string, number or list as JSON in which Chinese stays readable."""
    if isinstance(thing, jinja2.Undefined):
        str(thing)  # raises, and says the name
    return json.dumps(thing, ensure_ascii=False)


def plain(text: str) -> str:
    """The text as a robot's Markdown shows it: what would be markup, a link or a call to all is written full-width."""
    return str(text).translate(_FULL_WIDTH)


def _environment() -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )
    environment.filters |= {"tojson": as_json, "plain": plain}
    return environment


_ENVIRONMENT: Final = _environment()


@value
class Body:
    """A template, and the most bytes that a gateway takes."""

    template: jinja2.Template
    most_bytes: int

    @classmethod
    def of(cls, source: str, most_bytes: int) -> "Body":
        """Compile a template. Raises BadTemplate."""
        try:
            return cls(_ENVIRONMENT.from_string(source), most_bytes)
        except jinja2.TemplateSyntaxError as error:
            raise BadTemplate(f"line {error.lineno}: {error.message}") from None

    def render(self, message: Message, to: Sequence[Recipient]) -> bytes:
        """The body in UTF-8. Items that do not fit are left out whole, and how many there are is said; where not even the title
        fits, it is cut. Raises BadTemplate, DoesNotFit.
        """
        title, lines = one_line(message.title), tuple(one_line(line) for line in message.lines)

        def rendered(title: str, shown: int) -> bytes:
            rest = (f"…等 {len(lines)} 项",) if shown < len(lines) else ()
            return self._rendered(message, to, title, lines[:shown] + rest)

        def too_large(title: str, shown: int) -> bool:
            return len(rendered(title, shown)) > self.most_bytes

        if not too_large(title, len(lines)):
            return rendered(title, len(lines))
        fitting = bisect_left(range(len(lines)), True, key=lambda shown: too_large(title, shown)) - 1
        if fitting >= 0:
            return rendered(title, fitting)
        letters = bisect_left(range(len(title)), True, key=lambda kept: too_large(title[:kept] + "…", 0)) - 1
        if letters < 1:
            raise DoesNotFit(f"最短也超过 {self.most_bytes} 字节")
        return rendered(title[:letters] + "…", 0)

    def _rendered(self, message: Message, to: Sequence[Recipient], title: str, lines: tuple[str, ...]) -> bytes:
        try:
            return self.template.render(_context(message, to, title, lines)).strip().encode("utf-8", "replace")
        except _FAULTS as error:
            raise BadTemplate(f"{type(error).__name__}: {error}") from None


def _context(message: Message, to: Sequence[Recipient], title: str, lines: tuple[str, ...]) -> dict[str, Any]:
    people = [{"name": one_line(person.name), "email": person.email, "mobile": person.mobile} for person in to]
    context: dict[str, Any] = {
        "id": message.id,
        "title": title,
        "lines": list(lines),
        "text": _text(title, lines, alone=len(message.lines) == 1 and lines == (one_line(message.lines[0]),)),
        "link": None if message.link is None else quote(message.link, safe=":/?#@!$&'*+,;=%~"),
        "made_at": message.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "recipients": people,
    }
    return context | {"recipient": people[0]} if people else context


def _text(title: str, lines: tuple[str, ...], *, alone: bool) -> str:
    """Title and items, one a line; of one item alone, the item under the 【…】 of the title, which else would say it twice."""
    head, mark, _ = title.partition("】")
    return f"{head}{mark}{lines[0]}" if alone and mark else "\n".join((title, *lines))


def check(body: Body, is_json: bool) -> None:
    """Render samples, with a link and without, with letters that break JSON where they are not escaped. Raises BadTemplate."""
    person = Recipient("示例", "sample@example.invalid", "13800000000")
    for link in (None, "https://duban.example.invalid/tasks?a=1&b=2"):
        sample = Message("sample", '示例"标题"\\', ('第"一"项', "第二项\\"), link, datetime(2026, 1, 1, tzinfo=UTC))
        try:
            rendered = body.render(sample, [person])
        except DoesNotFit:
            raise BadTemplate(f"with a short sample it is larger than {body.most_bytes} bytes") from None
        if is_json:
            try:
                json.loads(rendered)
            except ValueError as error:
                raise BadTemplate(f"with a sample it is no JSON ({error}); write {{{{ title | tojson }}}} and so on") from None
