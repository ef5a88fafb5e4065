"""moderate: what a person decides about a held update.

Approval binds to bytes: the messages are rendered and stored first, the person sees them, and what is
approved are their hashes. If the document changes in between, the update is recomputed and the approval
is void.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syndicate.domain.errors import SyndicateError
from syndicate.domain.model import Message, Update, UpdateState
from syndicate.ports import UpdateStore
from syndicate.services.expand import ExpandService


def one_update(updates: UpdateStore, prefix: str) -> Update:
    """The update whose id begins so. Raises SyndicateError where there is none, or more than one."""
    found = updates.find(prefix)
    if len(found) == 1:
        return found[0]
    if not found:
        raise SyndicateError(f"There is no update {prefix}.", hint="`syndicate updates` lists them.")
    raise SyndicateError(f"More than one update begins with {prefix}.", hint="Give more of its id.")


class ModerateService:
    """The verbs of the editorial step."""

    def __init__(self, updates: UpdateStore, expand: ExpandService, channels: Sequence[str]) -> None:
        self._updates = updates
        self._expand = expand
        self._channels = tuple(channels)

    def one(self, prefix: str) -> Update:
        """The update whose id begins so. Raises SyndicateError where there is none, or more than one."""
        return one_update(self._updates, prefix)

    def preview(self, prefix: str, now: datetime) -> list[Message]:
        """What would be sent, stored so that an approval can bind to it. Nothing is sent."""
        update = self.one(prefix)
        if update.state is not UpdateState.HELD:
            return self._updates.messages(update.id) or self._expand.render(update)
        self._updates.keep_messages(update.id, self._expand.render(update), now)
        return self._updates.messages(update.id)

    def approve(self, prefix: str, by: str, now: datetime, *, hashes: Sequence[str] | None = None) -> Update:
        """Approves and publishes. With `hashes`, only if exactly these messages would be sent."""
        update = self.one(prefix)
        if update.state not in (UpdateState.HELD, UpdateState.APPROVED):
            raise SyndicateError(f"Update {update.id} is {update.state.value}; only a held one is approved.")
        if update.state is UpdateState.HELD:
            rendered = [message.sha256 for message in self.preview(update.id, now)]
            if not self._updates.approve(update.id, hashes if hashes is not None else rendered, by, now):
                raise SyndicateError(
                    f"Update {update.id} has changed since it was looked at; nothing was approved.",
                    hint=f"Look again with `syndicate preview {update.id}`.",
                )
        self._updates.publish(update.id, self._channels, now)
        return self.one(update.id)

    def dismiss(self, prefix: str, by: str, now: datetime) -> Update:
        """Never announced; later changes are compared with what was dismissed."""
        update = self.one(prefix)
        if not self._updates.dismiss(update.id, by, now):
            raise SyndicateError(f"Update {update.id} is {update.state.value}; only a held one is dismissed.")
        return self.one(update.id)

    def publish_approved(self, now: datetime) -> int:
        """Publishes what was approved when the process ended in between; returns how many."""
        return sum(self._updates.publish(u.id, self._channels, now) for u in self._updates.approved())
