"""A whole public site over in-memory stores, with one update, one document and one reader in it."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.routing import Route
from starlette.types import ASGIApp

from syndicate.domain.model import Block, BlockKind, Proof, Recipe, Site, Update, UpdateState, Version
from syndicate.ports import (
    DocumentStatus,
    DocumentView,
    FeedRecord,
    RenderedFeed,
    ResourceView,
    SourceView,
    Subscriber,
)
from syndicate.services.subscribe import SubscribeService
from syndicate.services.tokens import Tokens
from syndicate.web.app import create_app
from syndicate.web.feeds import FORMATS
from syndicate.web.limits import HourlyLimit
from syndicate.web.pages import PageRenderer
from tests import factories
from tests.asgi import Client
from tests.fakes_feeds import FakeFeeds
from tests.fakes_site import FakeArchive, FakeRenderer, FakeSubscribers, counting_hex, head

NOW = factories.NOON + timedelta(hours=1)
READER = "00000000000000aa"
OPTIN = "00000000000000bb"
TOKENS = Tokens(b"a key of the test, long enough")
PDF_URL = "https://source.example.org/anbefalinger.pdf"


@dataclass
class WebSite:
    """The parts, to be filled before `client` is asked for."""

    site: Site = field(default_factory=factories.site)
    archive: FakeArchive = field(default_factory=FakeArchive)
    feeds: FakeFeeds = field(default_factory=FakeFeeds)
    subscribers: FakeSubscribers = field(default_factory=FakeSubscribers)
    now: datetime = NOW
    reasons: list[str] = field(default_factory=list)
    folders: Sequence[Path] = ()
    limit: HourlyLimit | None = None
    trusted_proxies: Sequence[str] = ()
    hubs: Sequence[str] = ()

    def app(self) -> ASGIApp:
        service = SubscribeService(self.subscribers, FakeRenderer(), TOKENS, self.site.topics, counting_hex())
        return create_app(
            site=self.site,
            archive=self.archive,
            feeds=self.feeds,
            subscribe=service,
            pages=PageRenderer(self.site, self.folders),
            readiness=lambda: self.reasons,
            clock=lambda: self.now,
            trusted_proxies=self.trusted_proxies,
            limit=self.limit,
            hubs=self.hubs,
        )

    def client(self, **options: Any) -> Client:
        return Client(self.app(), **options)

    def add_update(self, update: Update) -> Update:
        """Also shows it in the history of its document."""
        self.archive.updates.append(update)
        document = self.archive.documents.get(update.document_id) or document_view(id=update.document_id)
        public = [head(update)] if update.state is UpdateState.PUBLISHED else []
        history = sorted([*document.updates, *public], key=lambda update: -update.sequence)
        self.archive.documents[document.id] = replace(document, updates=tuple(history))
        return update

    def add_reader(self, *topics: str) -> None:
        self.subscribers.people[READER] = Subscriber(READER, "reader@example.org", "da", "active", topics)

    def add_feeds(self, name: str, body: bytes = b"<rss/>") -> RenderedFeed:
        """One feed in every format, the substantive and the full one."""
        self.feeds.records[name] = self._feed_record(name)
        for suffix, kind in FORMATS.items():
            for editorial in (False, True):
                self.feeds.documents[name, suffix, editorial] = rendered(
                    body + b" all" * editorial, kind.media_type
                )
        return self.feeds.documents[name, "rss", False]

    def _feed_record(self, name: str) -> FeedRecord:
        if name == "all":
            return FeedRecord(name, self.site.title)
        if name.startswith("source/"):
            source = name.removeprefix("source/")
            known = {view.id: view.title for view in self.archive.sources()}
            return FeedRecord(name, known.get(source, source), source=source)
        topic = self.site.topic(name)
        return FeedRecord(name, topic.title, (topic.id,))


def routes(app: Any) -> list[Route]:
    """Every address of the site, however many applications stand before it."""
    while not hasattr(app, "routes"):
        app = getattr(app, "app", None) or app._app
    return [route for route in app.routes if isinstance(route, Route)]


def filled() -> WebSite:
    """A site as it is on an ordinary day."""
    web = WebSite()
    proof = Proof("Anbefalinger", factories.SOURCE_URL, "a" * 64, "b" * 64, factories.NOON)
    web.add_update(factories.update(proofs=(proof,)))
    web.archive.statuses.append(document_status())
    web.archive.known_sources.append(SourceView("anbefalinger", "Fælles anbefalinger"))
    web.add_reader(factories.HEALTH.id, factories.WORK.id)
    web.add_feeds("all")
    return web


def rendered(body: bytes, media_type: str) -> RenderedFeed:
    digest = sha256(body).hexdigest()[:16]
    zipped = gzip.compress(body, mtime=0)
    return RenderedFeed(media_type, body, zipped, f'"{digest}"', f'"{digest}-gzip"', factories.NOON)


def version(*texts: str, title: str = "Fælles anbefalinger") -> Version:
    blocks = [Block(BlockKind.HEADING, title, level=1)]
    blocks += [Block(BlockKind.ITEM, text, (title,), str(n), 1) for n, text in enumerate(texts, 1)]
    return Version(title, "da", tuple(blocks), Recipe("html", 1))


def document_view(**other: Any) -> DocumentView:
    page = ResourceView(
        1,
        "page",
        "Anbefalinger",
        factories.SOURCE_URL,
        version("Kommunen skal tilbyde et helbredstjek."),
        factories.NOON,
        "b" * 64,
    )
    pdf = ResourceView(2, "attachment", "Download anbefalingerne", PDF_URL, None, None, "")
    values: dict[str, Any] = {
        "id": 1,
        "source_id": "anbefalinger",
        "title": "Fælles anbefalinger om sundhed og beskæftigelse",
        "url": factories.SOURCE_URL,
        "language": "da",
        "topics": (factories.HEALTH.id,),
        "resources": (page, pdf),
        "updates": (),
        "last_ok": factories.NOON,
    }
    return DocumentView(**values | other)


def document_status(**other: Any) -> DocumentStatus:
    values: dict[str, Any] = {
        "id": 1,
        "source_id": "anbefalinger",
        "title": "Fælles anbefalinger om sundhed og beskæftigelse",
        "url": factories.SOURCE_URL,
        "checks": 12,
        "failures": 0,
        "last_check": factories.NOON,
        "last_ok": factories.NOON,
        "next_visit": NOW,
        "problem": "",
        "problem_since": None,
    }
    return DocumentStatus(**values | other)
