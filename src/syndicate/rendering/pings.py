"""What a hub is told of an update: the addresses of all feeds that it is in."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from syndicate.domain.model import Account, Message, Significance, Site, Subject, Update

CHANNEL = "websub"
SUFFIXES = (".rss", ".atom", ".json")


def ping(update: Update, account: Account, site: Site) -> Message:
    """The form that a hub takes; the same update gives the same bytes."""
    fields = [("hub.mode", "publish"), *(("hub.url", url) for url in feed_urls(update, site))]
    return Message(Subject.PING, update.id, CHANNEL, account.id, "", urlencode(fields).encode())


def feed_urls(update: Update, site: Site) -> Iterator[str]:
    """Every feed that holds the update, in every format; a renamed topic's under each of its names."""
    topics = [site.topic(topic) for topic in update.topics]
    names = ["all", *(name for topic in topics for name in (topic.id, *topic.was))]
    names.append(f"source/{update.source_id}")
    queries = ["?all=1"] if update.significance is Significance.EDITORIAL else ["", "?all=1"]
    for name in dict.fromkeys(names):
        for query in queries:
            for suffix in SUFFIXES:
                yield f"{site.base_url}/feeds/{quote(name)}{suffix}{query}"
