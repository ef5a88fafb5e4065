"""SQLite as it really behaves: locks, full disks, files that are none, copies."""

from __future__ import annotations

import gc
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from syndicate.domain.errors import StorageError
from syndicate.storage import tables
from syndicate.storage.engine import Database, translated
from syndicate.storage.engines import sqlite


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path}/s.db")
    database.upgrade()
    return database


def test_a_write_is_durable_and_readers_do_not_block(database: Database, tmp_path: Path) -> None:
    with database.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_lock_that_stays_is_said(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    impatient = Database(f"sqlite:///{tmp_path}/s.db")
    other = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageError, match="locked by another process"), impatient.write():
            pass
    finally:
        other.close()
        impatient.close()


def test_a_full_disk_is_said_and_loses_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(tables.blob), {"sha256": "kept", "size": 1, "data": b"x"})
    with database.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        connection.commit()
        with pytest.raises(StorageError, match="disk is full") as caught, translated(sqlite):
            connection.execute(insert(tables.blob), {"sha256": "big", "size": 1, "data": b"x" * 1_000_000})
        connection.rollback()
    assert "Make room" in caught.value.hint
    with database.read() as connection:
        assert connection.execute(select(tables.blob.c.sha256)).scalars().all() == ["kept"]


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"not a database at all, but long enough to look at" * 20)
    with pytest.raises(StorageError, match="no database"):
        Database(f"sqlite:///{tmp_path}/s.db").upgrade()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made"):
        Database(f"sqlite:///{tmp_path}/file/below/s.db")


def test_a_backup_is_whole_while_the_database_is_in_use(database: Database, tmp_path: Path) -> None:
    with database.write() as connection:
        connection.execute(insert(tables.blob), {"sha256": "a", "size": 1, "data": b"x"})
    database.backup(tmp_path / "copy.db")
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("SELECT sha256 FROM blob").fetchall() == [("a",)]
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    with pytest.raises(StorageError, match="exists already"):
        database.backup(tmp_path / "copy.db")


def test_a_database_that_is_forgotten_leaves_no_open_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/s.db")
    database.upgrade()
    assert _open_files(tmp_path)
    del database
    gc.collect()
    assert _open_files(tmp_path) == []


def _open_files(folder: Path) -> list[Path]:
    numbers = Path("/proc/self/fd").iterdir()
    return [target for number in numbers if (target := number.resolve()).is_relative_to(folder)]
