"""AlertStore: what is wrong now, read from where it is kept anyway, and what the operator was told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from syndicate.domain.model import DeliveryState
from syndicate.ports.alerting import Alert, AlertStep, Trouble
from syndicate.storage import tables as t
from syndicate.storage.engine import Database
from syndicate.storage.planning import plan_deliveries


class AlertRows:
    """`ports.alerting.AlertStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def troubles(self, now: datetime) -> list[Trouble]:
        with self._db.read() as connection:
            return [
                *_documents(connection),
                *_sources(connection),
                *_destinations(connection, now),
                *_uncertain(connection, now),
            ]

    def open(self) -> list[Alert]:
        alert = t.alert.c
        waiting = and_(alert.recovered == alert.since, alert.told.is_(None))  # an event
        query = select(t.alert).where(or_(alert.recovered.is_(None), waiting)).order_by(alert.since, alert.id)
        with self._db.read() as connection:
            return [Alert(**row._mapping) for row in connection.execute(query)]

    def step(self, step: AlertStep, now: datetime) -> None:
        with self._db.write() as connection:
            for trouble in step.opened:
                connection.execute(insert(t.alert), _row(trouble))
            for ids, column in ((step.told, "told"), (step.recovered, "recovered")):
                here = t.alert.c.id.in_(list(ids))
                connection.execute(update(t.alert).where(here).values({column: now}))
            if step.mail:
                plan_deliveries(connection, [step.mail], now)


def _row(trouble: Trouble) -> dict[str, Any]:
    names = ("subject", "kind", "name", "detail", "since")
    return {name: getattr(trouble, name) for name in names}


def _documents(connection: Connection) -> Iterator[Trouble]:
    query = (
        select(t.document)
        .join(t.source, t.source.c.id == t.document.c.source_id)
        .where(t.source.c.active, t.document.c.problem_since.is_not(None), t.document.c.ended_at.is_(None))
        .order_by(t.document.c.problem_since, t.document.c.id)
    )
    for row in connection.execute(query):
        name = f"{row.source_id}: {row.title or row.address}"
        kind = row.problem_kind or "other"
        yield Trouble(f"document:{row.id}", kind, name, row.problem, row.problem_since, row.failures)


def _sources(connection: Connection) -> Iterator[Trouble]:
    query = select(t.source).where(t.source.c.active, t.source.c.problem_since.is_not(None))
    for row in connection.execute(query.order_by(t.source.c.id)):
        kind = row.problem_kind or "other"
        yield Trouble(f"source:{row.id}", kind, row.title or row.id, row.problem, row.problem_since)


def _destinations(connection: Connection, now: datetime) -> Iterator[Trouble]:
    query = select(t.destination).where(t.destination.c.strikes > 0).order_by(t.destination.c.name)
    for row in connection.execute(query):
        yield Trouble(f"destination:{row.name}", "waiting", row.name, row.reason, now)


def _uncertain(connection: Connection, now: datetime) -> Iterator[Trouble]:
    query = (
        select(t.delivery.c.destination, func.count().label("count"))
        .where(t.delivery.c.state == DeliveryState.UNCERTAIN.value)
        .group_by(t.delivery.c.destination)
    )
    for row in connection.execute(query):
        detail = f"{row.count} deliveries may have arrived or not: see `syndicate deliveries`."
        yield Trouble(f"uncertain:{row.destination}", "uncertain", row.destination, detail, now)
