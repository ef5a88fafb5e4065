"""A database is brought to the newest schema once; after that opening it is cheap and disturbs nobody."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from syndicate.storage import upgrading
from syndicate.storage.engine import Database
from syndicate.storage.engines import sqlite
from syndicate.storage.schemas import newest_schema

OPEN = "import sys; from syndicate.storage.engine import Database; Database(sys.argv[1]).upgrade()"
IS_LOADED = "; print('alembic' in sys.modules)"


@pytest.fixture
def url(empty_database: str) -> str:
    return empty_database


def test_the_newest_schema_is_the_one_that_alembic_leads_to(url: str) -> None:
    with Database(url).write() as connection:
        script = ScriptDirectory.from_config(upgrading.configuration(connection))
    assert script.get_current_head() == newest_schema()


def test_every_migration_begins_with_the_number_of_its_place(url: str) -> None:
    with Database(url).write() as connection:
        script = ScriptDirectory.from_config(upgrading.configuration(connection))
    numbers = [Path(revision.path).name.partition("_")[0] for revision in script.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers == [revision.revision for revision in script.walk_revisions()]


def test_an_older_schema_is_brought_to_the_newest(url: str) -> None:
    database = Database(url)
    with database.write() as connection:
        command.upgrade(upgrading.configuration(connection), "0001")
    database.upgrade()
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert found == newest_schema()


def test_a_database_that_is_up_to_date_is_opened_without_alembic(url: str) -> None:
    made, opened = (
        subprocess.run([sys.executable, "-c", OPEN + IS_LOADED, url], capture_output=True, check=True).stdout
        for _ in range(2)
    )
    assert (made.strip(), opened.strip()) == (b"True", b"False")


def test_processes_that_start_at_once_upgrade_once(url: str) -> None:
    both = [subprocess.Popen([sys.executable, "-c", OPEN, url], stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[1] for process in both] == [b"", b""]
    assert [process.returncode for process in both] == [0, 0]


def test_a_database_that_is_up_to_date_is_opened_while_another_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    Database(url).upgrade()
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    writer = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        Database(url).upgrade()
    finally:
        writer.close()
