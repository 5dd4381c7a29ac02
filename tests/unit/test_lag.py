"""How late the detector of deadlines is: by the oldest deadline, but no longer than since all were claimed."""

from datetime import timedelta

import pytest

from services.tracker.heartbeat import lag_seconds
from tests.support.matters import later

NOW = later(0)


@pytest.mark.parametrize(
    ("due_ago", "bound_ago", "unclaimed_for", "lag"),
    [
        (None, 0, 100, 0.0),  # nothing is due
        (-5, 0, 100, 0.0),  # nor yet
        (3, 10, 100, 0.0),  # pushes that were stored before the due wait: it may not be claimed
        (30, 0, 100, 30.0),
        (30, 10, 100, 30.0),
        (3 * 86400, 0, 0.4, 0.4),  # told three days late, and known for less than half a second
        (12 * 3600, 0, 10**6, 12 * 3600.0),  # the tracker was down all night
    ],
)
def test_the_lag(due_ago: float | None, bound_ago: float, unclaimed_for: float, lag: float) -> None:
    wake = None if due_ago is None else NOW - timedelta(seconds=due_ago)
    assert lag_seconds(wake, NOW - timedelta(seconds=bound_ago), NOW, unclaimed_for) == lag
