"""PostgreSQL: several writers at a time, on several machines.

What writes alone holds one lock of the whole database exclusively, what writes beside others holds it shared:
whatever is written with SQLite's single writer in mind is as safe here. Writers read what is committed when
each statement begins (a snapshot of the whole transaction would be from before they got the lock); readers
see one moment. A connection whose other end died must not hold a lock for ever, hence the time limits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, Connection, Engine, TextClause, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from syndicate.domain.errors import StorageError
from syndicate.storage.engines import _dumping, _presence, _vectors
from syndicate.storage.searching import Term

BUSY_SECONDS = 30
SILENT_SECONDS = 60
WRITER = 7_301_844  # the number of the lock; any will do, if all agree on it
OLDEST = 15

READ = {"reads": True}
ALONE = {"begin": f"SELECT pg_advisory_xact_lock({WRITER})"}
TOGETHER = {"begin": f"SELECT pg_advisory_xact_lock_shared({WRITER})"}

SETTINGS = {
    "TimeZone": "UTC",
    "lock_timeout": f"{BUSY_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{SILENT_SECONDS}s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}

AGAIN = "Nothing is lost; it is tried again."
LOCKED = ("The database is locked by another process.", AGAIN)
BROKE = ("The connection to the database broke.", AGAIN)
TROUBLE = {
    "55P03": LOCKED,  # lock_timeout
    "40P01": LOCKED,  # two waited for each other: one of them has to begin anew
    "40001": LOCKED,
    "53100": ("The disk of the database is full.", "Make room; work goes on by itself."),
    "53200": ("The database server has no memory left.", AGAIN),
    "53300": (
        "The database server takes no more connections.",
        "Raise `max_connections` there, or run fewer processes.",
    ),
    "25006": ("The database is read-only.", "Name the primary server in `storage.url`, not a standby."),
    "58030": ("The database's disk cannot be written or read.", "Look at the server's log."),
    "42501": ("The database does not let this user do that.", "Make the user the owner of the database."),
    "XX001": ("The database is damaged.", "Stop, and restore the newest backup."),
    "XX002": ("An index of the database is damaged.", "Stop, and run REINDEX DATABASE."),
}
GONE = ("08", "57P", "25P03")


def create(url: URL) -> Engine:
    url = url.set(drivername="postgresql+psycopg")
    arguments = {"connect_timeout": 10, "application_name": "syndicate", "tcp_user_timeout": 30_000}
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        connect_args=arguments,
        use_native_hstore=False,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


class _TextWithoutNul(StrDumperUnknown):
    """The one character that PostgreSQL cannot keep becomes the one for what cannot be shown."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd"))


def _prepare(connection: psycopg.Connection[Any], _record: Any) -> None:
    connection.adapters.register_dumper(str, _TextWithoutNul)
    wanted = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SETTINGS.items())
    connection.execute(f"SELECT {wanted}")
    connection.execute(  # a promise of ours; a server may have been set to do more, or less
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    driver: Any = connection.connection.driver_connection
    reads = bool(options.get("reads"))
    level = psycopg.IsolationLevel
    driver.isolation_level = level.REPEATABLE_READ if reads else level.READ_COMMITTED
    driver.read_only = reads
    if lock := options.get("begin"):
        connection.exec_driver_sql(lock)


def check(connection: Connection) -> None:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < OLDEST:
        raise StorageError(f"PostgreSQL {version} is too old.", hint=f"{OLDEST} or later will do.")
    query = "SELECT current_setting('server_encoding') = 'UTF8' AND 'Z' < 'a' AND 'z' < 'ä'"
    if not connection.exec_driver_sql(query).scalar():
        raise StorageError(
            "The database must have the encoding UTF8 and the locale C: what is sorted by a language's rules"
            " is sorted otherwise after some upgrade, and then rows are not found that are there.",
            hint="Make it by: createdb --template=template0 --encoding=UTF8 --locale=C NAME",
        )


def meaning(error: DBAPIError) -> tuple[str, str] | None:
    if not isinstance(error.orig, psycopg.Error):
        return None
    state = error.orig.sqlstate or ""
    if state in TROUBLE:
        return TROUBLE[state]
    if state.startswith(GONE) or (error.connection_invalidated and not state):
        return BROKE
    if isinstance(error.orig, psycopg.OperationalError) and not state:
        said = " ".join(str(error.orig).split())
        return f"The database cannot be reached: {said}.", "Check `storage.url`, and whether the server runs."
    return None


def copy(engine: Engine, path: Path) -> None:
    _dumping.dump(engine.url, path)


def presence(engine: Engine) -> _presence.ServerPresence:
    return _presence.ServerPresence(engine)


# --- the search: words and their places as we read them, so that no setting of the server has a say --------


def index(connection: Connection, sequence: int, words: str) -> None:
    connection.execute(
        text("INSERT INTO update_search (sequence, words) VALUES (:sequence, CAST(:words AS tsvector))"),
        {"sequence": sequence, "words": _vectors.vector(words)},
    )


def matching(terms: list[Term]) -> TextClause:
    found = text(
        "update_.sequence IN (SELECT sequence FROM update_search WHERE words @@ CAST(:words AS tsquery))"
    )
    return found.bindparams(words=_vectors.query(terms))
