"""Lists of published updates: chosen, and without what only one update's own page shows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, func, select

from syndicate.domain.model import Significance, UpdateKind, UpdateState, UpdateText
from syndicate.ports import Selection, SourceView, UpdateHead
from syndicate.storage import tables as t
from syndicate.storage.search import matching

PUBLISHED = UpdateState.PUBLISHED.value

_LARGE = ("changes", "proofs")
_HEAD: list[Column[Any]] = [column for column in t.update.c if column.name not in _LARGE]


def selected(connection: Connection, selection: Selection, limit: int, before: int) -> list[UpdateHead]:
    """The newest published updates of a selection, with a sequence under `before` where it is not 0."""
    query = _chosen(connection, selection)
    if before:
        query = query.where(t.update.c.sequence < before)
    return heads_from(connection, query.order_by(t.update.c.sequence.desc()).limit(limit))


def of_document(connection: Connection, document_id: int, limit: int) -> list[UpdateHead]:
    query = _published().where(t.update.c.document_id == document_id)
    return heads_from(connection, query.order_by(t.update.c.sequence.desc()).limit(limit))


def heads_from(connection: Connection, query: Select[Any]) -> list[UpdateHead]:
    """The rows of a query over `_HEAD`, in their order, with their newest texts."""
    rows = connection.execute(query).all()
    texts: dict[str, dict[str, UpdateText]] = {row.id: {} for row in rows}
    newest_last = select(t.update_text).where(t.update_text.c.update_id.in_(list(texts)))
    for text in connection.execute(newest_last.order_by(t.update_text.c.revision)):
        texts[text.update_id][text.language] = UpdateText(text.language, text.title, text.summary)
    return [_head(row, texts[row.id]) for row in rows]


def addresses(connection: Connection, after: int, until: int) -> list[tuple[str, datetime]]:
    query = (
        select(t.update.c.id, t.update.c.published_at)
        .where(t.update.c.state == PUBLISHED, t.update.c.sequence > after, t.update.c.sequence <= until)
        .order_by(t.update.c.sequence)
    )
    return [(row.id, row.published_at) for row in connection.execute(query)]


def last_changes(connection: Connection) -> dict[int, datetime | None]:
    newest = (
        select(t.update.c.document_id, func.max(t.update.c.sequence).label("sequence"))
        .group_by(t.update.c.document_id)
        .subquery()
    )
    query = (
        select(t.document.c.id, t.update.c.published_at)
        .outerjoin(newest, newest.c.document_id == t.document.c.id)
        .outerjoin(t.update, t.update.c.sequence == newest.c.sequence)
        .where(t.document.c.first_ok.is_not(None))
        .order_by(t.document.c.id)
    )
    return {row.id: row.published_at for row in connection.execute(query)}


def sources(connection: Connection) -> list[SourceView]:
    """By title; a source without a title has that of its first document."""
    first = (
        select(t.document.c.source_id, func.min(t.document.c.id).label("id"))
        .where(t.document.c.first_ok.is_not(None))
        .group_by(t.document.c.source_id)
        .subquery()
    )
    query = (
        select(t.source.c.id, t.source.c.title, t.source.c.ended_at, t.document.c.title.label("document"))
        .join(first, first.c.source_id == t.source.c.id)
        .join(t.document, t.document.c.id == first.c.id)
    )
    found = [
        SourceView(row.id, row.title or row.document or row.id, row.ended_at)
        for row in connection.execute(query)
    ]
    return sorted(found, key=lambda source: (source.ended_at is not None, source.title.casefold()))


def _published() -> Select[Any]:
    return select(*_HEAD).where(t.update.c.state == PUBLISHED)


def _chosen(connection: Connection, selection: Selection) -> Select[Any]:
    query = _published()
    if selection.topic:
        query = query.join(t.update_topic).where(t.update_topic.c.topic == selection.topic)
    if selection.source:
        query = query.where(t.update.c.source_id == selection.source)
    if not selection.editorial:
        query = query.where(t.update.c.significance == Significance.SUBSTANTIVE.value)
    if selection.since:
        query = query.where(t.update.c.published_at >= selection.since)
    if selection.until:
        query = query.where(t.update.c.published_at < selection.until)
    if selection.words:
        query = query.where(matching(connection, selection.words))
    return query


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
