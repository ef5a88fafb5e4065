"""deliver: claim → mark `sending` → send with no open transaction → receipt → state.

What a crash leaves in `sending` is taken up by `reclaim`: an attempt that never reached its point of no
return is simply pending again; one that did is doubtful, and a doubtful delivery is never sent blindly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from syndicate.domain.errors import DeliveryError, DeliveryReason, Permanent, SyndicateError, Uncertain
from syndicate.domain.model import DeliveryState, Prepared, Presence
from syndicate.domain.scheduling import next_attempt
from syndicate.ports import ClaimedDelivery, Outbox, Outcome, Settlement
from syndicate.services.expand import Destination

LEASE = timedelta(minutes=15)
"""Longer than a batch can take, with every network deadline run out."""
BATCH = 20
GIVE_UP_AFTER = timedelta(days=5)
SURE_LOOKS = 1
"""So many looks in vain, and one more, before a post counts as absent."""
MOST_LOOKS = 6
LASTING_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)
LASTING = (
    DeliveryReason.AUTH,
    DeliveryReason.PERMISSION,
    DeliveryReason.VERSION,
    DeliveryReason.PAID_CAP,
    DeliveryReason.POLICY,
)
PERHAPS_ITS_OWN = (DeliveryReason.POLICY, DeliveryReason.SERVER, DeliveryReason.NOT_SENT)
"""Causes that stop a whole destination and may yet lie with the one message that met them."""


class LeaseLost(SyndicateError):
    """Somebody else took the delivery over while we were preparing to send it."""


class DeliverService:
    """Sends what is due. `clock` tells the time within a batch; `jitter` gives a number in [0, 1)."""

    def __init__(
        self,
        outbox: Outbox,
        destinations: Mapping[str, Destination],
        boot: str,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._destinations = destinations
        self._boot = boot
        self._clock = clock
        self._jitter = jitter

    def ready(self, now: datetime) -> list[str]:
        """Configured destinations with something due."""
        return [name for name in self._outbox.ready(now) if name in self._destinations]

    def reclaim(self, now: datetime, *, alone: bool = False) -> int:
        """Takes up what a dead process left; `alone` says that no other process can be alive."""
        return self._outbox.reclaim(now, all_boots_but=self._boot if alone else "")

    def deliver(self, name: str, now: datetime) -> int:
        """One batch to one destination; returns how many deliveries were dealt with."""
        claimed = self._outbox.claim(name, now, LEASE, limit=BATCH, boot=self._boot)
        if claimed:
            _Batch(self._outbox, self._destinations[name], claimed, self._clock, self._jitter).run()
        return len(claimed)


class _Batch:
    """The claimed deliveries of one destination on their way."""

    def __init__(
        self,
        outbox: Outbox,
        destination: Destination,
        claimed: Sequence[ClaimedDelivery],
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._destination = destination
        self._by_key: dict[str, ClaimedDelivery] = {}
        self._claimed = claimed
        self._clock = clock
        self._jitter = jitter
        self._unwritten: list[Settlement] = []
        self._paused = False

    def run(self) -> None:
        prepared = [item for delivery in self._claimed if (item := self._prepare(delivery))]
        try:
            for outcome in self._destination.channel.send(prepared, self._commit):
                self._settle(outcome)
        except LeaseLost:
            pass  # the new owner sends; what is already settled is written below
        self._write()

    def _prepare(self, delivery: ClaimedDelivery) -> Prepared | None:
        channel = self._destination.channel
        try:
            prepared = channel.prepare(delivery.message, delivery.target, delivery.key, delivery.planned_at)
        except DeliveryError as error:
            self._unwritten.append(self._failed(delivery, error))
            return None
        if delivery.doubtful and not self._may_resend(delivery, prepared):
            return None
        self._by_key[prepared.key] = delivery
        return prepared

    # --- doubt ------------------------------------------------------------------------------------

    def _may_resend(self, delivery: ClaimedDelivery, prepared: Prepared) -> bool:
        """Settles a doubtful delivery by asking the other side; True when it is to be sent (again)."""
        found = self._destination.channel.reconcile(prepared)
        now = self._clock()
        if found.presence is Presence.FOUND and found.receipt:
            self._unwritten.append(Settlement(delivery, DeliveryState.SENT, now, receipt=found.receipt))
            return False
        sure = found.presence is Presence.ABSENT and delivery.looks >= SURE_LOOKS
        if (sure or self._destination.resend_unknown) and delivery.resends == 0:
            return True
        if self._destination.can_ask and delivery.resends == 0 and delivery.looks < MOST_LOOKS:
            self._unwritten.append(self._look_again(delivery, found.reason, now))
            return False
        reason = found.reason or "It may have arrived: the connection ended without an answer."
        self._unwritten.append(
            Settlement(delivery, DeliveryState.UNCERTAIN, now, doubtful=True, error=reason)
        )
        return False

    def _look_again(self, delivery: ClaimedDelivery, reason: str, now: datetime) -> Settlement:
        """A network's list of posts may lag: one look in vain proves nothing."""
        return Settlement(
            delivery,
            DeliveryState.PENDING,
            now,
            due_at=next_attempt(now, delivery.looks, self._jitter(), None),
            doubtful=True,
            looked=True,
            error=reason,
        )

    # --- writing ----------------------------------------------------------------------------------

    def _commit(self, key: str) -> None:
        """The step after this may be seen by the other side: that is on disk before it happens."""
        delivery = self._by_key[key]
        settlements, self._unwritten = self._unwritten, []
        if not self._outbox.record(settlements, self._clock(), LEASE, committing=delivery):
            raise LeaseLost(f"Delivery {delivery.id} was taken over by another process.")

    def _write(self) -> None:
        settlements, self._unwritten = self._unwritten, []
        if settlements:
            self._outbox.record(settlements, self._clock(), LEASE)

    def _settle(self, outcome: Outcome) -> None:
        delivery = self._by_key[outcome.key]
        if outcome.receipt:
            sent = Settlement(
                delivery,
                DeliveryState.SENT,
                self._clock(),
                receipt=outcome.receipt,
            )
            self._unwritten.append(sent)
        elif outcome.error:
            self._unwritten.append(self._failed(delivery, outcome.error))

    # --- failure ----------------------------------------------------------------------------------

    def _failed(self, delivery: ClaimedDelivery, error: DeliveryError) -> Settlement:
        now = self._clock()
        culprit = error.whole_destination and not self._paused  # the rest was not even tried
        if culprit:
            self._paused = True
            self._pause(delivery, error, now)
        state, due_at = self._fate(delivery, error, now, culprit)
        return Settlement(
            delivery,
            state,
            now,
            due_at=due_at,
            doubtful=delivery.doubtful or isinstance(error, Uncertain),
            resent=delivery.doubtful and isinstance(error, Uncertain),
            error=str(error),
            answer=error.answer,
            suppress=isinstance(error, Permanent) and error.reason is DeliveryReason.ADDRESS,
        )

    def _fate(
        self, delivery: ClaimedDelivery, error: DeliveryError, now: datetime, culprit: bool
    ) -> tuple[DeliveryState, datetime | None]:
        later = next_attempt(now, delivery.attempts, self._jitter(), error.retry_after)
        if culprit and error.reason in PERHAPS_ITS_OWN:  # another goes first next time
            return DeliveryState.PENDING, later
        if error.whole_destination:
            return DeliveryState.PENDING, now  # the pause of the destination holds it, not its own time
        if isinstance(error, Permanent) or delivery.planned_at + GIVE_UP_AFTER <= now:
            return DeliveryState.DEAD, None
        return DeliveryState.PENDING, later

    def _pause(self, delivery: ClaimedDelivery, error: DeliveryError, now: datetime) -> None:
        strikes = self._outbox.strikes(delivery.destination)
        if error.reason in LASTING:
            until = now + min(LASTING_PAUSE * 2 ** min(strikes, 6), LONGEST_PAUSE)
        else:
            until = next_attempt(now, strikes, self._jitter(), None)
        if error.retry_after:
            until = max(until, error.retry_after)
        self._outbox.pause(delivery.destination, until, str(error), strikes + 1)
