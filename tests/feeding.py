"""Feeds over a real database with real formats, and a short way to publish updates into them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser

from syndicate.domain.model import Site, Update, UpdateState
from syndicate.ports import FeedKey, FeedRecord, RenderedFeed
from syndicate.rendering import MailSettings, Renderer
from syndicate.services.making_feeds import FeedFormat, FeedMaker
from syndicate.services.render_feeds import FeedPlan, FeedService
from syndicate.services.serve_feeds import FeedShelf
from syndicate.services.tokens import Tokens
from syndicate.storage.publishing import keep_update, publish
from tests.factories import HEALTH, WORK, site, update
from tests.storing import NOW, SOURCE, Store

FORMATS = ("rss", "atom", "json")
TOKENS = Tokens(b"a key of the test, long enough")
FEEDS = (
    FeedRecord("all", "Alle"),
    FeedRecord(HEALTH.id, HEALTH.title, (HEALTH.id,)),
    FeedRecord(WORK.id, WORK.title, (WORK.id,)),
    FeedRecord(f"source/{SOURCE.id}", SOURCE.title, source=SOURCE.id),
)


@dataclass
class Feeding:
    """All parts that feeds are made of; change a field and ask for `service()` or `shelf()` as a restart."""

    folder: Path
    site: Site = field(default_factory=site)
    plan: FeedPlan = field(default_factory=lambda: FeedPlan(FEEDS, "f"))
    hubs: Sequence[str] = ()
    make: Callable[..., Renderer] = Renderer

    def __post_init__(self) -> None:
        self.store = Store(self.folder)
        self.store.source("side")
        self._published = 0

    def publish(self, count: int = 1, *, now: datetime = NOW, **about: Any) -> list[Update]:
        """So many published updates, a minute apart."""
        made = []
        for _ in range(count):
            self._published += 1
            values: dict[str, Any] = {
                "id": f"{self._published:020x}",
                "state": UpdateState.HELD,
                "source_id": SOURCE.id,
                "document_id": 1,
                "published_at": None,
                "sequence": 0,
            }
            record = update(**values | about)
            with self.store.database.write() as connection:
                keep_update(connection, record, [])
                publish(connection, record.id, (), now + timedelta(minutes=self._published))
            made.append(record)
        return made

    def maker(self) -> FeedMaker:
        modules = {name: importlib.import_module(f"syndicate.feeds.{name}") for name in FORMATS}
        formats = [FeedFormat(name, m.MEDIA_TYPE, m.render) for name, m in modules.items()]
        renderer = self.make(self.site, MailSettings("nyt@example.org", "", "example.org"), hubs=self.hubs)
        return FeedMaker(renderer.feed_view, formats)

    def service(self, **plan: Any) -> FeedService:
        """A process that has just started."""
        self.plan = replace(self.plan, **plan)
        return FeedService(self.store.feeds, self.maker(), self.plan)

    def shelf(self) -> FeedShelf:
        names = [feed.name for feed in self.plan.feeds]
        return FeedShelf(self.store.feeds, self.maker(), self.store.subscribers, TOKENS, names)

    def document(
        self, name: str = "all", format_name: str = "atom", *, editorial: bool = False
    ) -> RenderedFeed:
        found = self.store.feeds.feed(FeedKey(name, format_name, editorial))
        assert found is not None
        return found

    def ids(self, name: str = "all", *, editorial: bool = False) -> list[str]:
        """The updates in a feed as a reader sees them, newest first."""
        return entry_ids(self.document(name, editorial=editorial))


def entry_ids(document: RenderedFeed) -> list[str]:
    """The last part of each entry's id."""
    parsed = feedparser.parse(document.body)
    assert not parsed.bozo, parsed.bozo_exception
    return [entry.id.rpartition("/")[2] for entry in parsed.entries]
