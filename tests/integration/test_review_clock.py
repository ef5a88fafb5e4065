"""A clock that is set back while the service watches."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.storage import tables as t
from tests.watching import BASE, SHARPENED, Watcher, page


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


def test_ids_stay_distinct_when_the_clock_is_set_back(watcher: Watcher) -> None:
    watcher.visit()
    texts = [SHARPENED, BASE, SHARPENED, BASE, SHARPENED]
    for n, text in enumerate(texts):
        watcher.serve(page(*text))
        assert watcher.visit().outcome == "announce"
        if n == 0:
            watcher.now -= timedelta(hours=13)  # earlier than the first update, later than its first visit
            with watcher.store.database.write() as connection:
                connection.execute(t.document.update().values(next_visit=watcher.now))
    ids = [update.id for update in watcher.updates()]
    assert len(set(ids)) == len(texts)
    newest_first = watcher.updates()
    assert [update.previous for update in newest_first[:-1]] == ids[1:]


def test_a_document_is_due_at_once_when_the_clock_was_set_back(watcher: Watcher) -> None:
    watcher.visit()
    watcher.now -= timedelta(hours=3)
    assert watcher.check.claim(watcher.now, limit=1) == []

    assert watcher.check.set_back(watcher.now) == 2  # the document, and the list of its source

    assert len(watcher.check.claim(watcher.now, limit=1)) == 1


def test_a_document_that_is_not_due_stays_so_while_the_clock_goes_right(watcher: Watcher) -> None:
    watcher.visit()
    watcher.now += timedelta(seconds=1)

    assert watcher.check.set_back(watcher.now) == 0
    assert watcher.check.set_back(watcher.now - timedelta(seconds=30)) == 0  # put right, not set back

    assert watcher.check.claim(watcher.now, limit=1) == []


def test_a_source_whose_list_fails_is_due_once_after_the_clock_was_set_back(watcher: Watcher) -> None:
    watcher.visit()
    watcher.web.lost = True
    watcher.now += timedelta(hours=3)
    assert watcher.check.find(watcher.now)
    watcher.now -= timedelta(hours=2)  # earlier than the list failed, later than the last visit
    assert watcher.check.find(watcher.now) == []

    assert watcher.check.set_back(watcher.now) == 1

    assert len(watcher.check.find(watcher.now)) == 1
    assert watcher.check.set_back(watcher.now) == 0


def test_a_visit_that_ends_after_the_clock_was_set_back_is_mended_too(watcher: Watcher) -> None:
    watcher.visit()
    watcher.now += timedelta(hours=3)
    check, begun = watcher.check, watcher.now
    (claim,) = check.claim(begun, limit=1)
    watcher.now -= timedelta(hours=2)
    assert check.set_back(watcher.now) == 0
    check.visit(claim, begun)
    assert check.claim(watcher.now, limit=1) == []

    assert check.set_back(watcher.now) == 1

    assert len(check.claim(watcher.now, limit=1)) == 1
