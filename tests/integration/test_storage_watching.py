"""Claims, snapshots, conclusions: what a visit stores, and what it must never store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate.domain.errors import StorageError
from syndicate.domain.model import Attachment, UpdateState
from syndicate.ports import Candidate, Conclusion, Finding, FoundDocument, ResourcePlace, SnapshotState
from syndicate.storage import tables as t
from tests.factories import update
from tests.storing import LEASE, NOW, SOURCE, Store, retrieved, version

pytestmark = pytest.mark.usefixtures("any_database")

LATER = NOW + timedelta(minutes=2)
MUCH_LATER = NOW + timedelta(days=60)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def concluded(claim: object, **other: object) -> Conclusion:
    values = {"now": NOW, "next_visit": LATER} | other
    return Conclusion(claim.document_id, claim.token, **values)  # type: ignore[attr-defined,arg-type]


# --- sources and documents ----------------------------------------------------------------------------


def test_documents_of_the_first_finding_are_baseline_and_later_ones_are_news(store: Store) -> None:
    store.source("a")
    store.watch.found([Finding(SOURCE.id, [FoundDocument("b", "", "/b")], LATER)], NOW)
    claims = store.watch.claim(NOW, LEASE, limit=5)
    assert {claim.key: claim.baseline for claim in claims} == {"a": True, "b": False}


def test_finding_again_keeps_what_is_known(store: Store) -> None:
    store.source("a")
    store.visit(b"x", version("x"))
    store.watch.found([Finding(SOURCE.id, [FoundDocument("a", "", "/a")], LATER)], NOW)
    assert store.watch.claim(NOW, LEASE, limit=5) == []


def test_a_source_that_left_the_configuration_is_watched_no_more_and_keeps_its_archive(store: Store) -> None:
    store.source("a")
    claim = store.visit(b"x", version("x"))
    store.watch.sync_sources([], NOW)
    assert store.watch.claim(LATER, LEASE, limit=5) == []
    assert store.watch.due_sources(MUCH_LATER) == []
    assert store.archive.document(claim.document_id) is not None
    store.watch.sync_sources([SOURCE], NOW)
    assert len(store.watch.claim(LATER, LEASE, limit=5)) == 1


# --- claims -------------------------------------------------------------------------------------------


def test_a_claimed_document_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    store.source("a")
    store.claim()
    assert store.watch.claim(NOW, LEASE, limit=5) == []
    assert len(store.watch.claim(NOW + LEASE, LEASE, limit=5)) == 1


def test_one_document_a_host_at_a_time(store: Store) -> None:
    store.watch.sync_sources([SOURCE], NOW)
    found = [FoundDocument(key, "", f"https://h.example/{key}", "h.example") for key in "abc"]
    store.watch.found([Finding(SOURCE.id, found, LATER)], NOW)
    assert len(store.watch.claim(NOW, LEASE, limit=5)) == 1
    assert store.watch.claim(NOW, LEASE, limit=5, busy_hosts=["h.example"]) == []


def test_files_have_no_host_and_do_not_wait_for_each_other(store: Store) -> None:
    store.watch.sync_sources([SOURCE], NOW)
    store.watch.found([Finding(SOURCE.id, [FoundDocument(key, "", f"/{key}") for key in "abc"], LATER)], NOW)
    assert len(store.watch.claim(NOW, LEASE, limit=2)) == 2


def test_named_sources_are_claimed_before_they_are_due(store: Store) -> None:
    store.source("a")
    store.visit(b"x", version("x"))
    assert store.watch.claim(NOW, LEASE, limit=5) == []
    assert len(store.watch.claim(NOW, LEASE, limit=5, sources=[SOURCE.id])) == 1


def test_a_visit_given_up_is_due_at_once(store: Store) -> None:
    store.source("a")
    store.watch.release(store.claim())
    assert len(store.watch.claim(NOW, LEASE, limit=5)) == 1


def test_a_lost_lease_concludes_nothing(store: Store) -> None:
    store.source("a")
    slow = store.claim()
    quick = store.claim(NOW + LEASE)
    assert not store.watch.conclude(concluded(slow, title="from the slow one"))
    assert store.watch.conclude(concluded(quick, title="from the quick one"))
    (status,) = store.archive.status(NOW).documents
    assert (status.title, status.checks) == ("from the quick one", 1)


# --- snapshots ----------------------------------------------------------------------------------------


def test_bytes_are_kept_unread_with_their_validators_and_the_document_is_due_at_once(store: Store) -> None:
    store.source("a")
    claim = store.claim()
    kept = store.watch.keep_snapshot(claim, claim.resources[0].id, retrieved(b"page", '"e1"'), NOW)
    assert store.watch.bytes_of(kept.sha256) == b"page"
    store.watch.release_leases()  # as after a crash
    again = store.claim()
    (main,) = again.resources
    assert main.latest is not None
    assert main.latest.state is SnapshotState.UNREAD
    assert main.validators is not None
    assert main.validators.etag == '"e1"'
    assert again.baseline


def test_the_same_bytes_are_stored_once(store: Store) -> None:
    store.source("a", "b")
    for claim in store.watch.claim(NOW, LEASE, limit=2):
        store.watch.keep_snapshot(claim, claim.resources[0].id, retrieved(b"same"), NOW)
    with store.database.read() as connection:
        assert len(connection.execute(select(t.blob)).all()) == 1


def test_a_text_without_a_difference_makes_no_new_version(store: Store) -> None:
    store.source("a")
    store.visit(b"one", version("x"))
    store.visit(b"two", version("x"), now=LATER)
    with store.database.read() as connection:
        assert len(connection.execute(select(t.version)).all()) == 1
        states = connection.execute(select(t.snapshot.c.state)).scalars().all()
    assert states == ["read", "read"]


def test_versions_come_back_as_they_were_with_history_oldest_first(store: Store) -> None:
    store.source("a")
    for n, text in enumerate(("æ", "ø", "å")):
        claim = store.visit(text.encode(), version(text), now=NOW + n * timedelta(minutes=5))
    claim = store.claim(NOW + timedelta(hours=1))
    (main,) = claim.resources
    head, snapshot = store.watch.version(main.head_version)
    assert (head.text, snapshot.state) == ("å", SnapshotState.READ)
    assert [old.text for old in store.watch.history(main.id, 5, NOW)] == ["æ", "ø"]
    assert [old.text for old in store.watch.history(main.id, 1, NOW)] == ["ø"]
    assert [old.text for old in store.watch.history(main.id, 5, NOW + timedelta(minutes=1))] == ["ø"]
    base, _ = store.watch.version(main.base_version)
    assert base.text == "æ"


def test_pruning_keeps_first_newest_base_and_announced_bytes(store: Store) -> None:
    store.source("a")
    bodies = [b"first", b"noise-1", b"told", b"noise-2", b"newest"]
    for n, body in enumerate(bodies):
        now = NOW + n * timedelta(minutes=5)
        text = "new" if n >= 2 else "old"
        told = update(id="u1", source_id=SOURCE.id, document_id=1) if body == b"told" else None
        store.visit(body, version(text), update=told, now=now)
    assert store.watch.prune(NOW + timedelta(hours=1), timedelta(days=30)) == 0
    assert store.watch.prune(MUCH_LATER, timedelta(days=30)) == 2
    for body in (b"first", b"told", b"newest"):
        assert store.watch.bytes_of(sha256(body).hexdigest()) == body
    with pytest.raises(StorageError, match="no longer kept"):
        store.watch.bytes_of(sha256(b"noise-1").hexdigest())


# --- conclusions --------------------------------------------------------------------------------------


def test_failures_are_counted_told_and_ended(store: Store) -> None:
    store.source("a")
    store.watch.conclude(concluded(store.claim(), failed=True, problem="DNS"))
    store.watch.conclude(concluded(store.claim(LATER), failed=True, problem="DNS", now=LATER))
    (status,) = store.archive.status(NOW).documents
    assert (status.failures, status.problem, status.problem_since) == (2, "DNS", NOW)
    assert status.last_ok is None
    store.watch.conclude(concluded(store.claim(LATER), now=LATER))
    (status,) = store.archive.status(NOW).documents
    assert (status.failures, status.problem, status.problem_since, status.last_ok) == (0, "", None, LATER)


def test_a_doubt_is_kept_and_cleared(store: Store) -> None:
    store.source("a")
    doubt = Candidate(NOW, LATER, "an attachment cannot be reached yet")
    store.watch.conclude(concluded(store.claim(), candidate=doubt))
    again = store.claim(LATER)
    assert again.candidate == doubt
    store.watch.conclude(concluded(again))
    assert store.claim(LATER).candidate is None


def test_attachments_move_and_vanish(store: Store) -> None:
    store.source("a")
    claim = store.claim()
    first, second = store.watch.keep_resources(
        claim, [Attachment("Fakta", "/f.pdf", 0), Attachment("Rapport", "/r.docx", 1)]
    )
    assert first.baseline
    moved = ResourcePlace(first.id, "Fakta", "/f-2.pdf", 0, present=True)
    gone = ResourcePlace(second.id, "Rapport", "/r.docx", 1, present=False)
    store.watch.conclude(concluded(claim, places=(moved, gone)))
    _, one, two = store.claim(LATER).resources
    assert (one.url, one.present, two.present) == ("/f-2.pdf", True, False)


def test_distrusted_validators_are_forgotten(store: Store) -> None:
    store.source("a")
    claim = store.claim()
    main = claim.resources[0]
    store.watch.keep_snapshot(claim, main.id, retrieved(b"wall"), NOW)
    store.watch.conclude(concluded(claim, distrust=(main.id,), failed=True, problem="a wall"))
    assert store.claim(LATER).resources[0].validators is None


def test_publication_moves_the_base_numbers_the_update_and_plans_the_fan_out(store: Store) -> None:
    store.source("a")
    store.visit(b"one", version("old"))
    store.visit(b"two", version("new"), update=update(id="u1", source_id=SOURCE.id), now=LATER)
    (known,) = store.archive.published()
    assert (known.id, known.sequence, known.published_at) == ("u1", 1, LATER)
    assert sorted(fan_out.channel for fan_out in store.outbox.fan_outs(5)) == ["email", "linkedin"]
    claim = store.claim(NOW + timedelta(hours=1))
    (main,) = claim.resources
    assert main.base_version == main.head_version
    assert (claim.last_update, claim.last_published, claim.held) == ("u1", "u1", "")


def test_a_held_update_leaves_the_base_and_is_replaced_by_the_next_reading(store: Store) -> None:
    store.source("a")
    store.visit(b"one", version("old"))
    held = update(id="u1", source_id=SOURCE.id, state=UpdateState.HELD, published_at=None)
    store.visit(b"two", version("new"), update=held, now=LATER)
    assert store.archive.published() == []
    assert store.outbox.fan_outs(5) == []
    later = NOW + timedelta(hours=1)
    claim = store.visit(b"three", version("newer"), update=replace(held, reason="again"), now=later)
    assert claim.held == "u1"
    assert claim.resources[0].base_version != claim.resources[0].head_version
    (waiting,) = store.archive.waiting()
    assert waiting.id == "u1"


def test_a_moot_update_is_superseded(store: Store) -> None:
    store.source("a")
    held = update(id="u1", source_id=SOURCE.id, state=UpdateState.HELD)
    store.visit(b"one", version("old"), update=held)
    store.watch.conclude(concluded(store.claim(LATER), supersede="u1"))
    assert store.archive.waiting() == []
    known = store.archive.update("u1")
    assert known is not None
    assert known.state is UpdateState.SUPERSEDED
    assert store.claim(LATER).last_update == "u1"


# --- many at once -------------------------------------------------------------------------------------


def test_several_documents_of_a_host_are_claimed_where_one_worker_takes_them_all(store: Store) -> None:
    store.watch.sync_sources([SOURCE], NOW)
    found = [FoundDocument(key, "", f"https://h.example/{key}", "h.example") for key in "abc"]
    store.watch.found([Finding(SOURCE.id, found, LATER)], NOW)
    assert len(store.watch.claim(NOW, LEASE, limit=5, per_host=2)) == 2


def test_what_was_visited_since_is_not_claimed_again_however_soon_it_is_due(store: Store) -> None:
    store.source("a", "b")
    before = NOW - timedelta(seconds=1)
    store.visit(b"x", version("x"))
    again = store.watch.claim(NOW, LEASE, limit=5, sources=[SOURCE.id], since=before)
    assert [claim.key for claim in again] == ["b"]


def test_quiet_visits_end_together_and_only_under_their_lease(store: Store) -> None:
    store.source("a", "b", "c")
    claims = store.watch.claim(NOW, LEASE, limit=5)
    ends = [Conclusion(claim.document_id, claim.token, NOW, LATER, full=True) for claim in claims]
    assert all(end.is_quiet for end in ends)
    store.watch.conclude_quiet([*ends[:2], replace(ends[2], token="somebody else's")])
    documents = store.archive.status(NOW).documents
    assert [(each.checks, each.last_ok, each.next_visit) for each in documents] == [
        (1, NOW, LATER),
        (1, NOW, LATER),
        (0, None, NOW),
    ]
    (claim,) = store.watch.claim(LATER, LEASE, limit=1)
    assert (claim.pace.first_ok, claim.pace.last_full, claim.pace.since_full) == (NOW, NOW, 0)


def test_syncing_the_same_sources_writes_nothing_new(store: Store) -> None:
    store.watch.sync_sources([SOURCE], NOW)
    store.watch.sync_sources([SOURCE], LATER)
    store.watch.sync_sources([], LATER)
    store.watch.sync_sources([], LATER + timedelta(days=1))
    with store.database.read() as connection:
        (row,) = connection.execute(select(t.source)).all()
    assert (row.active, row.ended_at) == (False, LATER)
