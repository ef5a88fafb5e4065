"""What readers were told last, beside what later visits compare with: a dismissal moves the second alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STEPS = """
    SELECT s.*, u.state FROM update_step s JOIN update_ u ON u.id = s.update_id
    WHERE u.state IN ('published', 'dismissed') ORDER BY u.detected_at, u.id
"""
_OF_STEP = """
    UPDATE update_step SET public_version = :version, public_sha256 = :sha256
    WHERE update_id = :update_id AND resource_id = :resource_id
"""
_OF_RESOURCE = (
    "UPDATE resource SET public_version = :version, public_sha256 = :sha256 WHERE id = :resource_id"
)


def upgrade() -> None:
    for table in ("resource", "update_step"):
        op.add_column(table, sa.Column("public_version", _ID, nullable=True))
        op.add_column(table, sa.Column("public_sha256", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE resource SET public_version = base_version, public_sha256 = base_sha256")
    _follow_steps()


def _follow_steps() -> None:
    """What readers knew, step by step; where the last one was dismissed, they know what was there before."""
    connection = op.get_bind()
    public: dict[int, tuple[int | None, str]] = {}
    dismissed: dict[int, bool] = {}
    for step in connection.execute(sa.text(_STEPS)).all():
        version, sha256 = public.setdefault(step.resource_id, (step.before_version, step.before_sha256))
        dismissed[step.resource_id] = step.state == "dismissed"
        if step.state == "published":
            place = {"update_id": step.update_id, "resource_id": step.resource_id}
            connection.execute(sa.text(_OF_STEP), place | {"version": version, "sha256": sha256})
            public[step.resource_id] = (step.after_version, step.after_sha256)
    for resource_id in (found for found, last in dismissed.items() if last):
        version, sha256 = public[resource_id]
        values = {"resource_id": resource_id, "version": version, "sha256": sha256}
        connection.execute(sa.text(_OF_RESOURCE), values)


def downgrade() -> None:
    raise NotImplementedError("schemas only go forward: restore a backup instead")
