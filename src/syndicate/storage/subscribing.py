"""Subscribers: who wants what, with proof of consent."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from syndicate.domain.model import DeliveryState, Message, Subject, Target
from syndicate.ports import Consent, PlannedDelivery, Subscriber
from syndicate.storage import tables as t
from syndicate.storage.engine import Database
from syndicate.storage.planning import plan_deliveries
from syndicate.storage.rows import add_if_absent, dumps

ASK_AGAIN = timedelta(hours=24)
WISH_HOLDS = timedelta(days=7)
CANCELLED = {"state": DeliveryState.CANCELLED.value, "error": "unsubscribed"}


class SubscriberRows:
    """`ports.Subscribers` over a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def register(self, address: str, language: str, now: datetime) -> Subscriber:
        mailbox, _, domain = address.rpartition("@")
        address = f"{mailbox}@{domain.lower()}"
        uid = secrets.token_hex(8)
        row = {"uid": uid, "address": address, "language": language, "state": "pending", "since": now}
        with self._db.write() as connection:
            add_if_absent(connection, t.subscriber, row)
            found = connection.execute(select(t.subscriber).where(t.subscriber.c.address == address)).one()
            return _subscriber(connection, found)

    def suppressed(self, address_hash: str) -> bool:
        query = select(t.suppression.c.at).where(t.suppression.c.address_hash == address_hash)
        with self._db.read() as connection:
            return connection.execute(query).first() is not None

    def ask(
        self,
        uid: str,
        optin_id: str,
        topics: Sequence[str],
        consent: Consent,
        message: Message,
        target: Target,
        now: datetime,
    ) -> bool:
        with self._db.write() as connection:
            row = connection.execute(select(t.subscriber).where(t.subscriber.c.uid == uid)).one()
            newest = select(func.max(t.optin.c.asked_at)).where(t.optin.c.subscriber_id == row.id)
            asked_at = connection.execute(newest).scalar()
            if asked_at is not None and asked_at > now - ASK_AGAIN:
                return False
            values = {
                "id": optin_id,
                "subscriber_id": row.id,
                "topics": dumps(list(topics)),
                "asked_at": now,
                "consent_text": consent.text,
                "consent_version": consent.version,
                "form_url": consent.form_url,
                "ip": consent.ip,
            }
            connection.execute(insert(t.optin), values)
            plan_deliveries(connection, [_confirmation(optin_id, message, target, now)], now)
            return True

    def confirm(self, optin_id: str, now: datetime) -> Subscriber | None:
        with self._db.write() as connection:
            wish = connection.execute(select(t.optin).where(t.optin.c.id == optin_id)).first()
            if wish is None or (wish.confirmed_at is None and wish.asked_at < now - WISH_HOLDS):
                return None
            here = t.subscriber.c.id == wish.subscriber_id
            if wish.confirmed_at is None:  # confirming again must not undo an unsubscription since
                connection.execute(update(t.optin).where(t.optin.c.id == optin_id).values(confirmed_at=now))
                connection.execute(update(t.subscriber).where(here).values(state="active", ended_at=None))
                rows = [
                    {"subscriber_id": wish.subscriber_id, "topic": topic, "since": now}
                    for topic in json.loads(wish.topics)
                ]
                add_if_absent(connection, t.subscription, rows)
            return _subscriber(connection, connection.execute(select(t.subscriber).where(here)).one())

    def find(self, uid: str) -> Subscriber | None:
        with self._db.read() as connection:
            row = connection.execute(select(t.subscriber).where(t.subscriber.c.uid == uid)).first()
            return _subscriber(connection, row) if row else None

    def end(self, uid: str, topics: Sequence[str] | None, now: datetime) -> None:
        with self._db.write() as connection:
            row = connection.execute(select(t.subscriber).where(t.subscriber.c.uid == uid)).first()
            if row is None:
                return
            theirs = t.subscription.c.subscriber_id == row.id
            wanted = theirs if topics is None else and_(theirs, t.subscription.c.topic.in_(list(topics)))
            connection.execute(delete(t.subscription).where(wanted))
            left = connection.execute(select(func.count()).where(theirs)).scalar()
            if not left and row.state == "active":
                here = t.subscriber.c.id == row.id
                connection.execute(update(t.subscriber).where(here).values(state="ended", ended_at=now))
            _cancel_pending(connection, uid, topics, all_gone=not left)

    def everyone(self) -> list[Subscriber]:
        """All who have an address, oldest first (for export)."""
        with self._db.read() as connection:
            query = (
                select(t.subscriber).where(t.subscriber.c.address.is_not(None)).order_by(t.subscriber.c.id)
            )
            return [_subscriber(connection, row) for row in connection.execute(query).all()]

    def add(self, address: str, language: str, topics: Sequence[str], consent: Consent, now: datetime) -> str:
        """A subscription whose consent was given elsewhere and is on record there; returns the uid."""
        subscriber = self.register(address, language, now)
        with self._db.write() as connection:
            here = t.subscriber.c.uid == subscriber.uid
            key = connection.execute(select(t.subscriber.c.id).where(here)).scalar_one()
            connection.execute(update(t.subscriber).where(here).values(state="active", ended_at=None))
            rows = [{"subscriber_id": key, "topic": topic, "since": now} for topic in topics]
            add_if_absent(connection, t.subscription, rows)
            values = {
                "id": secrets.token_hex(8),
                "subscriber_id": key,
                "topics": dumps(list(topics)),
                "asked_at": now,
                "confirmed_at": now,
                "consent_text": consent.text,
                "consent_version": consent.version,
                "form_url": consent.form_url,
                "ip": consent.ip,
            }
            connection.execute(insert(t.optin), values)
        return subscriber.uid

    def erase(self, address: str, address_hash: str, now: datetime) -> bool:
        """Forgets an address; its keyed hash stays, so that it is not written to again."""
        with self._db.write() as connection:
            row = connection.execute(select(t.subscriber).where(t.subscriber.c.address == address)).first()
            if row is None:
                return False
            connection.execute(delete(t.subscription).where(t.subscription.c.subscriber_id == row.id))
            connection.execute(
                update(t.optin).where(t.optin.c.subscriber_id == row.id).values(ip="", form_url="")
            )
            connection.execute(
                update(t.subscriber)
                .where(t.subscriber.c.id == row.id)
                .values(address=None, state="ended", ended_at=now)
            )
            _cancel_pending(connection, row.uid, None, all_gone=True)
            theirs = and_(t.delivery.c.channel == "email", t.delivery.c.target == row.uid)
            connection.execute(update(t.delivery).where(theirs).values(address=""))
            suppressed = {"address_hash": address_hash, "reason": "erased", "at": now}
            add_if_absent(connection, t.suppression, suppressed)
            return True


def cancel_unwanted(connection: Connection, delivery_ids: Sequence[int]) -> None:
    """Of these deliveries, cancels mails about updates that their reader has not subscribed to (any more).

    Whoever left while a mail was planned or under way was not there to be cancelled then.
    """
    d = t.delivery.c
    # by the ids alone: asked for the kind as well, SQLite would walk through all mails ever sent
    query = select(d.id, d.channel, d.kind, d.target, d.subject).where(d.id.in_(delivery_ids))
    mail = ("email", Subject.UPDATE.value)
    rows = [row for row in connection.execute(query) if (row.channel, row.kind) == mail]
    wanted = _topics_wanted(connection, {row.target for row in rows})
    filed = _topics_filed(connection, {row.subject for row in rows})
    unwanted = [row.id for row in rows if not wanted[row.target] & {"", *filed[row.subject]}]
    if unwanted:
        connection.execute(update(t.delivery).where(d.id.in_(unwanted)).values(CANCELLED))


def _topics_wanted(connection: Connection, uids: Collection[str]) -> Mapping[str, set[str]]:
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    query = (
        select(t.subscriber.c.uid, t.subscription.c.topic)
        .join(t.subscription, t.subscription.c.subscriber_id == t.subscriber.c.id)
        .where(t.subscriber.c.uid.in_(uids), t.subscriber.c.state == "active")
    )
    for row in connection.execute(query):
        wanted[row.uid].add(row.topic)
    return wanted


def _topics_filed(connection: Connection, update_ids: Collection[str]) -> Mapping[str, set[str]]:
    filed: defaultdict[str, set[str]] = defaultdict(set)
    for row in connection.execute(select(t.update_topic).where(t.update_topic.c.update_id.in_(update_ids))):
        filed[row.update_id].add(row.topic)
    return filed


def _confirmation(optin_id: str, message: Message, target: Target, now: datetime) -> PlannedDelivery:
    return PlannedDelivery(
        key=secrets.token_hex(16),
        kind=Subject.CONFIRMATION,
        subject=optin_id,
        channel="email",
        destination="email",
        target=target,
        message=message,
        due_at=now,
        lane=0,  # somebody waits for it: it overtakes every update
    )


def _subscriber(connection: Connection, row: Row[Any]) -> Subscriber:
    topics = select(t.subscription.c.topic).where(t.subscription.c.subscriber_id == row.id)
    wanted = tuple(connection.execute(topics.order_by(t.subscription.c.topic)).scalars())
    return Subscriber(row.uid, row.address or "", row.language, row.state, wanted)


def _cancel_pending(
    connection: Connection, uid: str, topics: Sequence[str] | None, *, all_gone: bool
) -> None:
    """Nothing that waits is sent any more; a mail for a topic that is still wanted goes on."""
    waiting = and_(
        t.delivery.c.channel == "email",
        t.delivery.c.target == uid,
        t.delivery.c.kind == Subject.UPDATE.value,
        t.delivery.c.state == DeliveryState.PENDING.value,
    )
    if not all_gone and topics is not None:
        key = select(t.subscriber.c.id).where(t.subscriber.c.uid == uid).scalar_subquery()
        kept_topics = select(t.subscription.c.topic).where(t.subscription.c.subscriber_id == key)
        kept = connection.execute(kept_topics).scalars().all()
        if "" in kept:  # all topics are still wanted
            return
        still = select(t.update_topic.c.update_id).where(t.update_topic.c.topic.in_(kept))
        waiting = and_(waiting, t.delivery.c.subject.not_in(still))
    connection.execute(update(t.delivery).where(waiting).values(CANCELLED))
