"""Where the migrations lie, and which is the newest. Needs no Alembic: most starts find nothing to run."""

from __future__ import annotations

from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"


def newest_schema() -> str:
    """The newest migration, by the number that its file name begins with."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
