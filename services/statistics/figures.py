"""The scopes that figures are published of: all, each family, each source, each unit with those below it."""

from collections.abc import Iterable

from contracts.subjects import scope_token
from shared.domain.question import Dimension
from shared.domain.timeline import Account
from shared.units import Units

ALL = "all"

Filter = dict[Dimension, str]
"""What a scope is narrowed to."""


def scopes(accounts: Iterable[Account], units: Units) -> dict[str, Filter]:
    """The scopes in which some accounts count, `all` first. A task counts for its lead, not for its co-units."""
    found: dict[str, Filter] = {}
    for account in accounts:
        found[ALL] = {}
        found[f"family.{account.family}"] = {"family": account.family}
        found[f"source.{scope_token(account.source)}"] = {"source": account.source}
        for unit in units.chain(account.unit) if account.unit else ():
            found[f"unit.{scope_token(unit)}"] = {"unit": unit}
    return found
