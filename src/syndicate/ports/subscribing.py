"""What subscribing needs: who wants what, with proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicate.domain.model import Message, Target


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to, kept as proof: the words shown, their version, on which form, from where."""

    text: str
    version: str
    form_url: str
    ip: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address. `uid` is 16 random hex digits; `state` is "pending", "active" or "ended"."""

    uid: str
    address: str
    language: str
    state: str
    topics: tuple[str, ...] = ()


class Subscribers(Protocol):
    """Who wants what. The empty topic id "" means all topics."""

    def register(self, address: str, language: str, now: datetime) -> Subscriber:
        """The subscriber of this address, made as "pending" where new. The domain's case does not count."""
        ...

    def suppressed(self, address_hash: str) -> bool: ...

    def ask(
        self,
        uid: str,
        optin_id: str,
        topics: Sequence[str],
        consent: Consent,
        message: Message,
        target: Target,
        now: datetime,
    ) -> bool:
        """Records the wish and plans its confirmation mail; False, and nothing planned, when this address was
        asked within 24 hours."""
        ...

    def confirm(self, optin_id: str, now: datetime) -> Subscriber | None:
        """Makes the wish a subscription; again is the same. None for an unknown or expired wish."""
        ...

    def find(self, uid: str) -> Subscriber | None: ...

    def end(self, uid: str, topics: Sequence[str] | None, now: datetime) -> None:
        """Ends these subscriptions (None: all), and cancels what is pending for them. Again is the same."""
        ...

    def everyone(self) -> list[Subscriber]:
        """All who have an address, oldest first."""
        ...

    def add(self, address: str, language: str, topics: Sequence[str], consent: Consent, now: datetime) -> str:
        """A subscription whose consent was given elsewhere and is on record there; returns the uid."""
        ...

    def erase(self, address: str, address_hash: str, now: datetime) -> bool:
        """Forgets an address; its keyed hash stays, so that it is not written to again."""
        ...
