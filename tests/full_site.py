"""A public site as full as it gets: an update with 40 changes, 500 documents, long Danish words.

Served over loopback for a real browser; the stores are the in-memory ones.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

from syndicate.domain.model import (
    BlockKind,
    Change,
    ChangeKind,
    Proof,
    Significance,
    UpdateKind,
    UpdateText,
)
from syndicate.ports import FeedRecord, Latency, ResourceView, SourceView, Step
from syndicate.web.server import build
from tests import factories
from tests.web_site import PDF_URL, READER, TOKENS, WebSite, document_status, document_view

LONG = "Speciallægepraksisplanlægningsstabiliseringsperiodeanbefalinger"
DOCUMENTS = 500
CHANGES = 40
FULL = f"{40:012x}"
"""The id of the update with 40 changes."""


def full_site(base_url: str = "https://nyt.example.org") -> WebSite:
    web = WebSite(site=factories.site(base_url=base_url))
    _documents(web)
    _updates(web)
    _editions(web)
    web.add_reader(factories.HEALTH.id, factories.WORK.id)
    for name in ("all", factories.HEALTH.id, factories.WORK.id, "source/kilde-1"):
        web.add_feeds(name)
    web.feeds.records["source/kilde-3"] = FeedRecord(
        "source/kilde-3", f"Kilde {LONG}", source="kilde-3", ended_at=factories.NOON
    )
    return web


def pages() -> dict[str, str]:
    """Every type of page: a name and its address."""
    return {
        "newest": "/",
        "archive": "/updates?all=1",
        "search": "/updates?q=helbred&topic=sundhed&month=2026-03",
        "nothing found": "/updates?q=findesikke",
        "update": f"/updates/{FULL}",
        "correction": f"/updates/{39:012x}",
        "print view": f"/updates/{FULL}/print",
        "document": "/documents/1",
        "document then": "/documents/1?at=2026-03-05",
        "document too early": "/documents/1?at=1999-01-01",
        "document ended": "/documents/3",
        "compare": "/documents/1/compare?a=first",
        "feeds": "/feeds",
        "feed": f"/feeds/{factories.HEALTH.id}",
        "feed of a source, everything": "/feeds/source/kilde-1?all=1",
        "feed ended": "/feeds/source/kilde-3",
        "subscribe": "/subscribe",
        "status": "/status",
        "about": "/about",
        "privacy": "/privacy",
        "accessibility": "/accessibility",
        "missing": "/nowhere",
        "bad": "/updates?month=13",
        "unsubscribe": f"/unsubscribe/{TOKENS.unsubscribe(READER, factories.HEALTH.id)}",
        "preferences": f"/preferences/{TOKENS.preferences(READER)}",
    }


@contextmanager
def served() -> Iterator[str]:
    """The full site on a free loopback port; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = build(full_site(base).app(), "127.0.0.1", 0)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield base
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _documents(web: WebSite) -> None:
    problems = {2: "dns: no address", 5: "login: a form"}
    for n in range(1, DOCUMENTS + 1):
        title = f"{LONG} nr. {n}" if n % 50 == 2 else f"Anbefalinger om indsatsen i område {n}"
        web.archive.statuses.append(
            document_status(
                id=n,
                title=title,
                source_id=f"kilde-{n % 20}",
                problem=problems.get(n, ""),
                problem_since=factories.NOON,
                active=n != 3,
            )
        )
        web.archive.documents[n] = document_view(
            id=n, title=title, source_id=f"kilde-{n % 20}", first_ok=_day(0)
        )
    ended = web.archive.documents[3]
    web.archive.documents[3] = replace(ended, ended_at=factories.NOON)
    web.archive.known_sources = [
        SourceView(f"kilde-{n}", f"Kilde nummer {n}", factories.NOON if n == 3 else None)
        for n in range(1, 21)
    ]
    web.archive.latencies = Latency(timedelta(seconds=3), timedelta(seconds=14))


def _updates(web: WebSite) -> None:
    for n in range(1, CHANGES + 1):
        kinds = {39: UpdateKind.CORRECTION, 38: UpdateKind.WITHDRAWAL}
        changes = _changes(n)
        web.add_update(
            factories.update(
                *changes,
                id=f"{n:012x}",
                sequence=n,
                kind=kinds.get(n, UpdateKind.CHANGE),
                corrects=f"{n - 2:012x}" if n in kinds else "",
                previous=f"{n - 1:012x}" if n > 1 else "",
                source_id="kilde-1",
                significance=Significance.EDITORIAL
                if n % 4 == 0 and n != CHANGES
                else Significance.SUBSTANTIVE,
                topics=(factories.HEALTH.id, factories.WORK.id),
                detected_at=_day(n),
                published_at=_day(n) + timedelta(seconds=3),
                texts={
                    "da": UpdateText(
                        "da", f"{n} anbefalinger er ændret: »bør« er blevet til »skal«", f"Før og nu. {LONG}."
                    ),
                    "en": UpdateText(
                        "en", f"{n} recommendations changed: “bør” became “skal”", "Before and now."
                    ),
                },
                proofs=(Proof("Anbefalinger", factories.SOURCE_URL, "a" * 64, "b" * 64, _day(n)),),
            )
        )


def _changes(count: int) -> list[Change]:
    """As many changes, of every kind in turn."""
    kinds = [
        factories.reworded(),
        factories.added(
            f"{LONG} inddrages i arbejdet. Det gælder fra 1. januar 2027.", effective=("2027-01-01",)
        ),
        factories.removed(),
        Change(
            ChangeKind.MOVED, ("Bilag",), "Samme tekst.", "Samme tekst.", significance=Significance.EDITORIAL
        ),
        Change(
            ChangeKind.RENUMBERED, ("Anbefalinger",), "Samme.", "Samme.", number_before="4", number_after="5"
        ),
        factories.reworded(
            block=BlockKind.ROW, before="Indsats | 1. maj", after="Indsats | 15. juni", edits=()
        ),
    ]
    return [kinds[n % len(kinds)] for n in range(count)]


def _editions(web: WebSite) -> None:
    """Document 1 with a table, lists in lists and headings of every level; three editions of it."""
    texts = [
        *("## Anbefalinger", "Kommunen {} tilbyde hjælp til alle, der beder om det.", "### Sundhed"),
        *(
            "1. Kommunen {} tilbyde et helbredstjek i opgangen.",
            "2. Bydelsmødre inddrages.",
            "- Et punkt",
            LONG,
        ),
        *(
            "### Økonomi",
            "Indsats | Frist | Beløb",
            "Samtaler | 1. maj | 3.000 kr.",
            "Tjek | 15. juni | 12.500 kr.",
        ),
        *(f"Afsnit {n} om noget, der ikke ændrer sig fra gang til gang." for n in range(12)),
    ]
    page, pdf = document_view().resources
    for sequence, word in ((0, "kan"), (20, "bør"), (CHANGES, "skal")):
        read = factories.version_of(*(text.format(word) for text in texts))
        views = (
            replace(page, version=read, sha256=word.ljust(64, "0"), retrieved_at=_day(sequence)),
            replace(pdf, version=read, label="Download anbefalingerne (PDF)", url=PDF_URL, sha256="c" * 64),
        )
        web.archive.editions[1, sequence] = views
    web.archive.documents[1] = replace(web.archive.documents[1], resources=_newest(web))
    after = factories.version_of(
        "## Sundhed", "Afsnit før.", factories.reworded().after or "", "Afsnit efter."
    )
    web.archive.known_steps[FULL] = (Step("Anbefalinger", factories.SOURCE_URL, after, after),)


def _newest(web: WebSite) -> tuple[ResourceView, ...]:
    return web.archive.editions[1, CHANGES]


def _day(n: int) -> datetime:
    return factories.NOON + timedelta(days=n)
