"""What is asked of feeds: stored documents, archived ones, and those of one reader."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from threading import Lock

from syndicate.domain.model import FeedPlace
from syndicate.ports import (
    FeedChanges,
    FeedKey,
    FeedRecord,
    FeedState,
    FeedStore,
    RenderedFeed,
    Subscriber,
    Subscribers,
)
from syndicate.services.making_feeds import FeedMaker
from syndicate.services.render_feeds import ARCHIVED, ENTRIES, archived_place, fitting
from syndicate.services.tokens import Tokens

REMEMBERED = 200
"""How many personal documents are kept in memory."""


class FeedShelf:
    """`configured` are the names of the feeds that there are now, made or not yet."""

    def __init__(
        self,
        store: FeedStore,
        maker: FeedMaker,
        subscribers: Subscribers,
        tokens: Tokens,
        configured: Collection[str],
    ) -> None:
        self._store = store
        self._maker = maker
        self._subscribers = subscribers
        self._tokens = tokens
        self._configured = frozenset(configured)
        self._personal: OrderedDict[tuple[object, ...], RenderedFeed] = OrderedDict()
        self._lock = Lock()

    def changes(self, since: int) -> FeedChanges:
        """Which documents were kept after a version."""
        return self._store.changes(since)

    def find(self, key: FeedKey) -> RenderedFeed | None:
        """The current document of a feed."""
        return self._store.feed(key)

    def record(self, name: str) -> FeedRecord | None:
        """The feed of that name, if there ever was one; before the first rendering there is none."""
        return self._store.record(name)

    def state(self, name: str) -> FeedState:
        """Why there is no document under a name."""
        if name in self._configured:
            return FeedState.COMING
        feed = self._store.record(name)
        return FeedState.GONE if feed and feed.gone else FeedState.UNKNOWN

    def archived(self, key: FeedKey, number: int) -> RenderedFeed | None:
        """An archived document, made of what is on record; None where there is none of that number."""
        feed = self._store.record(key.name)
        if feed is None or feed.gone:
            return None
        place = archived_place(number, self._store.count(feed, key.editorial))
        if place is None:
            return None
        updates = self._store.page(feed, key.editorial, number, ARCHIVED)
        view = self._maker.view(feed, updates, key.editorial)
        return self._maker.render(key.format_name, view, place=place)

    def personal(self, token: str, format_name: str) -> RenderedFeed | FeedState:
        """What the holder of this address would get by mail: substantive updates of the subscribed topics."""
        uid = self._tokens.read_feed(token)
        if uid is None:
            return FeedState.UNKNOWN
        reader = self._subscribers.find(uid)
        if reader is None or reader.state != "active" or not reader.topics:
            return FeedState.GONE
        return self._remembered(reader, token, format_name)

    def _remembered(self, reader: Subscriber, token: str, format_name: str) -> RenderedFeed:
        feed = personal_feed(reader, token)
        known = (feed, format_name, self._store.newest_of(feed, editorial=False))
        with self._lock:
            if known in self._personal:
                self._personal.move_to_end(known)
                return self._personal[known]
        made = self._make(feed, format_name)
        with self._lock:
            self._personal[known] = made
            while len(self._personal) > REMEMBERED:
                self._personal.popitem(last=False)
        return made

    def _make(self, feed: FeedRecord, format_name: str) -> RenderedFeed:
        view = self._maker.view(feed, self._store.latest(feed, False, ENTRIES), False)
        entries = fitting(view.entries, at_least=1)
        # it is nobody's archive: who wants more has the topics' feeds
        return self._maker.render(format_name, view, entries=entries, place=FeedPlace())


def personal_feed(reader: Subscriber, token: str) -> FeedRecord:
    """The feed of one reader; it has no title of its own. "" among the topics is all of them."""
    topics = () if "" in reader.topics else tuple(sorted(reader.topics))
    return FeedRecord(f"my/{token}", "", topics)
