"""WatchStore: sources, documents, claims and the two transactions of a visit."""

from __future__ import annotations

import secrets
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from json import loads
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from syndicate.domain.errors import LeaseLost, StorageError
from syndicate.domain.model import Attachment, NotedChange, UpdateKind, UpdateState, Version
from syndicate.ports import (
    Claim,
    Conclusion,
    KeptSnapshot,
    KnownResource,
    Retrieved,
    SnapshotState,
    SourceRecord,
    Validators,
)
from syndicate.storage import tables as t
from syndicate.storage.claims import OPEN_STATES, claims_from, resource_from, resource_rows, snapshot_from
from syndicate.storage.clockwork import set_back
from syndicate.storage.finding import FindingRows
from syndicate.storage.locking import held, unclaimed
from syndicate.storage.publishing import keep_update, publish
from syndicate.storage.rows import add_if_absent, dumps, insert_row, unpack
from syndicate.storage.visits import (
    end_lease,
    end_quietly,
    keep_candidate,
    keep_findings,
    keep_version,
    still_held,
    weigh_anew,
)

KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-length", "date", "content-language")


class WatchRows(FindingRows):
    """`ports.WatchStore` over a database."""

    # --- sources ----------------------------------------------------------------------------------

    def sync_sources(self, sources: Sequence[SourceRecord], now: datetime) -> None:
        names = {source.id for source in sources}
        with self._db.write() as connection:
            known = {row.id: row for row in connection.execute(select(t.source))}
            gone = [name for name, row in known.items() if row.active and name not in names]
            for name in gone:
                ended = update(t.source).where(t.source.c.id == name)
                connection.execute(ended.values(active=False, ended_at=now))
            for source in sources:
                values: dict[str, Any] = {
                    "title": source.title,
                    "kind": source.kind,
                    "language": source.language,
                    "topics": dumps(list(source.topics)),
                    "show_text": source.show_text.value,
                    "active": True,
                    "ended_at": None,
                }
                row = known.get(source.id)
                if row is None:
                    connection.execute(insert(t.source), {"id": source.id, **values})
                elif any(getattr(row, name) != value for name, value in values.items()):
                    connection.execute(update(t.source).where(t.source.c.id == source.id).values(values))

    # --- claims -----------------------------------------------------------------------------------

    def claim(
        self,
        now: datetime,
        lease: timedelta,
        *,
        limit: int,
        busy_hosts: Collection[str] = (),
        sources: Collection[str] | None = None,
        since: datetime | None = None,
        per_host: int = 1,
        known: Collection[str] | None = None,
    ) -> list[Claim]:
        due = _elsewhere(self._due(now, sources, since), busy_hosts)
        with self._db.read() as connection:  # most ticks find nothing, and then write nothing
            if not connection.execute(due.limit(1)).first():
                return []
        token = secrets.token_hex(8)
        leased = {"lease_until": now + lease, "lease_token": token}
        ids: list[int] = []
        with self._db.write_beside() as connection:
            found = connection.execute(unclaimed(due.limit(limit * 4), t.document)).all()
            while found:
                more = _spread(found, limit - len(ids), per_host, known)
                here = t.document.c.id.in_([row.id for row in more])
                connection.execute(update(t.document).where(here).values(leased))
                ids += [row.id for row in more]
                if len(found) < limit * 4 or len(ids) == limit:
                    break
                due = _elsewhere(due, {row.host for row in more})  # one host must not hide the others
                due = _without(due, {row.source_id for row in found}, known)
                found = connection.execute(unclaimed(due.limit(limit * 4), t.document)).all()
            return claims_from(connection, ids, token)

    def _due(
        self,
        now: datetime,
        sources: Collection[str] | None,
        since: datetime | None,
    ) -> Any:
        free = or_(t.document.c.lease_until.is_(None), t.document.c.lease_until <= now)
        query = (
            select(t.document.c.id, t.document.c.host, t.document.c.source_id)
            .join(t.source, t.source.c.id == t.document.c.source_id)
            .where(t.source.c.active, free, t.document.c.ended_at.is_(None))
            .order_by(t.document.c.next_visit, t.document.c.id)
        )
        if since:
            last_check = t.document.c.last_check
            query = query.where(or_(last_check.is_(None), last_check < since))
        elif sources is None:
            query = query.where(t.document.c.next_visit <= now)
        return query if sources is None else query.where(t.document.c.source_id.in_(list(sources)))

    def release(self, claim: Claim) -> None:
        mine = and_(t.document.c.id == claim.document_id, t.document.c.lease_token == claim.token)
        with self._db.write_beside() as connection:
            connection.execute(update(t.document).where(mine).values(lease_until=None, lease_token=""))

    def renew(self, claim: Claim, until: datetime) -> None:
        with self._db.write_beside() as connection:
            _need_lease(connection, claim)
            here = t.document.c.id == claim.document_id
            connection.execute(update(t.document).where(here).values(lease_until=until))

    def set_back(self, now: datetime) -> int:
        with self._db.write() as connection:
            return set_back(connection, now)

    def release_leases(self) -> None:
        with self._db.write() as connection:
            held = t.document.c.lease_until.is_not(None)
            connection.execute(update(t.document).where(held).values(lease_until=None))

    # --- the bytes --------------------------------------------------------------------------------

    def keep_resources(
        self, claim: Claim, attachments: Sequence[Attachment], *, baseline: bool = False
    ) -> list[KnownResource]:
        kept = []
        with self._db.write_beside() as connection:
            _need_lease(connection, claim)
            for attachment in attachments:
                values = {
                    "document_id": claim.document_id,
                    "role": "attachment",
                    "label": attachment.label,
                    "url": attachment.url,
                    "place": attachment.place,
                    "present": True,
                    "baseline": claim.baseline or baseline,
                }
                key = insert_row(connection, t.resource, values)
                row = connection.execute(resource_rows().where(t.resource.c.id == key)).one()
                kept.append(resource_from(row))
        return kept

    def keep_snapshot(
        self, claim: Claim, resource_id: int, retrieved: Retrieved, now: datetime
    ) -> KeptSnapshot:
        digest = sha256(retrieved.body).hexdigest()
        packed = zlib.compress(retrieved.body, 6)
        validators = retrieved.validators or Validators("")
        with self._db.write_beside() as connection:
            _need_lease(connection, claim)
            blob = {"sha256": digest, "size": len(retrieved.body), "data": packed}
            add_if_absent(connection, t.blob, blob)
            values = {
                "resource_id": resource_id,
                "sha256": digest,
                "at": now,
                "state": SnapshotState.UNREAD.value,
                "url": retrieved.url,
                "media_type": retrieved.media_type,
                "headers": dumps({k: v for k, v in retrieved.headers.items() if k in KEPT_HEADERS}),
            }
            key = insert_row(connection, t.snapshot, values)
            connection.execute(
                update(t.resource)
                .where(t.resource.c.id == resource_id)
                .values(
                    latest_snapshot=key,
                    validators_url=validators.url,
                    etag=validators.etag,
                    last_modified=validators.last_modified,
                )
            )
            connection.execute(
                update(t.document).where(t.document.c.id == claim.document_id).values(next_visit=now)
            )
        return KeptSnapshot(key, digest, SnapshotState.UNREAD, now, retrieved.url, retrieved.media_type)

    def bytes_of(self, sha256: str) -> bytes:
        with self._db.read() as connection:
            data = connection.execute(select(t.blob.c.data).where(t.blob.c.sha256 == sha256)).scalar()
        if data is None:
            raise StorageError(f"The bytes with SHA-256 {sha256} are no longer kept.")
        return zlib.decompress(data)

    # --- versions ---------------------------------------------------------------------------------

    def version(self, version_id: int) -> tuple[Version, KeptSnapshot]:
        query = (
            select(t.snapshot, t.version.c.content)
            .join(t.version, t.version.c.snapshot_id == t.snapshot.c.id)
            .where(t.version.c.id == version_id)
        )
        with self._db.read() as connection:
            row = connection.execute(query).one()
        return unpack(row.content), snapshot_from(row)

    def history(self, resource_id: int, limit: int, since: datetime) -> list[Version]:
        head = select(t.resource.c.head_version).where(t.resource.c.id == resource_id).scalar_subquery()
        query = (
            select(t.version.c.content)
            .join(t.snapshot, t.snapshot.c.id == t.version.c.snapshot_id)
            .where(t.version.c.resource_id == resource_id, t.version.c.id != func.coalesce(head, 0))
            .where(t.snapshot.c.at >= since)
            .order_by(t.version.c.id.desc())
            .limit(limit)
        )
        with self._db.read() as connection:
            newest_first = connection.execute(query).scalars().all()
        return [unpack(content) for content in reversed(newest_first)]

    def told(self, document_id: int, limit: int) -> list[NotedChange]:
        query = (
            select(t.update.c.changes)
            .where(
                t.update.c.document_id == document_id,
                t.update.c.state == UpdateState.PUBLISHED.value,
                t.update.c.kind == UpdateKind.CHANGE.value,
            )
            .order_by(t.update.c.sequence.desc())
            .limit(limit)
        )
        with self._db.read() as connection:
            newest_first = connection.execute(query).scalars().all()
        return [NotedChange.from_dict(each) for changes in reversed(newest_first) for each in loads(changes)]

    def keep_version(self, snapshot_id: int, version: Version) -> int:
        with self._db.write_beside() as connection:
            return keep_version(connection, snapshot_id, version)

    # --- the end of a visit -----------------------------------------------------------------------

    def conclude(self, conclusion: Conclusion) -> bool:
        # an update gets the next number of all, and a person may be deciding about the one before it
        write = self._db.write if conclusion.update else self._db.write_beside
        with write() as connection:
            if not still_held(connection, conclusion):
                weigh_anew(connection, conclusion)
                return False
            if not end_lease(connection, conclusion):
                return False
            keep_findings(connection, conclusion)
            keep_candidate(connection, conclusion)
            if conclusion.supersede:
                connection.execute(
                    update(t.update)
                    .where(t.update.c.id == conclusion.supersede, t.update.c.state.in_(OPEN_STATES))
                    .values(state=UpdateState.SUPERSEDED.value)
                )
            if conclusion.update:
                keep_update(connection, conclusion.update, conclusion.touched)
                if conclusion.update.state is UpdateState.PUBLISHED:
                    publish(connection, conclusion.update.id, conclusion.channels, conclusion.now)
        return True

    def conclude_quiet(self, conclusions: Sequence[Conclusion]) -> None:
        with self._db.write_beside() as connection:
            end_quietly(connection, conclusions)

    def prune(self, now: datetime, keep: timedelta) -> int:
        """Bytes of old snapshots that are neither first nor newest nor base nor behind an update."""
        first = select(func.min(t.snapshot.c.id)).group_by(t.snapshot.c.resource_id)
        kept = select(t.resource.c.latest_snapshot).where(t.resource.c.latest_snapshot.is_not(None))
        behind = select(t.version.c.snapshot_id).where(
            or_(
                t.version.c.id.in_(select(t.resource.c.base_version)),
                t.version.c.id.in_(select(t.resource.c.public_version)),
                t.version.c.id.in_(select(t.resource.c.head_version)),
                t.version.c.id.in_(select(t.update_step.c.before_version)),
                t.version.c.id.in_(select(t.update_step.c.after_version)),
                t.version.c.id.in_(select(t.update_step.c.public_version)),
            )
        )
        old = and_(
            t.snapshot.c.at < now - keep,
            ~t.snapshot.c.forgotten,
            t.snapshot.c.state != SnapshotState.UNREAD.value,
            t.snapshot.c.id.not_in(first),
            t.snapshot.c.id.not_in(kept),
            t.snapshot.c.id.not_in(behind),
        )
        proofs = select(t.update_step.c.before_sha256).union(select(t.update_step.c.after_sha256))
        needed = select(t.snapshot.c.sha256).where(~t.snapshot.c.forgotten)
        with self._db.write() as connection:
            count = connection.execute(update(t.snapshot).where(old).values(forgotten=True)).rowcount
            if count:
                unused = and_(
                    t.blob.c.sha256.not_in(needed), t.blob.c.sha256.not_in(proofs.scalar_subquery())
                )
                connection.execute(delete(t.blob).where(unused))
        return count


def _elsewhere(query: Any, hosts: Collection[str]) -> Any:
    """Without the documents of these hosts; files have none."""
    busy = [host for host in hosts if host]
    return query.where(t.document.c.host.not_in(busy)) if busy else query


def _without(query: Any, sources: Collection[str], known: Collection[str] | None) -> Any:
    """Without those of these sources that are not known: ten thousand known names would be a long query."""
    others = [] if known is None else [name for name in sources if name not in known]
    return query.where(t.document.c.source_id.not_in(others)) if others else query


def _spread(
    rows: Sequence[Row[Any]], limit: int, per_host: int, known: Collection[str] | None
) -> list[Row[Any]]:
    """The first of these rows that belong to known sources, so many a host; files have no host."""
    taken: Counter[str] = Counter()
    chosen: list[Row[Any]] = []
    for row in rows:
        if known is not None and row.source_id not in known:
            continue
        if len(chosen) < limit and (not row.host or taken[row.host] < per_host):
            taken[row.host] += 1
            chosen.append(row)
    return chosen


def _need_lease(connection: Connection, claim: Claim) -> None:
    mine = and_(t.document.c.id == claim.document_id, t.document.c.lease_token == claim.token)
    if connection.execute(held(select(t.document.c.id).where(mine), t.document)).first() is None:
        raise LeaseLost(f"Somebody else visits {claim.key} by now.", hint="Nothing is lost.")
