"""Those who are told: notices, deliveries, silences, tokens."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(name: str, *, key: bool = False, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=empty)


def _big(name: str, *, key: bool = False, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=empty, autoincrement=False)


def _int(name: str, *, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=empty)


def _where(condition: str) -> dict[str, Any]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "notice",
        _text("id", key=True),
        *(_text(name) for name in ("owner", "number", "topic")),
        _big("version"),
        *(_text(name) for name in ("rung", "kind")),
        _big("at"),
        _big("due_at", empty=True),
        *(_text(name) for name in ("person", "reason")),
        _big("tell_at"),
        _int("urgent"),
        *(_text(name) for name in ("channels", "state", "why")),
        _big("settled_at", empty=True),
    )
    op.create_index("notice_waiting", "notice", ["tell_at"], **_where("state = 'waiting'"))
    op.create_index("notice_matter", "notice", ["owner", "number"])
    op.create_index("notice_person", "notice", ["person", "tell_at"])
    op.create_table(
        "delivery",
        _text("id", key=True),
        *(_text(name) for name in ("channel", "people", "title", "lines", "link")),
        _int("urgent"),
        _big("made_at"),
        _text("state"),
        _int("tries"),
        _big("tried_at", empty=True),
        _big("next_at", empty=True),
        *(_text(name) for name in ("answer", "instead_of")),
    )
    op.create_index("delivery_sending", "delivery", ["next_at"], **_where("state = 'sending'"))
    op.create_index("delivery_made", "delivery", ["made_at"])
    op.create_table("told", _text("delivery", key=True), _text("notice", key=True))
    op.create_index("told_notice", "told", ["notice"])
    op.create_table(
        "silence",
        _text("id", key=True),
        *(_text(name) for name in ("reason", "by")),
        *(_big(name) for name in ("since", "until")),
        _text("covers"),
    )
    op.create_table("token", _text("hash", key=True), _text("person"), _big("made_at"), _big("revoked_at", empty=True))
    op.create_index("token_person", "token", ["person"])


def downgrade() -> None:
    for table in ("token", "silence", "told", "delivery", "notice"):
        op.drop_table(table)
