"""An index that tells when something was last sent to a destination."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_sent", "delivery", ["destination", "sent_at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("schemas only go forward: restore a backup instead")
