"""UpdateStore: what a person decides about updates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select, update

from syndicate.domain.model import DeliveryState, Message, Subject, Update, UpdateKind, UpdateState
from syndicate.storage import tables as t
from syndicate.storage.engine import Database
from syndicate.storage.messages import keep_message, message_from
from syndicate.storage.publishing import keep_update, move_base, publish
from syndicate.storage.rows import updates_from

HELD, APPROVED = UpdateState.HELD.value, UpdateState.APPROVED.value


class UpdateRows:
    """`ports.UpdateStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, prefix: str) -> list[Update]:
        # a prefix is compared by range, so that "%" and "_" in it mean nothing
        within = and_(t.update.c.id >= prefix, t.update.c.id < prefix + "\x7f")
        with self._db.read() as connection:
            rows = connection.execute(select(t.update).where(within).limit(20)).all()
            return updates_from(connection, rows)

    def approved(self) -> list[Update]:
        with self._db.read() as connection:
            rows = connection.execute(select(t.update).where(t.update.c.state == APPROVED)).all()
            return updates_from(connection, rows)

    def messages(self, update_id: str) -> list[Message]:
        query = select(t.message).where(_about(update_id)).order_by(t.message.c.id)
        with self._db.read() as connection:
            return [message_from(row) for row in connection.execute(query)]

    def keep_messages(self, update_id: str, messages: Sequence[Message], now: datetime) -> None:
        with self._db.write() as connection:
            unsent = t.message.c.id.not_in(select(t.delivery.c.message_id))
            connection.execute(
                delete(t.message).where(_about(update_id), t.message.c.approved_by == "", unsent)
            )
            for message in messages:
                keep_message(connection, message, now)

    def approve(self, update_id: str, hashes: Collection[str], by: str, now: datetime) -> bool:
        with self._db.write() as connection:
            stored = connection.execute(select(t.message.c.sha256).where(_about(update_id))).scalars().all()
            if sorted(stored) != sorted(hashes):
                return False
            held = and_(t.update.c.id == update_id, t.update.c.state == HELD)
            done = connection.execute(update(t.update).where(held).values(state=APPROVED, decided_by=by))
            if done.rowcount:
                connection.execute(update(t.message).where(_about(update_id)).values(approved_by=by))
                _note(connection, now, "approved", update_id, by)
            return bool(done.rowcount)

    def publish(self, update_id: str, channels: Sequence[str], now: datetime) -> bool:
        with self._db.write() as connection:
            state = connection.execute(select(t.update.c.state).where(t.update.c.id == update_id)).scalar()
            if state != APPROVED:
                return False
            publish(connection, update_id, channels, now)
            return True

    def dismiss(self, update_id: str, by: str, now: datetime) -> bool:
        open_ = and_(t.update.c.id == update_id, t.update.c.state.in_((HELD, APPROVED)))
        with self._db.write() as connection:
            values = {"state": UpdateState.DISMISSED.value, "decided_by": by}
            if not connection.execute(update(t.update).where(open_).values(values)).rowcount:
                return False
            move_base(connection, update_id, public=False)
            _note(connection, now, "dismissed", update_id, by)
            return True

    def amend(self, later: Update, channels: Sequence[str], by: str, now: datetime) -> bool:
        with self._db.write() as connection:
            if connection.execute(select(t.update.c.id).where(t.update.c.id == later.id)).first():
                return False
            keep_update(connection, later, [])
            if later.kind is UpdateKind.WITHDRAWAL:
                _stop(connection, later.corrects)
            publish(connection, later.id, channels, now)
            _note(connection, now, later.kind.value, later.corrects, by)
            return True


def _stop(connection: Any, update_id: str) -> None:
    """Nothing more of an update is planned or sent."""
    connection.execute(update(t.fanout).where(t.fanout.c.update_id == update_id).values(done=True))
    waiting = and_(
        t.delivery.c.kind == Subject.UPDATE.value,
        t.delivery.c.subject == update_id,
        t.delivery.c.state == DeliveryState.PENDING.value,
        ~t.delivery.c.doubtful,
    )
    cancelled = {"state": DeliveryState.CANCELLED.value, "error": "withdrawn"}
    connection.execute(update(t.delivery).where(waiting).values(cancelled))


def _about(update_id: str) -> Any:
    return and_(t.message.c.kind == Subject.UPDATE.value, t.message.c.subject == update_id)


def _note(connection: Any, now: datetime, kind: str, subject: str, detail: str) -> None:
    connection.execute(t.event.insert(), {"at": now, "kind": kind, "subject": subject, "detail": detail})
