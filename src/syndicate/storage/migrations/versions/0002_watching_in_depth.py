"""Watching in depth: troubles of sources, what went missing, the rate of change, alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("last_found", sa.BigInteger(), nullable=True))
    for table in ("source", "document"):
        op.add_column(table, sa.Column("problem_kind", sa.Text(), server_default="", nullable=False))
    op.add_column("source", sa.Column("problem", sa.Text(), server_default="", nullable=False))
    op.add_column("source", sa.Column("problem_since", sa.BigInteger(), nullable=True))
    for name in ("missing_since", "ended_at", "last_change", "last_full"):
        op.add_column("document", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("changes", "since_full"):
        op.add_column("document", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "alert",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.Column("recovered", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_recovered", "alert", ["recovered"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("schemas only go forward: restore a backup instead")
