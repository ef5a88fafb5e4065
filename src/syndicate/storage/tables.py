"""The tables. Their words are the glossary's; see docs/architecture.md for what holds between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as whole microseconds since 1970 in UTC: sorts and compares alike everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, _dialect: Any) -> datetime | None:
        return None if value is None else EPOCH + value * MICROSECOND


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself for INTEGER only


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, default=default, server_default=default)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, default=0, server_default="0")


source = Table(
    "source",
    metadata,
    Column("id", Text, primary_key=True),
    _text("title"),
    _text("kind"),
    _text("language"),
    _text("topics", "[]"),
    _text("show_text", "full"),
    Column("active", Boolean, nullable=False),
    Column("first_found", Moment),
    Column("next_find", Moment),
    Column("last_found", Moment),  # looked for, in vain or not
    _text("problem"),
    _text("problem_kind"),
    Column("problem_since", Moment),
    Column("ended_at", Moment),
)

document = Table(
    "document",
    metadata,
    _id(),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    _text("key"),
    _text("title"),
    _text("address"),
    _text("host"),
    Column("baseline", Boolean, nullable=False),
    Column("first_ok", Moment),
    Column("last_ok", Moment),
    Column("last_check", Moment),
    Column("next_visit", Moment, nullable=False),
    Column("lease_until", Moment),
    _text("lease_token"),
    _count("checks"),
    _count("failures"),
    _text("problem"),
    _text("problem_kind"),
    Column("problem_since", Moment),
    Column("missing_since", Moment),  # its source does not list it any more
    Column("ended_at", Moment),  # told as removed, or found again as another document
    Column("last_change", Moment),
    _count("changes"),
    Column("last_full", Moment),  # when it was fetched without a condition
    _count("since_full"),
    UniqueConstraint("source_id", "key"),
    Index("ix_document_next_visit", "next_visit"),
)

resource = Table(
    "resource",
    metadata,
    _id(),
    Column("document_id", Id, ForeignKey("document.id"), nullable=False, index=True),
    _text("role"),
    _text("label"),
    _text("url"),
    _count("place"),
    Column("present", Boolean, nullable=False),
    Column("baseline", Boolean, nullable=False),
    _text("validators_url"),
    _text("etag"),
    _text("last_modified"),
    Column("latest_snapshot", Id),
    Column("head_version", Id),
    Column("base_version", Id),  # what later visits compare with
    _text("base_sha256"),
    Column("public_version", Id),  # what readers were told last: a dismissal moves the base alone
    _text("public_sha256"),
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),  # zlib
)

snapshot = Table(
    "snapshot",
    metadata,
    _id(),
    Column("resource_id", Id, ForeignKey("resource.id"), nullable=False, index=True),
    _text("sha256"),
    Column("at", Moment, nullable=False),
    _text("state"),
    _text("url"),
    _text("media_type"),
    _text("headers", "{}"),
    _text("problem"),
    Column("forgotten", Boolean, nullable=False, default=False, server_default="0"),
    Index("ix_snapshot_sha256", "sha256"),
)

version = Table(
    "version",
    metadata,
    _id(),
    Column("snapshot_id", Id, ForeignKey("snapshot.id"), nullable=False),
    Column("resource_id", Id, ForeignKey("resource.id"), nullable=False, index=True),
    _text("recipe"),
    _text("fingerprint"),
    Column("content", LargeBinary, nullable=False),  # zlib of JSON
    UniqueConstraint("snapshot_id", "recipe"),
)

candidate = Table(
    "candidate",
    metadata,
    Column("document_id", Id, ForeignKey("document.id"), primary_key=True),
    Column("first_at", Moment, nullable=False),
    Column("confirm_at", Moment, nullable=False),
    _text("reason"),
)

update = Table(
    "update_",  # UPDATE is a reserved word
    metadata,
    Column("id", Text, primary_key=True),
    _text("kind"),
    _text("state"),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    Column("document_id", Id, ForeignKey("document.id"), nullable=False, index=True),
    _text("document_title"),
    _text("document_url"),
    _text("language"),
    _text("topics", "[]"),
    _text("significance"),
    _text("reason"),
    _text("previous"),
    _text("corrects"),
    Column("detected_at", Moment, nullable=False),
    Column("published_at", Moment),
    Column("sequence", Id, unique=True),
    _text("changes", "[]"),
    _text("proofs", "[]"),
    _text("decided_by"),
    Index("ix_update_state", "state"),
    Index("ix_update_source", "source_id", "sequence"),
    Index("ix_update_document_sequence", "document_id", "sequence"),
    Index("ix_update_published_at", "published_at"),
)

update_topic = Table(
    "update_topic",
    metadata,
    Column("update_id", Text, ForeignKey("update_.id"), primary_key=True),
    Column("topic", Text, primary_key=True),
    Index("ix_update_topic_topic", "topic"),
)

update_text = Table(
    "update_text",
    metadata,
    Column("update_id", Text, ForeignKey("update_.id"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, default=1),
    _text("title"),
    _text("summary"),
)

update_step = Table(
    "update_step",
    metadata,
    Column("update_id", Text, ForeignKey("update_.id"), primary_key=True),
    Column("resource_id", Id, ForeignKey("resource.id"), primary_key=True),
    Column("before_version", Id),
    Column("after_version", Id),
    _text("before_sha256"),
    _text("after_sha256"),
    Column("public_version", Id),  # what readers knew before it, once it is published
    _text("public_sha256"),
)

message = Table(
    "message",
    metadata,
    _id(),
    _text("kind"),
    _text("subject"),
    _text("channel"),
    _text("account"),
    _text("language"),
    _text("variant"),
    Column("payload", LargeBinary, nullable=False),
    _text("sha256"),
    Column("at", Moment, nullable=False),
    _text("approved_by"),
    UniqueConstraint("kind", "subject", "channel", "account", "language", "variant"),
)

fanout = Table(
    "fanout",
    metadata,
    _id(),
    Column("update_id", Text, ForeignKey("update_.id"), nullable=False),
    _text("channel"),
    _count("cursor"),
    Column("done", Boolean, nullable=False),
    UniqueConstraint("update_id", "channel"),
    Index("ix_fanout_done", "done"),
)

delivery = Table(
    "delivery",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("part", Integer, nullable=False),
    _text("destination"),
    _count("lane"),
    Column("message_id", Id, ForeignKey("message.id"), nullable=False),
    _text("address"),
    _text("values", "{}"),
    _text("state"),
    Column("planned_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
    _text("lease_token"),
    _text("boot"),
    _count("attempts"),
    Column("doubtful", Boolean, nullable=False, default=False, server_default="0"),
    _count("looks"),
    _count("resends"),
    _text("error"),
    _text("receipt"),
    _text("permalink"),
    _count("status"),
    _text("answer"),
    Column("sent_at", Moment),
    UniqueConstraint("kind", "subject", "channel", "target", "action", "part"),
    Index("ix_delivery_claim", "destination", "state", "lane", "due_at"),
    Index("ix_delivery_target", "channel", "target"),
    Index("ix_delivery_sent", "destination", "sent_at"),
)

attempt = Table(
    "attempt",
    metadata,
    _id(),
    Column("delivery_id", Id, ForeignKey("delivery.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    _text("boot"),
    Column("dot_at", Moment),
    Column("ended_at", Moment),
    _text("answer"),
    UniqueConstraint("delivery_id", "n"),
)

destination = Table(
    "destination",
    metadata,
    Column("name", Text, primary_key=True),
    _text("channel"),
    Column("not_before", Moment),
    _text("reason"),
    _count("strikes"),
    _text("fingerprint"),
)

subscriber = Table(
    "subscriber",
    metadata,
    _id(),
    Column("uid", Text, nullable=False, unique=True),
    Column("address", Text, unique=True),  # NULL once erased
    _text("language"),
    _text("state"),
    Column("since", Moment, nullable=False),
    Column("ended_at", Moment),
)

subscription = Table(
    "subscription",
    metadata,
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True),
    Column("topic", Text, primary_key=True),  # "" is all topics
    _text("frequency", "immediate"),
    Column("since", Moment, nullable=False),
    Index("ix_subscription_topic", "topic", "subscriber_id"),
)

optin = Table(
    "optin",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), nullable=False, index=True),
    _text("topics", "[]"),
    Column("asked_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    _text("consent_text"),
    _text("consent_version"),
    _text("form_url"),
    _text("ip"),
)

suppression = Table(
    "suppression",
    metadata,
    Column("address_hash", Text, primary_key=True),
    _text("reason"),
    Column("at", Moment, nullable=False),
)

event = Table(
    "event",
    metadata,
    _id(),
    Column("at", Moment, nullable=False),
    _text("kind"),
    _text("subject"),
    _text("detail"),
)

rendered_feed = Table(
    "rendered_feed",
    metadata,
    Column("name", Text, primary_key=True),
    Column("format", Text, primary_key=True),
    Column("editorial", Boolean, primary_key=True),
    _text("media_type"),
    Column("body", LargeBinary, nullable=False),
    Column("gzip", LargeBinary, nullable=False),
    _text("etag"),
    _text("gzip_etag"),
    Column("last_modified", Moment, nullable=False),
    Column("sequence", Id, nullable=False, default=0, server_default="0"),
    _text("fingerprint"),
    Column(
        "changed", Id, nullable=False, default=0, server_default="0"
    ),  # rises with every feed that is kept, over all feeds
    Index("ix_rendered_feed_changed", "changed", "name", "format", "editorial"),
)

feed = Table(
    "feed",
    metadata,
    Column("name", Text, primary_key=True),
    _text("title"),
    _text("topics", "[]"),
    _text("source"),
    Column("ended_at", Moment),  # out of the configuration since
    Column("gone", Boolean, nullable=False, default=False, server_default="0"),
)

alert = Table(
    "alert",
    metadata,
    _id(),
    _text("subject"),
    _text("kind"),
    _text("name"),
    _text("detail"),
    Column("since", Moment, nullable=False),
    Column("told", Moment),
    Column("recovered", Moment),
    Index("ix_alert_recovered", "recovered"),
)
