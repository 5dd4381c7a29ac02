"""Many rows in one statement, sorted, so that writers never deadlock: arrays on PostgreSQL, lists of values on SQLite."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

Row = Mapping[str, Any]

SIZES: Final = (16, 4, 1)
"""Rows of a statement on SQLite: few sizes, so that each is parsed once. The driver lets go of the interpreter once for each
statement, and after each it waits until the loop lets it go on: row by row, a busy loop held a batch up for seconds.
"""


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


class BulkInsert:
    """An insert of many rows, with what to do on a conflict of keys (SQL after the values)."""

    def __init__(self, model: type[SQLModel], on_conflict: str = "") -> None:
        table = table_of(model)
        self._columns = [column.name for column in table.columns]
        self._keys = [column.name for column in table.primary_key.columns]
        names = ", ".join(f'"{name}"' for name in self._columns)
        values = f"({', '.join('?' for _ in self._columns)})"
        self._values = itemgetter(*self._columns)
        self._key = itemgetter(*self._keys)
        arrays = ", ".join(
            f"CAST(:{column.name} AS {column.type.compile(dialect=postgresql.dialect())}[])"  # type: ignore[no-untyped-call]
            for column in table.columns
        )
        self._listed = {
            size: f'INSERT INTO "{table.name}" ({names}) VALUES {", ".join([values] * size)} {on_conflict}' for size in SIZES
        }
        self._many = text(f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays}) AS new {on_conflict}')

    def run(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Write the rows, sorted by key; none is fine."""
        ordered = sorted(rows, key=self._key)
        if not ordered:
            return
        if connection.dialect.name == "postgresql":
            arrays = {name: [row[name] for row in ordered] for name in self._columns}
            connection.execute(self._many, arrays)
        else:
            for some in in_sizes(ordered):
                connection.exec_driver_sql(self._listed[len(some)], tuple(chain.from_iterable(map(self._values, some))))


def in_sizes(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows in turn, as many at once as one of the sizes allows."""
    start = 0
    for size in SIZES:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


class PairLookup:
    """A select of rows by many pairs of keys at once; `{pairs}` in the query is a table of columns a and b."""

    def __init__(self, query: str) -> None:
        arrays = "unnest(CAST(:a AS text[]), CAST(:b AS text[])) AS pair(a, b)"
        listed = "(SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(:pairs)) AS pair"
        self._arrays = text(query.format(pairs=arrays))
        self._listed = text(query.format(pairs=listed))

    def run(self, connection: Connection, pairs: Collection[tuple[str, str]]) -> Sequence[Any]:
        """The rows of all pairs."""
        if not pairs:
            return []
        statement, parameters = self._statement(connection, pairs)
        return connection.execute(statement, parameters).all()

    def _statement(self, connection: Connection, pairs: Collection[tuple[str, str]]) -> tuple[TextClause, dict[str, Any]]:
        if connection.dialect.name == "postgresql":
            return self._arrays, {"a": [a for a, _ in pairs], "b": [b for _, b in pairs]}
        return self._listed, {"pairs": json.dumps(list(pairs), ensure_ascii=False)}
