"""How often the auditor recounts."""

from services.statistics.auditor import pause_after


def test_a_quick_recount_is_made_every_so_many_seconds() -> None:
    assert pause_after(2, every=300) == 298


def test_a_recount_of_a_large_ledger_rests_ten_times_as_long_as_it_took() -> None:
    assert pause_after(120, every=300) == 1200
