"""Subscribers: one confirmation a day, consent on record, an end that ends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate.domain.model import DeliveryState, Message, Subject, Target
from syndicate.storage import tables as t
from tests.factories import update
from tests.storing import CONSENT, LEASE, NOW, SOURCE, Store, message, planned, version

pytestmark = pytest.mark.usefixtures("any_database")

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.outbox.register_destinations({"email": ("email", "f")})
    return store


def ask(
    store: Store, address: str, optin_id: str, topics: tuple[str, ...] = ("sundhed",), now: object = NOW
) -> bool:
    subscriber = store.subscribers.register(address, "da", now)  # type: ignore[arg-type]
    mail = Message(Subject.CONFIRMATION, optin_id, "email", "email", "da", b"mail")
    target = Target(subscriber.uid, address, {"confirm": "token"})
    return store.subscribers.ask(subscriber.uid, optin_id, topics, CONSENT, mail, target, now)  # type: ignore[arg-type]


def test_an_address_is_one_subscriber_whatever_the_case_of_its_domain(store: Store) -> None:
    one = store.subscribers.register("A@Example.ORG", "da", NOW)
    two = store.subscribers.register("A@example.org", "en", NOW)
    other = store.subscribers.register("a@example.org", "en", NOW)
    assert one.uid == two.uid != other.uid
    assert (one.state, one.language) == ("pending", "da")


def test_asking_plans_one_urgent_mail_and_no_second_within_a_day(store: Store) -> None:
    assert ask(store, "a@example.org", "o1")
    assert not ask(store, "a@example.org", "o2", now=NOW + timedelta(hours=23))
    assert ask(store, "a@example.org", "o3", now=NOW + DAY)
    (first, _second) = store.outbox.claim("email", NOW + DAY, LEASE, limit=5, boot="b")
    assert (first.kind, first.message.payload, first.target.values) == (
        Subject.CONFIRMATION,
        b"mail",
        {"confirm": "token"},
    )


def test_confirming_makes_the_wish_a_subscription_and_again_is_the_same(store: Store) -> None:
    ask(store, "a@example.org", "o1", ("sundhed", "andet"))
    confirmed = store.subscribers.confirm("o1", NOW + DAY)
    assert confirmed is not None
    assert (confirmed.state, confirmed.topics) == ("active", ("andet", "sundhed"))
    assert store.subscribers.confirm("o1", NOW + DAY) == confirmed
    with store.database.read() as connection:
        proof = connection.execute(select(t.optin)).one()
    assert (proof.consent_text, proof.confirmed_at) == (CONSENT.text, NOW + DAY)


def test_an_unknown_or_old_wish_confirms_nothing(store: Store) -> None:
    ask(store, "a@example.org", "o1")
    assert store.subscribers.confirm("nothing", NOW) is None
    assert store.subscribers.confirm("o1", NOW + 8 * DAY) is None


def test_an_old_confirmation_link_does_not_undo_an_unsubscription(store: Store) -> None:
    ask(store, "a@example.org", "o1")
    confirmed = store.subscribers.confirm("o1", NOW)
    assert confirmed is not None
    store.subscribers.end(confirmed.uid, None, NOW)
    again = store.subscribers.confirm("o1", NOW)
    assert again is not None
    assert (again.state, again.topics) == ("ended", ())


def test_ending_one_topic_leaves_the_others_and_the_last_ends_the_reader(store: Store) -> None:
    uid = store.reader("a@example.org", ("sundhed", "andet"))
    store.subscribers.end(uid, ["sundhed"], NOW)
    left = store.subscribers.find(uid)
    assert left is not None
    assert (left.state, left.topics) == ("active", ("andet",))
    store.subscribers.end(uid, ["andet"], NOW)
    store.subscribers.end(uid, ["andet"], NOW)
    gone = store.subscribers.find(uid)
    assert gone is not None
    assert (gone.state, gone.topics) == ("ended", ())


@pytest.mark.parametrize(
    ("subscribed", "ended", "state"),
    [
        (("sundhed",), ["sundhed"], DeliveryState.CANCELLED),
        (("sundhed",), None, DeliveryState.CANCELLED),
        (("sundhed", "andet"), ["andet"], DeliveryState.PENDING),
        (("", "sundhed"), ["sundhed"], DeliveryState.PENDING),
    ],
)
def test_ending_cancels_what_waits_unless_another_subscription_wants_it(
    store: Store, subscribed: tuple[str, ...], ended: list[str] | None, state: DeliveryState
) -> None:
    store.source("a")
    told = update(id="u1", source_id=SOURCE.id, document_id=1, topics=("sundhed",))
    store.visit(b"one", version("x"), update=told)
    uid = store.reader("a@example.org", subscribed)
    mail = message("u1", "email", "email")
    target = Target(uid, "a@example.org")
    delivery = planned(1, "u1", "email", channel="email", target=target, message=mail)
    store.outbox.plan(store.fan_out("email"), [delivery], 0, True, NOW)
    store.subscribers.end(uid, ended, NOW)
    (view,) = store.outbox.deliveries()
    assert view.state is state


def test_erasing_forgets_the_address_everywhere_and_keeps_the_hash(store: Store, tmp_path: Path) -> None:
    ask(store, "slet.mig@example.org", "o1")
    assert store.subscribers.erase("slet.mig@example.org", "hash-of-it", NOW)
    assert not store.subscribers.erase("slet.mig@example.org", "hash-of-it", NOW)
    assert store.subscribers.suppressed("hash-of-it")
    assert not store.subscribers.suppressed("another")
    assert store.subscribers.everyone() == []
    store.database.backup(tmp_path / "copy.db")
    assert b"slet.mig" not in (tmp_path / "copy.db").read_bytes()


def test_everyone_is_exported_oldest_first(store: Store) -> None:
    for address in ("b@example.org", "a@example.org"):
        store.reader(address)
    assert [s.address for s in store.subscribers.everyone()] == ["b@example.org", "a@example.org"]


def test_nobody_is_found_by_an_unknown_uid(store: Store) -> None:
    assert store.subscribers.find("0" * 16) is None
    store.subscribers.end("0" * 16, None, NOW)
