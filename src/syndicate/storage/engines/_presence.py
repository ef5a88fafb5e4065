"""Whether other processes work on the same PostgreSQL database, on whatever machine.

Everybody who works holds a lock of the server's, shared, on a connection of its own. Whoever gets it
exclusively for a moment knows to be alone. The server gives it up with the connection, and that ends with the
process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from syndicate.domain.errors import StorageError

WORKER = 7_301_845


class ServerPresence:
    """A held place in the database; `close` gives it up, and so does any end of the process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection = self._open()
        try:
            with _translated():
                self.alone = self._ask("pg_try_advisory_lock")
                if not self.alone:
                    self._ask("pg_advisory_lock_shared")
        except StorageError:
            self.close()
            raise

    def share(self) -> None:
        """Lets others in; called when what the dead left has been taken up."""
        with _translated():
            self._ask("pg_advisory_lock_shared")
            self._ask("pg_advisory_unlock")

    def renew(self) -> None:
        """Takes the place again if the connection has ended, as when the server was restarted.

        Raises StorageError where somebody who is alone lets nobody in yet: the next call tries again."""
        with suppress(psycopg.Error):
            self._connection.execute("SELECT 1")
            return
        self.close()
        self._connection = self._open()
        try:
            with _translated():
                self._ask("pg_advisory_lock_shared")
        except StorageError:
            self.close()  # a connection that works and has no place would pass for one that has
            raise

    def close(self) -> None:
        self._connection.close()

    def _open(self) -> psycopg.Connection[Any]:
        with _translated():
            pooled = self._engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()
        assert isinstance(connection, psycopg.Connection)
        connection.autocommit = True
        return connection

    def _ask(self, function: str) -> bool:
        row = self._connection.execute(f"SELECT {function}({WORKER})".encode()).fetchone()
        return bool(row and row[0])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        raise StorageError(
            "The database does not tell who else works on it.", hint="Nothing is lost; it is tried again."
        ) from error
