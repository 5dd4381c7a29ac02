"""How long the replay of a real quarter takes, as a user runs it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.boston import boston_events, boston_rows

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

AT_MOST_SECONDS = 60.0


def test_a_quarter_of_a_city_is_replayed_within_a_minute(tmp_path: Path) -> None:
    events = boston_events(boston_rows())
    file = tmp_path / "boston.jsonl"
    file.write_bytes(b"\n".join(events))
    command = [sys.executable, "-m", "services.cli.main", "replay", str(file), "--data", str(tmp_path / "data")]
    start = time.perf_counter()
    subprocess.run([*command, "--until", "2011-10-01T00:00"], check=True, env=os.environ | {"DUBAN_TIMEZONE": "America/New_York"})
    seconds = time.perf_counter() - start
    print(f"\nreplay of the quarter, file of {len(events):,} events, up to 1 October: {seconds:.1f} s")
    assert seconds < AT_MOST_SECONDS
