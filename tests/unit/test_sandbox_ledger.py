"""The ledger: order, durability of what was synced, torn ends, one writer; and the world that it rebuilds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicate.sandbox.ledger import Ledger, LedgerError
from tests.sandboxes import Clock, a_world


@contextmanager
def opened(path: Path) -> Iterator[Ledger]:
    ledger = Ledger(path)
    try:
        yield ledger
    finally:
        ledger.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "ledger.jsonl"


def test_gives_back_what_was_synced(path: Path) -> None:
    with opened(path) as ledger:
        spans = [ledger.add({"n": n, "text": "æøå\n\ud800"}) for n in range(3)]
        asyncio.run(ledger.sync())
        assert [ledger.read(span)["n"] for span in spans] == [0, 1, 2]
    with opened(path) as ledger:
        again = list(ledger.replay())
        assert [(entry["n"], span) for entry, span in again] == list(enumerate(spans))
        assert ledger.add({"n": 3}).offset == path.stat().st_size


def test_one_sync_serves_all_who_wait(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    monkeypatch.setattr("os.fdatasync", syncs.append)

    async def many(ledger: Ledger) -> None:
        async def one(n: int) -> None:
            ledger.add({"n": n})
            await ledger.sync()

        await asyncio.gather(*(one(n) for n in range(50)))

    with opened(path) as ledger:
        asyncio.run(many(ledger))
        assert len(list(ledger.replay())) == 50
    assert 1 <= len(syncs) <= 2


def test_cuts_a_torn_last_line_off(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"n":1}\n{"n":2,"te')
    with opened(path) as ledger:
        assert [entry["n"] for entry, _ in ledger.replay()] == [1]
        ledger.add({"n": 2})
        asyncio.run(ledger.sync())
    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n'


def test_refuses_damage_in_the_middle(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"n":1}\n???\n{"n":3}\n')
    with opened(path) as ledger, pytest.raises(LedgerError, match="line 2"):
        list(ledger.replay())


def test_has_one_writer(path: Path) -> None:
    with opened(path), pytest.raises(LedgerError, match="in use"):
        Ledger(path)
    with opened(path):
        pass


def test_says_nothing_is_safe_once_the_disk_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with opened(path) as ledger:
        monkeypatch.setattr("os.fdatasync", full)
        ledger.add({"n": 1})
        for _ in range(2):
            with pytest.raises(LedgerError, match="No space left"):
                asyncio.run(ledger.sync())


def test_is_for_its_owner_only(path: Path) -> None:
    with opened(path):
        assert path.stat().st_mode & 0o077 == 0


def test_a_world_is_the_same_after_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    with a_world(tmp_path, clock) as world:
        world.record("post", "x", "11", author="1", text="en", body={})
        world.record("post", "x", "12", author="1", text="to", body={}, previous="11")
        world.record(
            "post", "linkedin", "urn:li:share:21", author="a", text="tre", body={"commentary": "tre"}
        )
        world.record("edit", "linkedin", "urn:li:share:21", text="fire", body={"commentary": "fire"})
        world.record("post", "facebook", "7_31", author="7", text="fem", body={})
        world.record("delete", "facebook", "7_31")
        world.record("post", "facebook", "7_32", author="7", text="seks", body={})
        world.record("vanish", "facebook", "7_32")
        world.record("card", "x", "http://127.0.0.1/", title="T", description="D")
        asyncio.run(world.ledger.sync())
        before = (list(world.posts()), world.counts, world.cards, world.n, world.number("x"))
    with a_world(tmp_path, clock) as world:
        assert (list(world.posts()), world.counts, world.cards, world.n, world.number("x")) == before
        states = {post.text: post.state for post in world.posts()}
    assert states == {
        "en": "superseded", "to": "live", "fire": "edited", "fem": "deleted", "seks": "vanished"
    }  # fmt: skip


def test_ids_go_on_growing_when_the_clock_goes_back(tmp_path: Path) -> None:
    clock = Clock()
    with a_world(tmp_path, clock) as world:
        first = world.number("linkedin")
        world.record("post", "linkedin", f"urn:li:share:{first}", author="a", text="", body={})
        asyncio.run(world.ledger.sync())
    clock.forward(hours=-1)
    with a_world(tmp_path, clock) as world:
        assert world.number("linkedin") == first + 1
