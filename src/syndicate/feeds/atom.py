"""Atom 1.0 (RFC 4287): the fullest of the three, with relations for source and earlier update."""

from __future__ import annotations

from lxml.etree import SubElement, _Element

from syndicate.domain.model import FeedView
from syndicate.feeds._shared import EntryPart, FeedPart, generator, written

MEDIA_TYPE = "application/atom+xml"
SUFFIX = ".atom"

LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render(view: FeedView) -> bytes:
    """The feed as Atom in UTF-8. Pure: the same view gives the same bytes."""
    return written(view, _write)


def _write(view: FeedView) -> bytes:
    return bytes(generator(view, SUFFIX, MEDIA_TYPE, AtomFeed, AtomEntry).atom_str())


class AtomFeed(FeedPart):
    def extend_atom(self, feed: _Element) -> _Element:
        self.add_history(feed, "link")  # feedgen's elements have no prefix and no namespace of their own
        return feed


class AtomEntry(EntryPart):
    def extend_atom(self, entry: _Element) -> _Element:
        entry.set(LANG, self.entry.language)
        for link in self.links():
            SubElement(entry, "link", link)
        return entry
