"""A channel and a renderer that keep their promises, and can be told to have a bad day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from syndicate.domain.errors import (
    DeliveryError,
    DeliveryReason,
    Permanent,
    Transient,
    Uncertain,
)
from syndicate.domain.model import (
    Account,
    Action,
    Health,
    HealthState,
    Message,
    Prepared,
    Presence,
    Receipt,
    Reconciled,
    Subject,
    Target,
    Update,
)
from syndicate.ports import Channel, Commit, Outcome


def refusal(
    reason: DeliveryReason, *, whole: bool = False, kind: type[DeliveryError] = Permanent
) -> DeliveryError:
    return kind(reason, f"The network said {reason.value}.", whole_destination=whole)


DOWN = refusal(DeliveryReason.SERVER, kind=Transient)
LOST = refusal(DeliveryReason.UNKNOWN, kind=Uncertain)


@dataclass
class FakeChannel:
    """Takes everything into `taken` (the other side's memory). `troubles` are used up, one a message:

    an error is the outcome (with Uncertain the message is taken all the same when `takes_lost`), a callable
    is called at that moment (to crash, to look at the database).
    """

    name: str = "linkedin"
    limit: int = 0
    link_in_text: bool = False
    takes_lost: bool = True
    troubles: list[DeliveryError | Callable[[], None] | None] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answer: Reconciled | None = None

    def measure(self, text: str) -> int:
        return len(text)

    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared:
        if message.payload == b"unsendable":
            raise Permanent(DeliveryReason.CONTENT, "It cannot be written.")
        return Prepared(key, target.id, message.payload, address=target.address, planned_at=now)

    def send(self, batch: Sequence[Prepared], commit: Commit) -> Iterator[Outcome]:
        blocked = False
        for prepared in batch:
            if blocked:
                waiting = Transient(DeliveryReason.NOT_SENT, "Not tried.", whole_destination=True)
                yield Outcome(prepared.key, error=waiting)
                continue
            outcome = self._one(prepared, commit)
            blocked = bool(outcome.error and outcome.error.whole_destination)
            yield outcome

    def _one(self, prepared: Prepared, commit: Commit) -> Outcome:
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, DeliveryError) and not isinstance(trouble, Uncertain):
            return Outcome(prepared.key, error=trouble)
        commit(prepared.key)
        if isinstance(trouble, Uncertain):
            if self.takes_lost:
                self.taken.append(prepared.key)
            return Outcome(prepared.key, error=trouble)
        self.taken.append(prepared.key)
        if callable(trouble):
            trouble()
        return Outcome(prepared.key, receipt=self._receipt(prepared))

    def reconcile(self, prepared: Prepared) -> Reconciled:
        self.asked.append(prepared.key)
        if self.answer:
            return self.answer
        if prepared.key in self.taken:
            return Reconciled(Presence.FOUND, self._receipt(prepared))
        return Reconciled(Presence.ABSENT, reason="not in the list")

    def _receipt(self, prepared: Prepared) -> Receipt:
        return Receipt(f"urn:{prepared.key[-4:]}", "https://network.example/1", prepared.planned_at, 201)  # type: ignore[arg-type]

    def amend(self, receipt: Receipt, action: Action, message: Message | None = None) -> Outcome:
        return Outcome(receipt.id, receipt=receipt)

    def health(self, now: datetime) -> Health:
        return Health(HealthState.OK, "")


class FakeRenderer:
    """Says the update's title; `too_long` names accounts whose text cannot fit."""

    def __init__(self) -> None:
        self.too_long: set[str] = set()

    def messages(self, update: Update, account: Account, channel: Channel) -> list[Message]:
        if account.id in self.too_long:
            raise Permanent(DeliveryReason.CONTENT, "The title alone is too long.")
        return [
            Message(Subject.UPDATE, update.id, account.channel, account.id, language, update.id.encode())
            for language in account.languages or ("da",)
        ]

    def mail(self, update: Update, language: str) -> Message:
        payload = f"{language} {update.id}".encode()
        return Message(Subject.UPDATE, update.id, "email", "email", language, payload)

    def confirmation(self, subject: str, topics: Sequence[str], language: str, now: datetime) -> Message:
        return Message(Subject.CONFIRMATION, subject, "email", "email", language, b"confirm")
