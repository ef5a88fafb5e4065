"""RSS 2.0: summary in `description`, the whole change in `content:encoded`."""

from __future__ import annotations

import re

from lxml.etree import SubElement, _Element

from syndicate.domain.model import FeedView
from syndicate.feeds._shared import EntryPart, FeedPart, generator, written

MEDIA_TYPE = "application/rss+xml"
SUFFIX = ".rss"

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"

TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")


def render(view: FeedView) -> bytes:
    """The feed as RSS in UTF-8. Pure: the same view gives the same bytes."""
    return written(view, _write)


def _write(view: FeedView) -> bytes:
    return bytes(generator(view, SUFFIX, MEDIA_TYPE, RssFeed, RssEntry).rss_str())


class RssFeed(FeedPart):
    def extend_ns(self) -> dict[str, str]:
        return {"dc": DUBLIN_CORE} | super().extend_ns()

    def extend_rss(self, root: _Element) -> _Element:
        _mark_as_text(root[0])
        self.add_history(root[0], f"{{{ATOM}}}link")
        return root


class RssEntry(EntryPart):
    def extend_rss(self, item: _Element) -> _Element:
        _mark_as_text(item)
        if self.publisher:
            SubElement(item, f"{{{DUBLIN_CORE}}}creator").text = self.publisher
        for link in self.links():
            SubElement(item, f"{{{ATOM}}}link", link)
        return item


def _mark_as_text(parent: _Element) -> None:
    """RSS does not say whether a title is text or HTML: what could begin a tag gets a sign that cannot."""
    title = parent.find("title")
    if title is not None:
        title.text = TAG_LIKE.sub("‹", title.text or "")
