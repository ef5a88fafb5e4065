"""How rows and values become each other: compressed JSON, insert-if-absent, records from rows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, insert, select

from syndicate.domain.model import (
    NotedChange,
    Proof,
    Significance,
    Update,
    UpdateKind,
    UpdateState,
    UpdateText,
    Version,
)
from syndicate.storage import tables as t

_TEXTS = (
    select(
        t.update_text.c.update_id, t.update_text.c.language, t.update_text.c.title, t.update_text.c.summary
    )
    .where(t.update_text.c.update_id.in_(bindparam("updates", expanding=True)))
    .order_by(t.update_text.c.revision)
)


def dumps(value: Any) -> str:
    """JSON, the same text for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def pack(version: Version) -> bytes:
    return zlib.compress(dumps(version.as_dict()).encode(), 6)


def unpack(content: bytes) -> Version:
    return Version.from_dict(json.loads(zlib.decompress(content)))


def add_if_absent(connection: Connection, table: Table, values: Mapping[str, Any] | Sequence[Any]) -> int:
    """Inserts rows and leaves alone those that clash with a unique key; returns how many were made."""
    if not values:
        return 0
    # By name: importing the other dialect as well would take every command another 30 ms.
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    statement = dialect.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(statement, values).rowcount


def insert_row(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Inserts one row and returns the id that it was given."""
    key = connection.execute(insert(table), values).inserted_primary_key
    assert key is not None
    return int(key[0])


def update_values(update: Update) -> dict[str, Any]:
    """An update as a row, without its sequence."""
    return {
        "id": update.id,
        "kind": update.kind.value,
        "state": update.state.value,
        "source_id": update.source_id,
        "document_id": update.document_id,
        "document_title": update.document_title,
        "document_url": update.document_url,
        "language": update.language,
        "topics": dumps(list(update.topics)),
        "significance": update.significance.value,
        "reason": update.reason,
        "previous": update.previous,
        "corrects": update.corrects,
        "detected_at": update.detected_at,
        "changes": dumps([change.as_dict() for change in update.changes]),
        "proofs": dumps([_proof_values(proof) for proof in update.proofs]),
    }


def _proof_values(proof: Proof) -> list[str]:
    before, after = proof.sha256_before, proof.sha256_after
    return [proof.resource, proof.url, before, after, proof.retrieved_at.isoformat()]


def _proof(values: Sequence[str]) -> Proof:
    resource, url, before, after, at = values
    return Proof(resource, url, before, after, datetime.fromisoformat(at))


def updates_from(connection: Connection, rows: Sequence[Row[Any]]) -> list[Update]:
    """The updates of these rows of table `update_`, in their order, with their newest texts."""
    texts = texts_of(connection, [row.id for row in rows])
    return [_update(row, texts[row.id]) for row in rows]


def texts_of(connection: Connection, updates: Sequence[str]) -> dict[str, dict[str, UpdateText]]:
    """The newest text of these updates in each language."""
    texts: dict[str, dict[str, UpdateText]] = {update: {} for update in updates}
    for update_id, language, title, summary in connection.execute(_TEXTS, {"updates": updates}):
        texts[update_id][language] = UpdateText(language, title, summary)
    return texts


def _update(row: Row[Any], texts: Mapping[str, UpdateText]) -> Update:
    return Update(
        id=row.id,
        kind=UpdateKind(row.kind),
        state=UpdateState(row.state),
        source_id=row.source_id,
        document_id=row.document_id,
        document_title=row.document_title,
        document_url=row.document_url,
        language=row.language,
        topics=tuple(json.loads(row.topics)),
        significance=Significance(row.significance),
        changes=tuple(NotedChange.from_dict(change) for change in json.loads(row.changes)),
        detected_at=row.detected_at,
        reason=row.reason,
        published_at=row.published_at,
        sequence=row.sequence or 0,
        previous=row.previous,
        corrects=row.corrects,
        proofs=tuple(_proof(proof) for proof in json.loads(row.proofs)),
        texts=texts,
    )
