"""How long it takes from a change to its readers, read off the newest updates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from statistics import median

from sqlalchemy import Connection, bindparam, select

from syndicate.domain.model import DeliveryState, Subject, UpdateState
from syndicate.ports import Latency
from syndicate.storage import tables as t

NEWEST = 10
"""How many updates are looked at."""
MAILS = 50
"""How many of an update's mails are looked at, in the order of their recipients' random ids."""


_NEWEST = (
    select(t.update.c.id, t.update.c.detected_at, t.update.c.published_at)
    .where(t.update.c.state == UpdateState.PUBLISHED.value)
    .order_by(t.update.c.sequence.desc())
    .limit(NEWEST)
)
_SENT_MAILS = (
    select(t.delivery.c.sent_at)
    .where(
        t.delivery.c.kind == Subject.UPDATE.value,
        t.delivery.c.subject == bindparam("update"),
        t.delivery.c.channel == "email",
        t.delivery.c.state == DeliveryState.SENT.value,
        t.delivery.c.sent_at.is_not(None),
    )
    .order_by(t.delivery.c.target)
    .limit(MAILS)
)


def latency(connection: Connection) -> Latency:
    """The medians over the newest updates; an update that waited for a person counts with its wait."""
    published, mailed = [], []
    for row in connection.execute(_NEWEST).all():
        published.append(row.published_at - row.detected_at)
        mailed += [sent - row.detected_at for sent in _sent_mails(connection, row.id)]
    return Latency(_median(published), _median(mailed))


def _sent_mails(connection: Connection, update_id: str) -> Iterable[object]:
    return connection.execute(_SENT_MAILS, {"update": update_id}).scalars()


def _median(spans: list[timedelta]) -> timedelta | None:
    if not spans:
        return None
    return timedelta(seconds=max(0.0, median(span.total_seconds() for span in spans)))
