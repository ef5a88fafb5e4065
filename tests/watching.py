"""A small web of pages for the verbs of watching: what it serves can be changed, spoiled and cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from syndicate import parsers
from syndicate.domain.errors import FetchError, FetchReason, SyndicateError
from syndicate.domain.model import ShowText, Update, Version
from syndicate.ports import (
    FoundDocument,
    Listing,
    NotModified,
    ReadOptions,
    Retrieved,
    SourceKind,
    SourceRecord,
    Validators,
)
from syndicate.services.check import CheckService
from syndicate.services.watched import VisitReport, WatchedSource
from tests.storing import NOW, Store

PAGE = "https://kilde.example/side"
HTML = "text/html; charset=utf-8"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
EVERY = timedelta(minutes=5)


def page(*recommendations: str, links: Sequence[tuple[str, str]] = (), date: str = "09. jan. 2017") -> bytes:
    """A page with numbered recommendations and a box of documents."""
    items = "".join(f"<li>{text}</li>" for text in recommendations)
    box = "".join(f'<li><a href="{href}">{label}</a></li>' for label, href in links)
    return f"""<!doctype html><html lang="da"><head><title>Fælles anbefalinger</title></head><body>
    <nav><a href="/">Forside</a> <a href="/om">Om os</a></nav>
    <main><h1>Fælles anbefalinger</h1>
    <p>Anbefalingerne gælder for alle kommuner, der arbejder i boligområder, og for deres partnere.</p>
    <h2>Anbefalinger</h2><ol>{items}</ol></main>
    <aside><h2>Dokumenter</h2><ul>{box}</ul></aside>
    <footer>Oprettet: 03. okt. 2014, Senest opdateret: {date}</footer></body></html>""".encode()


BASE = (
    "Kommunen bør tilbyde alle beboere en helbredssamtale mindst hvert 3. år.",
    "Boligorganisationen bør stille lokaler til rådighed i mindst 10 timer om ugen.",
    "Jobcentret bør tilbyde en samtale senest 14 dage efter den første henvendelse.",
)
SHARPENED = (BASE[0].replace("bør", "skal"), *BASE[1:])


@dataclass
class Web(SourceKind):
    """Serves bodies by address, with an ETag of the content. `down` addresses raise; with `only_304` the
    server insists that nothing changed."""

    bodies: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    down: dict[str, FetchReason] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    only_304: bool = False
    lost: bool = False
    once: dict[str, bytes] = field(default_factory=dict)
    follows_attachments: bool = True
    asks_network: bool = False
    lists_all: bool = False
    documents: list[str] = field(default_factory=lambda: [PAGE])
    asked: list[str] = field(default_factory=list)

    def find(self, now: datetime) -> Sequence[FoundDocument]:
        if self.lost:
            raise FetchError(PAGE, FetchReason.STATUS, "The list cannot be had (500).", status=500)
        return [FoundDocument(address, "", address, "kilde.example") for address in self.documents]

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        self.asked.append(address)
        if address in self.down:
            raise FetchError(address, self.down[address], f"{address} cannot be had.")
        if self.only_304 and validators:
            return NotModified(address)
        moved_to = self.moved.get(address, "")
        body, media_type = self.bodies.get(moved_to or address, (None, ""))
        if once := self.once.pop(moved_to or address, None):
            body = once
        if body is None:
            raise FetchError(address, FetchReason.NOT_FOUND, f"{address} is not there (404).", status=404)
        etag = f'"{hash(body)}"'
        url = moved_to or address
        if validators and (validators.url, validators.etag) == (url, etag):
            return NotModified(url)
        return Retrieved(url, body, media_type, Validators(url, etag), moved_to=moved_to)


class InProcess:
    """Reads in this process. `crash_on` raises as if the process had ended right there."""

    crash_on: bytes | None = None

    def read(self, data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:
        if self.crash_on is not None and self.crash_on in data:
            raise KeyboardInterrupt
        return parsers.read(data, media_type=media_type, url=url, options=options)

    def list_addresses(self, data: bytes, *, media_type: str, url: str) -> Listing:
        return parsers.list_addresses(data, media_type=media_type, url=url)


class Watcher:
    """One source on a real database, visited whenever the test says so."""

    def __init__(self, folder: Path, *, review: bool = False) -> None:
        self.store = Store(folder)
        self.web = Web()
        self.reader = InProcess()
        self.now = NOW
        self.review = review
        self.errors: list[SyndicateError] = []
        self.at_most: timedelta | None = None
        self.ticks = 0.0
        self.options = ReadOptions()
        self.show_text = ShowText.FULL
        self.language = "da"
        self.languages: tuple[str, ...] = ("da", "en")
        self.serve(page(*BASE))

    @property
    def check(self) -> CheckService:
        record = SourceRecord("kilde", "Kilden", "page", self.language, ("sundhed",), self.show_text)
        source = WatchedSource(record, self.web, self.options, EVERY, self.review, self.at_most)
        return CheckService(
            self.store.watch,
            self.reader,
            {"kilde": source},
            self.languages,
            ("email", "linkedin"),
            lambda: 0.5,
            lambda: self.ticks,
        )

    def serve(self, body: bytes, media_type: str = HTML, address: str = PAGE) -> None:
        self.web.bodies[address] = (body, media_type)

    def visit(self) -> VisitReport:
        """Hours later, so that it is due whatever the back-off: one visit to the document."""
        self.now += timedelta(hours=7)
        service = self.check
        service.sync(self.now)
        service.find(self.now)
        (claim,) = service.claim(self.now, limit=1)
        return service.visit(claim, self.now)

    def day(self, *, hours: float = 24) -> list[VisitReport]:
        """Some time later: finds what there is, and visits all that is due, one after another."""
        self.now += timedelta(hours=hours)
        service = self.check
        service.sync(self.now)
        self.errors = service.find(self.now, ["kilde"])
        reports = []
        while claims := service.claim(self.now, limit=5):  # one document a host at a time
            reports += [service.visit(claim, self.now) for claim in claims]
        return reports

    def updates(self) -> list[Update]:
        """What was published, newest first, editorial ones too."""
        return self.store.archive.published(editorial=True)

    @property
    def problem(self) -> str:
        (status,) = self.store.archive.status(self.now).documents
        return status.problem
