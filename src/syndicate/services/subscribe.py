"""Subscribe with double opt-in, see what runs, and end it.

What a stranger may learn here is nothing: a known, a new and a suppressed address are answered alike. Only
the holder of a link that was mailed to an address sees, confirms or ends what that address gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.domain.errors import UnknownTopic
from syndicate.domain.mail_address import normalise
from syndicate.domain.model import Target, Topic
from syndicate.ports import Consent, Renderer, Subscriber, Subscribers
from syndicate.services.tokens import UID_LENGTH, Tokens, topic_digest

ALL_TOPICS = ""
"""The topic id of a subscription to everything (see `ports.Subscribers`)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a link is good for: its reader, and the running subscriptions that it would end."""

    subscriber: Subscriber
    ends: tuple[str, ...]


class SubscribeService:
    """The verbs of a reader. `random_hex(n)` gives n unpredictable hexadecimal digits."""

    def __init__(
        self,
        subscribers: Subscribers,
        renderer: Renderer,
        tokens: Tokens,
        topics: Sequence[Topic],
        random_hex: Callable[[int], str],
    ) -> None:
        self._subscribers = subscribers
        self._renderer = renderer
        self._tokens = tokens
        self._topics = {name: topic.id for topic in topics for name in (topic.id, *topic.was)}
        self._titles = {topic.id: topic.title for topic in topics}
        self._random_hex = random_hex

    def ask(
        self, address: str, topics: Sequence[str], language: str, consent: Consent, now: datetime
    ) -> None:
        """Records a wish and plans the one mail that asks the address to confirm it.

        Raises InvalidAddress, or UnknownTopic where no topic or one that does not exist is named. Whether
        the address was known, asked today already, or never wants mail again makes no difference outside.
        """
        address = normalise(address)
        wanted = self._wanted(topics)
        if self._subscribers.suppressed(self._tokens.address_hash(address)):
            return
        subscriber = self._subscribers.register(address, language, now)
        optin_id = self._random_hex(UID_LENGTH)
        titles = [self._titles[topic] for topic in wanted if topic != ALL_TOPICS]
        message = self._renderer.confirmation(optin_id, titles, language, now)
        target = Target(
            id=subscriber.uid, address=address, values={"confirm": self._tokens.confirm(optin_id)}
        )
        self._subscribers.ask(subscriber.uid, optin_id, wanted, consent, message, target, now)

    def may_confirm(self, token: str) -> bool:
        """Whether this is a confirmation link of ours; whether it is still in time shows when it is used."""
        return self._tokens.read_confirm(token) is not None

    def confirm(self, token: str, now: datetime) -> Subscriber | None:
        """The subscriber as confirmed, every time again; None for a forged or expired link."""
        optin_id = self._tokens.read_confirm(token)
        return self._subscribers.confirm(optin_id, now) if optin_id else None

    def view(self, token: str) -> Standing | None:
        """What an unsubscribe or preferences link is good for; None for a forged one.

        An address that has been erased since stands as "ended", with nothing left to end.
        """
        unsubscribe = self._tokens.read_unsubscribe(token)
        uid = unsubscribe[0] if unsubscribe else self._tokens.read_preferences(token)
        if uid is None:
            return None
        subscriber = self._subscribers.find(uid) or Subscriber(uid, "", "", "ended")
        ends = self._meant(subscriber.topics, unsubscribe[1]) if unsubscribe else subscriber.topics
        return Standing(subscriber, ends)

    def feed_token(self, token: str) -> str:
        """The reader's own feed, for the holder of a preferences link; "" for any other link."""
        uid = self._tokens.read_preferences(token)
        return self._tokens.feed(uid) if uid else ""

    def unsubscribe(self, token: str, now: datetime) -> bool:
        """Ends what the link stands for; again is the same. False for a forged link."""
        if self._tokens.read_unsubscribe(token) is None:
            return False
        standing = self.view(token)
        if standing and standing.ends:
            self._subscribers.end(standing.subscriber.uid, standing.ends, now)
        return True

    def end(self, token: str, topic: str, now: datetime) -> bool:
        """Ends one subscription by a preferences link; again is the same. False for any other link."""
        uid = self._tokens.read_preferences(token)
        if uid is None:
            return False
        self._subscribers.end(uid, [topic], now)
        return True

    def end_all(self, token: str, now: datetime) -> bool:
        """Ends everything, by an unsubscribe or a preferences link. False for a forged link."""
        standing = self.view(token)
        if standing is None:
            return False
        self._subscribers.end(standing.subscriber.uid, None, now)
        return True

    def _wanted(self, topics: Sequence[str]) -> list[str]:
        """Ids as they are called now, each once; all topics swallow the others."""
        unknown = [topic for topic in topics if topic != ALL_TOPICS and topic not in self._topics]
        if unknown or not topics:
            raise UnknownTopic(unknown[0] if unknown else "")
        if ALL_TOPICS in topics:
            return [ALL_TOPICS]
        return list(dict.fromkeys(self._topics[topic] for topic in topics))

    def _meant(self, subscribed: Sequence[str], digest: str) -> tuple[str, ...]:
        """The subscriptions that an unsubscribe link means.

        A topic may have been renamed since the mail. And a reader of all topics who leaves one of them
        leaves them all: there is no subscription to all but one, and mail that was refused must end.
        """
        exact = tuple(topic for topic in subscribed if digest in map(topic_digest, self._names(topic)))
        return exact or tuple(topic for topic in subscribed if topic == ALL_TOPICS)

    def _names(self, topic: str) -> Iterable[str]:
        """Every id that this topic has had, with the one asked for."""
        current = self._topics.get(topic, topic)
        return {topic, current, *(name for name, now in self._topics.items() if now == current)}
