"""render_feeds: keep every feed's bytes as fresh as the newest update in it.

Rendering is a pure function of records, so that a feed made again has the same bytes, and every node the
same ones. What was made with another configuration or another version of the program is made again; a feed
without news is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from syndicate.domain.model import FeedEntry, FeedPlace
from syndicate.ports import FeedKey, FeedMark, FeedRecord, FeedStore
from syndicate.services.making_feeds import FeedMaker

ENTRIES = 50
"""How many entries the current document of a feed has at most."""
ARCHIVED = 20
"""How many entries an archived document has: the current one always holds all that are in none yet."""
LARGEST = 400_000
"""What the bodies and data of the current document may come to, in characters; older ones leave first."""


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """What the configuration says: which feeds there are, former topic ids, how long an ended one answers.

    `fingerprint` changes with all that the bytes depend on besides the updates.
    """

    feeds: Sequence[FeedRecord]
    fingerprint: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    gone_after: timedelta = timedelta(days=180)


class FeedService:
    """The verb. One thread at a time renders."""

    def __init__(self, store: FeedStore, maker: FeedMaker, plan: FeedPlan) -> None:
        self._store = store
        self._maker = maker
        self._plan = plan
        self._lock = Lock()
        self._records: list[FeedRecord] | None = None
        self._rendered = -1

    def render_feeds(self, now: datetime) -> int:
        """Brings all feeds up to date; returns how many documents were made anew."""
        with self._lock:
            if self._records is None:
                self._store.sync(self._plan.feeds, self._plan.renamed, now)
                self._records = self._store.records()
            retired = self._retire(self._records, now)
            newest = self._store.newest()
            if newest == self._rendered and not retired:
                return 0
            made = sum(self._render(feed) for feed in self._records if not feed.gone)
            self._rendered = newest
            return made

    def holds(self, sequence: int) -> bool:
        """Whether the feeds that this process rendered hold the update of this sequence."""
        return self._rendered >= sequence

    def _retire(self, records: list[FeedRecord], now: datetime) -> bool:
        """A feed that ended long ago is answered with "gone" from now on."""
        overdue = [
            feed
            for feed in records
            if feed.ended_at and not feed.gone and feed.ended_at + self._plan.gone_after <= now
        ]
        for feed in overdue:
            self._store.retire(feed.name)
        if overdue:
            self._records = self._store.records()
        return bool(overdue)

    def _render(self, feed: FeedRecord) -> int:
        return sum(self._render_variant(feed, editorial) for editorial in (False, True))

    def _render_variant(self, feed: FeedRecord, editorial: bool) -> int:
        ended = feed.ended_at.isoformat() if feed.ended_at else ""
        mark = FeedMark(self._store.newest_of(feed, editorial), self._plan.fingerprint + ended)
        keys = [FeedKey(feed.name, name, editorial) for name in self._maker.formats]
        stale = [key for key in keys if self._store.mark(key) != mark]
        if not stale:
            return 0
        updates = self._store.latest(feed, editorial, ENTRIES)
        # an update that came in between is in the next version, and in its mark
        updates = [update for update in updates if update.sequence <= mark.sequence]
        view = self._maker.view(feed, updates, editorial)
        count = self._store.count(feed, editorial)
        entries = fitting(view.entries, at_least=unarchived(count))
        place = current_place(count, len(entries))
        for key in stale:
            rendered = self._maker.render(key.format_name, view, entries=entries, place=place)
            self._store.keep(key, rendered, mark)
        return len(stale)


def archives(count: int) -> int:
    """How many full archived documents there are when a feed has so many entries: never all of them."""
    return max(0, (count - 1) // ARCHIVED)


def unarchived(count: int) -> int:
    """How many of the newest entries are in no archived document."""
    return count - archives(count) * ARCHIVED


def current_place(count: int, shown: int) -> FeedPlace:
    """The place of a current document that shows so many of a feed's entries."""
    complete = shown >= count
    return FeedPlace(complete=complete, older=0 if complete else archives(count))


def archived_place(number: int, count: int) -> FeedPlace | None:
    """The place of an archived document; None where there is none of that number."""
    last = archives(count)
    if not 1 <= number <= last:
        return None
    return FeedPlace(number=number, older=number - 1, newer=number + 1 if number < last else 0)


def fitting(entries: Sequence[FeedEntry], *, at_least: int) -> tuple[FeedEntry, ...]:
    """The newest entries, as many as LARGEST allows, but at least so many."""
    room = LARGEST
    for number, entry in enumerate(entries):
        room -= len(entry.html) + len(entry.summary) + len(repr(entry.changes))
        if room < 0 and number >= at_least:
            return tuple(entries[:number])
    return tuple(entries)
