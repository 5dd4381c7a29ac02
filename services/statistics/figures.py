"""The figures of every scope: all, each family, each source, each unit with those below it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contracts import figures as wire
from contracts.subjects import scope_token
from shared.domain.matter import Family
from shared.domain.question import Question
from shared.figures.document import Office, document_of
from shared.figures.sums import Sums


def scopes(sums: Sums, question: Question, office: Office) -> Iterator[tuple[str, Question]]:
    """The scopes that there is something to say of, with the question that each answers."""
    yield "all", question
    for family in sorted({account.family for account in sums.accounts}):
        yield f"family.{family}", replace(question, family=Family(family))
    for source in sorted({account.source for account in sums.accounts}):
        yield f"source.{scope_token(source)}", replace(question, source=source)
    named = {account.unit for account in sums.accounts if account.unit}
    for unit in sorted({above for one in named for above in office.units.chain(one)}):
        yield f"unit.{scope_token(unit)}", replace(question, unit=unit)


def all_scopes(sums: Sums, question: Question, office: Office, positions: Mapping[int, int]) -> list[wire.Figures]:
    """The figures of every scope at an instant."""
    return [
        document_of(sums.of(office.keeper(asked)), asked, office, positions).model_copy(update={"scope": scope})
        for scope, asked in scopes(sums, question, office)
    ]
