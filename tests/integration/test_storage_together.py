"""Two that work on one database at once, each with connections of its own, as two processes have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest

from syndicate.domain.errors import LeaseLost
from syndicate.domain.model import DeliveryState, UpdateState
from syndicate.ports import Conclusion, Finding, FoundDocument, Settlement
from tests import factories
from tests.storing import LEASE, NOW, SOURCE, Store, message, planned, retrieved, version

pytestmark = pytest.mark.usefixtures("any_database")

LATER = NOW + timedelta(hours=1)
WORKERS = 4


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.database.close()


@pytest.fixture
def other(store: Store) -> Iterator[Store]:
    """Another process's view of the same database."""
    other = Store(store.folder)
    yield other
    other.database.close()


def at_once(*works: Callable[[], object]) -> None:
    """Runs all of these at the same time, to their end; the first error of any is raised."""
    barrier, errors = Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_every_document_is_claimed_by_one_alone(store: Store) -> None:
    store.watch.sync_sources([SOURCE], NOW)
    found = [FoundDocument(f"d{n}", "", f"https://h{n}.example/", f"h{n}.example") for n in range(60)]
    store.watch.found([Finding(SOURCE.id, found, LATER)], NOW)
    claimed: list[int] = []

    def work() -> None:
        mine = Store(store.folder)
        while len(claimed) < len(found):
            claimed.extend(claim.document_id for claim in mine.watch.claim(NOW, LEASE, limit=3))
        mine.database.close()

    at_once(*[work] * WORKERS)
    assert len(claimed) == len(set(claimed)) == len(found)


def with_deliveries(store: Store, many: int) -> None:
    store.source()
    update = factories.update(id="u1", source_id=SOURCE.id, document_id=1)
    store.visit(b"1", version("En."), update=update)
    store.outbox.register_destinations({"li": ("linkedin", "")})
    rows = [planned(n, "u1") for n in range(many)]
    store.outbox.plan(store.fan_out("linkedin"), rows, 0, True, NOW)


def test_every_delivery_is_sent_by_one_alone(store: Store) -> None:
    with_deliveries(store, 120)
    sent: Counter[str] = Counter()

    def work() -> None:
        mine = Store(store.folder)
        while claimed := mine.outbox.claim("li", NOW, LEASE, limit=7, boot="b"):
            for delivery in claimed:
                assert mine.outbox.record([], NOW, LEASE, committing=delivery)
                sent[delivery.target.id] += 1
                mine.outbox.record([Settlement(delivery, DeliveryState.SENT, NOW)], NOW, LEASE)
            mine.outbox.reclaim(NOW)
        mine.database.close()

    at_once(*[work] * WORKERS)
    assert len(sent) == 120 and set(sent.values()) == {1}
    states = {view.state for view in store.outbox.deliveries(limit=200)}
    assert states == {DeliveryState.SENT}


def test_what_lost_its_lease_is_taken_over_once_and_the_former_owner_may_not_go_on(
    store: Store, other: Store
) -> None:
    with_deliveries(store, 6)
    mine = store.outbox.claim("li", NOW, LEASE, limit=6, boot="a")
    assert store.outbox.record([], NOW, LEASE, committing=mine[0])
    back: list[int] = []
    at_once(*[lambda: back.append(other.outbox.reclaim(NOW + LEASE))] * WORKERS)
    assert sum(back) == 6
    theirs = other.outbox.claim("li", NOW + LEASE, LEASE, limit=6, boot="b")
    assert [delivery.doubtful for delivery in theirs].count(True) == 1
    assert not store.outbox.record([], NOW + LEASE, LEASE, committing=mine[1])


def test_a_fan_out_goes_on_from_one_place_only(store: Store, other: Store) -> None:
    with_deliveries(store, 1)
    fan_out = store.fan_out("email")
    at_once(
        lambda: store.outbox.plan(fan_out, [planned(10, "u1")], 10, False, NOW),
        lambda: other.outbox.plan(fan_out, [planned(11, "u1")], 11, False, NOW),
    )
    assert len(store.outbox.deliveries()) == 2
    assert store.fan_out("email").cursor in (10, 11)


def test_updates_published_at_once_are_numbered_one_after_the_other(store: Store) -> None:
    store.source(*[f"d{n}" for n in range(WORKERS)])
    claims = store.watch.claim(NOW, LEASE, limit=WORKERS)
    seen: list[list[int]] = []

    def publish(n: int) -> None:
        mine = Store(store.folder)
        claim = claims[n]
        snapshot = mine.watch.keep_snapshot(claim, claim.resources[0].id, retrieved(b"same"), NOW)
        update = factories.update(id=f"u{n}", source_id=SOURCE.id, document_id=claim.document_id)
        assert snapshot.sha256
        mine.watch.conclude(
            Conclusion(claim.document_id, claim.token, NOW, LATER, update=update, channels=("email",))
        )
        seen.append([update.sequence for update in mine.archive.published(editorial=True)])
        mine.database.close()

    at_once(*[partial(publish, n) for n in range(WORKERS)])
    newest = sorted(range(1, WORKERS + 1), reverse=True)
    assert [update.sequence for update in store.archive.published(editorial=True)] == newest
    for numbers in seen:  # a number is never seen before a lower one: feeds go by the highest
        assert numbers == newest[-len(numbers) :]


def test_a_visit_whose_document_was_taken_over_keeps_nothing(store: Store, other: Store) -> None:
    store.source()
    mine = store.claim()
    theirs = other.claim(NOW + LEASE)
    with pytest.raises(LeaseLost):
        store.watch.keep_snapshot(mine, mine.resources[0].id, retrieved(b"1"), NOW)
    assert not store.watch.conclude(Conclusion(mine.document_id, mine.token, NOW, LATER))
    assert other.watch.conclude(Conclusion(theirs.document_id, theirs.token, NOW, LATER))


def test_no_text_gets_the_approval_of_the_one_before(store: Store, other: Store) -> None:
    """A person approves while the document changes again: whoever is first, the new text is not approved."""
    for n in range(8):
        approve_and_change(store, other, f"u{n}", f"d{n}")
        (update,) = store.updates.find(f"u{n}")
        assert (update.state, update.changes[0].change.after) == (UpdateState.HELD, "Noget helt andet.")


def approve_and_change(store: Store, other: Store, update_id: str, key: str) -> None:
    store.source(key)
    (claim,) = store.watch.claim(NOW, LEASE, limit=1)
    held = factories.update(
        id=update_id,
        source_id=SOURCE.id,
        document_id=claim.document_id,
        state=UpdateState.HELD,
        published_at=None,
    )
    store.watch.conclude(Conclusion(claim.document_id, claim.token, NOW, NOW, update=held))
    seen = message(update_id)
    store.updates.keep_messages(update_id, [seen], NOW)
    (again,) = store.watch.claim(NOW, LEASE, limit=1)
    changed = replace(held, changes=(factories.noted(factories.reworded(after="Noget helt andet.")),))
    end = Conclusion(again.document_id, again.token, NOW, LATER, update=changed)
    at_once(
        lambda: other.updates.approve(update_id, [seen.sha256], "me", NOW),
        lambda: store.watch.conclude(end),
    )


def test_bytes_that_come_back_while_old_ones_are_forgotten_are_kept(store: Store, other: Store) -> None:
    store.source()
    for n in range(6):
        visit_and_forget(store, other, b"old" if n % 2 else b"other", NOW + n * timedelta(hours=1))


def visit_and_forget(store: Store, other: Store, body: bytes, now: datetime) -> None:
    (claim,) = store.watch.claim(now, LEASE, limit=1)
    kept: list[str] = []

    def keep() -> None:
        kept.append(store.watch.keep_snapshot(claim, claim.resources[0].id, retrieved(body), now).sha256)

    at_once(keep, lambda: other.watch.prune(now, timedelta()))
    assert store.watch.bytes_of(kept[0]) == body
    store.watch.conclude(Conclusion(claim.document_id, claim.token, now, now))
