"""How a document read at any time since it is followed, as far as it was ever public."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from syndicate.domain.model import ShowText, UpdateState, Version
from syndicate.ports import ResourceView, Step
from syndicate.storage import tables as t
from syndicate.storage.rows import unpack

PUBLISHED = UpdateState.PUBLISHED.value


_RESOURCES = (
    select(t.resource)
    .where(t.resource.c.document_id == bindparam("document_id"))
    .order_by(t.resource.c.role.desc(), t.resource.c.place, t.resource.c.id)
)
_TOLD = _RESOURCES.where(t.resource.c.public_sha256 != "")
_READING = (
    select(t.version.c.content, t.snapshot.c.sha256, t.snapshot.c.at, t.source.c.show_text)
    .join(t.snapshot, t.snapshot.c.id == t.version.c.snapshot_id)
    .join(t.resource, t.resource.c.id == t.version.c.resource_id)
    .join(t.document, t.document.c.id == t.resource.c.document_id)
    .join(t.source, t.source.c.id == t.document.c.source_id)
    .where(t.version.c.id == bindparam("id"))
)


class Reading(NamedTuple):
    """A version with its proof; without a version a file that could not be read, or nothing at all."""

    version: Version | None
    sha256: str
    at: datetime | None


def now(connection: Connection, document_id: int, *, texts: bool) -> list[ResourceView]:
    """What readers were told last: no held change before it is published, and no dismissed one."""
    rows = connection.execute(_TOLD, {"document_id": document_id}).all()
    return [_view(connection, row, row.public_version if texts else None, row.public_sha256) for row in rows]


def edition(connection: Connection, document_id: int, sequence: int) -> list[ResourceView]:
    """What readers had been told when the update of this sequence was out; 0: at the first reading."""
    steps = _steps_of(connection, document_id)
    shown = []
    for row in connection.execute(_RESOURCES, {"document_id": document_id}):
        version, sha256 = _state(steps.get(row.id, []), sequence, (row.public_version, row.public_sha256))
        if sha256:
            shown.append(_view(connection, row, version, sha256))
    return shown


def sequence_at(connection: Connection, document_id: int, at: datetime) -> int:
    query = select(func.max(t.update.c.sequence)).where(
        t.update.c.document_id == document_id, t.update.c.state == PUBLISHED, t.update.c.detected_at <= at
    )
    return connection.execute(query).scalar() or 0


def steps(connection: Connection, update_id: str) -> list[Step]:
    query = (
        select(t.update_step, t.resource.c.label, t.resource.c.url)
        .join(t.resource, t.resource.c.id == t.update_step.c.resource_id)
        .join(t.update, t.update.c.id == t.update_step.c.update_id)
        .where(t.update.c.id == update_id, t.update.c.state == PUBLISHED)
        .order_by(t.resource.c.role.desc(), t.resource.c.place, t.resource.c.id)
    )
    return [
        Step(
            label=row.label,
            url=row.url,
            before=_reading(connection, row.before_version).version,
            after=_reading(connection, row.after_version).version,
        )
        for row in connection.execute(query).all()
    ]


class _State(NamedTuple):
    """A resource as readers knew it before and after one published update."""

    sequence: int
    before: tuple[int | None, str]
    after: tuple[int | None, str]


def _state(steps: list[_State], sequence: int, public: tuple[int | None, str]) -> tuple[int | None, str]:
    """After the last step up to `sequence`, else before the first one of all, else as it always was."""
    reached = [step.after for step in steps if step.sequence <= sequence]
    if reached:
        return reached[-1]
    return steps[0].before if steps else public


def _steps_of(connection: Connection, document_id: int) -> dict[int, list[_State]]:
    """Every published step of a document's resources, in the order of publication."""
    query = (
        select(t.update_step, t.update.c.sequence)
        .join(t.update, t.update.c.id == t.update_step.c.update_id)
        .where(t.update.c.document_id == document_id, t.update.c.state == PUBLISHED)
        .order_by(t.update.c.sequence)
    )
    found: dict[int, list[_State]] = {}
    for row in connection.execute(query):
        state = _State(
            row.sequence, (row.public_version, row.public_sha256), (row.after_version, row.after_sha256)
        )
        found.setdefault(row.resource_id, []).append(state)
    return found


def _view(connection: Connection, row: Any, version_id: int | None, sha256: str) -> ResourceView:
    reading = _reading(connection, version_id)
    return ResourceView(
        id=row.id,
        role=row.role,
        label=row.label,
        url=row.url,
        version=reading.version,
        retrieved_at=reading.at,
        sha256=reading.sha256 or sha256,
    )


def _reading(connection: Connection, version_id: int | None) -> Reading:
    if not version_id:
        return Reading(None, "", None)
    row = connection.execute(_READING, {"id": version_id}).one()
    # what the source does not want to be shown whole leaves the archive for no page, whatever it is about
    version = unpack(row.content) if row.show_text == ShowText.FULL.value else None
    return Reading(version, row.sha256, row.at)
