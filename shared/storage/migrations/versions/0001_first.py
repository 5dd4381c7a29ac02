"""The first schema: ledger, tasks, journal, alerts, parked, rejected, sealed reports, partitions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _text(name: str, *, key: bool = False, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=empty)


def _big(name: str, *, key: bool = False, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=empty, autoincrement=False)


def _int(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=key, nullable=False, autoincrement=False)


def _bytes(name: str, *, empty: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=empty)


def upgrade() -> None:
    op.create_table(
        "partition",
        _int("partition", key=True),
        _text("holder"),
        _int("epoch"),
        _big("expires_at"),
        _big("position"),
        _bytes("head"),
        _big("clock"),
        _text("calendar"),
    )
    op.create_table(
        "ledger",
        _int("partition", key=True),
        _big("position", key=True),
        _big("recorded_at"),
        _text("kind"),
        _text("family"),
        _text("unit"),
        _text("owner"),
        _text("number"),
        _text("event_source", empty=True),
        _text("event_id", empty=True),
        _bytes("event", empty=True),
        _bytes("body"),
        _bytes("hash"),
    )
    op.create_index("ledger_event", "ledger", ["event_source", "event_id"], unique=True)
    op.create_index("ledger_matter", "ledger", ["owner", "number"])
    op.create_table(
        "task",
        _text("owner", key=True),
        _text("number", key=True),
        _int("episode", key=True),
        _int("latest"),
        _text("part_of", empty=True),
        _int("partition"),
        _text("family"),
        _text("unit"),
        _text("title"),
        _text("state"),
        _big("received_at"),
        _big("due_at", empty=True),
        _big("closed_at", empty=True),
        _big("ended_at", empty=True),
        _int("overdue"),
        _big("wakes_at", empty=True),
        _bytes("body"),
    )
    waking, overdue = sa.text("wakes_at IS NOT NULL"), sa.text("overdue = 1")
    op.create_index("task_wakes", "task", ["partition", "wakes_at"], postgresql_where=waking, sqlite_where=waking)
    op.create_index("task_overdue", "task", ["due_at"], postgresql_where=overdue, sqlite_where=overdue)
    op.create_index("task_received", "task", ["family", "received_at"])
    for words in ("account", "change"):
        op.create_table(words, _int("partition", key=True), _int("id", key=True), _text("body"))
    op.create_table(
        "journal", _int("partition", key=True), _int("chunk", key=True), _int("lines"), _big("first_at"), _bytes("body")
    )
    if op.get_bind().dialect.name == "postgresql":
        # Chunks are written often and read whole: compressing them would cost more than the room it saves.
        op.execute("ALTER TABLE journal ALTER COLUMN body SET STORAGE EXTERNAL")
    op.create_table(
        "alert",
        _text("owner", key=True),
        _text("number", key=True),
        _text("clock", key=True),
        _int("version", key=True),
        _text("rung", key=True),
        _text("kind"),
        _big("at"),
        _big("due_at"),
        _big("withdrawn_at", empty=True),
    )
    op.create_table(
        "parked",
        _text("event_source", key=True),
        _text("event_id", key=True),
        _int("partition"),
        _text("owner"),
        _text("number"),
        _bytes("raw"),
        _text("path"),
        _text("message"),
        _big("parked_at"),
        _big("expires_at"),
    )
    op.create_index("parked_matter", "parked", ["owner", "number"])
    op.create_index("parked_expiry", "parked", ["partition", "expires_at"])
    op.create_table(
        "rejected",
        _text("subject", key=True),
        _text("digest", key=True),
        _text("sender"),
        _text("event_id", empty=True),
        _text("reasons"),
        _bytes("raw"),
        _big("first_at"),
        _big("last_at"),
        _int("times"),
    )
    op.create_table(
        "sealed",
        _text("number", key=True),
        _text("period"),
        _int("nth"),
        _big("as_of"),
        _big("known_at"),
        _big("sealed_at"),
        _text("note"),
        _text("read_to"),
        _bytes("content"),
        _bytes("hash"),
    )
    op.create_index("sealed_period", "sealed", ["period", "nth"], unique=True)
    op.create_table(
        "correction",
        _text("number", key=True),
        _int("nth", key=True),
        _big("found_at"),
        _text("read_to"),
        _bytes("content"),
        _bytes("hash"),
    )


def downgrade() -> None:
    tables = (
        "correction",
        "sealed",
        "rejected",
        "parked",
        "alert",
        "journal",
        "change",
        "account",
        "task",
        "ledger",
        "partition",
    )
    for table in tables:
        op.drop_table(table)
