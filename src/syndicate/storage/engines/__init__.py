"""What differs between databases: one module for each, by the name that the address begins with."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, TextClause
from sqlalchemy.exc import DBAPIError

from syndicate.domain.errors import ConfigError
from syndicate.storage.searching import Term

NAMES = ("postgresql", "sqlite")


class Presence(Protocol):
    """A held place among those who work; `alone`: nobody else was there, nor is let in until `share`."""

    alone: bool

    def share(self) -> None: ...
    def renew(self) -> None: ...
    def close(self) -> None: ...


class EngineKind(Protocol):
    """What a module of this package has. A transaction is begun by the options of its kind.

    `READ`: sees one moment, whatever others write meanwhile. `ALONE`: waits until it is the only one that
    writes. `TOGETHER`: may run beside others of its kind, which the rows that each locks keep apart, and
    beside none that is alone.
    """

    READ: dict[str, Any]
    ALONE: dict[str, Any]
    TOGETHER: dict[str, Any]

    def create(self, url: URL) -> Engine:
        """An engine whose transactions are durable. Raises ConfigError, StorageError."""

    def check(self, connection: Connection) -> None:
        """Raises StorageError where the database cannot keep what we put into it."""

    def meaning(self, error: DBAPIError) -> tuple[str, str] | None:
        """What happened and what to do; None for a fault of ours."""

    def copy(self, engine: Engine, path: Path) -> None:
        """A whole copy of a database that is in use. Raises StorageError."""

    def presence(self, engine: Engine) -> Presence | None:
        """A place among those who work on the database, where that can tell of them. Raises StorageError."""

    def index(self, connection: Connection, sequence: int, words: str) -> None:
        """Makes the update of this sequence findable by these words."""

    def matching(self, terms: list[Term]) -> TextClause:
        """The condition that an update has all of these terms, of which there is at least one."""


@cache
def engine_kind(name: str) -> EngineKind:
    """The module of this name. Raises ConfigError."""
    if name not in NAMES:
        raise ConfigError(
            "storage.url",
            f"{name!r} is no database that syndicate works with.",
            hint="It is sqlite:///path/to/file.db, or postgresql+psycopg://user@host/name.",
        )
    try:
        module: Any = import_module(f"{__name__}.{name}")
    except ImportError as error:
        raise ConfigError(
            "storage.url",
            f"the driver for PostgreSQL cannot be used: {error}.",
            hint='Install it: pip install "syndicate[postgres]"',
        ) from error
    kind: EngineKind = module
    return kind


def kind_of(connection: Connection) -> EngineKind:
    return engine_kind(connection.dialect.name)
