"""After a clock was set back: what it wrote while it was ahead is not waited for.

The time of a check, a plan or an attempt that is yet to come tells that the clock was ahead then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, or_, update

from syndicate.domain.model import DeliveryState
from syndicate.domain.scheduling import LONGEST_WAIT
from syndicate.storage import tables as t

_SLACK = timedelta(minutes=1)
"""Clocks are put right by seconds all the time."""


def set_back(connection: Connection, now: datetime) -> int:
    """Documents, sources, leases and doubts; how many documents and sources are due now, once for it."""
    ahead = now + _SLACK
    late = and_(t.document.c.last_check > ahead, t.document.c.next_visit > now)
    documents = update(t.document).where(late).values(next_visit=now)
    lists = and_(t.source.c.last_found > ahead, t.source.c.next_find > now)
    sources = update(t.source).where(lists).values(next_find=now, last_found=now)
    leases = update(t.document).where(t.document.c.lease_until > now + LONGEST_WAIT).values(lease_until=None)
    doubts = update(t.candidate).where(t.candidate.c.first_at > ahead).values(first_at=now, confirm_at=now)
    found = connection.execute(documents).rowcount + connection.execute(sources).rowcount
    connection.execute(leases)
    connection.execute(doubts)
    return found


def set_back_deliveries(connection: Connection, now: datetime) -> int:
    """Pending deliveries and pauses; how many deliveries are due now."""
    ahead = now + _SLACK
    tried = exists().where(t.attempt.c.delivery_id == t.delivery.c.id, t.attempt.c.at > ahead)
    late = and_(
        t.delivery.c.state == DeliveryState.PENDING.value,
        t.delivery.c.due_at > now,
        or_(t.delivery.c.planned_at > ahead, tried),
    )
    found = connection.execute(update(t.delivery).where(late).values(due_at=now)).rowcount
    longer = t.destination.c.not_before > now + LONGEST_WAIT
    connection.execute(update(t.destination).where(longer).values(not_before=now))
    return found
