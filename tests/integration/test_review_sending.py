"""Sending when things break: what was acknowledged is not sent again, and nobody waits for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicate.domain.errors import DeliveryReason, StorageError
from syndicate.domain.model import DeliveryState, Message, Prepared, Presence, Reconciled, Target
from syndicate.ports import ClaimedDelivery, Settlement
from syndicate.services.deliver import GIVE_UP_AFTER, LEASE, DeliverService
from syndicate.storage.outbox import OutboxRows
from tests.fakes import LOST, refusal
from tests.integration.test_services_deliver import HOURS, Sending
from tests.storing import NOW

LOCKED = StorageError("The database is locked by another process.")


class Locked(OutboxRows):
    """Cannot be written for as many times as `locked` says, after `free` good ones."""

    free = 0
    locked = 0

    def record(
        self,
        settlements: Sequence[Settlement],
        now: datetime,
        lease: timedelta,
        committing: ClaimedDelivery | None = None,
    ) -> bool:
        if self.free:
            self.free -= 1
        elif self.locked:
            self.locked -= 1
            raise LOCKED
        return super().record(settlements, now, lease, committing)


class Mailing(Sending):
    """A mail server, which cannot be asked, over a database that can be locked. One process, long alive."""

    outbox: Locked

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, can_ask=False, resend_unknown=True)
        self.channel.answer = Reconciled(Presence.UNKNOWN)
        self.store.outbox = self.outbox = Locked(self.store.database)
        self.process = self.service()

    def tick(self) -> None:
        """What the runner does again and again, a database that fails included."""
        self.process.reclaim(self.now)
        for name in self.process.ready(self.now):
            try:
                while self.process.deliver(name, self.now):
                    pass
            except StorageError:
                return

    def ticks(self) -> list[str]:
        for _ in range(5):
            self.tick()
            self.now += HOURS
        return self.states


@pytest.fixture
def mailing(tmp_path: Path) -> Mailing:
    return Mailing(tmp_path)


# --- a database that is locked for a while ------------------------------------------------------------


@pytest.mark.parametrize("free", [0, 1, 2, 3])
def test_what_was_acknowledged_while_the_database_was_locked_is_not_sent_again(
    mailing: Mailing, free: int
) -> None:
    """Three mails and the last writing make four recordings: each of them fails once, and twice."""
    mailing.plan(3)
    mailing.outbox.free, mailing.outbox.locked = free, 2
    assert mailing.ticks() == ["sent"] * 3
    assert len(mailing.channel.taken) == len(set(mailing.channel.taken)) == 3


def test_the_outcome_is_written_as_soon_as_the_database_is_free(mailing: Mailing) -> None:
    mailing.plan(1)
    mailing.outbox.free, mailing.outbox.locked = 1, 1
    mailing.tick()
    assert mailing.states == ["sending"]
    mailing.tick()  # no time has passed, and nothing is due
    assert mailing.states == ["sent"]


def test_a_lock_does_not_hold_the_rest_of_the_batch_until_the_lease_ends(mailing: Mailing) -> None:
    mailing.plan(4)
    mailing.outbox.free, mailing.outbox.locked = 1, 1
    mailing.tick()
    mailing.now += timedelta(minutes=1)
    mailing.tick()
    assert mailing.states == ["sent"] * 4
    assert len(mailing.channel.taken) == 4


# --- a lease that ends while somebody works -----------------------------------------------------------


def test_a_receipt_that_comes_after_the_lease_is_kept(mailing: Mailing) -> None:
    """The server took ten minutes and more for its answer; meanwhile the delivery was taken up."""
    mailing.plan(2)

    def slow() -> None:
        mailing.now += LEASE * 2
        mailing.process.reclaim(mailing.now)

    mailing.channel.troubles = [slow]
    mailing.tick()
    assert mailing.states[0] == "sent"
    assert mailing.ticks() == ["sent"] * 2
    assert len(mailing.channel.taken) == 2


def test_whoever_took_it_over_does_not_send_what_has_a_receipt_by_now(mailing: Mailing) -> None:
    mailing.plan(1)

    def slow() -> None:
        mailing.now += LEASE * 2
        mailing.process.reclaim(mailing.now)
        (taken_over,) = mailing.outbox.claim("li", mailing.now, LEASE, limit=1, boot="other")
        claimed.append(taken_over)

    claimed: list[ClaimedDelivery] = []
    mailing.channel.troubles = [slow]
    mailing.tick()
    assert mailing.states == ["sent"]
    assert not mailing.outbox.record([], mailing.now, LEASE, committing=claimed[0])
    assert mailing.states == ["sent"]


# --- faults of ours -----------------------------------------------------------------------------------


class Fault(Exception):
    pass


def broken() -> None:
    raise Fault


def test_a_fault_in_the_middle_lets_the_others_go_and_is_doubtful_itself(mailing: Mailing) -> None:
    mailing.plan(3)
    mailing.channel.troubles = [None, broken]
    with pytest.raises(Fault):
        mailing.process.deliver("li", mailing.now)
    mailing.tick()
    assert mailing.states == ["sent", "pending", "sent"]
    assert mailing.ticks() == ["sent"] * 3
    assert sorted(map(mailing.channel.taken.count, set(mailing.channel.taken))) == [1, 1, 2]


def test_one_message_that_cannot_be_prepared_stops_nobody(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing.plan(3)
    prepare = mailing.channel.prepare

    def picky(message: Message, target: Target, key: str, now: datetime) -> Prepared:
        if target.id == "t1":
            raise Fault
        return prepare(message, target, key, now)

    monkeypatch.setattr(mailing.channel, "prepare", picky)
    mailing.tick()
    assert mailing.states == ["pending", "sent", "sent"]
    assert "fault of ours" in mailing.views()[0].error
    assert mailing.views()[0].due_at > mailing.now


# --- pauses and giving up -----------------------------------------------------------------------------


def test_a_success_just_before_a_refusal_does_not_end_the_pause(mailing: Mailing) -> None:
    mailing.plan(3)
    mailing.channel.troubles = [None, refusal(DeliveryReason.AUTH, whole=True)]
    mailing.tick()
    assert mailing.states == ["sent", "pending", "pending"]
    (status,) = mailing.store.archive.status(mailing.now).destinations
    assert status.reason == "The network said auth."
    assert mailing.process.ready(mailing.now) == []


def test_what_may_have_been_taken_is_never_called_dead_for_its_age(tmp_path: Path) -> None:
    sending = Sending(tmp_path)
    sending.plan()
    sending.now = NOW + GIVE_UP_AFTER * 2
    sending.channel.troubles = [LOST]
    sending.deliver()
    assert sending.states == ["pending"]
    assert sending.until_settled()[0].state is DeliveryState.SENT
    assert len(sending.channel.taken) == 1


def test_nothing_is_ready_where_nothing_is_owed(mailing: Mailing) -> None:
    service = DeliverService(mailing.outbox, {"li": mailing.destination}, "b", mailing.clock, lambda: 0.5)
    assert service.ready(NOW) == []
    assert service.deliver("li", NOW) == 0
    assert service.ready(NOW) == []
