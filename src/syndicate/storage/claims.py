"""From rows to a claim: all that a visit must know of a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from syndicate.domain.model import UpdateState
from syndicate.ports import (
    Candidate,
    Claim,
    KeptSnapshot,
    KnownResource,
    Pace,
    SnapshotState,
    Validators,
)
from syndicate.storage import tables as t
from syndicate.storage.rows import insert_row

OPEN_STATES = (UpdateState.HELD.value, UpdateState.APPROVED.value)


def resource_rows() -> Any:
    return select(
        t.resource,
        t.snapshot.c.sha256,
        t.snapshot.c.state,
        t.snapshot.c.at,
        t.snapshot.c.url.label("snapshot_url"),
        t.snapshot.c.media_type,
    ).outerjoin(t.snapshot, t.snapshot.c.id == t.resource.c.latest_snapshot)


def claims_from(connection: Connection, ids: Sequence[int], token: str) -> list[Claim]:
    """The claims of these documents, in their order; one query a table, not one a document."""
    documents = select(t.document).where(t.document.c.id.in_(ids))
    rows = {row.id: row for row in connection.execute(documents)}
    resources = _by_document(connection, resource_rows().order_by(t.resource.c.id), t.resource, ids)
    doubts = _by_document(connection, select(t.candidate), t.candidate, ids)
    updates = _by_document(
        connection,
        select(t.update.c.id, t.update.c.state, t.update.c.document_id).order_by(
            t.update.c.detected_at, t.update.c.sequence
        ),
        t.update,
        ids,
    )
    return [
        _claim(
            row,
            token,
            [resource_from(found) for found in resources.get(row.id, ())]
            or [_first_resource(connection, row)],
            doubts.get(row.id, ()),
            updates.get(row.id, ()),
        )
        for row in map(rows.__getitem__, ids)
    ]


def _by_document(
    connection: Connection, query: Any, table: Table, ids: Sequence[int]
) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query.where(table.c.document_id.in_(ids))):
        found[row.document_id].append(row)
    return found


def _claim(
    row: Row[Any],
    token: str,
    resources: Sequence[KnownResource],
    doubts: Sequence[Row[Any]],
    updates: Sequence[Row[Any]],
) -> Claim:
    closed = [found.id for found in updates if found.state not in OPEN_STATES]
    public = [found.id for found in updates if found.state == UpdateState.PUBLISHED.value]
    held = [found.id for found in updates if found.state in OPEN_STATES]
    doubt = next(iter(doubts), None)
    return Claim(
        token=token,
        document_id=row.id,
        source_id=row.source_id,
        key=row.key,
        title=row.title,
        address=row.address,
        baseline=row.baseline and row.first_ok is None,
        failures=row.failures,
        resources=tuple(resources),
        host=row.host,
        problem=row.problem,
        candidate=Candidate(doubt.first_at, doubt.confirm_at, doubt.reason) if doubt else None,
        held=held[-1] if held else "",
        last_update=closed[-1] if closed else "",
        last_published=public[-1] if public else "",
        problem_kind=row.problem_kind,
        missing_since=row.missing_since,
        last_check=row.last_check,
        pace=Pace(row.first_ok, row.last_change, row.changes, row.last_full, row.since_full),
    )


def _first_resource(connection: Connection, row: Row[Any]) -> KnownResource:
    values = {
        "document_id": row.id,
        "role": "page" if row.host else "file",
        "label": row.title,
        "url": row.address,
        "place": 0,
        "present": True,
        "baseline": row.baseline,
    }
    return resource_from(
        connection.execute(
            resource_rows().where(t.resource.c.id == insert_row(connection, t.resource, values))
        ).one()
    )


def resource_from(row: Row[Any]) -> KnownResource:
    latest = None
    if row.latest_snapshot:
        latest = KeptSnapshot(
            row.latest_snapshot,
            row.sha256,
            SnapshotState(row.state),
            row.at,
            row.snapshot_url,
            row.media_type,
        )
    validators = None
    if row.etag or row.last_modified:
        validators = Validators(row.validators_url, row.etag, row.last_modified)
    return KnownResource(
        id=row.id,
        role=row.role,
        label=row.label,
        url=row.url,
        place=row.place,
        validators=validators,
        latest=latest,
        base_version=row.base_version or 0,
        base_sha256=row.base_sha256,
        head_version=row.head_version or 0,
        baseline=row.baseline,
        present=row.present,
    )


def snapshot_from(row: Row[Any]) -> KeptSnapshot:
    return KeptSnapshot(row.id, row.sha256, SnapshotState(row.state), row.at, row.url, row.media_type)
