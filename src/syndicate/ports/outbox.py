"""What must be sent, and what became of it.

Each method is one transaction. What settles a delivery is fenced: it does nothing and says so when the lease
has passed to somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from syndicate.domain.model import DeliveryState, Message, Receipt, Subject, Target


@dataclass(frozen=True, slots=True)
class FanOut:
    """An update that is still to be told on a channel; `cursor` is the last target dealt with."""

    id: int
    update_id: str
    channel: str
    cursor: int


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """One message to one target, not yet stored. `key` is 32 random hex digits.

    With an `error` it is stored as dead: it could not even be written, and a person must know.
    """

    key: str
    kind: Subject
    subject: str
    channel: str
    destination: str
    target: Target
    message: Message
    due_at: datetime
    action: str = "create"
    part: int = 0
    lane: int = 1
    error: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery in state `sending`, ours until the lease ends.

    `attempts` counts this one. `doubtful`: an earlier attempt may have been taken; `looks` counts how
    often the other side was asked in vain since, `resends` how often it was sent again all the same.
    """

    id: int
    key: str
    kind: Subject
    subject: str
    channel: str
    destination: str
    target: Target
    message: Message
    planned_at: datetime
    attempts: int
    doubtful: bool
    looks: int
    resends: int
    token: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a claimed delivery; `suppress` when its mailbox does not exist."""

    delivery: ClaimedDelivery
    state: DeliveryState
    now: datetime
    due_at: datetime | None = None
    receipt: Receipt | None = None
    doubtful: bool = False
    looked: bool = False
    resent: bool = False
    error: str = ""
    answer: str = ""
    suppress: bool = False


@dataclass(frozen=True, slots=True)
class InterestedReader:
    """A subscriber who wants an update: row number, the target, the language, the topic that matched."""

    row: int
    uid: str
    address: str
    language: str
    topic: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery as the operator sees it."""

    id: int
    kind: str
    subject: str
    channel: str
    destination: str
    target: str
    state: DeliveryState
    due_at: datetime
    attempts: int
    error: str
    permalink: str
    sent_at: datetime | None


class Outbox(Protocol):
    """What must be sent, and what became of it."""

    def fan_outs(self, limit: int) -> list[FanOut]: ...

    def readers(self, topics: Sequence[str], after: int, limit: int) -> list[InterestedReader]:
        """Active subscribers of any of these topics (or of all), by row number, each once."""
        ...

    def plan(
        self, fan_out: FanOut, deliveries: Sequence[PlannedDelivery], cursor: int, done: bool, now: datetime
    ) -> None:
        """Messages, deliveries and the cursor together. A delivery that exists already is left alone."""
        ...

    def told(self, update_id: str, channel: str, targets: Collection[str]) -> set[str]:
        """Those of the targets that were told of an update on a channel, or are about to be."""
        ...

    def stored_messages(self, update_id: str, channel: str, account: str) -> list[Message]:
        """In the order of their parts, in which they were stored."""
        ...

    def ready(self, now: datetime) -> list[str]:
        """Destinations that have something due and need not wait."""
        ...

    def claim(
        self, destination: str, now: datetime, lease: timedelta, *, limit: int, boot: str
    ) -> list[ClaimedDelivery]:
        """Due deliveries, urgent lane first, marked `sending`, each with a new attempt."""
        ...

    def record(
        self,
        settlements: Sequence[Settlement],
        now: datetime,
        lease: timedelta,
        committing: ClaimedDelivery | None = None,
    ) -> bool:
        """Settles deliveries and, in the same transaction, notes that the attempt of `committing` is about
        to pass the point of no return, and renews the lease of its batch. On disk when it returns. Fenced:
        False when `committing` is no longer ours, and then it must not be sent."""
        ...

    def pause(self, destination: str, until: datetime, reason: str, strikes: int) -> None:
        """Nothing is claimed for the destination before `until`."""
        ...

    def strikes(self, destination: str) -> int: ...

    def resume(self, destination: str) -> None: ...

    def reclaim(self, now: datetime, *, all_boots_but: str = "") -> int:
        """Deliveries found `sending` after their lease (or, with `all_boots_but`, of any other boot): those
        that never reached the point of no return are pending again, the others pending and doubtful."""
        ...

    def set_back(self, now: datetime) -> int:
        """Makes due the deliveries that a clock ahead of `now` planned or tried; returns how many.

        A pause that is longer than any is ended."""
        ...

    def deliveries(self, *, states: Iterable[str] = (), limit: int = 100) -> list[DeliveryView]: ...

    def settle_by_hand(self, delivery_id: int, outcome: str, now: datetime) -> bool:
        """An uncertain or dead delivery: "sent", "retry" or "cancel" as a person says."""
        ...

    def register_destinations(self, names: Mapping[str, tuple[str, str]]) -> None:
        """Destination → (channel, fingerprint of its configuration). A changed fingerprint ends a pause."""
        ...
