"""What a tick costs that finds nothing to do, and what a look at the whole costs, in a large database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from benchmarks import house
from benchmarks.figures import Figure, cpu_ms
from benchmarks.house import SOURCE
from syndicate.bootstrap import App
from syndicate.domain.model import DeliveryState, Message, Subject
from syndicate.ports import Finding, FoundDocument
from syndicate.storage import tables as t
from syndicate.storage.messages import keep_message

ROUNDS, TIMES = 5, 20
DOCUMENTS, HOSTS = 100_000, 1_000
DELIVERIES, CHUNK = 200_000, 10_000
LATER = timedelta(days=1)
TARGET = "5 ms"


def measure() -> Iterator[Figure]:
    """CPU milliseconds per tick of each kind, and per view for the operator."""
    with TemporaryDirectory() as folder, house.opened(Path(folder), {}) as app:
        now = app.clock()
        app.check.sync(now)
        _watch_many(app, now + LATER)
        yield _tick(f"claim, {DOCUMENTS:,} documents, none due", lambda: app.check.claim(now, limit=8), [])
        _send_many(app, now)
        app.deliver.ready(now)
        app.feeds.render_feeds(app.clock())
        rows = f"{DELIVERIES:,} deliveries sent"
        yield _tick(f"ready, {rows}", lambda: app.deliver.ready(now), [])
        yield _tick(f"reclaim, {rows}", lambda: app.deliver.reclaim(now), 0)
        yield _tick("expand, nothing new", lambda: app.expand.expand(now), 0)
        yield _tick("feeds, nothing new", lambda: app.feeds.render_feeds(app.clock()), 0)
        yield Figure(
            f"status, {DOCUMENTS:,} documents, {rows}",
            cpu_ms(3, 1, lambda: app.archive.status(now)),
            "CPU ms",
        )


def _tick(name: str, action: Callable[[], object], nothing: object) -> Figure:
    assert action() == nothing, name
    return Figure(name, cpu_ms(ROUNDS, TIMES, action), "CPU ms", f"≤ {TARGET}")


def _watch_many(app: App, due_at: datetime) -> None:
    """Documents on many hosts, all to be visited at that time."""
    documents = [
        FoundDocument(f"{n}", f"Page {n}", f"https://host{n % HOSTS}.example/{n}", f"host{n % HOSTS}.example")
        for n in range(DOCUMENTS)
    ]
    app.watch_store.found([Finding(SOURCE, documents, due_at)], due_at)


def _send_many(app: App, now: datetime) -> None:
    """Deliveries of the past; written directly, since sending them would take hours."""
    names = list(app.destinations)
    with app.database.write() as connection:
        message = keep_message(connection, Message(Subject.UPDATE, "past", "email", "email", "da", b"."), now)
        for start in range(0, DELIVERIES, CHUNK):
            connection.execute(
                insert(t.delivery),
                [_sent(n, names[n % len(names)], message, now) for n in range(start, start + CHUNK)],
            )


def _sent(number: int, destination: str, message: int, now: datetime) -> dict[str, object]:
    return {
        "key": f"{number:032x}",
        "kind": Subject.UPDATE.value,
        "subject": "past",
        "channel": destination,
        "target": f"{number:016x}",
        "action": "create",
        "part": 0,
        "destination": destination,
        "message_id": message,
        "state": DeliveryState.SENT.value,
        "planned_at": now,
        "due_at": now,
        "sent_at": now,
    }
