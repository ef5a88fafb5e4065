"""JSON Feed 1.1, with each change as data under the extension key `_syndicate`."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from syndicate.domain.model import FeedEntry, FeedView
from syndicate.feeds._shared import clean, updated_at

MEDIA_TYPE = "application/feed+json"
SUFFIX = ".json"

VERSION = "https://jsonfeed.org/version/1.1"

UNCLEAN = ("\\u00", "\\b", "\\f", "\ufffe", "\uffff")
"""How what a feed cannot carry looks in JSON. What merely looks so, after a backslash of its own, is cleaned
for nothing, which does no harm."""


def render(view: FeedView) -> bytes:
    """The feed as JSON in UTF-8. Pure: the same view gives the same bytes."""
    text = _write(view)
    if not any(sign in text for sign in UNCLEAN):
        with suppress(UnicodeEncodeError):  # half of a surrogate pair
            return text.encode()
    return _write(clean(view)).encode()


def _write(view: FeedView) -> str:
    feed = {
        "version": VERSION,
        "title": view.title,
        "home_page_url": view.home_url,
        "feed_url": view.self_url(SUFFIX),
        "next_url": view.older_url(SUFFIX),
        "description": view.subtitle,
        "language": view.language,
        "authors": [{"name": view.publisher}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in view.hubs if not view.place.number],
        "items": [_item(entry) for entry in view.entries],
        "_syndicate": {"id": view.id, "complete": view.place.complete},
    }
    optional = ("next_url", "hubs")
    feed = {key: value for key, value in feed.items() if value or key not in optional}
    return json.dumps(feed, ensure_ascii=False)


def _item(entry: FeedEntry) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.source_url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "date_published": entry.published.replace(microsecond=0).isoformat(),
        "date_modified": updated_at(entry).isoformat(),
        "language": entry.language,
        "tags": [topic.title for topic in entry.topics],
    }
    data = {
        "significance": entry.significance.value,
        "effective": list(entry.effective),
        "topics": [topic.id for topic in entry.topics],
        "source_title": entry.source_title,
        "previous_url": entry.previous_url,
        "archived_url": entry.archived_url,
        "proofs": list(entry.proofs),
        "changes": list(entry.changes),
    }
    return {key: value for key, value in item.items() if value} | {"_syndicate": data}
