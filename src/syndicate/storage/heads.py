"""Lists of published updates: chosen, and without what only one update's own page shows.

Statements are built once: building one takes as long as asking it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, Select, and_, bindparam, func, or_, select

from syndicate.domain.model import Significance, Update, UpdateKind, UpdateState, UpdateText
from syndicate.ports import Selection, SourceView, UpdateHead
from syndicate.storage import tables as t
from syndicate.storage.rows import texts_of
from syndicate.storage.search import matching

PUBLISHED = UpdateState.PUBLISHED.value

_LARGE = ("changes", "proofs")
_HEAD: list[Column[Any]] = [column for column in t.update.c if column.name not in _LARGE]


LIMIT = bindparam("limit", type_=Integer)

_HEADS = select(*_HEAD).where(t.update.c.state == PUBLISHED).order_by(t.update.c.sequence.desc())
_OF_DOCUMENT = _HEADS.where(t.update.c.document_id == bindparam("document_id")).limit(LIMIT)
_NAMES_IT = or_(t.update.c.previous == bindparam("id"), t.update.c.corrects == bindparam("id"))
_NEAR = _HEADS.where(
    or_(
        t.update.c.id.in_(bindparam("named", expanding=True)),
        and_(t.update.c.document_id == bindparam("document_id"), _NAMES_IT),
    )
)
_NEWEST = (
    select(t.update.c.document_id, func.max(t.update.c.sequence).label("sequence"))
    .group_by(t.update.c.document_id)
    .subquery()
)
_LAST_CHANGES = (
    select(t.document.c.id, t.update.c.published_at)
    .outerjoin(_NEWEST, _NEWEST.c.document_id == t.document.c.id)
    .outerjoin(t.update, t.update.c.sequence == _NEWEST.c.sequence)
    .where(t.document.c.first_ok.is_not(None))
    .order_by(t.document.c.id)
)
_FIRST = (
    select(t.document.c.source_id, func.min(t.document.c.id).label("id"))
    .where(t.document.c.first_ok.is_not(None))
    .group_by(t.document.c.source_id)
    .subquery()
)
_SOURCES = (
    select(t.source.c.id, t.source.c.title, t.source.c.ended_at, t.document.c.title.label("document"))
    .join(_FIRST, _FIRST.c.source_id == t.source.c.id)
    .join(t.document, t.document.c.id == _FIRST.c.id)
)


def selected(connection: Connection, selection: Selection, limit: int, before: int) -> list[UpdateHead]:
    """The newest published updates of a selection, with a sequence under `before` where it is not 0."""
    asked = {
        "topic": selection.topic,
        "source": selection.source,
        "significance": "" if selection.editorial else Significance.SUBSTANTIVE.value,
        "since": selection.since,
        "until": selection.until,
        "before": before,
    }
    chosen = {name: value for name, value in asked.items() if value}
    query = _chosen(frozenset(chosen))
    if selection.words:
        query = query.where(matching(connection, selection.words))
    return heads_from(connection, query, {**chosen, "limit": limit})


def of_document(connection: Connection, document_id: int, limit: int) -> list[UpdateHead]:
    return heads_from(connection, _OF_DOCUMENT, {"document_id": document_id, "limit": limit})


def near(connection: Connection, update: Update) -> list[UpdateHead]:
    """Those that the update names, and those of its document that name it, newest first."""
    named = [name for name in (update.previous, update.corrects) if name]
    values = {"id": update.id, "document_id": update.document_id, "named": named}
    return heads_from(connection, _NEAR, values)


def heads_from(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> list[UpdateHead]:
    """The rows of a query over `_HEAD`, in their order, with their newest texts."""
    rows = connection.execute(query, values).all()
    texts = texts_of(connection, [row.id for row in rows])
    return [_head(row, texts[row.id]) for row in rows]


def addresses(connection: Connection, after: int, until: int) -> list[tuple[str, datetime]]:
    query = (
        select(t.update.c.id, t.update.c.published_at)
        .where(t.update.c.state == PUBLISHED, t.update.c.sequence > after, t.update.c.sequence <= until)
        .order_by(t.update.c.sequence)
    )
    return [(row.id, row.published_at) for row in connection.execute(query)]


def last_changes(connection: Connection) -> dict[int, datetime | None]:
    return {row.id: row.published_at for row in connection.execute(_LAST_CHANGES)}


def sources(connection: Connection) -> list[SourceView]:
    """By title; a source without a title has that of its first document."""
    found = [
        SourceView(row.id, row.title or row.document or row.id, row.ended_at)
        for row in connection.execute(_SOURCES)
    ]
    return sorted(found, key=lambda source: (source.ended_at is not None, source.title.casefold()))


@lru_cache
def _chosen(given: frozenset[str]) -> Select[Any]:
    """The statement for these parts of a selection; their values are bound by name."""
    conditions = {
        "topic": t.update_topic.c.topic == bindparam("topic"),
        "source": t.update.c.source_id == bindparam("source"),
        "significance": t.update.c.significance == bindparam("significance"),
        "since": t.update.c.published_at >= bindparam("since"),
        "until": t.update.c.published_at < bindparam("until"),
        "before": t.update.c.sequence < bindparam("before"),
    }
    query = _HEADS.join(t.update_topic) if "topic" in given else _HEADS
    return query.where(*(conditions[name] for name in sorted(given))).limit(LIMIT)


def _head(row: Row[Any], texts: dict[str, UpdateText]) -> UpdateHead:
    return UpdateHead(
        id=row.id,
        kind=UpdateKind(row.kind),
        significance=Significance(row.significance),
        source_id=row.source_id,
        document_id=row.document_id,
        document_title=row.document_title,
        language=row.language,
        topics=tuple(json.loads(row.topics)),
        detected_at=row.detected_at,
        published_at=row.published_at,
        sequence=row.sequence,
        previous=row.previous,
        corrects=row.corrects,
        texts=texts,
    )
