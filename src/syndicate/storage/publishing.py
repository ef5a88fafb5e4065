"""The steps that make an update public, shared by the end of a visit and by a person's decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from syndicate.domain.model import Update, UpdateState
from syndicate.storage import tables as t
from syndicate.storage.rows import add_if_absent, update_values
from syndicate.storage.search import index_update
from syndicate.storage.tables import MICROSECOND


def keep_update(connection: Connection, record: Update, touched: Sequence[int]) -> None:
    """Stores an update with texts, topics and steps; one of the same id (a held one) is replaced."""
    values = update_values(record)
    values["detected_at"] = max(record.detected_at, _after_all_others(connection, record))
    here = t.update.c.id == record.id
    known = connection.execute(select(t.update.c.changes, t.update.c.state).where(here)).first()
    for table in (t.update_text, t.update_topic, t.update_step):
        connection.execute(delete(table).where(table.c.update_id == record.id))
    if known is None:
        connection.execute(insert(t.update), values)
    elif known.changes == values["changes"] and record.state is UpdateState.HELD:
        pass  # the same change seen again (noise around it): what a person decided stands
    else:
        connection.execute(update(t.update).where(here).values(values))
        # what was rendered from the earlier state was perhaps approved: it is void now
        connection.execute(delete(t.message).where(t.message.c.subject == record.id))
    for text in record.texts.values():
        connection.execute(
            insert(t.update_text),
            {
                "update_id": record.id,
                "language": text.language,
                "revision": 1,
                "title": text.title,
                "summary": text.summary,
            },
        )
    for topic in record.topics:
        connection.execute(insert(t.update_topic), {"update_id": record.id, "topic": topic})
    for resource_id in touched:
        _keep_step(connection, record.id, resource_id)


def _after_all_others(connection: Connection, record: Update) -> datetime:
    """The next update's id is made from the newest one's: a clock that was set back must not confuse them."""
    others = and_(t.update.c.document_id == record.document_id, t.update.c.id != record.id)
    newest = connection.execute(select(func.max(t.update.c.detected_at)).where(others)).scalar()
    return newest + MICROSECOND if newest else record.detected_at


def _keep_step(connection: Connection, update_id: str, resource_id: int) -> None:
    """From the base of comparison to the newest state; a vanished resource has no state after."""
    row = connection.execute(
        select(t.resource, t.snapshot.c.sha256.label("latest_sha256"))
        .outerjoin(t.snapshot, t.snapshot.c.id == t.resource.c.latest_snapshot)
        .where(t.resource.c.id == resource_id)
    ).one()
    connection.execute(
        insert(t.update_step),
        {
            "update_id": update_id,
            "resource_id": resource_id,
            "before_version": row.base_version,
            "before_sha256": row.base_sha256,
            "after_version": row.head_version if row.present else None,
            "after_sha256": (row.latest_sha256 or "") if row.present else "",
        },
    )


def move_base(connection: Connection, update_id: str, *, public: bool) -> None:
    """What the update was about is what later visits compare with, and what is public if it was published."""
    steps = select(t.update_step).where(t.update_step.c.update_id == update_id)
    for step in connection.execute(steps).all():
        values = {"base_version": step.after_version, "base_sha256": step.after_sha256}
        if public:
            _keep_what_was_public(connection, step)
            values |= {"public_version": step.after_version, "public_sha256": step.after_sha256}
        connection.execute(update(t.resource).where(t.resource.c.id == step.resource_id).values(values))


def _keep_what_was_public(connection: Connection, step: Row[Any]) -> None:
    known = connection.execute(
        select(t.resource.c.public_version, t.resource.c.public_sha256).where(
            t.resource.c.id == step.resource_id
        )
    ).one()
    here = and_(t.update_step.c.update_id == step.update_id, t.update_step.c.resource_id == step.resource_id)
    connection.execute(update(t.update_step).where(here).values(known._asdict()))


def publish(connection: Connection, update_id: str, channels: Sequence[str], now: datetime) -> None:
    """Public from now on: state, sequence, base of comparison, one fan-out row per channel."""
    newest = connection.execute(select(func.max(t.update.c.sequence))).scalar()
    connection.execute(
        update(t.update)
        .where(t.update.c.id == update_id)
        .values(state=UpdateState.PUBLISHED.value, published_at=now, sequence=(newest or 0) + 1)
    )
    index_update(connection, update_id)
    move_base(connection, update_id, public=True)
    rows = [{"update_id": update_id, "channel": channel, "cursor": 0, "done": False} for channel in channels]
    add_if_absent(connection, t.fanout, rows)
