"""Full-text search over published updates, and an index for reading them by time."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    op.create_index("ix_update_published_at", "update_", ["published_at"], unique=False)
    op.create_index("ix_update_document_sequence", "update_", ["document_id", "sequence"], unique=False)
    if connection.dialect.name != "sqlite":
        return
    connection.execute(
        sa.text(
            "CREATE VIRTUAL TABLE update_search USING fts5"
            "(words, content='', tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3')"
        )
    )
    published = sa.text(
        "SELECT id, sequence, document_title, changes FROM update_ WHERE sequence IS NOT NULL"
    )
    for row in connection.execute(published).all():
        words = [row.document_title, *_texts(connection, row.id), *_changes(row.changes)]
        connection.execute(
            sa.text("INSERT INTO update_search (rowid, words) VALUES (:sequence, :words)"),
            {"sequence": row.sequence, "words": "\n".join(words)},
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
