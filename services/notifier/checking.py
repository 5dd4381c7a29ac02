"""What is wrong with the files of those who are told, or looks as if it were: each in one sentence."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, Literal

from services.notifier.channels.mail import Email
from services.notifier.channels.message import Channel
from services.notifier.channels.webhook import Webhook
from shared.domain.notice import Office
from shared.domain.person import Person, Role
from shared.nearest import nearest

_PAGE: Final = (
    "notify.toml says no url in [page]: links in messages lead to where the page listens, 127.0.0.1 if --host names no other"
)


def problems(office: Office, channels: Mapping[str, Channel]) -> tuple[str, ...]:
    """Names that lead nowhere."""
    people = {name for person in office.roster.people.values() for name in person.channels} - set(channels)
    found = [f"people.toml names channels that notify.toml does not have: {_unknown(sorted(people), channels)}"] if people else []
    for route in office.routes:
        unknown = [name for name in route.channels if name not in channels]
        if unknown:
            found.append(f"route {route.name} names channels that notify.toml does not have: {_unknown(unknown, channels)}")
    return tuple(found)


def _unknown(names: Iterable[str], channels: Iterable[str]) -> str:
    meant = {name: " or ".join(nearest(name, channels)) for name in names}
    return ", ".join(f"{name} (did you mean {other}?)" if other else name for name, other in meant.items())


def warnings(office: Office, channels: Mapping[str, Channel], page: str | None, now: datetime) -> tuple[str, ...]:
    """What may be meant, and reaches fewer people than it looks."""
    return (
        *_unheld(office, now),
        *(said for person in office.roster.people.values() for said in _unreached(person, channels)),
        *([_PAGE] if channels and page is None else []),
    )


def _unheld(office: Office, now: datetime) -> Iterator[str]:
    held = {post.role for person in office.roster.people.values() for post in person.posts}
    if any(now < duty.until for duty in office.roster.duties):
        held.add(Role.DUTY)
    if Role.KEEPER not in held:
        yield f"nobody is {_role(Role.KEEPER)}: when Duban itself is in trouble, nobody is told"
    named = {role for route in office.routes for step in route.steps for role in step.to} - {Role.KEEPER}
    empty = [_role(role) for role in Role if role in named - held]
    if empty:
        yield f"nobody is {', '.join(empty)}: a step that finds nobody gives its place to the next one"


def _unreached(person: Person, channels: Mapping[str, Channel]) -> Iterator[str]:
    for name in person.channels:
        need = None if name not in channels else need_of(channels[name])
        if need is not None and getattr(person, need) is None:
            yield f"person {person.id} has no {need}, which channel {name} needs"


def need_of(channel: Channel) -> Literal["email", "mobile"] | None:
    """What a channel has to know of each person whom it tells; None where it tells whoever reads it."""
    if isinstance(channel, Email):
        return "email"
    return "mobile" if isinstance(channel, Webhook) and channel.to_each else None


def _role(role: Role) -> str:
    return f"{role} ({role.zh})"
