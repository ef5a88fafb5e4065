"""A database that everybody waits for at once."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from syndicate.domain.errors import StorageError
from syndicate.storage.engine import Database


def test_when_all_connections_are_taken_that_is_said_and_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when many requests wait for a locked database: the next one is answered, not broken."""
    database = Database(f"sqlite:///{tmp_path}/s.db")
    monkeypatch.setattr(database.engine.pool, "_timeout", 0.05)
    with ExitStack() as others:
        for _ in range(32):
            others.enter_context(database.read())
        with pytest.raises(StorageError, match="busy"), database.read():
            pass
    with database.read():
        pass
    database.close()
