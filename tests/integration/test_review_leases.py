"""Visits that overlap: whoever lost the lease stores nothing, and says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate.domain.errors import LeaseLost
from syndicate.domain.model import Attachment
from syndicate.ports import NotModified, Retrieved, Validators
from syndicate.services.holding import LEASE
from syndicate.storage import tables as t
from tests.storing import NOW, Store, retrieved
from tests.watching import SHARPENED, Watcher, page

pytestmark = pytest.mark.usefixtures("any_database")


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


def test_a_visit_that_lost_its_lease_keeps_no_bytes(tmp_path: Path) -> None:
    """They may be older than what its successor has announced by now."""
    store = Store(tmp_path)
    store.source("a")
    slow = store.claim()
    quick = store.claim(NOW + LEASE * 2)
    with pytest.raises(LeaseLost):
        store.watch.keep_snapshot(slow, slow.resources[0].id, retrieved(b"old"), NOW)
    with pytest.raises(LeaseLost):
        store.watch.keep_resources(slow, [Attachment("Fakta", "https://kilde.example/fakta.docx", 0)])
    store.watch.keep_snapshot(quick, quick.resources[0].id, retrieved(b"new"), NOW)
    with store.database.read() as connection:
        assert len(connection.execute(select(t.snapshot)).all()) == 1
        assert len(connection.execute(select(t.resource)).all()) == 1


def test_an_old_answer_that_comes_late_is_no_news(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process asks and hangs; another visits meanwhile and announces; then the first gets its answer."""
    watcher.visit()
    whole = watcher.web.retrieve

    def hangs(address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        monkeypatch.setattr(watcher.web, "retrieve", whole)
        stale = whole(address, None, now)
        watcher.serve(page(*SHARPENED))
        watcher.now += LEASE * 2
        assert watcher.visit().outcome == "announce"
        assert isinstance(stale, Retrieved)
        return Retrieved(stale.url, stale.body + b"<!-- another node -->", stale.media_type, stale.validators)

    monkeypatch.setattr(watcher.web, "retrieve", hangs)
    assert watcher.visit().outcome == "lost"
    assert watcher.visit().outcome == "drop"
    assert len(watcher.updates()) == 1


def test_a_visit_that_lost_its_lease_at_the_very_end_does_not_say_that_it_announced(
    watcher: Watcher,
) -> None:
    watcher.visit()
    watcher.serve(page(*SHARPENED))
    watcher.now += timedelta(hours=7)
    service = watcher.check
    (slow,) = service.claim(watcher.now, limit=1)
    answer = watcher.web.retrieve(slow.address, None, watcher.now)
    assert isinstance(answer, Retrieved)
    watcher.store.watch.keep_snapshot(slow, slow.resources[0].id, answer, watcher.now)
    (unread,) = service.claim(watcher.now + LEASE * 2, limit=1)  # somebody else reads what was kept
    watcher.web.only_304 = True
    assert service.visit(unread, watcher.now).update_id
    report = service.visit(slow, watcher.now)
    assert (report.outcome, report.update_id) == ("lost", "")


def test_a_visit_with_many_slow_attachments_keeps_its_document(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve files of four minutes each; another process looks for work at every one."""
    names = [f"fil-{n}.docx" for n in range(12)]
    watcher.serve(page(*SHARPENED, links=[(name, name) for name in names]))
    whole, taken = watcher.web.retrieve, []

    def slow(address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        if address.endswith(".docx"):
            watcher.ticks += 240
            later = watcher.now + timedelta(seconds=watcher.ticks)
            taken.extend(watcher.check.claim(later, limit=1))
        return whole(address, validators, now)

    monkeypatch.setattr(watcher.web, "retrieve", slow)
    report = watcher.visit()

    assert watcher.ticks == 12 * 240 > LEASE.total_seconds()
    assert taken == []
    assert report.outcome == "drop"


def test_a_visit_whose_document_was_taken_over_stops(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"fil-{n}.docx" for n in range(4)]
    watcher.serve(page(*SHARPENED, links=[(name, name) for name in names]))
    whole = watcher.web.retrieve

    def hangs(address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        if address.endswith("fil-0.docx"):
            watcher.ticks += LEASE.total_seconds() * 2
            assert watcher.check.claim(watcher.now + LEASE * 2, limit=1)
        return whole(address, validators, now)

    monkeypatch.setattr(watcher.web, "retrieve", hangs)
    report = watcher.visit()

    assert report.outcome == "lost"
    assert not any(address.endswith("fil-2.docx") for address in watcher.web.asked)
