"""Archive and FeedStore: what the public and the operator may read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from syndicate.domain.model import DeliveryState, Significance, Update, UpdateState
from syndicate.ports import (
    DestinationStatus,
    DocumentStatus,
    DocumentView,
    Latency,
    ResourceView,
    Selection,
    SourceView,
    StatusView,
    Step,
    UpdateHead,
)
from syndicate.storage import editions, heads, latency
from syndicate.storage import tables as t
from syndicate.storage.engine import Database
from syndicate.storage.rows import updates_from

PUBLISHED = UpdateState.PUBLISHED.value
WAITING = (UpdateState.HELD.value, UpdateState.APPROVED.value)
HISTORY = 200
"""How many updates of a document are listed on its page."""


_UPDATE = select(t.update).where(t.update.c.id == bindparam("id"))
_NEWEST = select(func.max(t.update.c.sequence))
_DOCUMENT = (
    select(
        t.document,
        t.source.c.language.label("language"),
        t.source.c.topics,
        t.source.c.ended_at.label("source_ended_at"),
    )
    .join(t.source, t.source.c.id == t.document.c.source_id)
    .where(t.document.c.id == bindparam("id"))
)
_SHOWN = (
    "id",
    "source_id",
    "title",
    "key",
    "address",
    "checks",
    "failures",
    "last_check",
    "last_ok",
    "next_visit",
    "problem",
    "problem_since",
)
_DOCUMENTS: Select[Any] = (
    select(*(t.document.c[name] for name in _SHOWN), t.source.c.active)
    .join(t.source, t.source.c.id == t.document.c.source_id)
    .order_by(t.document.c.source_id, t.document.c.id)
)
_LAST_UPDATE = select(func.max(t.update.c.published_at))
_HELD = select(func.count()).where(t.update.c.state.in_(WAITING))
_ACTIVE = select(func.count()).where(t.subscriber.c.state == "active")


class ArchiveRows:
    """`ports.Archive` and `ports.FeedStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def published(
        self, *, topic: str = "", source: str = "", editorial: bool = False, limit: int = 50, before: int = 0
    ) -> list[Update]:
        query = select(t.update).where(t.update.c.state == PUBLISHED)
        if topic:
            query = query.join(t.update_topic).where(t.update_topic.c.topic == topic)
        if source:
            query = query.where(t.update.c.source_id == source)
        if not editorial:
            query = query.where(t.update.c.significance == Significance.SUBSTANTIVE.value)
        if before:
            query = query.where(t.update.c.sequence < before)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(t.update.c.sequence.desc()).limit(limit)).all()
            return updates_from(connection, rows)

    def update(self, update_id: str) -> Update | None:
        with self._db.read() as connection:
            rows = connection.execute(_UPDATE, {"id": update_id}).all()
            return next(iter(updates_from(connection, rows)), None)

    def waiting(self) -> list[Update]:
        query = select(t.update).where(t.update.c.state.in_(WAITING)).order_by(t.update.c.detected_at)
        with self._db.read() as connection:
            return updates_from(connection, connection.execute(query).all())

    def document(self, document_id: int, *, texts: bool = True, history: bool = True) -> DocumentView | None:
        with self._db.read() as connection:
            row = connection.execute(_DOCUMENT, {"id": document_id}).first()
            if row is None or row.first_ok is None:
                return None
            updates = heads.of_document(connection, document_id, limit=HISTORY) if history else []
            resources = editions.now(connection, document_id, texts=texts)
        return DocumentView(
            id=row.id,
            source_id=row.source_id,
            title=row.title or row.key,
            url=row.address,
            language=row.language,
            topics=tuple(json.loads(row.topics)),
            resources=tuple(resources),
            updates=tuple(updates),
            last_ok=row.last_ok,
            first_ok=row.first_ok,
            ended_at=row.source_ended_at,
        )

    def edition(self, document_id: int, sequence: int) -> tuple[ResourceView, ...]:
        with self._db.read() as connection:
            return tuple(editions.edition(connection, document_id, sequence))

    def sequence_at(self, document_id: int, at: datetime) -> int:
        with self._db.read() as connection:
            return editions.sequence_at(connection, document_id, at)

    def steps(self, update_id: str) -> tuple[Step, ...]:
        with self._db.read() as connection:
            return tuple(editions.steps(connection, update_id))

    def select(self, selection: Selection, *, limit: int = 50, before: int = 0) -> list[UpdateHead]:
        with self._db.read() as connection:
            return heads.selected(connection, selection, limit, before)

    def near(self, update: Update) -> list[UpdateHead]:
        with self._db.read() as connection:
            return heads.near(connection, update)

    def addresses(self, after: int, until: int) -> list[tuple[str, datetime]]:
        with self._db.read() as connection:
            return heads.addresses(connection, after, until)

    def last_changes(self) -> dict[int, datetime | None]:
        with self._db.read() as connection:
            return heads.last_changes(connection)

    def sources(self) -> list[SourceView]:
        with self._db.read() as connection:
            return heads.sources(connection)

    def latency(self) -> Latency:
        with self._db.read() as connection:
            return latency.latency(connection)

    def status(self, now: datetime) -> StatusView:
        with self._db.read() as connection:
            return StatusView(
                documents=tuple(_document_status(row) for row in connection.execute(_DOCUMENTS)),
                destinations=tuple(_destinations(connection, now)),
                held=connection.execute(_HELD).scalar() or 0,
                subscribers=connection.execute(_ACTIVE).scalar() or 0,
                last_update=connection.execute(_LAST_UPDATE).scalar(),
            )

    def newest(self) -> int:
        with self._db.read() as connection:
            return connection.execute(_NEWEST).scalar() or 0


def _document_status(row: Row[Any]) -> DocumentStatus:
    return DocumentStatus(
        id=row.id,
        source_id=row.source_id,
        title=row.title or row.key,
        url=row.address,
        checks=row.checks,
        failures=row.failures,
        last_check=row.last_check,
        last_ok=row.last_ok,
        next_visit=row.next_visit if row.active else None,
        problem=row.problem,
        problem_since=row.problem_since,
        active=row.active,
    )


def _destinations(connection: Connection, now: datetime) -> Sequence[DestinationStatus]:
    """Counted and dated by indexes alone: there are a million deliveries before long."""
    totals = select(t.delivery.c.destination, t.delivery.c.state, func.count().label("number")).group_by(
        t.delivery.c.destination, t.delivery.c.state
    )
    counts = {(row.destination, row.state): row.number for row in connection.execute(totals)}
    of_it = t.delivery.c.destination == t.destination.c.name
    last_sent = select(func.max(t.delivery.c.sent_at)).where(of_it).scalar_subquery()
    query = select(t.destination, last_sent.label("last_sent")).order_by(t.destination.c.name)
    return [_destination_status(row, counts, now) for row in connection.execute(query)]


def _destination_status(
    row: Row[Any], counts: Mapping[tuple[str, str], int], now: datetime
) -> DestinationStatus:
    def count(*states: DeliveryState) -> int:
        return sum(counts.get((row.name, state.value), 0) for state in states)

    waiting = row.not_before is not None and row.not_before > now
    pending = count(DeliveryState.PENDING, DeliveryState.SENDING)
    return DestinationStatus(
        name=row.name,
        channel=row.channel,
        not_before=row.not_before if waiting else None,
        # when the pause is over and nothing waits any more, it is the reason of nothing
        reason=row.reason if waiting or (row.not_before and pending) else "",
        pending=pending,
        uncertain=count(DeliveryState.UNCERTAIN),
        dead=count(DeliveryState.DEAD),
        sent=count(DeliveryState.SENT),
        last_sent=row.last_sent,
    )
