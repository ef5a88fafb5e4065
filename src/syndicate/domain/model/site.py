"""Who publishes, in which languages, under which addresses; what people subscribe to."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.domain.model.changes import Significance


@dataclass(frozen=True, slots=True)
class Topic:
    """What people subscribe to. `id` is a slug; `was` holds its former slugs, whose feeds answer on."""

    id: str
    title: str
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """The public face. `base_url` has no trailing slash.

    `feed_id` begins every entry id (RFC 4151), for instance "tag:example.org,2026:"; it stays
    when the site moves.
    `timezone` is an IANA name, for dates that people read.
    """

    title: str
    base_url: str
    feed_id: str
    language: str
    languages: tuple[str, ...]
    publisher: str
    timezone: str = "Europe/Copenhagen"
    contact: str = ""
    topics: tuple[Topic, ...] = ()

    def topic(self, topic_id: str) -> Topic:
        """The topic of that id or former id; an unknown id is its own title."""
        for topic in self.topics:
            if topic_id == topic.id or topic_id in topic.was:
                return topic
        return Topic(topic_id, topic_id)

    def update_url(self, update_id: str) -> str:
        return f"{self.base_url}/updates/{update_id}"

    def entry_id(self, update_id: str) -> str:
        """The one immutable id of an update, the same in feeds, mail headers and post records."""
        return f"{self.feed_id}update/{update_id}"


@dataclass(frozen=True, slots=True)
class Account:
    """One configured destination. Empty `topics` means all; it posts one message in each of `languages`."""

    id: str
    channel: str
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    significance: Significance = Significance.SUBSTANTIVE

    def wants(self, topics: tuple[str, ...], significance: Significance) -> bool:
        """Whether an update of these topics and this significance goes to this account."""
        matches = not self.topics or bool(set(self.topics) & set(topics))
        return matches and significance.rank >= self.significance.rank
