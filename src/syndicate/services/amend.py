"""amend: correct or withdraw what was published, by a new update that points back.

Nothing that is out is changed: whoever got the earlier update gets the later one, in feeds both stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from syndicate.domain.composing import update_id
from syndicate.domain.errors import SyndicateError
from syndicate.domain.model import Update, UpdateKind, UpdateState, UpdateText
from syndicate.ports import UpdateStore
from syndicate.services.moderate import one_update


class AmendService:
    """The verbs. `channels` are those that an update is told on."""

    def __init__(self, updates: UpdateStore, channels: Sequence[str]) -> None:
        self._updates = updates
        self._channels = tuple(channels)

    def correct(self, prefix: str, text: str, by: str, now: datetime) -> Update:
        """Tells what was wrong in a published update; `text` is for readers. The same again is the same."""
        return self._amend(prefix, UpdateKind.CORRECTION, text, by, now)

    def withdraw(self, prefix: str, reason: str, by: str, now: datetime) -> Update:
        """Takes a published update back; what has not been sent of it never is."""
        return self._amend(prefix, UpdateKind.WITHDRAWAL, reason, by, now)

    def _amend(self, prefix: str, kind: UpdateKind, text: str, by: str, now: datetime) -> Update:
        earlier = one_update(self._updates, prefix)
        if earlier.state is not UpdateState.PUBLISHED:
            raise SyndicateError(
                f"Update {earlier.id} is {earlier.state.value}; only a published one can be amended."
            )
        if not text.strip():
            raise SyndicateError("Readers must be told why.", hint="Give them a sentence.")
        later = amendment(earlier, kind, text.strip(), now)
        self._updates.amend(later, self._channels, by, now)
        return one_update(self._updates, later.id)


def amendment(earlier: Update, kind: UpdateKind, text: str, now: datetime) -> Update:
    """The update that corrects or withdraws another: its title, and in place of its summary these words."""
    return replace(
        earlier,
        id=update_id(earlier.id, kind.value, [text]),
        kind=kind,
        state=UpdateState.HELD,
        changes=(),
        proofs=(),
        detected_at=now,
        published_at=None,
        sequence=0,
        reason=text,
        previous="",
        corrects=earlier.id,
        texts={language: UpdateText(language, told.title, text) for language, told in earlier.texts.items()},
    )
