"""What holds of transactions, schemas and values on every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from syndicate.domain.errors import ConfigError, StorageError
from syndicate.storage import tables
from syndicate.storage.engine import Database
from tests import storing

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def database(any_database: str, tmp_path: Path) -> Iterator[Database]:
    database = Database(storing.url_for(tmp_path))
    database.upgrade()
    yield database
    database.close()


def test_the_migrations_make_just_the_tables(database: Database, any_database: str) -> None:
    of_no_matter = ("modify_type",) if any_database == "sqlite" else ()  # SQLite knows one kind of integer
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": _is_a_table_of_ours}
        context = MigrationContext.configure(connection, opts=opts)
        differences = [d for d in compare_metadata(context, tables.metadata) if d[0] not in of_no_matter]
    assert differences == []


def _is_a_table_of_ours(_object: object, name: str | None, *_: object) -> bool:
    """The index of the search is each database's own affair: tables of kinds that only it has."""
    return not (name or "").startswith("update_search")


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    database.upgrade()
    database.upgrade()


def test_a_newer_schema_is_refused_in_words(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="schema 9999") as caught:
        database.upgrade()
    assert "newer version" in caught.value.hint


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        connection.execute(insert(tables.blob), {"sha256": "a", "size": 1, "data": b"x"})
        raise RuntimeError
    with database.read() as connection:
        assert connection.execute(select(tables.blob)).all() == []


def test_an_error_tells_no_value(database: Database) -> None:
    """It goes into a log, and the value may be a reader's address or a token."""
    row = {"sha256": "kanariefugl", "size": 1, "data": b"kanariefugl"}
    with pytest.raises(IntegrityError) as caught, database.write() as connection:
        connection.execute(insert(tables.blob), row)
        connection.execute(insert(tables.blob), row)
    assert "kanariefugl" not in str(caught.value).replace(str(caught.value.orig), "")


def test_what_is_read_is_of_one_moment(database: Database) -> None:
    count = "SELECT count(*) FROM blob"
    with database.read() as reader:
        assert reader.execute(text(count)).scalar() == 0
        with database.write() as connection:
            connection.execute(insert(tables.blob), {"sha256": "a", "size": 1, "data": b"x"})
        assert reader.execute(text(count)).scalar() == 0
    with database.read() as reader:
        assert reader.execute(text(count)).scalar() == 1


def test_two_writers_wait_for_each_other(database: Database) -> None:
    begun, order = Event(), []

    def second() -> None:
        begun.wait()
        with database.write() as connection:
            connection.execute(insert(tables.blob), {"sha256": "b", "size": 1, "data": b"x"})
            order.append("second")

    thread = Thread(target=second)
    thread.start()
    with database.write() as connection:
        connection.execute(insert(tables.blob), {"sha256": "a", "size": 1, "data": b"x"})
        begun.set()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_an_address_that_is_none_names_the_key() -> None:
    with pytest.raises(ConfigError, match=r"storage\.url"):
        Database("not an address")


def test_a_database_of_another_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"storage\.url: 'mysql' is no database") as caught:
        Database("mysql://db.example/s")
    assert "postgresql+psycopg://" in caught.value.hint


def test_times_come_back_as_they_went_in_and_naive_ones_do_not_go_in(database: Database) -> None:
    exact = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
    with database.write() as connection:
        connection.execute(insert(tables.event), {"at": exact, "kind": "k"})
        assert connection.execute(select(tables.event.c.at)).scalar() == exact
        with pytest.raises(Exception, match="without a zone"):
            connection.execute(insert(tables.event), {"at": exact.replace(tzinfo=None), "kind": "k"})
