"""`duban key give`: the addresses that it prints open a person's inbox and calendar until `key revoke`."""

import stat
from pathlib import Path

import httpx
from icalendar import Calendar

from tests.support.bad_pushes import SOURCE, directive
from tests.support.duban import asked, up
from tests.support.offices import PEOPLE, written
from tests.support.pushed import raw


def test_the_addresses_of_a_key_open_a_persons_pages_until_it_is_revoked(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "issued.jsonl"
    written(data, "", PEOPLE)
    file.write_bytes(raw(directive("A", unit="air")))
    with up(data) as running, httpx.Client(trust_env=False, timeout=10) as client:
        assert stat.S_IMODE((data / "secret").stat().st_mode) == 0o600
        assert asked("push", file, "--data", data).code == 0
        given = asked("key", "give", "air-1", "--data", data)
        assert (given.code, given.err) == (0, ""), given
        inbox, calendar = given.out.split()
        assert inbox.startswith(f"{running.page}/inbox?key=")
        assert calendar.startswith(f"{running.page}/calendar.ics?key=")
        assert client.get(inbox).headers["location"] == "/inbox"
        assert "大气科承办人" in client.get(f"{running.page}/inbox").text
        dues = Calendar.from_ical(client.get(calendar).content).walk("VEVENT")
        assert dues
        assert all(str(one["SUMMARY"]).endswith("（A）") for one in dues)
        assert SOURCE in str(dues[0]["URL"])

        assert asked("key", "revoke", "air-1", "--data", data).code == 0
        assert [client.get(path).status_code for path in (inbox, calendar, f"{running.page}/inbox")] == [403, 403, 403]
        unknown = asked("key", "give", "nobody", "--data", data)
        assert (unknown.code, unknown.out) == (1, "")
