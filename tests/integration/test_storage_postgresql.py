"""PostgreSQL as it really behaves: locks, servers that go away, databases that will not do, copies."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from syndicate.domain.errors import ConfigError, StorageError
from syndicate.storage import tables as t
from syndicate.storage.engine import Database, translated
from syndicate.storage.engines import engine_kind, postgresql
from syndicate.storage.engines._vectors import MOST_BYTES, vector
from tests.clusters import Cluster

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def name(cluster: Cluster) -> Iterator[str]:
    name = cluster.borrow()
    yield name
    cluster.give_back(name)


@pytest.fixture
def database(cluster: Cluster, name: str) -> Iterator[Database]:
    database = Database(cluster.url(name))
    yield database
    database.close()


def keep(database: Database, sha256: str) -> None:
    with database.write() as connection:
        connection.execute(insert(t.blob), {"sha256": sha256, "size": 1, "data": b"x"})


def kept(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(t.blob.c.sha256).order_by(t.blob.c.sha256)).scalars())


# --- what is promised ---------------------------------------------------------------------------------


def test_a_commit_is_on_disk_whatever_the_server_was_set_to(cluster: Cluster, name: str) -> None:
    cluster.sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    database = Database(cluster.url(name))
    with database.write() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
    database.close()
    cluster.sql(f"ALTER DATABASE {name} RESET synchronous_commit")


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError, match="read-only"), database.read() as connection:
        connection.execute(insert(t.event), {"at": NOW})


def test_the_one_character_that_cannot_be_kept_does_not_stop_the_rest(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(t.event), {"at": NOW, "kind": "a\0b", "detail": "æøå ‑ 𝕏"})
        row = connection.execute(select(t.event)).one()
    assert (row.kind, row.detail) == ("a\ufffdb", "æøå ‑ 𝕏")


def test_words_are_as_many_as_the_database_takes() -> None:
    assert vector("På gaden: på 3. sal") == "'på':1,3 'gaden':2 '3':4 'sal':5"
    endless = vector(" ".join(f"ord{n}" for n in range(400_000)))
    assert MOST_BYTES / 2 < len(endless.encode()) < 2 * MOST_BYTES


# --- who waits for whom -------------------------------------------------------------------------------


def test_a_lock_that_stays_is_said(
    cluster: Cluster, name: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgresql.SETTINGS, "lock_timeout", "50ms")
    impatient = Database(cluster.url(name))
    try:
        for write in (impatient.write, impatient.write_beside):
            with database.write(), pytest.raises(StorageError, match="locked by another process"), write():
                pass
    finally:
        impatient.close()


def test_readers_wait_for_nobody(database: Database) -> None:
    keep(database, "a")
    with database.write() as connection:
        connection.execute(update(t.blob).values(size=2))
        assert kept(database) == ["a"]


def test_two_that_wait_for_each_other_are_parted_and_nothing_of_one_is_kept(database: Database) -> None:
    for sha256 in ("a", "b"):
        keep(database, sha256)
    barrier, errors = Barrier(2), []

    def work(first: str, second: str) -> None:
        try:
            with database.write_beside() as connection:
                connection.execute(update(t.blob).where(t.blob.c.sha256 == first).values(size=2))
                barrier.wait()
                connection.execute(update(t.blob).where(t.blob.c.sha256 == second).values(size=3))
        except StorageError as error:
            errors.append(error)

    threads = [Thread(target=work, args=order) for order in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (error,) = errors
    assert "tried again" in error.hint
    with database.read() as connection:
        assert sorted(connection.execute(select(t.blob.c.size)).scalars()) == [2, 3]


# --- servers that go away -----------------------------------------------------------------------------


def test_a_connection_that_breaks_is_said_and_the_next_one_works(
    cluster: Cluster, name: str, database: Database
) -> None:
    keep(database, "a")
    with pytest.raises(StorageError, match="connection to the database broke") as caught:  # noqa: SIM117
        with database.write() as connection:
            connection.execute(insert(t.blob), {"sha256": "b", "size": 1, "data": b"x"})
            cluster.cut(name)
            connection.execute(select(t.blob))
    assert "tried again" in caught.value.hint
    keep(database, "c")
    assert kept(database) == ["a", "c"]


def test_connections_that_broke_while_nobody_used_them_are_not_noticed(
    cluster: Cluster, name: str, database: Database
) -> None:
    keep(database, "a")
    cluster.cut(name)
    assert kept(database) == ["a"]


def test_a_transaction_that_is_left_alone_holds_its_lock_no_longer_than_a_while(
    cluster: Cluster, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of a machine that went to sleep in the middle."""
    monkeypatch.setitem(postgresql.SETTINGS, "idle_in_transaction_session_timeout", "50ms")
    asleep = Database(cluster.url(name))
    assert kept(asleep) == []
    monkeypatch.undo()
    awake = Database(cluster.url(name))
    with pytest.raises(StorageError, match="broke"), asleep.write() as connection:
        keep(awake, "a")  # waits until the server has ended the other's transaction
        connection.execute(select(t.blob))
    assert kept(awake) == ["a"]
    asleep.close()
    awake.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql+psycopg://syndicate@127.0.0.1:1/s", "cannot be reached"),
        ("postgresql+psycopg://syndicate@127.0.0.1:{port}/nosuch", "nosuch"),
        ("postgresql://nobody@127.0.0.1:{port}/postgres", "nobody"),
    ],
)
def test_a_server_that_does_not_let_us_in_is_said(cluster: Cluster, address: str, said: str) -> None:
    database = Database(address.format(port=cluster.port), "geheim")
    with pytest.raises(StorageError, match="cannot be reached") as caught:
        database.upgrade()
    assert said in caught.value.message
    assert "geheim" not in str(caught.value)
    assert "storage.url" in caught.value.hint


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (psycopg.errors.DiskFull, "disk of the database is full"),
        (psycopg.errors.TooManyConnections, "no more connections"),
        (psycopg.errors.SerializationFailure, "locked by another"),
        (psycopg.errors.AdminShutdown, "broke"),
        (psycopg.errors.CannotConnectNow, "broke"),
        (psycopg.errors.DataCorrupted, "damaged"),
        (psycopg.errors.IoError, "written or read"),
        (psycopg.errors.InsufficientPrivilege, "this user"),
    ],
)
def test_what_the_server_says_is_told_in_words(error: type[psycopg.Error], said: str) -> None:
    with pytest.raises(StorageError, match=said), translated(engine_kind("postgresql")):
        raise DBAPIError.instance("SELECT 1", {}, error("x"), psycopg.Error)


def test_a_fault_of_ours_stays_one(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as connection:
        connection.execute(text("SELEKT 1"))


# --- databases that will not do -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    ["LOCALE_PROVIDER icu ICU_LOCALE 'da' LOCALE 'C'", "ENCODING 'LATIN1' LOCALE 'C'"],
    ids=["sorted as Danes do", "another encoding"],
)
def test_a_database_that_sorts_or_writes_otherwise_is_refused_before_it_has_a_table(
    cluster: Cluster, options: str
) -> None:
    name = cluster.empty(options)
    database = Database(cluster.url(name))
    with pytest.raises(StorageError, match="encoding UTF8 and the locale C") as caught:
        database.upgrade()
    assert "createdb --template=template0" in caught.value.hint
    with database.read() as connection:
        assert connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None
    database.close()
    cluster.drop(name)


def test_a_missing_driver_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ImportError("no psycopg")

    engine_kind.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr("syndicate.storage.engines.import_module", missing)
        with pytest.raises(ConfigError, match=r"storage\.url: the driver") as caught:
            Database("postgresql+psycopg://db.example/s")
    assert "syndicate[postgres]" in caught.value.hint


# --- copies -------------------------------------------------------------------------------------------


def test_a_copy_is_whole_while_the_database_is_in_use(
    cluster: Cluster, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{cluster.bin_folder}:{os.environ['PATH']}")
    keep(database, "a")
    copy = tmp_path / "copy.dump"
    with database.write() as connection:
        connection.execute(insert(t.blob), {"sha256": "b", "size": 1, "data": b"x"})
        database.backup(copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StorageError, match="exists already"):
        database.backup(copy)
    restored = cluster.empty()
    address = f"postgresql://syndicate@127.0.0.1:{cluster.port}/{restored}"
    subprocess.run(
        [cluster.bin_folder / "pg_restore", "--exit-on-error", f"--dbname={address}", copy], check=True
    )
    other = Database(cluster.url(restored))
    other.upgrade()
    assert kept(other) == ["a"]
    other.close()
    cluster.drop(restored)


def test_a_copy_that_cannot_be_made_leaves_nothing(
    cluster: Cluster, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageError, match="pg_dump is not on this machine"):
        database.backup(tmp_path / "copy")
    monkeypatch.setenv("PATH", str(cluster.bin_folder))
    with pytest.raises(StorageError, match="could not be written"):
        database.backup(tmp_path / "nowhere" / "copy")
    gone = Database("postgresql+psycopg://syndicate@127.0.0.1:1/s")
    with pytest.raises(StorageError, match="could not be written"):
        gone.backup(tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []
