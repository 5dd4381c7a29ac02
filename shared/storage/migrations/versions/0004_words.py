"""A notice says in whose words somebody urges, and by which letter."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("notice", sa.Column("word", sa.Text))


def downgrade() -> None:
    op.drop_column("notice", "word")
