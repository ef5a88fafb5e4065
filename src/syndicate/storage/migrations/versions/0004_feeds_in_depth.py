"""Feeds in depth: which feeds there are and were, when each changed, how much of a source is shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("show_text", sa.Text(), server_default="full", nullable=False))
    op.add_column("rendered_feed", sa.Column("changed", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_rendered_feed_changed", "rendered_feed", ["changed", "name", "format", "editorial"], unique=False
    )
    op.create_table(
        "feed",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("topics", sa.Text(), server_default="[]", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("gone", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feed")),
    )


def downgrade() -> None:
    raise NotImplementedError("schemas only go forward: restore a backup instead")
