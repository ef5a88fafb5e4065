"""Deliveries: planned once, claimed by one, settled under a fence, taken up after a crash."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate.domain.model import DeliveryState, Receipt, Target
from syndicate.ports import ClaimedDelivery, PlannedDelivery, Settlement
from syndicate.storage import tables as t
from tests.factories import update
from tests.storing import LEASE, NOW, SOURCE, Store, message, planned, version

pytestmark = pytest.mark.usefixtures("any_database")

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """With one published update "u1" that is to be told, and a destination for it."""
    store = Store(tmp_path)
    store.source("a")
    told = update(id="u1", source_id=SOURCE.id, document_id=1, topics=("sundhed",))
    store.visit(b"one", version("x"), update=told)
    store.outbox.register_destinations({"li": ("linkedin", "f1")})
    return store


def plan(store: Store, *deliveries: PlannedDelivery) -> None:
    fan_out = store.fan_out("linkedin")
    store.outbox.plan(fan_out, deliveries, fan_out.cursor, True, NOW)


def claim(store: Store, boot: str = "b1", limit: int = 20, now: object = NOW) -> list[ClaimedDelivery]:
    return store.outbox.claim("li", now, LEASE, limit=limit, boot=boot)  # type: ignore[arg-type]


def settled(delivery: ClaimedDelivery, state: DeliveryState, **other: object) -> Settlement:
    return Settlement(delivery, state, NOW, **other)  # type: ignore[arg-type]


RECEIPT = Receipt("urn:1", "https://li.example/1", NOW, 201, "ok")


# --- planning -----------------------------------------------------------------------------------------


def test_a_plan_is_made_once_however_often_it_is_repeated(store: Store) -> None:
    fan_out = store.fan_out("linkedin")
    store.outbox.plan(fan_out, [planned(1, "u1")], 7, False, NOW)
    store.outbox.plan(fan_out, [planned(2, "u1")], 9, True, NOW)  # by someone who saw the old cursor
    assert len(store.outbox.deliveries()) == 1
    moved = store.fan_out("linkedin")
    assert moved.cursor == 7
    store.outbox.plan(moved, [replace(planned(3, "u1"), target=Target("t1"))], 9, True, NOW)
    assert len(store.outbox.deliveries()) == 1  # the same target again


def test_one_text_for_many_targets_is_stored_once(store: Store) -> None:
    plan(store, planned(1, "u1"), planned(2, "u1"))
    with store.database.read() as connection:
        assert len(connection.execute(select(t.message)).all()) == 1


def test_stored_messages_come_in_the_order_of_their_parts(store: Store) -> None:
    posts = [replace(message("u1"), language=language) for language in ("en", "da", "is")]
    store.updates.keep_messages("u1", posts, NOW)
    stored = store.outbox.stored_messages("u1", "linkedin", "li")
    assert [post.language for post in stored] == ["en", "da", "is"]


def test_what_could_not_be_written_is_dead_and_visible(store: Store) -> None:
    plan(store, planned(1, "u1", error="The text does not fit."))
    (delivery,) = store.outbox.deliveries(states=["dead"])
    assert delivery.error == "The text does not fit."
    assert claim(store) == []


def test_readers_of_a_topic_or_of_all_each_once_by_row(store: Store) -> None:
    store.reader("a@example.org")
    store.reader("b@example.org", ("andet",))
    store.reader("c@example.org", ("", "sundhed"))
    found = store.outbox.readers(("sundhed",), 0, 10)
    assert [(r.address, r.topic) for r in found] == [
        ("a@example.org", "sundhed"),
        ("c@example.org", "sundhed"),
    ]
    assert [r.address for r in store.outbox.readers(("sundhed",), found[0].row, 10)] == ["c@example.org"]


# --- claiming -----------------------------------------------------------------------------------------


def test_a_claim_is_sending_with_an_attempt_and_nobody_elses(store: Store) -> None:
    plan(store, planned(1, "u1"), planned(2, "u1"))
    first = claim(store, limit=1)
    second = claim(store)
    assert len(first) == len(second) == 1
    assert {d.id for d in first}.isdisjoint({d.id for d in second})
    assert first[0].message.payload == b"{}"
    assert first[0].attempts == 1
    assert claim(store) == []


def test_the_urgent_lane_goes_first(store: Store) -> None:
    plan(store, planned(1, "u1"), planned(2, "u1", lane=0))
    assert [d.key[-1] for d in claim(store)] == ["2", "1"]


def test_what_is_not_due_waits(store: Store) -> None:
    plan(store, planned(1, "u1", due_at=LATER))
    assert store.outbox.ready(NOW) == []
    assert claim(store) == []
    assert store.outbox.ready(LATER) == ["li"]
    assert len(claim(store, now=LATER)) == 1


def test_a_paused_destination_gives_nothing_until_its_time(store: Store) -> None:
    plan(store, planned(1, "u1"))
    store.outbox.pause("li", LATER, "the token has expired", 1)
    assert store.outbox.ready(NOW) == []
    assert claim(store) == []
    (status,) = store.archive.status(NOW).destinations
    assert (status.reason, status.not_before, status.pending) == ("the token has expired", LATER, 1)
    assert len(claim(store, now=LATER)) == 1


def test_what_a_paused_destination_waits_for_is_the_reason_of_nothing_when_nothing_waits(
    store: Store,
) -> None:
    plan(store, planned(1, "u1"))
    store.outbox.pause("li", LATER, "the token has expired", 1)
    (delivery,) = claim(store, now=LATER)
    store.outbox.record([settled(delivery, DeliveryState.DEAD, error="refused")], LATER, LEASE)

    (status,) = store.archive.status(LATER).destinations

    assert (status.reason, status.not_before, status.dead) == ("", None, 1)


def test_the_reason_of_a_pause_that_is_over_is_told_while_something_waits(store: Store) -> None:
    plan(store, planned(1, "u1"))
    store.outbox.pause("li", LATER, "the token has expired", 1)
    (status,) = store.archive.status(LATER).destinations
    assert (status.reason, status.not_before) == ("the token has expired", None)


def test_what_a_clock_that_was_ahead_planned_or_tried_is_due_once_it_was_set_back(store: Store) -> None:
    before = NOW - timedelta(hours=3)
    plan(store, planned(1, "u1"))
    (delivery,) = claim(store)
    store.outbox.record([settled(delivery, DeliveryState.PENDING, due_at=LATER)], NOW, LEASE)
    store.outbox.pause("li", NOW + timedelta(days=30), "the clock stood at another year", 1)
    assert store.outbox.ready(before) == []

    assert store.outbox.set_back(before) == 1

    assert store.outbox.ready(before) == ["li"]
    assert store.outbox.set_back(before) == 0


def test_a_time_to_try_again_stands_while_the_clock_goes_right(store: Store) -> None:
    plan(store, planned(1, "u1"))
    (delivery,) = claim(store)
    store.outbox.record([settled(delivery, DeliveryState.PENDING, due_at=LATER)], NOW, LEASE)
    store.outbox.pause("li", NOW + timedelta(hours=1), "503", 1)

    assert store.outbox.set_back(NOW + timedelta(seconds=9)) == 0

    assert store.outbox.ready(NOW + timedelta(seconds=9)) == []


def test_another_token_ends_a_pause_and_the_same_does_not(store: Store) -> None:
    plan(store, planned(1, "u1"))
    store.outbox.pause("li", LATER, "the token has expired", 1)
    store.outbox.register_destinations({"li": ("linkedin", "f1")})
    assert store.outbox.ready(NOW) == []
    store.outbox.register_destinations({"li": ("linkedin", "f2")})
    assert store.outbox.ready(NOW) == ["li"]


# --- settling -----------------------------------------------------------------------------------------


def test_a_receipt_is_kept_and_ends_a_pause(store: Store) -> None:
    plan(store, planned(1, "u1"))
    store.outbox.pause("li", NOW, "503", 2)
    (delivery,) = claim(store)
    assert store.outbox.record([settled(delivery, DeliveryState.SENT, receipt=RECEIPT)], NOW, LEASE)
    (view,) = store.outbox.deliveries()
    assert (view.state, view.permalink, view.sent_at) == (DeliveryState.SENT, RECEIPT.permalink, NOW)
    assert store.outbox.strikes("li") == 0


def test_what_is_to_be_tried_again_waits_for_its_time(store: Store) -> None:
    plan(store, planned(1, "u1"))
    (delivery,) = claim(store)
    again = settled(delivery, DeliveryState.PENDING, due_at=LATER, error="500")
    store.outbox.record([again], NOW, LEASE)
    assert claim(store) == []
    (delivery,) = claim(store, now=LATER)
    assert delivery.attempts == 2
    assert not delivery.doubtful


def test_a_lost_lease_settles_and_commits_nothing(store: Store) -> None:
    plan(store, planned(1, "u1"))
    (slow,) = claim(store)
    store.outbox.reclaim(NOW + LEASE)
    (quick,) = claim(store, now=NOW + LEASE)
    assert not store.outbox.record([], NOW, LEASE, committing=slow)
    store.outbox.record([settled(slow, DeliveryState.DEAD)], NOW, LEASE)
    (view,) = store.outbox.deliveries()
    assert view.state is DeliveryState.SENDING
    assert store.outbox.record([], NOW, LEASE, committing=quick)


def test_a_dead_mailbox_ends_its_reader_and_what_waits_for_it(store: Store) -> None:
    uid = store.reader("weg@example.org")
    target = Target(uid, "weg@example.org")
    mail = message("u1", "email", "email")
    both = [
        planned(n, f"u{n}", "li", target=target, channel="email", message=replace(mail, subject=f"u{n}"))
        for n in (1, 2)
    ]
    plan(store, *both)
    (delivery,) = claim(store, limit=1)
    gone = settled(delivery, DeliveryState.DEAD, error="550 no such user", suppress=True)
    store.outbox.record([gone], NOW, LEASE)
    assert sorted(d.state.value for d in store.outbox.deliveries()) == ["cancelled", "dead"]
    assert store.outbox.readers(("sundhed",), 0, 10) == []


# --- after a crash ------------------------------------------------------------------------------------


def test_what_never_reached_its_point_of_no_return_is_simply_pending(store: Store) -> None:
    plan(store, planned(1, "u1"), planned(2, "u1"))
    one, two = claim(store)
    store.outbox.record([], NOW, LEASE, committing=one)
    assert store.outbox.reclaim(NOW) == 0
    assert store.outbox.reclaim(NOW, all_boots_but="b2") == 2
    again = {d.id: d for d in claim(store, boot="b2")}
    assert again[one.id].doubtful
    assert not again[two.id].doubtful


def test_committing_renews_the_lease_of_the_whole_batch(store: Store) -> None:
    plan(store, planned(1, "u1"), planned(2, "u1"))
    one, _two = claim(store)
    store.outbox.record([], LATER, LEASE, committing=one)
    assert store.outbox.reclaim(NOW + LEASE) == 0
    assert store.outbox.reclaim(LATER + LEASE) == 2


def test_sending_again_in_doubt_counts_before_it_happens(store: Store) -> None:
    plan(store, planned(1, "u1"))
    (first,) = claim(store)
    store.outbox.record([], NOW, LEASE, committing=first)
    store.outbox.reclaim(NOW, all_boots_but="b2")
    (second,) = claim(store, boot="b2")
    assert (second.doubtful, second.resends) == (True, 0)
    store.outbox.record([], NOW, LEASE, committing=second)
    store.outbox.reclaim(NOW, all_boots_but="b3")
    (third,) = claim(store, boot="b3")
    assert (third.doubtful, third.resends) == (True, 1)


def test_looks_in_vain_are_counted(store: Store) -> None:
    plan(store, planned(1, "u1"))
    (delivery,) = claim(store)
    looked = settled(delivery, DeliveryState.PENDING, due_at=NOW, doubtful=True, looked=True)
    store.outbox.record([looked], NOW, LEASE)
    (delivery,) = claim(store)
    assert (delivery.doubtful, delivery.looks) == (True, 1)


# --- by hand ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("sent", DeliveryState.SENT),
        ("retry", DeliveryState.PENDING),
        ("cancel", DeliveryState.CANCELLED),
    ],
)
def test_a_person_settles_what_is_uncertain_and_only_that(
    store: Store, outcome: str, state: DeliveryState
) -> None:
    plan(store, planned(1, "u1"), planned(2, "u1"))
    one, _two = claim(store)
    store.outbox.record([settled(one, DeliveryState.UNCERTAIN, doubtful=True)], NOW, LEASE)
    assert store.outbox.settle_by_hand(one.id, outcome, NOW)
    assert not store.outbox.settle_by_hand(_two.id, outcome, NOW)
    assert {d.id: d.state for d in store.outbox.deliveries()}[one.id] is state
