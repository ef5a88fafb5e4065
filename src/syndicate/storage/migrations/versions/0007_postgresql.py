"""PostgreSQL: full-text search, and numbers as large there as on SQLite."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from syndicate.storage.engines._vectors import vector

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBERS = (("update_", "sequence"), ("rendered_feed", "sequence"), ("rendered_feed", "changed"))


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table, column in NUMBERS:
        op.alter_column(table, column, type_=sa.BigInteger())
    connection.execute(
        sa.text("CREATE TABLE update_search (sequence BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
    )
    connection.execute(sa.text("CREATE INDEX ix_update_search_words ON update_search USING gin (words)"))
    published = sa.text(
        "SELECT id, sequence, document_title, changes FROM update_ WHERE sequence IS NOT NULL"
    )
    for row in connection.execute(published).all():
        words = "\n".join([row.document_title, *_texts(connection, row.id), *_changes(row.changes)])
        connection.execute(
            sa.text("INSERT INTO update_search VALUES (:sequence, CAST(:words AS tsvector))"),
            {"sequence": row.sequence, "words": vector(words)},
        )


def _texts(connection: sa.Connection, update_id: str) -> list[str]:
    texts = sa.text("SELECT title, summary FROM update_text WHERE update_id = :id")
    return [part for row in connection.execute(texts, {"id": update_id}) for part in row]


def _changes(changes: str) -> list[str]:
    return [
        part
        for noted in json.loads(changes)
        for part in (
            *noted["change"]["section"],
            noted["change"]["before"] or "",
            noted["change"]["after"] or "",
        )
    ]


def downgrade() -> None:
    raise NotImplementedError("schemas only go forward: restore a backup instead")
