"""The parts of tx 2: what the end of a visit writes, each into its own table."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, func, insert, select, update

from syndicate.domain.model import Version
from syndicate.ports import Conclusion, Notice, Reading, ResourcePlace, SnapshotState, Validators
from syndicate.storage import tables as t
from syndicate.storage.claims import OPEN_STATES, resource_rows
from syndicate.storage.locking import held
from syndicate.storage.rows import add_if_absent, pack


def keep_version(connection: Connection, snapshot_id: int, version: Version) -> int:
    """The row of this reading, made where it is not there yet."""
    snapshot = connection.execute(select(t.snapshot).where(t.snapshot.c.id == snapshot_id)).one()
    values = {
        "snapshot_id": snapshot_id,
        "resource_id": snapshot.resource_id,
        "recipe": version.recipe.key,
        "fingerprint": version.fingerprint,
        "content": pack(version),
    }
    add_if_absent(connection, t.version, values)
    same = and_(t.version.c.snapshot_id == snapshot_id, t.version.c.recipe == version.recipe.key)
    key: int = connection.execute(select(t.version.c.id).where(same)).scalar_one()
    return key


def still_held(connection: Connection, conclusion: Conclusion) -> bool:
    """Whether no person has decided meanwhile: else what the visit compared with is the base no more."""
    here = and_(t.update.c.id == conclusion.held, t.update.c.state.in_(OPEN_STATES))
    return not conclusion.held or connection.execute(select(t.update.c.id).where(here)).first() is not None


def weigh_anew(connection: Connection, conclusion: Conclusion) -> None:
    """Nothing of the visit is kept but the bytes, which are still unread; the document is due at once."""
    here = and_(t.document.c.id == conclusion.document_id, t.document.c.lease_token == conclusion.token)
    values = {"lease_until": None, "lease_token": "", "next_visit": conclusion.now}
    connection.execute(update(t.document).where(here).values(values))


def end_lease(connection: Connection, conclusion: Conclusion) -> bool:
    now, failed = conclusion.now, conclusion.failed
    here = and_(t.document.c.id == conclusion.document_id, t.document.c.lease_token == conclusion.token)
    row = connection.execute(held(select(t.document).where(here), t.document)).first()
    if row is None:
        return False
    values: dict[str, Any] = {
        "lease_until": None,
        "lease_token": "",
        "next_visit": conclusion.next_visit,
        "last_check": now,
        "checks": row.checks + 1,
        "failures": row.failures + 1 if failed else 0,
        "problem": conclusion.problem,
        "problem_kind": conclusion.problem_kind if conclusion.problem else "",
        "problem_since": (row.problem_since or now) if conclusion.problem else None,
    }
    if conclusion.ended:
        values |= {"ended_at": now}
    if conclusion.changed:
        values |= {"last_change": now, "changes": row.changes + 1}
    if not failed:
        full = conclusion.full
        values |= {"since_full": 0, "last_full": now} if full else {"since_full": row.since_full + 1}
        values |= {"last_ok": now, "first_ok": row.first_ok or now}
    if conclusion.title:
        values["title"] = conclusion.title
    connection.execute(update(t.document).where(here).values(values))
    return True


def end_quietly(connection: Connection, conclusions: Sequence[Conclusion]) -> None:
    """The ends of visits that found everything as it was, in one statement; a lost lease changes nothing."""
    same = and_(t.document.c.id == bindparam("b_id"), t.document.c.lease_token == bindparam("b_token"))
    statement = (
        update(t.document)
        .where(same)
        .values(
            lease_until=None,
            lease_token="",
            next_visit=bindparam("b_next"),
            last_check=bindparam("b_now"),
            last_ok=bindparam("b_now"),
            first_ok=func.coalesce(t.document.c.first_ok, bindparam("b_now", type_=t.Moment)),
            checks=t.document.c.checks + 1,
            failures=0,
            problem="",
            problem_kind="",
            problem_since=None,
            last_full=case(
                (bindparam("b_full"), bindparam("b_now", type_=t.Moment)), else_=t.document.c.last_full
            ),
            since_full=case((bindparam("b_full"), 0), else_=t.document.c.since_full + 1),
        )
    )
    rows = [
        {
            "b_id": one.document_id,
            "b_token": one.token,
            "b_next": one.next_visit,
            "b_now": one.now,
            "b_full": one.full,
        }
        for one in sorted(conclusions, key=attrgetter("document_id"))  # see `locking`
    ]
    connection.execute(statement, rows)


def keep_findings(connection: Connection, conclusion: Conclusion) -> None:
    """What was seen of the resources."""
    for place in conclusion.places:
        keep_place(connection, place)
    for reading in conclusion.readings:
        keep_reading(connection, reading)
    for resource_id in conclusion.settle:
        settle_base(connection, resource_id)
    for resource_id, validators in conclusion.renewed:
        keep_validators(connection, resource_id, validators)
    for resource_id in conclusion.distrust:
        keep_validators(connection, resource_id, Validators(""))
    for notice in conclusion.notices:
        keep_notice(connection, conclusion, notice)


def keep_place(connection: Connection, place: ResourcePlace) -> None:
    connection.execute(
        update(t.resource)
        .where(t.resource.c.id == place.resource_id)
        .values(label=place.label, url=place.url, place=place.place, present=place.present)
    )


def keep_validators(connection: Connection, resource_id: int, validators: Validators) -> None:
    connection.execute(
        update(t.resource)
        .where(t.resource.c.id == resource_id)
        .values(validators_url=validators.url, etag=validators.etag, last_modified=validators.last_modified)
    )


def keep_notice(connection: Connection, conclusion: Conclusion, notice: Notice) -> None:
    """An event for the operator: over as soon as it is told."""
    values = {
        "subject": f"document:{conclusion.document_id}",
        "kind": notice.kind,
        "name": notice.name,
        "detail": notice.detail,
        "since": conclusion.now,
        "recovered": conclusion.now,
    }
    connection.execute(insert(t.alert), values)


def keep_reading(connection: Connection, reading: Reading) -> None:
    state = SnapshotState.UNREADABLE if reading.version is None else SnapshotState.READ
    connection.execute(
        update(t.snapshot)
        .where(t.snapshot.c.id == reading.snapshot_id)
        .values(state=state.value, problem=reading.problem)
    )
    if reading.version is None:
        return
    head = connection.execute(
        select(t.version.c.fingerprint, t.version.c.recipe)
        .join(t.resource, t.resource.c.head_version == t.version.c.id)
        .where(t.resource.c.id == reading.resource_id)
    ).first()
    if head and (head.fingerprint, head.recipe) == (reading.version.fingerprint, reading.version.recipe.key):
        return  # noise in the bytes: the same text needs no second row
    key = keep_version(connection, reading.snapshot_id, reading.version)
    connection.execute(
        update(t.resource).where(t.resource.c.id == reading.resource_id).values(head_version=key)
    )


def settle_base(connection: Connection, resource_id: int) -> None:
    here = t.resource.c.id == resource_id
    row = connection.execute(resource_rows().where(here)).one()
    version, sha256 = (row.head_version, row.sha256 or "") if row.present else (None, "")
    values = {f"{name}_version": version for name in ("base", "public")}
    values |= {f"{name}_sha256": sha256 for name in ("base", "public")}
    connection.execute(update(t.resource).where(here).values(values))


def keep_candidate(connection: Connection, conclusion: Conclusion) -> None:
    connection.execute(delete(t.candidate).where(t.candidate.c.document_id == conclusion.document_id))
    if conclusion.candidate:
        doubt = conclusion.candidate
        values = {"first_at": doubt.first_at, "confirm_at": doubt.confirm_at, "reason": doubt.reason}
        connection.execute(insert(t.candidate), {"document_id": conclusion.document_id, **values})
