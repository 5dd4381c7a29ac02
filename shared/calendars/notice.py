"""Reads the text of a State Council notice on a year's holidays, as it is published on its site."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from shared.domain.calendar import BadCalendar, Notice

_TITLE: Final = re.compile(r"(\d{4})\s*年\s*部分\s*节假日\s*安排")
_NUMERAL = r"[一二三四五六七八九十]+、"
_ITEM: Final = re.compile(rf"{_NUMERAL}\s*(?P<name>[^：:\n]{{1,20}}?)\s*[：:](?P<text>.*?)(?=\n\s*{_NUMERAL}|\Z)", re.S)
_DATE: Final = re.compile(r"(?:(?P<year>\d{4})\s*年)?\s*(?:(?P<month>\d{1,2})\s*月)?\s*(?P<day>\d{1,2})\s*日")
_PUBLISHED: Final = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日\s*\Z")
_SHORT: Final = {"清明节": "清明", "端午节": "端午", "中秋节": "中秋"}
_NOTE: Final = re.compile(r"[（(][^）)]*[）)]")


def parse_notice(text: str) -> Notice:
    """The notice in a text. Raises BadCalendar for what cannot be read, and for a number of days that its dates do not give."""
    title = _TITLE.search(text)
    if title is None:
        raise BadCalendar("no title such as 关于2027年部分节假日安排的通知 is in the text, so the year is unknown")
    year = int(title[1])
    published = _PUBLISHED.search(text.strip())
    body = text[: published.start()] if published else text
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    items = list(_ITEM.finditer(body))
    if not items:
        raise BadCalendar("no item such as 一、元旦：1月1日放假 is in the text")
    for item in items:
        _read_item(_SHORT.get(item["name"], item["name"]), _NOTE.sub("", item["text"]), year, off, work)
    return Notice(year, None if published is None else date(*map(int, published.groups())), off, work)


def _read_item(name: str, text: str, year: int, off: dict[date, str], work: dict[date, str]) -> None:
    found = 0
    for sentence in re.split(r"[。；;\n]", text):
        if "放假" in sentence:
            days = list(_days(sentence.split("放假")[0], year))
            off.update(dict.fromkeys(days, name))
            found += len(days)
            if (said := re.search(r"共\s*(\d+)\s*天", sentence)) and int(said[1]) != len(days):
                raise BadCalendar(f"{name}: the notice says {said[1]} days, its dates are {len(days)}: {sentence.strip()}")
        elif "上班" in sentence:
            work.update(dict.fromkeys(_days(sentence, year), "补班"))
    if not found:
        raise BadCalendar(f"{name}: no days off in {text.strip()[:60]!r}")


def _days(text: str, year: int) -> Iterator[date]:
    """The days that a phrase names: single ones, and those from one to another (至)."""
    last: date | None = None
    end = 0
    for match in _DATE.finditer(text):
        between, end = text[end : match.start()], match.end()
        known_year = int(match["year"]) if match["year"] else last.year if last else year
        if match["month"] is None and last is None:
            raise BadCalendar(f"a day without a month: {text.strip()!r}")
        month = int(match["month"]) if match["month"] else last.month if last else 1
        day = date(known_year, month, int(match["day"]))
        if last is not None and "至" in between:
            if day <= last:
                raise BadCalendar(f"{last} to {day} runs backwards: {text.strip()!r}")
            yield from (last + timedelta(days=n) for n in range(1, (day - last).days + 1))
        else:
            yield day
        last = day


def to_toml(notice: Notice) -> str:
    """The notice as a calendar file."""
    lines = [f"[{notice.year}]"]
    if notice.published is not None:
        lines.append(f"published = {notice.published}")
    lines.append(f"work = [{', '.join(map(str, sorted(notice.work)))}]")
    by_name: dict[str, list[str]] = {}
    for day, name in sorted(notice.off.items()):
        by_name.setdefault(name, []).append(str(day))
    lines.extend(f'off."{name}" = [{", ".join(days)}]' for name, days in by_name.items())
    return "\n".join(lines) + "\n"
