"""What a source consists of: found, missing, moved, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from syndicate.domain.matching import leads_elsewhere
from syndicate.ports import Claim, Finding, FoundDocument, MissingDocument
from syndicate.storage import tables as t
from syndicate.storage.engine import Database
from syndicate.storage.rows import add_if_absent


class FindingRows:
    """The part of `ports.WatchStore` about documents as wholes."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due_sources(self, now: datetime) -> list[str]:
        due = or_(t.source.c.next_find.is_(None), t.source.c.next_find <= now)
        with self._db.read() as connection:
            return list(connection.execute(select(t.source.c.id).where(t.source.c.active, due)).scalars())

    def listed(self, source_id: str) -> set[str]:
        here = and_(
            t.document.c.source_id == source_id,
            t.document.c.ended_at.is_(None),
            t.document.c.missing_since.is_(None),
        )
        with self._db.read() as connection:
            return set(connection.execute(select(t.document.c.key).where(here)).scalars())

    def keys(self, source_id: str) -> set[str]:
        with self._db.read() as connection:
            query = select(t.document.c.key).where(t.document.c.source_id == source_id)
            return set(connection.execute(query).scalars())

    def found(self, findings: Sequence[Finding], now: datetime) -> None:
        with self._db.write() as connection:
            names = [finding.source_id for finding in findings]
            first = select(t.source.c.id, t.source.c.first_found).where(t.source.c.id.in_(names))
            first_found = {row.id: row.first_found for row in connection.execute(first)}
            keys = select(t.document.c.source_id, t.document.c.key).where(t.document.c.source_id.in_(names))
            known = {(row.source_id, row.key) for row in connection.execute(keys)}
            rows = [  # without those that are there already: PostgreSQL would use up an id for each
                _row(finding.source_id, document, first_found.get(finding.source_id), now)
                for finding in findings
                for document in finding.documents
                if (finding.source_id, document.key) not in known
            ]
            add_if_absent(connection, t.document, rows)
            _follow(connection, findings)
            for finding in findings:
                _know(connection, finding, now)
            connection.execute(
                update(t.source)
                .where(t.source.c.id == bindparam("b_id"))
                .values(
                    first_found=func.coalesce(t.source.c.first_found, bindparam("b_now", type_=t.Moment)),
                    last_found=bindparam("b_now"),
                    next_find=bindparam("b_again"),
                    problem="",
                    problem_kind="",
                    problem_since=None,
                ),
                [{"b_id": each.source_id, "b_now": now, "b_again": each.again_at} for each in findings],
            )

    def trouble(self, source_id: str, problem: str, kind: str, now: datetime, again_at: datetime) -> None:
        here = t.source.c.id == source_id
        with self._db.write() as connection:
            since = connection.execute(select(t.source.c.problem_since).where(here)).scalar()
            values = {"problem": problem, "problem_kind": kind, "problem_since": since or now}
            times = {"last_found": now, "next_find": again_at}
            connection.execute(update(t.source).where(here).values(values | times))

    def missing(self, source_id: str) -> list[MissingDocument]:
        query = (
            select(t.document.c.id, t.document.c.title, t.resource.c.url, t.resource.c.base_version)
            .join(t.resource, t.resource.c.document_id == t.document.c.id)
            .where(
                t.document.c.source_id == source_id,
                t.document.c.missing_since.is_not(None),
                t.document.c.ended_at.is_(None),
                t.resource.c.role != "attachment",
                t.resource.c.base_version.is_not(None),
            )
            .order_by(t.document.c.id)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [MissingDocument(row.id, row.title, row.url, row.base_version) for row in rows]

    def stands_elsewhere(self, claim: Claim, url: str) -> bool:
        other = and_(
            t.document.c.source_id == claim.source_id,
            t.document.c.id != claim.document_id,
            t.document.c.address == url,
            t.document.c.ended_at.is_(None),
            t.document.c.first_ok.is_not(None),
        )
        with self._db.read() as connection:
            return connection.execute(select(t.document.c.id).where(other)).first() is not None

    def adopt(self, document_id: int, claim: Claim, now: datetime) -> bool:
        mine = and_(t.document.c.id == claim.document_id, t.document.c.lease_token == claim.token)
        aside = {"key": f"{claim.key}\n{claim.document_id}", "ended_at": now, "lease_until": None}
        with self._db.write() as connection:
            if not connection.execute(update(t.document).where(mine).values(aside)).rowcount:
                return False
            here = t.document.c.id == document_id
            moved = {
                "key": claim.key,
                "address": claim.address,
                "host": claim.host,
                "missing_since": None,
                "next_visit": now,
                "failures": 0,
                "problem": "",
                "problem_kind": "",
                "problem_since": None,
            }
            connection.execute(update(t.document).where(here).values(moved))
            main = and_(t.resource.c.document_id == document_id, t.resource.c.role != "attachment")
            connection.execute(
                update(t.resource)
                .where(main)
                .values(url=claim.address, validators_url="", etag="", last_modified="")
            )
        return True


def _is(source_id: str, key: str) -> Any:
    return and_(t.document.c.source_id == source_id, t.document.c.key == key)


def _row(
    source_id: str, document: FoundDocument, first_found: datetime | None, now: datetime
) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "key": document.key,
        "title": document.title,
        "address": document.address,
        "host": document.host,
        "baseline": first_found is None,
        "next_visit": now,
    }


def _follow(connection: Connection, findings: Sequence[Finding]) -> None:
    """A known document that is listed under another address now is asked for there."""
    names = [finding.source_id for finding in findings]
    query = select(t.document.c.id, t.document.c.source_id, t.document.c.key, t.document.c.address)
    known = {
        (row.source_id, row.key): row
        for row in connection.execute(query.where(t.document.c.source_id.in_(names)))
    }
    for finding in findings:
        for document in finding.documents:
            row = known[finding.source_id, document.key]
            if leads_elsewhere(row.address, document.address):
                _readdress(connection, row.id, document)


def _readdress(connection: Connection, document_id: int, document: FoundDocument) -> None:
    here = t.document.c.id == document_id
    connection.execute(update(t.document).where(here).values(address=document.address, host=document.host))
    main = and_(
        t.resource.c.document_id == document_id,
        t.resource.c.role != "attachment",
        t.resource.c.url != document.address,
    )
    fresh = {"url": document.address, "validators_url": "", "etag": "", "last_modified": ""}
    connection.execute(update(t.resource).where(main).values(fresh))


def _know(connection: Connection, finding: Finding, now: datetime) -> None:
    """What this finding says of documents that are known already."""
    if finding.lists_all:
        _back(connection, finding.source_id, [document.key for document in finding.documents], now)
    for document in finding.documents:
        if document.stated:
            _hint(connection, finding.source_id, document, now)
    for key in finding.missing:
        gone = and_(_is(finding.source_id, key), t.document.c.missing_since.is_(None))
        connection.execute(update(t.document).where(gone).values(missing_since=now, next_visit=now))


def _back(connection: Connection, source_id: str, keys: Sequence[str], now: datetime) -> None:
    """What is listed again is no longer missing; what was told as removed is news when it is read again."""
    away = and_(
        t.document.c.source_id == source_id,
        or_(t.document.c.missing_since.is_not(None), t.document.c.ended_at.is_not(None)),
    )
    rows = connection.execute(select(t.document.c.id, t.document.c.key, t.document.c.ended_at).where(away))
    wanted = set(keys)
    for row in rows.all():
        if row.key not in wanted:
            continue
        connection.execute(
            update(t.document)
            .where(t.document.c.id == row.id)
            .values(missing_since=None, ended_at=None, next_visit=now)
        )
        if row.ended_at:
            connection.execute(
                update(t.resource)
                .where(t.resource.c.document_id == row.id)
                .values(present=True, baseline=False, latest_snapshot=None, head_version=None)
            )


def _hint(connection: Connection, source_id: str, document: FoundDocument, now: datetime) -> None:
    """A list says that a document changed after our last visit: look soon, and believe only what is read."""
    later = and_(
        _is(source_id, document.key),
        t.document.c.last_check.is_not(None),
        t.document.c.last_check < document.stated,
        t.document.c.next_visit > now,
        t.document.c.failures == 0,
    )
    connection.execute(update(t.document).where(later).values(next_visit=now))
