"""What the operator must know: what is wrong now, since when, and whether it was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicate.domain.model import Message
from syndicate.ports.outbox import PlannedDelivery


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong now. `subject` is what ("document:12", "destination:x"), `kind` how.

    `name` and `detail` are for people. `failures` counts visits in a row that failed; 0 where nothing is
    visited, or where a visit was fine and met the trouble all the same.
    """

    subject: str
    kind: str
    name: str
    detail: str
    since: datetime
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """A trouble as it is kept: `told` when the operator got a mail about it, `recovered` when it was over.

    An event (a moved page, another charset) is over when it begins.
    """

    id: int
    subject: str
    kind: str
    name: str
    detail: str
    since: datetime
    told: datetime | None = None
    recovered: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertStep:
    """What a review comes to; stored all or nothing, the mail's delivery with it."""

    opened: Sequence[Trouble] = ()
    told: Sequence[int] = ()
    recovered: Sequence[int] = ()
    mail: PlannedDelivery | None = None


class AlertStore(Protocol):
    """Troubles and alerts. Each method is one transaction."""

    def troubles(self, now: datetime) -> list[Trouble]:
        """What the database knows to be wrong: documents, sources, destinations, uncertain deliveries."""
        ...

    def open(self) -> list[Alert]:
        """Alerts that are not over, and events that were not told yet; oldest first."""
        ...

    def step(self, step: AlertStep, now: datetime) -> None:
        """Opens, tells and closes alerts."""
        ...


class AlertRenderer(Protocol):
    """Makes the mail to the operator; pure."""

    def alert(
        self, subject: str, begun: Sequence[Alert], over: Sequence[Alert], now: datetime
    ) -> Message: ...
