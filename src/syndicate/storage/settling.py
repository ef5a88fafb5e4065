"""What becomes of a claimed delivery, written under the fence of its lease."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, update

from syndicate.domain.model import DeliveryState
from syndicate.ports import ClaimedDelivery, Settlement
from syndicate.storage import tables as t
from syndicate.storage.rows import add_if_absent


def note_commit(connection: Connection, delivery: ClaimedDelivery, now: datetime, lease: timedelta) -> bool:
    """The newest attempt of this delivery is about to pass the point of no return.

    False when the delivery is no longer ours: then the channel must not go on. A doubtful one counts as
    sent again from here on, so that a crash right after it cannot make it be sent a third time.
    """
    mine = and_(
        t.delivery.c.id == delivery.id,
        t.delivery.c.state == DeliveryState.SENDING.value,
        t.delivery.c.lease_token == delivery.token,
    )
    again = {"resends": delivery.resends + int(delivery.doubtful)}
    if not connection.execute(update(t.delivery).where(mine).values(again)).rowcount:
        return False
    newest = and_(t.attempt.c.delivery_id == delivery.id, t.attempt.c.n == delivery.attempts)
    connection.execute(update(t.attempt).where(newest).values(dot_at=now))
    batch = and_(
        t.delivery.c.destination == delivery.destination,
        t.delivery.c.state == DeliveryState.SENDING.value,
        t.delivery.c.lease_token == delivery.token,
    )
    connection.execute(update(t.delivery).where(batch).values(lease_until=now + lease))
    return True


def settle(connection: Connection, settlement: Settlement) -> bool:
    """Writes the outcome; False, and nothing written, when the lease is somebody else's by now.

    A receipt is written whoever holds the lease: what the other side has taken must not be sent again.
    """
    delivery = settlement.delivery
    mine = and_(t.delivery.c.state == DeliveryState.SENDING.value, t.delivery.c.lease_token == delivery.token)
    open_ = t.delivery.c.state != DeliveryState.SENT.value if settlement.receipt else mine
    here = and_(t.delivery.c.id == delivery.id, open_)
    done = connection.execute(update(t.delivery).where(here).values(_values(settlement)))
    if not done.rowcount:
        return False
    newest = and_(t.attempt.c.delivery_id == delivery.id, t.attempt.c.n == delivery.attempts)
    answer = settlement.answer or (settlement.receipt.answer if settlement.receipt else "")
    connection.execute(
        update(t.attempt).where(newest).values(ended_at=settlement.now, answer=answer or settlement.error)
    )
    if settlement.state is DeliveryState.SENT:
        _end_pause(connection, delivery.destination)
    if settlement.suppress:
        _suppress(connection, delivery.target.id, settlement)
    return True


def _values(settlement: Settlement) -> dict[str, Any]:
    delivery = settlement.delivery
    values: dict[str, Any] = {
        "state": settlement.state.value,
        "lease_until": None,
        "lease_token": "",
        "doubtful": settlement.doubtful,
        "looks": delivery.looks + 1 if settlement.looked else 0,
        "resends": delivery.resends + int(settlement.resent),
        "error": settlement.error,
        "answer": settlement.answer,
    }
    if settlement.due_at:
        values["due_at"] = settlement.due_at
    if settlement.receipt:
        receipt = settlement.receipt
        values |= {
            "receipt": receipt.id,
            "permalink": receipt.permalink,
            "status": receipt.status,
            "answer": receipt.answer,
            "sent_at": receipt.at,
        }
    return values


def _end_pause(connection: Connection, destination: str) -> None:
    paused = and_(t.destination.c.name == destination, t.destination.c.strikes > 0)
    fresh = {"not_before": None, "reason": "", "strikes": 0}
    connection.execute(update(t.destination).where(paused).values(fresh))


def _suppress(connection: Connection, uid: str, settlement: Settlement) -> None:
    """The mailbox does not exist: nothing more is sent to it until its reader asks anew."""
    connection.execute(
        update(t.subscriber).where(t.subscriber.c.uid == uid).values(state="bounced", ended_at=settlement.now)
    )
    waiting = and_(
        t.delivery.c.channel == settlement.delivery.channel,
        t.delivery.c.target == uid,
        t.delivery.c.state == DeliveryState.PENDING.value,
    )
    connection.execute(
        update(t.delivery).where(waiting).values(state=DeliveryState.CANCELLED.value, error=settlement.error)
    )
    add_if_absent(
        connection,
        t.event,
        {"at": settlement.now, "kind": "bounced", "subject": uid, "detail": settlement.error},
    )


def by_hand(connection: Connection, delivery_id: int, outcome: str, now: datetime) -> bool:
    """A person's word on an uncertain or dead delivery."""
    values: dict[str, dict[str, Any]] = {
        "sent": {"state": DeliveryState.SENT.value, "sent_at": now},
        "retry": {"state": DeliveryState.PENDING.value, "due_at": now, "doubtful": False, "resends": 0},
        "cancel": {"state": DeliveryState.CANCELLED.value},
    }
    settled = (DeliveryState.UNCERTAIN.value, DeliveryState.DEAD.value)
    here = and_(t.delivery.c.id == delivery_id, t.delivery.c.state.in_(settled))
    done = connection.execute(update(t.delivery).where(here).values(values[outcome]))
    if done.rowcount:
        detail = {"at": now, "kind": "settled", "subject": str(delivery_id), "detail": outcome}
        add_if_absent(connection, t.event, detail)
    return bool(done.rowcount)
