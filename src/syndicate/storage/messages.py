"""Stored messages: the bytes that are approved and sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from syndicate.domain.model import Message, Subject
from syndicate.storage import tables as t
from syndicate.storage.rows import add_if_absent


def keep_message(connection: Connection, message: Message, now: datetime) -> int:
    """Stores a message unless one of the same kind, subject, channel, account, language and variant is
    stored: that one, which may have been approved, is kept. Returns its id."""
    values = {
        "kind": message.kind.value,
        "subject": message.subject,
        "channel": message.channel,
        "account": message.account,
        "language": message.language,
        "variant": message.variant,
        "payload": message.payload,
        "sha256": message.sha256,
        "at": now,
    }
    add_if_absent(connection, t.message, values)
    names = ("kind", "subject", "channel", "account", "language", "variant")
    same = and_(*(t.message.c[name] == values[name] for name in names))
    key: int = connection.execute(select(t.message.c.id).where(same)).scalar_one()
    return key


def message_from(row: Row[Any]) -> Message:
    return Message(
        kind=Subject(row.kind),
        subject=row.subject,
        channel=row.channel,
        account=row.account,
        language=row.language,
        payload=row.payload,
        variant=row.variant,
        id=row.id,
    )
