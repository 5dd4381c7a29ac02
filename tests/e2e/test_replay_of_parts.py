"""History with a split: what follows from it takes place in the history's own time, however long the file goes on."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.support.duban import asked, duban
from tests.support.pushed import raw

START: Final = datetime.fromisoformat("2023-01-09T09:00:00+08:00")
OWNER: Final = "city"


def event(number: str, what: str, days: float, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{number}-{what}",
        "source": OWNER,
        "type": f"duban.{what}.v1",
        "subject": number,
        "time": (START + timedelta(days=days)).isoformat(),
        "data": data,
    }


def test_parts_are_made_and_closed_at_their_own_time_in_a_long_history(tmp_path: Path) -> None:
    parts = [{"title": "企业一"}, {"title": "企业二"}]
    history = [event("ZB-1", "directive.issued", 0, title="应急减排"), event("ZB-1", "task.split", 0.1, parts=parts)]
    for number in (1, 2):
        for hours, what in enumerate(("signed", "submitted", "approved")):
            history.append(event(f"ZB-1/{number}", f"task.{what}", 0.5 + hours / 24))
    # Others go on for two years: by then whatever waited for the parts would have been given up.
    history += [event(f"Q-{n}", "directive.issued", n / 4, title="其他") for n in range(8, 3000)]
    history.sort(key=lambda one: str(one["time"]))
    file = tmp_path / "history.jsonl"
    file.write_bytes(b"\n".join(map(raw, history)))

    replayed = duban("replay", file, "--data", tmp_path / "data", "--json", within=120).json
    assert (replayed["accepted"], replayed.get("parked", 0), replayed.get("rejected", 0)) == (len(history), 0, 0), replayed
    whole = asked("task", "show", OWNER, "ZB-1", "--data", tmp_path / "data", "--json").json
    assert (whole["state"]["place"], [part["over"] for part in whole["parts"]]) == ("closed", ["full", "full"])
    assert whole["state"]["at"].startswith("2023-01-09T15")
    alerts = asked("alerts", "--data", tmp_path / "data", "--json").json
    assert not [one for one in alerts if one["subject"].startswith("ZB-1")]
    assert asked("recount", "--data", tmp_path / "data").code == 0
