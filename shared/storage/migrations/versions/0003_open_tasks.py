"""Tasks that are still to be done are found without reading those that are not."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_OPEN = sa.text("latest = 1 AND closed_at IS NULL AND ended_at IS NULL")


def upgrade() -> None:
    op.create_index("task_open", "task", ["unit"], postgresql_where=_OPEN, sqlite_where=_OPEN)


def downgrade() -> None:
    op.drop_index("task_open", "task")
