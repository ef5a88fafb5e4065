"""An in-memory stand-in for what the site asks of feeds; it keeps the promises of web.feeds.Feeds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from syndicate.ports import FeedChanges, FeedKey, FeedRecord, FeedState, RenderedFeed


@dataclass
class FakeFeeds:
    """A test fills `documents` (by key, archived ones by key and number) and `readers` (by token and format).

    `asked` counts what reached the records; `fails_with` is raised instead of an answer.
    """

    documents: dict[tuple[str, str, bool], RenderedFeed] = field(default_factory=dict)
    archives: dict[tuple[FeedKey, int], RenderedFeed] = field(default_factory=dict)
    readers: dict[tuple[str, str], RenderedFeed | FeedState] = field(default_factory=dict)
    configured: set[str] = field(default_factory=lambda: {"all"})
    records: dict[str, FeedRecord] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    changed: list[FeedKey] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    fails_with: Exception | None = None

    def changes(self, since: int) -> FeedChanges:
        self._ask("changes")
        return FeedChanges(len(self.changed), tuple(self.changed[since:]))

    def find(self, key: FeedKey) -> RenderedFeed | None:
        self._ask("find")
        return self.documents.get(key)

    def archived(self, key: FeedKey, number: int) -> RenderedFeed | None:
        self._ask("archived")
        return self.archives.get((key, number))

    def personal(self, token: str, format_name: str) -> RenderedFeed | FeedState:
        self._ask("personal")
        return self.readers.get((token, format_name), FeedState.UNKNOWN)

    def record(self, name: str) -> FeedRecord | None:
        self._ask("record")
        return self.records.get(name)

    def state(self, name: str) -> FeedState:
        self._ask("state")
        if name in self.configured:
            return FeedState.COMING
        return FeedState.GONE if name in self.gone else FeedState.UNKNOWN

    def _ask(self, what: str) -> None:
        self.asked[what] += 1
        if self.fails_with:
            raise self.fails_with
