"""A PostgreSQL server of the test session's own: a temporary folder, a free port, gone at the end.

    with cluster() as server:
        name = server.borrow()       # a database with the newest schema and nothing else in it
        …
        server.give_back(name)

PostgreSQL refuses to be run by root: then it runs as another user. Nothing of it survives a power cut, and
nobody outside this machine can reach it. When the tests are killed, it ends as well.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg

from syndicate.storage.engine import Database
from syndicate.storage.schemas import newest_schema
from tests.processes import PATIENCE, free_port, until

OLDEST = 15
USERS = ("postgres", "nobody")
LOCKED = "locked"
"""The one user whom the server asks for a password. A test that needs him makes him."""
QUICK = ("fsync=off", "synchronous_commit=on", "full_page_writes=off", "autovacuum=off", "jit=off")
SMALL = ("shared_buffers=32MB", "max_connections=100", "max_wal_size=256MB", "checkpoint_timeout=1h")


EMPTY = """DO $$ DECLARE named record; BEGIN
SET LOCAL session_replication_role = replica;
FOR named IN SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace LOOP
  IF named.relkind = 'r' AND named.relname <> 'alembic_version' THEN
    EXECUTE format('DELETE FROM %I', named.relname);
  ELSIF named.relkind = 'S' THEN
    PERFORM setval(named.relname::regclass, 1, false);
  END IF;
END LOOP; END $$"""
"""Takes all rows out, without regard to who refers to whom, and counts from 1 again."""


class Cluster:
    """A running server, and its databases."""

    def __init__(self, port: int, bin_folder: Path) -> None:
        self.port = port
        self.bin_folder = bin_folder
        self._numbers = count()
        self._free: list[str] = []
        self._administrator: psycopg.Connection[tuple[object, ...]] | None = None

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://syndicate@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """One statement, as the administrator, outside every database of the tests."""
        if self._administrator is None:
            self._administrator = self._connected("postgres")
        cursor = self._administrator.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        if self._administrator is not None:
            self._administrator.close()

    def _connected(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        address = f"postgresql://syndicate@127.0.0.1:{self.port}/{name}?connect_timeout=5"
        return psycopg.connect(address, autocommit=True)

    def borrow(self) -> str:
        """The name of a database with the newest schema and nothing else in it."""
        if self._free:
            return self._free.pop()
        name = self.empty()
        database = Database(self.url(name))
        database.upgrade()
        database.close()
        return name

    def give_back(self, name: str) -> None:
        """Empties the database for the next who borrows one: ten times as fast as to make one anew."""
        self.cut(name)
        with self._connected(name) as connection:
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if version == (newest_schema(),):
                connection.execute(EMPTY)
                self._free.append(name)
                return
        self.drop(name)  # the test was about schemas

    def cut(self, name: str) -> None:
        """Ends all connections to this database, as a restart of the server does."""
        self.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def empty(self, options: str = "") -> str:
        """The name of a new database without any tables."""
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        return name

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            return bool(self.sql("SELECT 1"))
        return False


def programs() -> Path | None:
    """The folder of a PostgreSQL that is new enough, or None."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *_by_pg_config()]
    usable = [folder for folder in found if (folder / "initdb").exists() and _version(folder) >= OLDEST]
    return max(usable, key=_version, default=None) if shutil.which("setpriv") else None


def _by_pg_config() -> list[Path]:
    if not (tool := shutil.which("pg_config")):
        return []
    return [
        Path(subprocess.run([tool, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
    ]


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0


@contextmanager
def cluster(bin_folder: Path) -> Iterator[Cluster]:
    """A server from its making to its end."""
    user = _user()
    with tempfile.TemporaryDirectory(prefix="syndicate-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        make = [str(bin_folder / "initdb"), "-D", str(data), "-U", "syndicate", "--auth=trust"]
        _run([*make, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"], user, folder)
        rules = data / "pg_hba.conf"
        rules.write_text(f"host all {LOCKED} 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
        with _started(bin_folder, data, user, folder) as server:
            yield server


@contextmanager
def _started(bin_folder: Path, data: Path, user: pwd.struct_passwd | None, folder: Path) -> Iterator[Cluster]:
    server = Cluster(free_port(), bin_folder)
    settings = [
        f"port={server.port}",
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        *QUICK,
        *SMALL,
    ]
    options = [part for setting in settings for part in ("-c", setting)]
    command = [str(bin_folder / "postgres"), "-D", str(data), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            _as(user, "--pdeathsig=INT") + command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            until("the database server", server.answers)
            yield server
        finally:
            server.close()
            process.send_signal(signal.SIGINT)  # ends all connections, and then itself
            process.wait(PATIENCE)


def _user() -> pwd.struct_passwd | None:
    """Whom the server runs as; None for ourselves."""
    if os.geteuid():
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return next(known[name] for name in USERS if name in known)


def _as(user: pwd.struct_passwd | None, *options: str) -> list[str]:
    other = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
    return ["setpriv", *other, *options]


def _run(command: list[str], user: pwd.struct_passwd | None, folder: Path) -> None:
    words = [*_as(user, "--pdeathsig=clear"), *command]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
