"""What the formats share: clean text, distinct times, and one way through feedgen past its traps.

feedgen 1.0.0 asks the clock where it is not told a time, sets the locale of the whole process to write a
date, loses the relations of an entry's links, and fails a whole feed for one character that XML does not
have. Each is dealt with here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any, TypeVar

import feedgen.entry
import feedgen.feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml.etree import Element, _Element

from syndicate.domain.everywhere import everywhere
from syndicate.domain.model import FeedEntry, FeedView

# The original switches the locale of the process for each date and, among threads, does not find back.
feedgen.feed.formatRFC2822 = format_datetime
feedgen.entry.formatRFC2822 = format_datetime

Thing = TypeVar("Thing")

HISTORY = "http://purl.org/syndication/history/1.0"

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What production 2 of XML 1.0 leaves out, halves of surrogate pairs among it, which no encoding has."""


def clean(thing: Thing) -> Thing:
    """The same view, entry or text without the characters that no feed can carry.

    To look at every text of a feed takes longer than to write it, and nearly all are clean: formats write
    what they have, and clean it where that is refused.
    """
    return everywhere(thing, _clean)


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("", text)


def written(view: FeedView, write: Callable[[FeedView], bytes]) -> bytes:
    """What lxml writes of the view; it refuses exactly what NOT_IN_XML names, with a ValueError."""
    try:
        return write(view)
    except ValueError:
        return write(clean(view))


def updated_at(entry: FeedEntry) -> datetime:
    """When the entry was updated, its microseconds taken from its sequence.

    Validators warn of entries with the same time, and the updates that one visit found have it. The
    number is the entry's own, so that its time stays when other entries leave the feed.
    """
    return entry.updated.replace(microsecond=entry.sequence % 1_000_000)


class FeedPart(BaseExtension):  # type: ignore[misc]
    """What a format adds to the feed by its own hand. feedgen makes it, `generator` fills it."""

    view: FeedView
    suffix: str

    def extend_ns(self) -> dict[str, str]:
        return {"fh": HISTORY} if self._marks() else {}

    def add_history(self, parent: _Element, link: str) -> None:
        """Hubs (WebSub) and the place in the archive (RFC 5005) before the entries; `link` names a link."""
        added = [Element(link, {"rel": rel, "href": url}) for rel, url in self._links()]
        added += [Element(f"{{{HISTORY}}}{mark}") for mark in self._marks()]
        first = next((n for n, child in enumerate(parent) if child.tag in ("item", "entry")), len(parent))
        parent[first:first] = added

    def _links(self) -> Iterator[tuple[str, str]]:
        place = self.view.place
        yield from (("hub", hub) for hub in self.view.hubs if not place.number)
        if place.number:
            yield "current", self.view.url(self.suffix)
        if place.older:
            yield "prev-archive", self.view.url(self.suffix, place.older)
        if place.newer:
            yield "next-archive", self.view.url(self.suffix, place.newer)

    def _marks(self) -> list[str]:
        place = self.view.place
        return ["archive"] if place.number else ["complete"] if place.complete else []


class EntryPart(BaseEntryExtension):  # type: ignore[misc]
    """What a format adds to an entry by its own hand. feedgen makes it, `generator` fills it."""

    entry: FeedEntry
    publisher: str

    def links(self) -> Iterator[dict[str, str]]:
        """The links beside the permalink, which feedgen would write without their relation."""
        if self.entry.source_url:
            yield {"rel": "via", "href": self.entry.source_url, "title": self.entry.source_title}
        for url in filter(None, (self.entry.previous_url, self.entry.archived_url)):
            yield {"rel": "related", "href": url}


def generator(
    view: FeedView, suffix: str, media_type: str, feed_part: type[FeedPart], entry_part: type[EntryPart]
) -> Any:
    """A feedgen generator of the view, with nothing left to the clock or to the order of calls."""
    made = feedgen.feed.FeedGenerator()
    made.register_extension("house", feed_part, entry_part)
    made.house.view, made.house.suffix = view, suffix
    made.id(view.id)
    made.title(view.title or view.id)
    made.subtitle(view.subtitle)
    made.description(view.subtitle or view.title or view.id)
    made.language(view.language)
    made.author(name=view.publisher or view.title or view.id)
    made.generator("syndicate")
    made.link(href=view.self_url(suffix), rel="self", type=media_type)
    made.link(href=view.home_url, rel="alternate", type="text/html")  # the last one becomes the RSS link
    made.updated(max(map(updated_at, view.entries), default=view.updated))
    for entry in view.entries:
        _add(made, entry, view)
    return made


def _add(made: Any, entry: FeedEntry, view: FeedView) -> None:
    added = made.add_entry(order="append")  # the default order turns the feed round
    added.id(entry.id)
    added.title(entry.title or entry.id)
    added.link(href=entry.url)
    added.summary(entry.summary)
    added.description(escape(entry.summary, quote=False))  # RSS readers take it for HTML
    added.content(entry.html, type="html")
    added.published(entry.published.replace(microsecond=0))
    added.updated(updated_at(entry))
    added.category([{"term": t.id, "label": t.title, "scheme": view.topic_scheme} for t in entry.topics])
    added.house.entry = entry
    added.house.publisher = view.publisher
