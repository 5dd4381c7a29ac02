"""The people of the demo's office, named by their posts: who handles what, who leads, who supervises."""

from collections.abc import Iterator

from services.cli.demo.units import AIR, ENFORCEMENT, OFFICE, PETITIONS, UNITS, WATER


def people(channels: tuple[str, ...] = ()) -> str:
    """The demo's `people.toml`: handlers are told by the first of these channels, the others by the last; by none, what they are
    told stands in their inboxes.
    """
    head = "# Who is told of what. Posts, not persons: an office writes its own people here.\n\n"
    return head + "\n".join(_told_by(one, channels) for one in _people())


def _told_by(person: str, channels: tuple[str, ...]) -> str:
    if not channels:
        return person
    listed = _listed(channels if 'role = "handler"' in person else channels[::-1])
    return person.replace("[[person.post]]", f"channels = {listed}\n[[person.post]]")


def _people() -> Iterator[str]:
    for code, name in UNITS:
        short = code.removeprefix("gxq-")
        if code != OFFICE:
            yield _person(f"{short}-1", f"{name}承办人", "handler", code)
        yield _person(f"{short}-0", f"{name}负责人", "section-head", code)
    for number, units in enumerate(((AIR, WATER), (ENFORCEMENT, PETITIONS)), 1):
        yield _person(f"deputy-{number}", f"分管领导{'一二'[number - 1]}", "deputy-head", *units)
    yield _person("deputy-0", "值班领导", "deputy-head")
    yield _person("head", "主要领导", "head")
    yield _person("supervision", "区督查室", "supervision")
    yield _person("keeper", "系统管理员", "keeper")
    yield _person("city-command", "市指挥部联络人", "assigner", source="city-command")


def _person(id: str, name: str, role: str, *units: str, source: str = "") -> str:
    post = f'[[person.post]]\nrole = "{role}"\n'
    if units:
        post += f"units = {_listed(units)}\n"
    if source:
        post += f"sources = {_listed((source,))}\n"
    return f'[[person]]\nid = "{id}"\nname = "{name}"\nemail = "{id}@office.example"\n{post}'


def _listed(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"
