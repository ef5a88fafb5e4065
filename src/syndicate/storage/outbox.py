"""Outbox: fan-outs, claims, settlements, destinations."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, insert, or_, select, update

from syndicate.domain.model import DeliveryState, Message, Subject, Target
from syndicate.ports import (
    ClaimedDelivery,
    DeliveryView,
    FanOut,
    InterestedReader,
    PlannedDelivery,
    Settlement,
)
from syndicate.storage import tables as t
from syndicate.storage.clockwork import set_back_deliveries
from syndicate.storage.engine import Database
from syndicate.storage.locking import unclaimed
from syndicate.storage.messages import message_from
from syndicate.storage.planning import plan_deliveries
from syndicate.storage.rows import add_if_absent
from syndicate.storage.settling import by_hand, note_commit, settle
from syndicate.storage.subscribing import cancel_unwanted

PENDING, SENDING = DeliveryState.PENDING.value, DeliveryState.SENDING.value


class OutboxRows:
    """`ports.Outbox` over a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # --- planning ---------------------------------------------------------------------------------

    def fan_outs(self, limit: int) -> list[FanOut]:
        query = select(t.fanout).where(~t.fanout.c.done).order_by(t.fanout.c.id).limit(limit)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [FanOut(row.id, row.update_id, row.channel, row.cursor) for row in rows]

    def readers(self, topics: Sequence[str], after: int, limit: int) -> list[InterestedReader]:
        wanted = (  # a subquery: by a join, SQLite would sort all readers of the topic for every chunk
            select(func.max(t.subscription.c.topic))
            .where(
                t.subscription.c.subscriber_id == t.subscriber.c.id,
                t.subscription.c.topic.in_(["", *topics]),
            )
            .scalar_subquery()
        )
        query = (
            select(t.subscriber, wanted.label("topic"))
            .where(
                t.subscriber.c.id > after,
                t.subscriber.c.state == "active",
                t.subscriber.c.address.is_not(None),
                wanted.is_not(None),
            )
            .order_by(t.subscriber.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [InterestedReader(row.id, row.uid, row.address, row.language, row.topic) for row in rows]

    def plan(
        self, fan_out: FanOut, deliveries: Sequence[PlannedDelivery], cursor: int, done: bool, now: datetime
    ) -> None:
        with self._db.write_beside() as connection:
            here = and_(t.fanout.c.id == fan_out.id, t.fanout.c.cursor == fan_out.cursor, ~t.fanout.c.done)
            moved = update(t.fanout).where(here).values(cursor=cursor, done=done)
            if connection.execute(moved).rowcount:
                plan_deliveries(connection, deliveries, now)

    def told(self, update_id: str, channel: str, targets: Collection[str]) -> set[str]:
        query = select(t.delivery.c.target).where(
            t.delivery.c.kind == Subject.UPDATE.value,
            t.delivery.c.subject == update_id,
            t.delivery.c.channel == channel,
            t.delivery.c.target.in_(targets),
            t.delivery.c.state.not_in((DeliveryState.CANCELLED.value, DeliveryState.DEAD.value)),
        )
        with self._db.read() as connection:
            return set(connection.execute(query).scalars())

    def stored_messages(self, update_id: str, channel: str, account: str) -> list[Message]:
        here = and_(
            t.message.c.kind == Subject.UPDATE.value,
            t.message.c.subject == update_id,
            t.message.c.channel == channel,
            t.message.c.account == account,
        )
        query = select(t.message).where(here).order_by(t.message.c.id)
        with self._db.read() as connection:
            return [message_from(row) for row in connection.execute(query)]

    # --- claiming ---------------------------------------------------------------------------------

    def ready(self, now: datetime) -> list[str]:
        waiting = exists().where(
            t.delivery.c.destination == t.destination.c.name,
            t.delivery.c.state == PENDING,
            t.delivery.c.due_at <= now,
        )
        free = or_(t.destination.c.not_before.is_(None), t.destination.c.not_before <= now)
        with self._db.read() as connection:
            return list(connection.execute(select(t.destination.c.name).where(free, waiting)).scalars())

    def claim(
        self, destination: str, now: datetime, lease: timedelta, *, limit: int, boot: str
    ) -> list[ClaimedDelivery]:
        due = and_(
            t.delivery.c.destination == destination,
            t.delivery.c.state == PENDING,
            t.delivery.c.due_at <= now,
        )
        oldest = select(t.delivery.c.id).where(due).order_by(t.delivery.c.lane, t.delivery.c.due_at)
        token = secrets.token_hex(8)
        with self._db.write_beside() as connection:
            if not _free(connection, destination, now):
                return []
            found = connection.execute(unclaimed(oldest.limit(limit), t.delivery)).scalars().all()
            if not found:
                return []
            cancel_unwanted(connection, found)
            still = select(t.delivery.c.id).where(t.delivery.c.id.in_(found), t.delivery.c.state == PENDING)
            ids = connection.execute(still).scalars().all()
            if not ids:
                return []
            connection.execute(
                update(t.delivery)
                .where(t.delivery.c.id.in_(ids))
                .values(
                    state=SENDING,
                    lease_until=now + lease,
                    lease_token=token,
                    boot=boot,
                    attempts=t.delivery.c.attempts + 1,
                )
            )
            claimed = _claimed(connection, ids)
            rows = [{"delivery_id": d.id, "n": d.attempts, "at": now, "boot": boot} for d in claimed]
            connection.execute(insert(t.attempt), rows)
        return claimed

    def record(
        self,
        settlements: Sequence[Settlement],
        now: datetime,
        lease: timedelta,
        committing: ClaimedDelivery | None = None,
    ) -> bool:
        # who bounced gets nothing more of what waits, and that may be what others are about to claim
        write = self._db.write if any(s.suppress for s in settlements) else self._db.write_beside
        with write() as connection:
            for settlement in settlements:
                settle(connection, settlement)
            return note_commit(connection, committing, now, lease) if committing else True

    def reclaim(self, now: datetime, *, all_boots_but: str = "") -> int:
        stale = t.delivery.c.lease_until <= now
        if all_boots_but:
            stale = or_(stale, t.delivery.c.boot != all_boots_but)
        passed = exists().where(
            t.attempt.c.delivery_id == t.delivery.c.id,
            t.attempt.c.n == t.delivery.c.attempts,
            t.attempt.c.dot_at.is_not(None),
        )
        # Whatever is `sending` was claimed for a known destination; by it the index of claims finds it.
        known = t.delivery.c.destination.in_(select(t.destination.c.name))
        mine = and_(known, t.delivery.c.state == SENDING, stale)
        with self._db.read() as connection:  # most often there is nothing to reclaim
            if not connection.execute(select(t.delivery.c.id).where(mine).limit(1)).first():
                return 0
        stale_now = t.delivery.c.id.in_(unclaimed(select(t.delivery.c.id).where(mine), t.delivery))
        with self._db.write_beside() as connection:
            back = {"state": PENDING, "due_at": now, "lease_until": None, "lease_token": ""}
            unsure = update(t.delivery).where(stale_now, passed).values(doubtful=True, **back)
            unsent = update(t.delivery).where(stale_now, ~passed).values(back)
            return connection.execute(unsure).rowcount + connection.execute(unsent).rowcount

    def set_back(self, now: datetime) -> int:
        with self._db.write() as connection:
            return set_back_deliveries(connection, now)

    # --- destinations -----------------------------------------------------------------------------

    def pause(self, destination: str, until: datetime, reason: str, strikes: int) -> None:
        values = {"not_before": until, "reason": reason, "strikes": strikes}
        with self._db.write() as connection:
            here = t.destination.c.name == destination
            connection.execute(update(t.destination).where(here).values(values))

    def strikes(self, destination: str) -> int:
        query = select(t.destination.c.strikes).where(t.destination.c.name == destination)
        with self._db.read() as connection:
            return connection.execute(query).scalar() or 0

    def resume(self, destination: str) -> None:
        with self._db.write() as connection:
            connection.execute(
                update(t.destination)
                .where(t.destination.c.name == destination)
                .values(not_before=None, reason="", strikes=0)
            )

    def register_destinations(self, names: Mapping[str, tuple[str, str]]) -> None:
        with self._db.write() as connection:
            for name, (channel, fingerprint) in names.items():
                row = {"name": name, "channel": channel, "fingerprint": fingerprint}
                if add_if_absent(connection, t.destination, row):
                    continue
                changed = and_(t.destination.c.name == name, t.destination.c.fingerprint != fingerprint)
                fresh = {"fingerprint": fingerprint, "not_before": None, "reason": "", "strikes": 0}
                connection.execute(update(t.destination).where(changed).values(fresh))

    # --- the operator -----------------------------------------------------------------------------

    def deliveries(self, *, states: Iterable[str] = (), limit: int = 100) -> list[DeliveryView]:
        query = select(t.delivery).order_by(t.delivery.c.id.desc()).limit(limit)
        wanted = list(states)
        if wanted:
            query = query.where(t.delivery.c.state.in_(wanted))
        with self._db.read() as connection:
            return [_view(row) for row in connection.execute(query)]

    def settle_by_hand(self, delivery_id: int, outcome: str, now: datetime) -> bool:
        with self._db.write() as connection:
            return by_hand(connection, delivery_id, outcome, now)


def _free(connection: Connection, destination: str, now: datetime) -> bool:
    query = select(t.destination.c.not_before).where(t.destination.c.name == destination)
    row = connection.execute(query).first()
    return row is not None and (row.not_before is None or row.not_before <= now)


def _claimed(connection: Connection, ids: Sequence[int]) -> list[ClaimedDelivery]:
    query = (
        select(t.delivery)
        .where(t.delivery.c.id.in_(ids))
        .order_by(t.delivery.c.lane, t.delivery.c.due_at, t.delivery.c.id)
    )
    rows = connection.execute(query).all()
    wanted = {row.message_id for row in rows}
    stored = connection.execute(select(t.message).where(t.message.c.id.in_(wanted)))
    messages = {row.id: message_from(row) for row in stored}
    return [_delivery(row, messages[row.message_id]) for row in rows]


def _delivery(row: Row[Any], message: Message) -> ClaimedDelivery:
    return ClaimedDelivery(
        id=row.id,
        key=row.key,
        kind=Subject(row.kind),
        subject=row.subject,
        channel=row.channel,
        destination=row.destination,
        target=Target(row.target, row.address, json.loads(row._mapping["values"])),
        message=message,
        planned_at=row.planned_at,
        attempts=row.attempts,
        doubtful=row.doubtful,
        looks=row.looks,
        resends=row.resends,
        token=row.lease_token,
    )


def _view(row: Row[Any]) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        channel=row.channel,
        destination=row.destination,
        target=row.target,
        state=DeliveryState(row.state),
        due_at=row.due_at,
        attempts=row.attempts,
        error=row.error,
        permalink=row.permalink,
        sent_at=row.sent_at,
    )
