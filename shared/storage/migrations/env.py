"""Alembic's entry: runs migrations on the connection that `shared.storage.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

from shared.storage import notice_tables, tables

assert all((tables, notice_tables)), "the imports fill the metadata"

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()
