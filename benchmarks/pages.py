"""What a page of the site costs: a request through the whole application, from the database to the bytes.

The archive has 10,000 updates of 500 documents. What readers ask for most should take 5 ms, and nothing more
than 30 ms.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, text

from benchmarks import house
from benchmarks.figures import Figure, cpu_ms
from syndicate.bootstrap import App
from syndicate.domain.model import (
    Block,
    BlockKind,
    Change,
    ChangeKind,
    Edit,
    EditOp,
    NotedChange,
    Recipe,
    Version,
)
from syndicate.ports import FeedRecord, SourceRecord
from syndicate.storage import tables as t
from syndicate.storage.rows import dumps, pack
from syndicate.storage.search import index_update
from syndicate.web.app import create_app
from syndicate.web.pages import PageRenderer

UPDATES, DOCUMENTS, SOURCES, BLOCKS = 10_000, 500, 20, 120
ROUNDS, TIMES = 5, 8
OFTEN, EVER = "<= 5 ms", "<= 30 ms"
WORDS = [
    "kommune",
    "boligområde",
    "sundhed",
    "helbredstjek",
    "beboer",
    "indsats",
    "frist",
    "skal",
    "bør",
    "råd",
]

FEEDS = (
    FeedRecord("all", "Alt"),
    FeedRecord("sundhed", "Sundhed", ("sundhed",)),
    FeedRecord("source/kilde-7", "Kilde 7", source="kilde-7"),
)
NEWEST = f"{UPDATES:016x}"
PAGES = {
    "/": OFTEN,
    f"/updates/{NEWEST}": OFTEN,
    "/updates": OFTEN,
    f"/updates?before={UPDATES // 2}&all=1": OFTEN,
    "/updates?topic=sundhed": EVER,
    "/updates?source=kilde-7": EVER,
    "/updates?month=2020-03": EVER,
    "/updates?q=helbredstjek+beboer": EVER,
    "/updates?q=h": EVER,
    "/updates?q=findesikke": EVER,
    "/updates?q=bolig&topic=sundhed&month=2020-03&source=kilde-7&all=1": EVER,
    "/documents/1": EVER,
    "/documents/1?at=2021-05-05": EVER,
    "/documents/1/compare?a=first": EVER,
    "/feeds": EVER,
    "/feeds/all": OFTEN,
    "/feeds/sundhed": OFTEN,
    "/feeds/source/kilde-7": OFTEN,
    "/status": EVER,
    "/status?page=10": EVER,
    "/sitemap.xml": EVER,
    "/sitemaps/pages.xml": EVER,
    "/sitemaps/updates-5.xml": EVER,
    "/opml": EVER,
    f"/updates/{NEWEST}/preview.png": EVER,
}


def measure() -> Iterator[Figure]:
    """CPU milliseconds per page, once it was asked for before."""
    with TemporaryDirectory() as folder, house.opened(Path(folder), {}) as app:
        fill(app)
        app.feed_store.sync(FEEDS, {}, app.clock())
        site = create_app(
            site=app.site,
            archive=app.archive,
            feeds=app.feed_shelf,
            subscribe=app.subscribe,
            pages=PageRenderer(app.site),
            readiness=list,
            clock=app.clock,
        )
        with asyncio.Runner() as runner:
            for path, target in PAGES.items():

                def ask(path: str = path) -> None:
                    status = runner.run(_status(site, path))
                    assert status == 200, (path, status)

                ask()
                yield Figure(
                    f"page {path.replace(NEWEST, '…')}", cpu_ms(ROUNDS, TIMES, ask), "CPU ms", target
                )


def fill(app: App) -> None:
    """500 documents with two editions each, and 10,000 updates over ten years, put in as rows."""
    now, chance = app.clock(), random.Random(7)
    records = [SourceRecord(f"kilde-{n}", f"Kilde {n}", "page", "da", ("sundhed",)) for n in range(SOURCES)]
    app.watch_store.sync_sources(records, now)
    first = now - timedelta(days=3650)
    versions = [pack(_version(word)) for word in ("bør", "skal")]
    with app.database.write() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        for n in range(1, DOCUMENTS + 1):
            connection.execute(insert(t.document), _document(n, first, now))
            connection.execute(insert(t.resource), _resource(n))
            for k, content in enumerate(versions):
                key = 2 * n - 1 + k
                at = first + timedelta(days=k)
                connection.execute(
                    insert(t.snapshot),
                    {"id": key, "resource_id": n, "sha256": f"{key:064x}", "at": at, "state": "read"},
                )
                connection.execute(
                    insert(t.version),
                    {"id": key, "snapshot_id": key, "resource_id": n, "recipe": "html/1", "content": content},
                )
        step = timedelta(days=3650) / UPDATES
        for n in range(1, UPDATES + 1):
            update, texts = _update(chance, n, first + n * step)
            connection.execute(insert(t.update), update)
            connection.execute(insert(t.update_text), texts)
            connection.execute(insert(t.update_topic), {"update_id": update["id"], "topic": "sundhed"})
            connection.execute(insert(t.update_step), _step(update))
            index_update(connection, update["id"])
    with app.database.write() as connection:
        connection.execute(text("ANALYZE"))


def _sentence(chance: random.Random, length: int = 14) -> str:
    return " ".join(chance.choices(WORDS, k=length)).capitalize() + "."


def _version(word: str) -> Version:
    blocks = [
        Block(
            BlockKind.ITEM, f"{word if n % 12 == 0 else 'Nr.'} {n}: {_sentence(random.Random(n))}", ("Råd",)
        )
        for n in range(BLOCKS)
    ]
    return Version("Anbefalinger", "da", tuple(blocks), Recipe("html", 1))


def _document(n: int, first: Any, now: Any) -> dict[str, Any]:
    return {
        "id": n,
        "source_id": f"kilde-{n % SOURCES}",
        "key": str(n),
        "title": f"Anbefalinger om indsatsen i område {n}",
        "address": f"https://kilde.example/{n}",
        "baseline": True,
        "first_ok": first,
        "last_ok": now - timedelta(seconds=n),
        "last_check": now - timedelta(seconds=n),
        "next_visit": now + timedelta(hours=1),
    }


def _resource(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "document_id": n,
        "role": "page",
        "label": f"Side {n}",
        "url": f"https://kilde.example/{n}",
        "present": True,
        "baseline": True,
        "head_version": 2 * n,
        "base_version": 2 * n,
        "base_sha256": f"{2 * n:064x}",
        "public_version": 2 * n,
        "public_sha256": f"{2 * n:064x}",
    }


def _update(chance: random.Random, n: int, at: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    document = n % DOCUMENTS + 1
    after = _version("skal").blocks[n % BLOCKS].text if n == UPDATES else _sentence(chance)
    edits = (Edit(EditOp.DELETE, "bør"), Edit(EditOp.INSERT, "skal"), Edit(EditOp.EQUAL, after))
    change = Change(ChangeKind.REWORDED, ("Råd",), f"bør{after}", f"skal{after}", edits=edits)
    noted = [NotedChange(change, "Side", f"https://kilde.example/{document}").as_dict()] * (1 + n % 4)
    update = {
        "id": f"{n:016x}",
        "kind": "change",
        "state": "published",
        "source_id": f"kilde-{document % SOURCES}",
        "document_id": document,
        "document_title": f"Anbefalinger om indsatsen i område {document}",
        "document_url": f"https://kilde.example/{document}",
        "language": "da",
        "topics": '["sundhed"]',
        "significance": "editorial" if n % 5 == 0 and n != UPDATES else "substantive",
        "detected_at": at,
        "published_at": at + timedelta(seconds=3),
        "sequence": n,
        "changes": dumps(noted),
    }
    texts = [
        {
            "update_id": update["id"],
            "language": language,
            "revision": 1,
            "title": f"{n}: {_sentence(chance, 6)}",
        }
        | {"summary": _sentence(chance, 20)}
        for language in ("da", "en")
    ]
    return update, texts


def _step(update: dict[str, Any]) -> dict[str, Any]:
    document = update["document_id"]
    before, after = 2 * document - 1, 2 * document
    return {
        "update_id": update["id"],
        "resource_id": document,
        "before_version": before,
        "before_sha256": f"{before:064x}",
        "public_version": before,
        "public_sha256": f"{before:064x}",
        "after_version": after,
        "after_sha256": f"{after:064x}",
    }


async def _status(site: Any, path: str) -> int:
    """One GET, as a server would hand it over."""
    address, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"accept-language", b"da")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await site(scope, receive, send)
    return statuses[0]
