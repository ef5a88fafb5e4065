"""What a person decides about updates. Each method is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from syndicate.domain.model import Message, Update


class UpdateStore(Protocol):
    """What a person decides about updates."""

    def find(self, prefix: str) -> list[Update]:
        """The updates whose id begins so."""
        ...

    def keep_messages(self, update_id: str, messages: Sequence[Message], now: datetime) -> None:
        """Stores what would be sent, replacing what was stored unapproved."""
        ...

    def messages(self, update_id: str) -> list[Message]: ...

    def approve(self, update_id: str, hashes: Collection[str], by: str, now: datetime) -> bool:
        """Held → approved, if the stored messages have exactly these hashes; False otherwise."""
        ...

    def publish(self, update_id: str, channels: Sequence[str], now: datetime) -> bool:
        """Approved → published, moves the base of comparison, plans the fan-out. False if not approved."""
        ...

    def dismiss(self, update_id: str, by: str, now: datetime) -> bool:
        """Held or approved → dismissed; what it was about is the new base of comparison."""
        ...

    def approved(self) -> list[Update]: ...

    def amend(self, later: Update, channels: Sequence[str], by: str, now: datetime) -> bool:
        """Publishes an update that corrects or withdraws another, and plans its fan-out. A withdrawal cancels
        what waits to be sent of the earlier one. False when it is there already."""
        ...
