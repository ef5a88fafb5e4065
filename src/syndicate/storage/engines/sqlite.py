"""SQLite: one file, one writer at a time.

WAL, `synchronous=FULL`, every writing transaction begins as IMMEDIATE, because a read that turns into a write
fails at once whatever the busy timeout is (SQLITE_BUSY_SNAPSHOT). Locks on rows are not needed, and
SQLAlchemy leaves them out of what it asks.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, TextClause, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from syndicate.domain.errors import StorageError
from syndicate.storage.searching import Term

BUSY_SECONDS = 30.0
READ = {"begin": "BEGIN"}
ALONE = {"begin": "BEGIN IMMEDIATE"}
TOGETHER = ALONE

LOCKED = ("The database is locked by another process.", "Nothing is lost; it is tried again.")
TROUBLE = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: ("The disk is full.", "Make room; work goes on by itself."),
    sqlite3.SQLITE_READONLY: (
        "The database is read-only.",
        "Check the permissions of the file and its folder.",
    ),
    sqlite3.SQLITE_IOERR: ("The disk cannot be written or read.", "Check the disk and its free space."),
    sqlite3.SQLITE_CANTOPEN: (
        "The database cannot be opened.",
        "Check that its folder exists and is writable.",
    ),
    sqlite3.SQLITE_CORRUPT: ("The database is damaged.", "Stop, and restore the newest backup."),
    sqlite3.SQLITE_NOTADB: ("The file is no database.", "Check the key `storage.url`."),
}


def create(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The folder {folder} for the database cannot be made: {error.strerror}.",
                hint="Check `storage.url` and the permissions.",
            ) from error
    engine = create_engine(
        url, hide_parameters=True, pool_size=16, max_overflow=16, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def check(connection: Connection) -> None:
    """Every SQLite file will do."""


def meaning(error: DBAPIError) -> tuple[str, str] | None:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
    return TROUBLE.get(code)


def copy(engine: Engine, path: Path) -> None:
    try:  # VACUUM runs in no transaction, and the engine would begin one
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("VACUUM INTO ?", (str(path),))
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StorageError(f"The copy {path} could not be written: {error}.") from error


def presence(engine: Engine) -> None:
    """A file tells of nobody; a lock file beside it does."""


# --- the search: FTS5, where the row number is the update's sequence, and no text is kept a second time ---


def index(connection: Connection, sequence: int, words: str) -> None:
    connection.execute(
        text("INSERT INTO update_search (rowid, words) VALUES (:sequence, :words)"),
        {"sequence": sequence, "words": words},
    )


def matching(terms: list[Term]) -> TextClause:
    found = text("update_.sequence IN (SELECT rowid FROM update_search WHERE update_search MATCH :words)")
    return found.bindparams(words=expression(terms))


def expression(terms: list[Term]) -> str:
    """What FTS5 is asked: all in quotation marks, so that nothing in it is an operator."""
    return " ".join(f'"{" ".join(term.words)}"{"" if term.whole else "*"}' for term in terms)
