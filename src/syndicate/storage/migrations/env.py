"""Alembic's entry: it always works on the connection that `Database.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from syndicate.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
with context.begin_transaction():
    context.run_migrations()
