"""The thresholds of signals: ours, or the office's own from signals.toml, whose mistakes are named."""

from pathlib import Path

import pytest

from shared.domain.signal import Thresholds
from shared.signals import FILE, BadSignals, load_thresholds


def test_without_a_file_ours_hold(tmp_path: Path) -> None:
    assert load_thresholds(tmp_path) == Thresholds()


def test_what_a_file_does_not_name_stays_ours(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("same_text_tasks = 6\nlast_hour_minutes = 30\n")
    assert load_thresholds(tmp_path) == Thresholds(same_text_tasks=6, last_hour_minutes=30)


def test_every_threshold_may_be_set(tmp_path: Path) -> None:
    own = {name: number + 1 for name, number in vars(Thresholds()).items()}
    (tmp_path / FILE).write_text("\n".join(f"{name} = {number}" for name, number in own.items()))
    assert load_thresholds(tmp_path) == Thresholds(**own)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("last_hour_tasks = 1", "last_hour_tasks: 1 is less than 2"),
        ("relapses = 0", "relapses: 0 is less than 1"),
        ("same_text_tasks = '3'", "same_text_tasks: '3' is no whole number"),
        ("same_texts = 3", "same_texts is no field; did you mean same_text_tasks"),
        ("relapses = ", "Invalid value"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(BadSignals) as error:
        load_thresholds(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / FILE}: ")
    assert says in str(error.value)
