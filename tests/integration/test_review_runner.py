"""The runner when the clock is set back, the network hangs, and other processes are alive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from syndicate.bootstrap import App
from syndicate.cli.context import presence_of
from syndicate.config import StorageConfig
from syndicate.domain.errors import StorageError
from syndicate.runner import local
from syndicate.runner.local import LocalRunner
from syndicate.runner.presence import Presence
from syndicate.runner.taking_over import take_over
from syndicate.storage.engine import Database
from tests.clusters import Cluster
from tests.integration.test_runner import app as app
from tests.integration.test_runner import checks, until


@pytest.fixture
def runner(app: App) -> Iterator[LocalRunner]:
    runner = LocalRunner(app, threads=2)
    yield runner
    runner.stop()


# --- time ---------------------------------------------------------------------------------------------


def test_a_clock_that_is_set_back_does_not_halt_the_ticks(
    runner: LocalRunner, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "CLOCK_SECONDS", 0.1)
    runner.start()
    until(lambda: checks(app) >= 1)
    an_hour_on = datetime.now(UTC) + timedelta(hours=1)
    for job in runner._scheduler.get_jobs():  # what the jobs wait for, seen from an hour earlier
        job.modify(next_run_time=an_hour_on)
    before, now = checks(app), time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    until(lambda: checks(app) > before)


def test_a_visit_that_ends_after_the_clock_was_set_back_puts_nothing_off(
    runner: LocalRunner, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began by the old time, and would keep its document from being looked at for an hour."""
    began, noticed, visit = Event(), Event(), app.check.visit
    late, set_back = timedelta(hours=1), app.check.set_back

    def slow(claim: Any, now: datetime) -> Any:
        if not began.is_set():
            began.set()
            noticed.wait(20)
            return visit(claim, now + late)
        return visit(claim, now)

    def noted(now: datetime) -> int:
        found = set_back(now)
        if began.is_set():
            noticed.set()
        return found

    monkeypatch.setattr(local, "CLOCK_SECONDS", 0.1)
    monkeypatch.setattr(app.check, "visit", slow)
    monkeypatch.setattr(app.check, "set_back", noted)
    runner.start()
    assert began.wait(20)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - late.total_seconds())
    until(lambda: checks(app) >= 2)


def test_nothing_of_the_start_waits_for_the_network(
    runner: LocalRunner, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, asked, found = Event(), Event(), app.check.find

    def hangs(*args: Any) -> Any:
        asked.set()
        answered.wait(20)
        return found(*args)

    monkeypatch.setattr(app.check, "find", hangs)
    runner.start()
    assert asked.wait(20)
    assert runner.trouble() == []
    answered.set()
    until(lambda: checks(app) >= 1)


# --- faults -------------------------------------------------------------------------------------------


def test_a_fault_while_the_database_is_locked_leaves_the_document_due(
    runner: LocalRunner, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> Any:
        raise ZeroDivisionError

    def locked(*args: Any) -> Any:
        asked.set()
        raise StorageError("The database is locked by another process.")

    asked = Event()
    with monkeypatch.context() as patch:
        patch.setattr(app.check, "visit", broken)
        patch.setattr(app.check, "fail", locked)
        runner.start()
        assert asked.wait(20)
    until(lambda: checks(app) >= 1)  # and not only when its lease of a quarter of an hour has ended


# --- who is alone -------------------------------------------------------------------------------------


def lease(app: App) -> None:
    app.check.sync(app.clock())
    app.check.find(app.clock())
    assert app.check.claim(app.clock(), limit=5)


def test_whoever_is_alone_takes_up_what_the_dead_left(app: App, tmp_path: Path) -> None:
    lease(app)
    presence = Presence(tmp_path / "s.lock")
    take_over(app, presence)
    assert app.check.claim(app.clock(), limit=5)
    presence.close()


def test_whoever_is_not_alone_leaves_the_living_their_work(app: App, tmp_path: Path) -> None:
    other = Presence(tmp_path / "s.lock")
    other.share()
    lease(app)
    presence = Presence(tmp_path / "s.lock")
    take_over(app, presence)
    assert app.check.claim(app.clock(), limit=5) == []
    presence.close()
    other.close()


@pytest.mark.parametrize("others", [True, False])
def test_a_shared_database_tells_itself_who_works_on_it(
    app: App, cluster: Cluster, others: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file on this machine would tell nothing of a process on another one."""
    name = cluster.borrow()
    shared = StorageConfig(url=cluster.url(name))
    monkeypatch.setattr(app, "config", app.config.model_copy(update={"storage": shared}))
    elsewhere = Database(shared.url)
    their_place = elsewhere.presence() if others else None
    if their_place:
        their_place.share()
    lease(app)
    presence = presence_of(app)
    take_over(app, presence)
    assert len(app.check.claim(app.clock(), limit=5)) == (0 if others else 1)
    for place in filter(None, (presence, their_place)):
        place.close()
    elsewhere.close()
    app.close()
    cluster.give_back(name)


def test_the_place_among_the_workers_is_kept_as_long_as_it_runs(app: App) -> None:
    renewed = Event()
    runner = LocalRunner(app, threads=1, renew=renewed.set)
    runner.start()
    assert renewed.wait(20)
    runner.stop()


def test_others_are_let_in_before_our_own_work_begins(app: App, tmp_path: Path) -> None:
    """Else a second process could come to be alone while the lock changes, and take up our living work."""
    presence = Presence(tmp_path / "s.lock")
    take_over(app, presence)
    second = Presence(tmp_path / "s.lock")  # would wait for ever if the lock were not shared by now
    assert not second.alone
    second.close()
    presence.close()
