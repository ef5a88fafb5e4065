"""deliver: claim → mark `sending` → send with no open transaction → receipt → state.

What a crash leaves in `sending` is taken up by `reclaim`: an attempt that never reached its point of no
return is simply pending again; one that did is doubtful, and a doubtful delivery is never sent blindly.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from syndicate.domain.errors import (
    DeliveryError,
    DeliveryReason,
    LeaseLost,
    Permanent,
    SyndicateError,
    Transient,
    Uncertain,
)
from syndicate.domain.model import DeliveryState, Prepared, Presence
from syndicate.domain.scheduling import next_attempt
from syndicate.ports import ClaimedDelivery, Outbox, Outcome, Settlement
from syndicate.services.expand import Destination

log = logging.getLogger("syndicate.deliver")

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
        self._unwritten: defaultdict[str, list[Settlement]] = defaultdict(list)
        """What became of deliveries while the database could not be written, by destination."""

    def ready(self, now: datetime) -> list[str]:
        """Configured destinations with something due, or with outcomes that are still to be written."""
        owed = [name for name, unwritten in self._unwritten.items() if unwritten]
        due = [name for name in self._outbox.ready(now) if name in self._destinations]
        return list(dict.fromkeys([*owed, *due]))

    def reclaim(self, now: datetime, *, alone: bool = False) -> int:
        """Takes up what a dead process left; `alone` says that no other process can be alive."""
        return self._outbox.reclaim(now, all_boots_but=self._boot if alone else "")

    def set_back(self, now: datetime) -> int:
        """After a clock was set back: what it put off while it was ahead is due now; returns how much."""
        return self._outbox.set_back(now)

    def deliver(self, name: str, now: datetime) -> int:
        """One batch to one destination, by one thread at a time; returns how many it dealt with."""
        unwritten = self._unwritten[name]
        _write(self._outbox, unwritten, self._clock())
        claimed = self._outbox.claim(name, now, LEASE, limit=BATCH, boot=self._boot)
        if claimed:
            destination = self._destinations[name]
            _Batch(self._outbox, destination, claimed, unwritten, self._clock, self._jitter).run()
        return len(claimed)


def _write(outbox: Outbox, unwritten: list[Settlement], now: datetime) -> None:
    """Settles all of `unwritten` and empties it. Raises StorageError, and then it stays as it is."""
    if unwritten:
        outbox.record(unwritten, now, LEASE)
        unwritten.clear()


class _Batch:
    """The claimed deliveries of one destination on their way."""

    def __init__(
        self,
        outbox: Outbox,
        destination: Destination,
        claimed: Sequence[ClaimedDelivery],
        unwritten: list[Settlement],
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._destination = destination
        self._by_key: dict[str, ClaimedDelivery] = {}
        self._claimed = claimed
        self._clock = clock
        self._jitter = jitter
        self._unwritten = unwritten
        self._passed = ""  # the key that went by the point of no return last
        self._paused = False

    def run(self) -> None:
        prepared = [item for delivery in self._claimed if (item := self._prepare(delivery))]
        try:
            for outcome in self._destination.channel.send(prepared, self._commit):
                self._settle(outcome)
        except LeaseLost:
            self._let_go("Somebody else had taken it over.")  # what is not ours is left alone
        except SyndicateError as error:
            self._let_go(str(error))
            raise
        except Exception:  # a fault of ours must not hold the rest of the batch until the lease ends
            self._let_go("Sending broke off for a reason of its own; see the log.")
            raise
        _write(self._outbox, self._unwritten, self._clock())

    def _prepare(self, delivery: ClaimedDelivery) -> Prepared | None:
        """What to send; None when that is settled already. Nothing about one message stops the others."""
        channel = self._destination.channel
        try:
            prepared = channel.prepare(delivery.message, delivery.target, delivery.key, delivery.planned_at)
            if delivery.doubtful and not self._may_resend(delivery, prepared):
                return None
        except DeliveryError as error:
            self._unwritten.append(self._failed(delivery, error))
            return None
        except Exception:  # a fault of ours: it is logged, told with the delivery, and tried again later
            log.exception("delivery %s could not be prepared", delivery.id)
            fault = Transient(DeliveryReason.NOT_SENT, "It met a fault of ours; see the log.")
            self._unwritten.append(self._failed(delivery, fault))
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
        ours = self._outbox.record(self._unwritten, self._clock(), LEASE, committing=delivery)
        self._unwritten.clear()
        if not ours:
            raise LeaseLost(f"Delivery {delivery.id} was taken over by another process.")
        self._passed = key

    def _let_go(self, why: str) -> None:
        """A batch broke off: the one that was under way waits its turn, the others are due at once."""
        now = self._clock()
        if self._by_key:
            key = next(iter(self._by_key))
            kind = Uncertain if key == self._passed else Transient
            self._settle(Outcome(key, error=kind(DeliveryReason.UNKNOWN, why)))
        for delivery in self._by_key.values():
            untried = Settlement(
                delivery, DeliveryState.PENDING, now, due_at=now, doubtful=delivery.doubtful, error=why
            )
            self._unwritten.append(untried)

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
        del self._by_key[outcome.key]

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
        given_up = delivery.planned_at + GIVE_UP_AFTER <= now and not isinstance(error, Uncertain)
        if isinstance(error, Permanent) or given_up:
            return DeliveryState.DEAD, None
        return DeliveryState.PENDING, later

    def _pause(self, delivery: ClaimedDelivery, error: DeliveryError, now: datetime) -> None:
        _write(self._outbox, self._unwritten, now)  # a success before the pause must not end it
        strikes = self._outbox.strikes(delivery.destination)
        if error.reason in LASTING:
            until = now + min(LASTING_PAUSE * 2 ** min(strikes, 6), LONGEST_PAUSE)
        else:
            until = next_attempt(now, strikes, self._jitter(), None)
        if error.retry_after:
            until = max(until, error.retry_after)
        self._outbox.pause(delivery.destination, until, str(error), strikes + 1)
