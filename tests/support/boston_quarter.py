"""Boston's quarter replayed by the `duban` command, and what its figures and alerts must be, worked out from the city's file."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.support.boston import SOURCE, ZONE
from tests.support.duban import Ended, asked, duban

ENV: Final = {"DUBAN_TIMEZONE": "America/New_York"}
MEASURES: Final = ("received", "closed", "closed_on_time", "closed_late", "open", "overdue_open")

Row = dict[str, str]
Alerts = set[tuple[str, str, str]]


class Replayed(NamedTuple):
    """An installation after a replay."""

    data: Path
    seconds: float
    end: str
    env: dict[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """The cohort of the quarter as of the end."""
        cohort = ("--family", "complaint", "--from", "2011-07-01", "--to", "2011-10-01", "--as-of", self.end)
        counts: dict[str, int] = self.ask("figures", *cohort, "--json").json["counts"]
        return {measure: counts[measure] for measure in MEASURES}

    @property
    def overdue(self) -> list[dict[str, Any]]:
        """The overdue alerts that hold."""
        return [alert for alert in self.ask("alerts", "--kind", "overdue", "--json").json if not alert["withdrawn"]]

    def ask(self, *arguments: str) -> Ended:
        """A command that reads what was replayed."""
        return asked(*arguments, "--data", self.data, env=self.env)

    def prove(self) -> None:
        """The books are in order."""
        recount, verified = self.ask("recount", "--json"), self.ask("ledger", "verify", "--json")
        assert (recount.code, recount.json["differences"]) == (0, []), recount
        assert (verified.code, verified.json["broken"]) == (0, None), verified


def replayed(lines: Sequence[bytes], data: Path, end: str, env: dict[str, str] | None = None) -> Replayed:
    """Replay lines to an end; the exit code must be 0."""
    env = ENV | (env or {})
    file = data.with_suffix(".jsonl")
    file.write_bytes(b"\n".join(lines) + b"\n")
    begun = time.monotonic()
    ended = duban("replay", file, "--data", data, "--until", end, "--json", env=env, within=150)
    assert (ended.code, ended.err) == (0, ""), ended
    assert ended.json["finished"] == 1
    return Replayed(data, time.monotonic() - begun, end, env)


def instant(local: str) -> datetime:
    """A local time of the city in UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)


def judged(row: Row, end: datetime) -> dict[str, bool]:
    """What a row of the city's file counts as at an instant."""
    due = instant(row["target_dt"]) if row["target_dt"] else None
    closed_at = instant(row["closed_dt"]) if row["closed_dt"] else None
    closed = closed_at is not None and closed_at <= end
    late = closed_at is not None and due is not None and closed_at > due
    return {
        "received": instant(row["open_dt"]) <= end,
        "closed": closed,
        "closed_on_time": closed and due is not None and not late,
        "closed_late": closed and late,
        "open": not closed,
        "overdue_open": not closed and due is not None and due < end,
    }


def counted(rows: Sequence[Row], end: str) -> dict[str, int]:
    """The figures of the rows, counted from the file alone."""
    verdicts = [judged(row, instant(end)) for row in rows]
    return {measure: sum(verdict[measure] for verdict in verdicts) for measure in MEASURES}


def alerts_due(rows: Sequence[Row], end: str) -> Alerts:
    """Who must be told of what is overdue, and as of when, worked out from the file alone."""
    found = set()
    for row in rows:
        verdict = judged(row, instant(end))
        if verdict["closed_late"] or verdict["overdue_open"]:
            at = max(instant(row["target_dt"]), instant(row["open_dt"]))
            found.add((SOURCE, row["case_enquiry_id"], at.isoformat()))
    return found


def named(alerts: Sequence[dict[str, Any]]) -> Alerts:
    """Alerts as a set; none may be there twice."""
    found = {(alert["source"], alert["subject"], datetime.fromisoformat(alert["at"]).isoformat()) for alert in alerts}
    assert len(found) == len(alerts)
    return found
