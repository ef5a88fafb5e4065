"""Who works on a PostgreSQL database is known to the server, from whatever machine they come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from syndicate.domain.errors import StorageError
from syndicate.storage.engine import Database
from syndicate.storage.engines import Presence
from tests.clusters import Cluster
from tests.processes import until

WORK = """
import sys
from syndicate.storage.engine import Database
presence = Database(sys.argv[1]).presence()
presence.share()
print("here", flush=True)
sys.stdin.read()
"""


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


def come(database: Database) -> Presence:
    presence = database.presence()
    assert presence
    return presence


def is_alone(database: Database) -> bool:
    """Whether somebody who comes now is alone; he leaves at once."""
    presence = come(database)
    presence.close()
    return presence.alone


def test_the_presence_of_others_is_known_and_ends_with_them(database: Database) -> None:
    first = come(database)
    assert first.alone
    first.share()
    assert not is_alone(database)
    first.close()
    assert is_alone(database)


def test_a_process_that_is_killed_is_present_no_more(cluster: Cluster, name: str, database: Database) -> None:
    command = [sys.executable, "-c", WORK, cluster.url(name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout and worker.stdout.readline() == b"here\n"
        assert not is_alone(database)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    until("its place to be free", lambda: is_alone(database))


def test_a_place_that_was_lost_is_taken_again(cluster: Cluster, name: str, database: Database) -> None:
    present = come(database)
    present.share()
    cluster.cut(name)
    assert is_alone(database)
    present.renew()
    assert not is_alone(database)
    present.renew()
    present.close()
    assert is_alone(database)


def test_others_come_in_once_what_the_dead_left_is_taken_up(
    cluster: Cluster, name: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules["syndicate.storage.engines.postgresql"].SETTINGS, "lock_timeout", "50ms")
    impatient = Database(cluster.url(name))
    first = come(database)
    with pytest.raises(StorageError, match="who else works"):
        impatient.presence()
    first.share()
    second = come(impatient)
    assert not second.alone
    second.close()
    first.close()
    impatient.close()


def test_a_place_that_nobody_lets_in_again_yet_is_asked_for_anew(
    cluster: Cluster, name: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules["syndicate.storage.engines.postgresql"].SETTINGS, "lock_timeout", "50ms")
    impatient = Database(cluster.url(name))
    present = come(impatient)
    present.share()
    cluster.cut(name)
    other = come(database)
    assert other.alone
    with pytest.raises(StorageError, match="who else works"):
        present.renew()
    other.close()
    present.renew()
    assert not is_alone(database)
    present.close()
    impatient.close()
