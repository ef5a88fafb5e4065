"""The embedded runner: it ticks, works on several things at once, and outlives every error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicate.bootstrap import App, load_config
from syndicate.domain.errors import StorageError
from syndicate.ports import FeedKey
from syndicate.runner.local import LocalRunner
from syndicate.runner.presence import Presence
from tests.integration.test_cli import CONFIG, PAPER

PATIENCE = 20.0


def until(look: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("LI_TOKEN", "s3cret-token")
    text = CONFIG.replace("POLICY", "auto").replace(
        'language = "da"\npolicy', 'every = "1s"\nlanguage = "da"\npolicy'
    )
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    (tmp_path / "papirer").mkdir()
    (tmp_path / "papirer" / "kost.md").write_text(PAPER, encoding="utf-8")
    app = App(load_config(tmp_path / "s.toml"))
    yield app
    app.close()


@pytest.fixture
def runner(app: App) -> Iterator[LocalRunner]:
    runner = LocalRunner(app, threads=2)
    runner.start()
    yield runner
    runner.stop()


def checks(app: App) -> int:
    return sum(document.checks for document in app.archive.status(app.clock()).documents)


def test_it_watches_announces_and_renders(app: App, runner: LocalRunner, tmp_path: Path) -> None:
    until(lambda: checks(app) >= 1)
    paper = tmp_path / "papirer" / "kost.md"
    paper.write_text(PAPER.replace("bør servere", "skal servere"), encoding="utf-8")
    until(lambda: app.archive.published())
    until(lambda: (feed := app.feed_store.feed(FeedKey("all", "rss", False))) and b"skal" in feed.body)
    until(lambda: app.outbox.deliveries())
    assert runner.trouble() == []


def test_a_new_file_is_found_while_it_runs(app: App, runner: LocalRunner, tmp_path: Path) -> None:
    until(lambda: checks(app) >= 1)
    (tmp_path / "papirer" / "ny.md").write_text(PAPER.replace("Kost", "Søvn"), encoding="utf-8")
    until(lambda: app.archive.published())
    assert app.archive.published()[0].document_title == "Søvn"


def test_a_database_that_fails_is_told_and_works_again(
    app: App, runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(lambda: checks(app) >= 1)
    whole = app.watch_store.claim

    def full(*args: Any, **kwargs: Any) -> Any:
        raise StorageError("The disk is full.", hint="Make room.")

    monkeypatch.setattr(app.watch_store, "claim", full)
    until(lambda: runner.trouble() == ["The disk is full. Make room."])
    before = checks(app)
    monkeypatch.setattr(app.watch_store, "claim", whole)
    until(lambda: checks(app) > before)
    until(lambda: runner.trouble() == [])


def test_a_visit_that_meets_a_full_disk_is_due_again(
    app: App, runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = app.watch_store.conclude
    broken = [3]

    def sometimes(conclusion: Any) -> bool:
        if broken[0]:
            broken[0] -= 1
            raise StorageError("The disk is full.")
        return bool(whole(conclusion))

    monkeypatch.setattr(app.watch_store, "conclude", sometimes)
    until(lambda: checks(app) >= 2)
    assert broken == [0]


def test_a_fault_of_ours_in_one_visit_is_told_and_not_repeated_at_once(
    app: App, runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError

    until(lambda: checks(app) >= 1)
    monkeypatch.setattr(app.check, "visit", broken)
    until(lambda: "reason of its own" in app.archive.status(app.clock()).documents[0].problem)
    (document,) = app.archive.status(app.clock()).documents
    assert document.failures >= 1


def test_the_presence_of_others_is_known_and_ends_with_them(tmp_path: Path) -> None:
    path = tmp_path / "s.db.lock"
    first = Presence(path)
    assert first.alone
    first.share()
    second = Presence(path)
    assert not second.alone
    second.close()
    first.close()
    third = Presence(path)
    assert third.alone
    third.close()
