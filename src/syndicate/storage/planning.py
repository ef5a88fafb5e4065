"""How a delivery comes to be: one way for fan-outs, confirmations and everything after them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from syndicate.domain.model import DeliveryState
from syndicate.ports import PlannedDelivery
from syndicate.storage import tables as t
from syndicate.storage.messages import keep_message
from syndicate.storage.rows import add_if_absent, dumps


def plan_deliveries(connection: Connection, planned: Sequence[PlannedDelivery], now: datetime) -> int:
    """Stores messages and deliveries; what exists already is left alone. Returns how many are new."""
    message_ids: dict[str, int] = {}
    rows = []
    for delivery in planned:
        identity = f"{delivery.message.account}/{delivery.message.language}/{delivery.message.sha256}"
        if identity not in message_ids:
            message_ids[identity] = keep_message(connection, delivery.message, now)
        rows.append(_row(delivery, message_ids[identity], now))
    return add_if_absent(connection, t.delivery, rows)


def _row(delivery: PlannedDelivery, message_id: int, now: datetime) -> dict[str, object]:
    return {
        "key": delivery.key,
        "kind": delivery.kind.value,
        "subject": delivery.subject,
        "channel": delivery.channel,
        "target": delivery.target.id,
        "action": delivery.action,
        "part": delivery.part,
        "destination": delivery.destination,
        "lane": delivery.lane,
        "message_id": message_id,
        "address": delivery.target.address,
        "values": dumps(dict(delivery.target.values)),
        "state": (DeliveryState.DEAD if delivery.error else DeliveryState.PENDING).value,
        "error": delivery.error,
        "planned_at": now,
        "due_at": delivery.due_at,
    }
