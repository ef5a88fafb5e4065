"""Readers who leave between a publication and its last mail."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.domain.model import DeliveryState, Message, Subject, Target
from syndicate.ports import ClaimedDelivery, Settlement
from syndicate.storage import tables as t
from tests.factories import update
from tests.integration.test_services_expand import Publishing
from tests.integration.test_storage_plans import statements
from tests.storing import CONSENT, LEASE, NOW, SOURCE, version

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing(tmp_path)


def claim(publishing: Publishing, limit: int = 20) -> list[ClaimedDelivery]:
    return publishing.store.outbox.claim("email", NOW, LEASE, limit=limit, boot="b")


def state(publishing: Publishing, uid: str) -> DeliveryState:
    return next(d.state for d in publishing.store.outbox.deliveries() if d.target == uid)


# --- leaving ------------------------------------------------------------------------------------------


def test_who_left_while_a_mail_was_under_way_does_not_get_it_at_the_second_try(
    publishing: Publishing,
) -> None:
    uid = publishing.store.reader("a@example.org")
    publishing.all()
    (delivery,) = claim(publishing)
    publishing.store.subscribers.end(uid, None, NOW)  # it is being sent: too late to cancel
    refused = Settlement(delivery, DeliveryState.PENDING, NOW, due_at=NOW, error="451 try again")
    publishing.store.outbox.record([refused], NOW, LEASE)
    assert claim(publishing) == []
    assert state(publishing, uid) is DeliveryState.CANCELLED


def test_who_left_while_the_mails_were_planned_gets_none(publishing: Publishing) -> None:
    uid = publishing.store.reader("a@example.org", ("sundhed", "andet"))
    stays = publishing.store.reader("b@example.org", ("",))
    publishing.all()
    with publishing.store.database.write() as connection:  # as if it had been planned a moment later
        connection.execute(t.subscription.delete().where(t.subscription.c.topic == "sundhed"))
    assert [delivery.target.id for delivery in claim(publishing)] == [stays]
    assert state(publishing, uid) is DeliveryState.CANCELLED


def test_a_topic_that_another_update_has_does_not_make_this_one_wanted(publishing: Publishing) -> None:
    uid = publishing.store.reader("a@example.org", ("sundhed", "andet"))
    publishing.all()
    other = update(id="u2", source_id=SOURCE.id, document_id=1, topics=("andet",))
    publishing.store.visit(b"two", version("y"), update=other, now=LATER)
    publishing.all()
    with publishing.store.database.write() as connection:
        connection.execute(t.subscription.delete().where(t.subscription.c.topic == "sundhed"))
    assert [(d.target.id, d.subject) for d in claim(publishing)] == [(uid, "u2")]


def test_a_mailbox_that_bounced_in_between_is_not_tried_again(publishing: Publishing) -> None:
    uid = publishing.store.reader("a@example.org")
    publishing.all()
    with publishing.store.database.write() as connection:
        connection.execute(t.subscriber.update().values(state="bounced"))
    assert claim(publishing) == []
    assert state(publishing, uid) is DeliveryState.CANCELLED


def test_who_asks_to_subscribe_gets_the_mail_that_asks_back(publishing: Publishing) -> None:
    subscribers = publishing.store.subscribers
    asking = subscribers.register("ny@example.org", "da", NOW)
    confirmation = Message(Subject.CONFIRMATION, "o1", "email", "email", "da", b"?")
    target = Target(asking.uid, asking.address)
    assert subscribers.ask(asking.uid, "o1", ["sundhed"], CONSENT, confirmation, target, NOW)
    assert [delivery.target.id for delivery in claim(publishing)] == [asking.uid]


# --- at scale -----------------------------------------------------------------------------------------


def test_a_claim_walks_through_no_more_mails_than_it_takes(publishing: Publishing) -> None:
    """Whatever the number of mails that were ever sent: by their ids, or by the index of claims."""
    publishing.store.reader("a@example.org")
    publishing.all()
    with statements(publishing.store) as seen:
        assert len(claim(publishing)) == 1
    with publishing.store.database.read() as connection:
        steps = [
            step.detail
            for statement, parameters in seen
            if statement.startswith(("SELECT", "UPDATE"))
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    on_deliveries = [step for step in steps if re.match("(SEARCH|SCAN) delivery", step)]
    assert on_deliveries
    assert all("PRIMARY KEY" in step or "ix_delivery_claim" in step for step in on_deliveries), on_deliveries


def test_readers_are_not_sorted_anew_for_each_chunk(publishing: Publishing) -> None:
    publishing.store.reader("a@example.org")
    with statements(publishing.store) as seen:
        assert len(publishing.store.outbox.readers(("sundhed",), 0, 10)) == 1
    ((statement, parameters),) = [each for each in seen if each[0].startswith("SELECT")]
    with publishing.store.database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        assert not [step for step in plan if "TEMP B-TREE" in step.detail]
