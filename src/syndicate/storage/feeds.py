"""FeedStore: which feeds there are, which updates belong into each, and their bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, insert, select, update

from syndicate.domain.model import Significance, Update, UpdateState
from syndicate.ports import FeedChanges, FeedKey, FeedMark, FeedRecord, RenderedFeed
from syndicate.storage import tables as t
from syndicate.storage.engine import Database
from syndicate.storage.renaming import rename_topics
from syndicate.storage.rows import dumps, updates_from

NEVER = FeedMark(-1, "")
EMPTY = {
    "body": b"",
    "gzip": b"",
    "etag": "",
    "gzip_etag": "",
    "sequence": NEVER.sequence,
    "fingerprint": NEVER.fingerprint,
}
"""A document that is no more."""


class FeedRows:
    """`ports.FeedStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # --- which feeds there are --------------------------------------------------------------------

    def sync(self, feeds: Sequence[FeedRecord], renamed: Mapping[str, str], now: datetime) -> None:
        names = [feed.name for feed in feeds]
        with self._db.write() as connection:
            rename_topics(connection, renamed)
            ended = and_(t.feed.c.name.not_in(names), t.feed.c.ended_at.is_(None))
            connection.execute(update(t.feed).where(ended).values(ended_at=now))
            for feed in feeds:
                values = {
                    "title": feed.title,
                    "topics": dumps(list(feed.topics)),
                    "source": feed.source,
                    "ended_at": None,
                    "gone": False,
                }
                known = update(t.feed).where(t.feed.c.name == feed.name).values(values)
                if not connection.execute(known).rowcount:
                    connection.execute(insert(t.feed), {"name": feed.name, **values})

    def records(self) -> list[FeedRecord]:
        with self._db.read() as connection:
            return [_record(row) for row in connection.execute(select(t.feed).order_by(t.feed.c.name))]

    def record(self, name: str) -> FeedRecord | None:
        with self._db.read() as connection:
            row = connection.execute(select(t.feed).where(t.feed.c.name == name)).first()
        return _record(row) if row else None

    def retire(self, name: str) -> None:
        with self._db.write() as connection:
            connection.execute(update(t.feed).where(t.feed.c.name == name).values(gone=True))
            # The rows stay, empty: whoever has the documents in memory must hear that they changed.
            emptied = EMPTY | {"changed": _next_change(connection)}
            rendered = update(t.rendered_feed).where(t.rendered_feed.c.name == name)
            connection.execute(rendered.values(emptied))

    # --- which updates they hold ------------------------------------------------------------------

    def newest(self) -> int:
        with self._db.read() as connection:
            return connection.execute(select(func.max(t.update.c.sequence))).scalar() or 0

    def newest_of(self, feed: FeedRecord, editorial: bool) -> int:
        query = _chosen(feed, editorial, t.update.c.sequence).order_by(t.update.c.sequence.desc()).limit(1)
        with self._db.read() as connection:
            return connection.execute(query).scalar() or 0

    def latest(self, feed: FeedRecord, editorial: bool, limit: int) -> list[Update]:
        return self._updates(_chosen(feed, editorial).order_by(t.update.c.sequence.desc()).limit(limit))

    def count(self, feed: FeedRecord, editorial: bool) -> int:
        with self._db.read() as connection:
            return connection.execute(_chosen(feed, editorial, func.count())).scalar() or 0

    def page(self, feed: FeedRecord, editorial: bool, number: int, size: int) -> list[Update]:
        oldest = _chosen(feed, editorial).order_by(t.update.c.sequence).limit(size)
        return self._updates(oldest.offset((number - 1) * size))[::-1]

    def _updates(self, query: Select[Any]) -> list[Update]:
        with self._db.read() as connection:
            return updates_from(connection, connection.execute(query).all())

    # --- their bytes ------------------------------------------------------------------------------

    def mark(self, key: FeedKey) -> FeedMark:
        query = select(t.rendered_feed.c.sequence, t.rendered_feed.c.fingerprint).where(_here(key))
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return FeedMark(row.sequence, row.fingerprint) if row else NEVER

    def keep(self, key: FeedKey, feed: RenderedFeed, mark: FeedMark) -> None:
        values = {
            "media_type": feed.media_type,
            "body": feed.body,
            "gzip": feed.gzip,
            "etag": feed.etag,
            "gzip_etag": feed.gzip_etag,
            "last_modified": feed.last_modified,
            "sequence": mark.sequence,
            "fingerprint": mark.fingerprint,
        }
        identity = {"name": key.name, "format": key.format_name, "editorial": key.editorial}
        table = t.rendered_feed
        with self._db.write() as connection:
            values["changed"] = _next_change(connection)
            if not connection.execute(table.update().where(_here(key)).values(values)).rowcount:
                connection.execute(table.insert(), {**identity, **values})

    def feed(self, key: FeedKey) -> RenderedFeed | None:
        with self._db.read() as connection:
            row = connection.execute(select(t.rendered_feed).where(_here(key))).first()
        if row is None or not row.body:
            return None
        return RenderedFeed(row.media_type, row.body, row.gzip, row.etag, row.gzip_etag, row.last_modified)

    def changes(self, since: int) -> FeedChanges:
        table = t.rendered_feed.c
        query = select(table.changed, table.name, table.format, table.editorial).where(table.changed > since)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(table.changed)).all()
        keys = tuple(FeedKey(row.name, row.format, row.editorial) for row in rows)
        return FeedChanges(rows[-1].changed if rows else since, keys)


def _next_change(connection: Connection) -> int:
    return (connection.execute(select(func.max(t.rendered_feed.c.changed))).scalar() or 0) + 1


def _record(row: Row[Any]) -> FeedRecord:
    return FeedRecord(row.name, row.title, tuple(json.loads(row.topics)), row.source, row.ended_at, row.gone)


def _here(key: FeedKey) -> Any:
    table = t.rendered_feed.c
    return and_(table.name == key.name, table.format == key.format_name, table.editorial == key.editorial)


def _chosen(feed: FeedRecord, editorial: bool, *columns: Any) -> Select[Any]:
    query = select(*(columns or (t.update,))).where(t.update.c.state == UpdateState.PUBLISHED.value)
    if feed.topics:
        filed = select(t.update_topic.c.update_id).where(t.update_topic.c.topic.in_(feed.topics))
        query = query.where(t.update.c.id.in_(filed))
    if feed.source:
        query = query.where(t.update.c.source_id == feed.source)
    if not editorial:
        query = query.where(t.update.c.significance == Significance.SUBSTANTIVE.value)
    return query
