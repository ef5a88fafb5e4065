"""Capability tokens: whoever holds the link may do the one thing that it is for, and nothing else.

A token is `TOKEN_LENGTH` hexadecimal digits: what it speaks of, then a keyed hash (HMAC-SHA256, cut) over
its purpose and that. Nothing is stored, so a token in an old mail works as long as the key does.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from syndicate.domain.placeholders import TOKEN_LENGTH

UID_LENGTH = 16
"""Hexadecimal digits of a subscriber's uid and of an opt-in id."""

DIGEST_LENGTH = 8
"""Hexadecimal digits that stand for a topic id inside an unsubscribe token."""

MIN_KEY_BYTES = 16

_TOKEN = re.compile(rf"[0-9a-f]{{{TOKEN_LENGTH}}}", re.ASCII)


class Tokens:
    """Makes and reads the tokens of one key (at least 16 bytes, from the environment)."""

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"the token key has {len(key)} bytes; it needs at least {MIN_KEY_BYTES}")
        self._key = key

    def unsubscribe(self, uid: str, topic: str) -> str:
        """Ends one subscription of this reader ("" is the one to all topics)."""
        return self._seal("unsubscribe", uid + topic_digest(topic))

    def read_unsubscribe(self, token: str) -> tuple[str, str] | None:
        """The uid and the `topic_digest`, or None for anything else than such a token."""
        payload = self._open("unsubscribe", token, UID_LENGTH + DIGEST_LENGTH)
        return (payload[:UID_LENGTH], payload[UID_LENGTH:]) if payload else None

    def preferences(self, uid: str) -> str:
        """Shows and ends the subscriptions of this reader."""
        return self._seal("preferences", uid)

    def read_preferences(self, token: str) -> str | None:
        """The uid, or None for anything else than such a token."""
        return self._open("preferences", token, UID_LENGTH)

    def confirm(self, optin_id: str) -> str:
        """Turns one wish into a subscription."""
        return self._seal("confirm", optin_id)

    def read_confirm(self, token: str) -> str | None:
        """The opt-in id, or None for anything else than such a token."""
        return self._open("confirm", token, UID_LENGTH)

    def feed(self, uid: str) -> str:
        """Reads this reader's own feed, and does nothing else: it may be given to a feed reader's service."""
        return self._seal("feed", uid)

    def read_feed(self, token: str) -> str | None:
        """The uid, or None for anything else than such a token."""
        return self._open("feed", token, UID_LENGTH)

    def address_hash(self, address: str) -> str:
        """What stays of an address after erasure: 64 hexadecimal digits that tell nobody else who it was.

        Upper and lower case are one: who asked never to be written to again means every spelling.
        """
        return self._mac("address", address.casefold())

    def _seal(self, purpose: str, payload: str) -> str:
        return payload + self._mac(purpose, payload)[: TOKEN_LENGTH - len(payload)]

    def _open(self, purpose: str, token: str, length: int) -> str | None:
        if not _TOKEN.fullmatch(token):
            return None
        payload = token[:length]
        return payload if hmac.compare_digest(self._seal(purpose, payload), token) else None

    def _mac(self, purpose: str, payload: str) -> str:
        return hmac.new(self._key, f"{purpose}:{payload}".encode(), sha256).hexdigest()


def topic_digest(topic: str) -> str:
    """The short stand-in for a topic id inside an unsubscribe token."""
    return sha256(topic.encode()).hexdigest()[:DIGEST_LENGTH]
