"""Claims when one host has thousands of documents, and when another process knows other sources."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.ports import Finding, FoundDocument, SourceRecord
from syndicate.services.check import CheckService
from tests.storing import LEASE, NOW, SOURCE, Store
from tests.watching import Watcher

pytestmark = pytest.mark.usefixtures("any_database")

MANY = 100


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A host with many due documents, found first, and two with one each."""
    store = Store(tmp_path)
    store.watch.sync_sources([SOURCE], NOW)
    big = [FoundDocument(f"b{n}", "", f"https://big.example/{n}", "big.example") for n in range(MANY)]
    small = [FoundDocument(n, "", f"https://{n}.example/", f"{n}.example") for n in ("x", "y")]
    for n, documents in enumerate((big, small)):
        now = NOW + timedelta(seconds=n)
        store.watch.found([Finding(SOURCE.id, documents, NOW)], now)
    return store


LATER = NOW + timedelta(minutes=1)


def test_a_host_with_many_documents_does_not_hide_the_others(store: Store) -> None:
    claims = store.watch.claim(LATER, LEASE, limit=4)
    assert [claim.host for claim in claims] == ["big.example", "x.example", "y.example"]


def test_many_of_it_are_claimed_where_that_is_asked_for(store: Store) -> None:
    claims = store.watch.claim(LATER, LEASE, limit=50, per_host=10)
    assert [claim.host for claim in claims].count("big.example") == 10
    assert len(claims) == 12
    assert len({claim.document_id for claim in claims}) == 12


def test_files_have_no_host_and_come_all(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.watch.sync_sources([SOURCE], NOW)
    files = [FoundDocument(f"f{n}", "", f"/f{n}") for n in range(30)]
    store.watch.found([Finding(SOURCE.id, files, NOW)], NOW)
    assert len(store.watch.claim(NOW, LEASE, limit=7)) == 7
    claims = store.watch.claim(NOW, LEASE, limit=100)
    assert len({claim.document_id for claim in claims}) == 23


def test_a_source_that_only_another_process_knows_is_left_to_it(tmp_path: Path) -> None:
    """The operator added it to the configuration and ran `check`, while an older `run` goes on."""
    watcher = Watcher(tmp_path)
    watcher.visit()
    newer = SourceRecord("nyere", "En nyere", "page", "da", ())
    watcher.store.watch.sync_sources([SOURCE, newer], watcher.now)
    found = [FoundDocument("https://ny.example/", "", "https://ny.example/", "ny.example")]
    watcher.store.watch.found([Finding("nyere", found, watcher.now)], watcher.now)
    service: CheckService = watcher.check
    assert [claim.source_id for claim in service.claim(watcher.now, limit=5)] == []
    (claim,) = watcher.store.watch.claim(watcher.now, LEASE, limit=5)
    assert claim.source_id == "nyere"
