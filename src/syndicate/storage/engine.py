"""How the database is opened, what a transaction is, and what its errors mean.

SQLite: WAL, `synchronous=FULL`, every writing transaction begins as IMMEDIATE, because a read that turns
into a write fails at once whatever the busy timeout is (SQLITE_BUSY_SNAPSHOT).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import finalize

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from syndicate.domain.errors import ConfigError, StorageError

BUSY_SECONDS = 30.0
MIGRATIONS = Path(__file__).parent / "migrations"

SQLITE_TROUBLE = {
    sqlite3.SQLITE_BUSY: (
        "The database is locked by another process.",
        "Nothing is lost; it is tried again.",
    ),
    sqlite3.SQLITE_LOCKED: (
        "The database is locked by another process.",
        "Nothing is lost; it is tried again.",
    ),
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


class Database:
    """An open database. `read()` and `write()` are transactions; use them as contexts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _open(url)
        self._writer = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        finalize(self, self.engine.dispose)  # who forgets to close it still leaves no open files

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view. Raises StorageError."""
        with translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """All or nothing, on disk when the context ends. Raises StorageError."""
        with translated(), self._writer.connect() as connection, connection.begin():
            yield connection

    def upgrade(self) -> None:
        """Brings the schema to the newest; refuses a schema that is newer than this program."""
        if self._schema() == newest_schema():
            return  # as at most starts: the tool for the rest takes longer to import than many commands run
        from syndicate.storage.upgrading import upgrade

        with translated(), self._writer.connect() as connection:
            upgrade(connection)

    def _schema(self) -> str | None:
        with self.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    def backup(self, path: Path) -> None:
        """A checked copy of a SQLite database, while it is in use."""
        if self.engine.dialect.name != "sqlite":
            raise StorageError("Only a SQLite database is copied by syndicate.", hint="Use pg_dump.")
        if path.exists():
            raise StorageError(f"{path} exists already.", hint="Name a file that does not exist.")
        try:  # VACUUM runs in no transaction, and the engine would begin one
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("VACUUM INTO ?", (str(path),))
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise StorageError(f"The copy {path} could not be written: {error}.") from error

    def close(self) -> None:
        self.engine.dispose()


def newest_schema() -> str:
    """The newest migration, by the number that its file name begins with."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _open(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            "storage.url", f"{url!r} is no database address.", hint="For example sqlite:///var/syndicate.db."
        ) from error
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The folder {folder} for the database cannot be made: {error.strerror}.",
                hint="Check `storage.url` and the permissions.",
            ) from error
    engine = create_engine(parsed, pool_size=16, max_overflow=16, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


@contextmanager
def translated() -> Iterator[None]:
    """Turns the driver's errors into StorageError; errors of ours in the SQL stay what they are."""
    try:
        yield
    except PoolTimeout as error:
        raise StorageError(
            "The database is busy: all connections wait for it.", hint="Nothing is lost; it is tried again."
        ) from error
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
        if code in SQLITE_TROUBLE:
            message, hint = SQLITE_TROUBLE[code]
        elif error.connection_invalidated:
            message, hint = "The connection to the database broke.", "Nothing is lost; it is tried again."
        elif isinstance(error, OperationalError):
            message, hint = f"The database cannot be used: {error.orig}.", "See `syndicate doctor`."
        else:
            raise
        raise StorageError(message, hint=hint) from error
