"""Alembic's entry: runs migrations on the connection that `shared.storage.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

from shared.storage import tables

assert tables, "the import fills the metadata"

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()
