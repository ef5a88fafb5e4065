"""What is sent, to whom, and what the other side answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class Subject(StrEnum):
    """What a message is about (column `kind` of messages and deliveries)."""

    UPDATE = "update"
    DIGEST = "digest"
    CONFIRMATION = "confirmation"
    ALERT = "alert"
    PING = "ping"


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What a delivery does on the other side."""

    CREATE = "create"
    EDIT = "edit"
    REPLY = "reply"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Message:
    """The exact content for one channel, account, language and variant; approval binds to `sha256`.

    `payload` is the channel's own form, made by rendering: for a social network the UTF-8 JSON of a
    `Post`, for e-mail a whole MIME message with placeholders for what differs between readers.
    """

    kind: Subject
    subject: str
    channel: str
    account: str
    language: str
    payload: bytes
    variant: str = ""
    id: int = 0

    @property
    def sha256(self) -> str:
        return sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True)
class Target:
    """Who a message goes to. `id` is unique within the channel (a subscriber's id, an account's id).

    `address` is an e-mail address or "". `values` fill the placeholders of the message for this
    reader, for instance `{"unsubscribe": "<token>"}`; they are fixed when the delivery is planned.
    """

    id: str
    address: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What goes over the wire, computed once and again from stored rows: always the same bytes.

    `method` and `url` are for HTTP channels ("POST", an address without secrets) and empty for
    e-mail; `headers` has no secrets; `body` is exact. `key` is the channel's own form of the random
    delivery key (a Message-ID, an Idempotency-Key, a TID).
    """

    key: str
    target: str
    body: bytes
    method: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side answered when it took the message. `id` is its name for it (a URN, a queue id)."""

    id: str
    permalink: str
    at: datetime
    status: int
    answer: str = ""


class Presence(StrEnum):
    """What `reconcile` found: there (with a receipt), surely absent, or not to be told now."""

    FOUND = "found"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reconciled:
    presence: Presence
    receipt: Receipt | None = None
    reason: str = ""


class HealthState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a destination can be used; `detail` says what to do; `expires_at` warns of a known end."""

    state: HealthState
    detail: str
    expires_at: datetime | None = None
