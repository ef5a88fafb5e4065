"""How the database is opened, what a transaction is, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import finalize

from sqlalchemy import URL, Connection, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from syndicate.domain.errors import ConfigError, StorageError
from syndicate.storage.engines import EngineKind, Presence, engine_kind
from syndicate.storage.schemas import newest_schema

AGAIN = "Nothing is lost; it is tried again."


class Database:
    """An open database. `read()`, `write()` and `write_beside()` are transactions; use them as contexts.

    `password` is for an address that has none.
    """

    def __init__(self, url: str, password: str = "") -> None:
        parsed = _parsed(url)
        if password:
            parsed = parsed.set(password=password)
        self._kind = engine_kind(parsed.get_backend_name())
        self.engine = self._kind.create(parsed)
        self._reader = self.engine.execution_options(**self._kind.READ)
        self._writer = self.engine.execution_options(**self._kind.ALONE)
        self._writer_beside = self.engine.execution_options(**self._kind.TOGETHER)
        finalize(self, self.engine.dispose)  # who forgets to close it still leaves no open files

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view. Raises StorageError."""
        with translated(self._kind), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """All or nothing, on disk when the context ends; nobody else writes then. Raises StorageError."""
        with translated(self._kind), self._writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write_beside(self) -> Iterator[Connection]:
        """As `write()`, but others that write so may be at work: for what is done all the time, and takes
        care to lock (see `locking`) every row that another could change. Raises StorageError."""
        with translated(self._kind), self._writer_beside.connect() as connection, connection.begin():
            yield connection

    def upgrade(self) -> None:
        """Brings the schema to the newest; refuses a schema that is newer than this program."""
        if self._schema() == newest_schema():
            return  # as at most starts: the tool for the rest takes longer to import than many commands run
        from syndicate.storage.upgrading import upgrade

        with translated(self._kind), self._writer.connect() as connection:
            self._kind.check(connection)
            upgrade(connection)

    def _schema(self) -> str | None:
        with self.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    def presence(self) -> Presence | None:
        """A place among those who work on the database; None where it cannot tell of them."""
        return self._kind.presence(self.engine)

    def backup(self, path: Path) -> None:
        """A checked copy of the database, while it is in use. Raises StorageError."""
        if path.exists():
            raise StorageError(f"{path} exists already.", hint="Name a file that does not exist.")
        self._kind.copy(self.engine, path)

    def close(self) -> None:
        self.engine.dispose()


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:  # which holds the address, and that perhaps a password
        raise ConfigError(
            "storage.url", "this is no database address.", hint="For example sqlite:///var/syndicate.db."
        ) from None


@contextmanager
def translated(kind: EngineKind) -> Iterator[None]:
    """Turns the driver's errors into StorageError; errors of ours in the SQL stay what they are."""
    try:
        yield
    except PoolTimeout as error:
        raise StorageError("The database is busy: all connections wait for it.", hint=AGAIN) from error
    except DBAPIError as error:
        meaning = kind.meaning(error)
        if meaning is None and error.connection_invalidated:
            meaning = "The connection to the database broke.", AGAIN
        if meaning is None and isinstance(error, OperationalError):
            meaning = f"The database cannot be used: {error.orig}.", "See `syndicate doctor`."
        if meaning is None:
            raise
        message, hint = meaning
        raise StorageError(message, hint=hint) from error
