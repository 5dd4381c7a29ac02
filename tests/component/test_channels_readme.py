"""The examples of the README are files that load, and what it tells a receiver to do verifies what is sent."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from shared.clock import SystemClock
from tests.support.channels import MESSAGE, channel_of, channels_of
from tests.support.receivers import web_receiver

README: Final = (Path(__file__).parents[2] / "services/notifier/README.md").read_text(encoding="utf-8")
SECRETS: Final = {name: f"https://{name.lower().replace('_', '-')}.example/" for name in re.findall(r"\"(DUBAN_\w+)\"", README)}

OLD: Final = "whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQt"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("example", [block for block in blocks("toml") if '"apprise"' not in block])
def test_an_example_loads_also_with_what_is_commented_out(tmp_path: Path, example: str) -> None:
    for name in re.findall(r'_file = "([^"]+)"', example):
        (tmp_path / name).write_text(OLD, encoding="utf-8")
    whole = re.sub(r"^# (?=\w+ = )", "", example, flags=re.MULTILINE)
    assert len(channels_of(tmp_path, example, SECRETS)) == len(channels_of(tmp_path, whole, SECRETS)) == 1


async def test_a_receiver_that_follows_the_readme_verifies_us_and_nobody_else(tmp_path: Path) -> None:
    (code,) = blocks("python")
    told: dict[str, Any] = {}
    exec(code, told)
    is_from_duban: Callable[[dict[str, str], bytes, str], bool] = told["is_from_duban"]
    async with web_receiver() as receiver:
        text = f'kind = "webhook"\nurl = "{receiver.url}"\nallow_private = true\nsecret = "new"\nformer_secret = "{OLD}"'
        channel, now = channel_of(tmp_path, text), SystemClock().now()
        await channel.send(MESSAGE, [], now)
        await channel.send(MESSAGE, [], now - timedelta(minutes=6))
    got, stale = receiver.received
    assert is_from_duban(got.headers, got.body, "new")
    assert is_from_duban(got.headers, got.body, OLD)
    assert not is_from_duban(got.headers, got.body, "another")
    assert not is_from_duban(got.headers, got.body + b" ", "new")
    assert not is_from_duban({**got.headers, "webhook-id": "another"}, got.body, "new")
    assert not is_from_duban(stale.headers, stale.body, "new")
