"""What every tick asks of the database goes by an index, however many rows there are by then."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.factories import update
from tests.storing import LEASE, NOW, SOURCE, Store, planned, version

EARLIER = NOW - timedelta(hours=1)
GROWING = ("document", "resource", "snapshot", "version", "update_", "message", "delivery", "attempt")
"""Tables that have a row for everything that ever happened."""

TICKS: dict[str, Callable[[Store], object]] = {
    "claim documents": lambda store: store.watch.claim(NOW, LEASE, limit=8),
    "find sources": lambda store: store.watch.due_sources(NOW),
    "open fan-outs": lambda store: store.outbox.fan_outs(20),
    "ready destinations": lambda store: store.outbox.ready(NOW),
    "claim deliveries": lambda store: store.outbox.claim("li", NOW, LEASE, limit=20, boot="a"),
    "reclaim": lambda store: store.outbox.reclaim(NOW + LEASE),
    "reclaim, alone": lambda store: store.outbox.reclaim(NOW, all_boots_but="b"),
    "approved updates": lambda store: store.updates.approved(),
    "newest update": lambda store: store.archive.newest(),
    "updates near one": lambda store: store.archive.near(store.archive.update("u1") or update()),
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A document that is due again, an update that was told, one delivery under way and one that waits."""
    store = Store(tmp_path)
    store.source(now=EARLIER)
    told = update(id="u1", source_id=SOURCE.id, document_id=1, topics=("sundhed",))
    store.visit(b"one", version("One."), update=told, now=EARLIER)
    store.outbox.register_destinations({"li": ("linkedin", "")})
    fan_out = store.fan_out("linkedin")
    store.outbox.plan(fan_out, [planned(1, "u1"), planned(2, "u1")], 0, True, NOW)
    assert len(store.outbox.claim("li", NOW, LEASE, limit=1, boot="a")) == 1
    return store


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """What is executed while the block runs, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(store.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(store.database.engine, "before_cursor_execute", note)


def plans(store: Store, seen: list[tuple[str, Any]]) -> list[str]:
    """The steps by which SQLite answers."""
    asked = [one for one in seen if one[0].lstrip().startswith(("SELECT", "UPDATE", "DELETE"))]
    with store.database.read() as connection:
        return [
            step.detail
            for statement, parameters in asked
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]


def scans(store: Store, seen: list[tuple[str, Any]]) -> list[str]:
    """The steps that walk through a whole growing table."""
    return [step for step in plans(store, seen) if re.match(rf"SCAN ({'|'.join(GROWING)})\b", step)]


@pytest.mark.parametrize("tick", TICKS)
def test_no_tick_walks_through_a_growing_table(store: Store, tick: str) -> None:
    with statements(store) as seen:
        TICKS[tick](store)
    assert scans(store, seen) == []


def test_the_ticks_have_something_to_do(store: Store) -> None:
    """Else their second half, which writes, would not be looked at."""
    assert len(store.watch.claim(NOW, LEASE, limit=8)) == 1
    assert len(store.outbox.claim("li", NOW, LEASE, limit=20, boot="b")) == 1
    assert store.outbox.reclaim(NOW + LEASE) == 2


def test_the_status_reads_no_delivery_itself(store: Store) -> None:
    """It counts all of them, so it has to walk, but through an index, which is a tenth of the table."""
    with statements(store) as seen:
        store.archive.status(NOW)
    steps = [step for step in plans(store, seen) if "delivery" in step]
    assert steps
    assert [step for step in steps if "COVERING INDEX" not in step] == []
