"""What sending needs: a way to networks, channels, a renderer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from syndicate.domain.errors import DeliveryError
from syndicate.domain.model import (
    Account,
    Action,
    Health,
    Message,
    Prepared,
    Receipt,
    Reconciled,
    Target,
    Update,
)


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One call to a network. `headers` may carry secrets: they are never logged and never stored."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """Any answer, of any status. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ApiClient(Protocol):
    """The one way to networks' APIs: fixed hosts, no redirects, no retries."""

    def call(self, request: ApiRequest) -> ApiResponse:
        """Raises Transient(NOT_SENT) when no byte of the request left, Uncertain(UNKNOWN) when some did."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one prepared message: exactly one of `receipt` and `error` is set."""

    key: str
    receipt: Receipt | None = None
    error: DeliveryError | None = None


Commit = Callable[[str], None]
"""Called by a channel with a prepared key right before the step after which the other side may have
taken the message (the final dot, the first byte of a POST). It returns once that is on disk."""


class Channel(Protocol):
    """One configured way out. Everything a channel knows of its network stays in it."""

    name: str
    limit: int
    """The longest text `measure` may give, or 0 where there is none."""
    link_in_text: bool
    """Whether a post's text must carry the link itself (X), or a field does (LinkedIn, Facebook)."""

    def measure(self, text: str) -> int:
        """The length as the network itself counts it."""
        ...

    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared:
        """The exact request or mail, without secrets and without I/O. `key` is the delivery's 32 hex digits;
        `now` is when the delivery was planned. Same arguments, same bytes. Raises Permanent(CONTENT)."""
        ...

    def send(self, batch: Sequence[Prepared], commit: Commit) -> Iterator[Outcome]:
        """Exactly one outcome for each prepared message, in order, as soon as it is known.

        Never raises DeliveryError and never sends anything twice. After an outcome whose cause lies with
        the whole destination the rest gets Transient(NOT_SENT) without being tried."""
        ...

    def reconcile(self, prepared: Prepared) -> Reconciled:
        """Whether an earlier attempt was taken, by asking the network. Never creates anything."""
        ...

    def amend(self, receipt: Receipt, action: Action, message: Message | None = None) -> Outcome:
        """Edit or delete what a receipt names, as far as the network can."""
        ...

    def health(self, now: datetime) -> Health:
        """What is known without calling anyone: missing secrets, ends of life."""
        ...


class Renderer(Protocol):
    """Makes messages from updates; pure: the same update gives the same bytes."""

    def messages(self, update: Update, account: Account, channel: Channel) -> list[Message]:
        """One message per language of the account. Raises Permanent(CONTENT) where the text cannot fit."""
        ...

    def mail(self, update: Update, language: str) -> Message:
        """The mail for readers of `language`, with placeholders."""
        ...

    def confirmation(self, subject: str, topics: Sequence[str], language: str, now: datetime) -> Message:
        """The one mail that asks an address to confirm. Holds no text of the asker's."""
        ...
