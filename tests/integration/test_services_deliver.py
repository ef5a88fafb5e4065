"""deliver on a real database: what is sent, what is sent again, and what waits for a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicate.domain.errors import DeliveryReason, Permanent, Transient
from syndicate.domain.model import Account, DeliveryState, Presence, Reconciled, Target
from syndicate.ports import DeliveryView
from syndicate.services.deliver import LEASE, DeliverService
from syndicate.services.expand import Destination
from tests.factories import update
from tests.fakes import DOWN, LOST, FakeChannel, refusal
from tests.storing import NOW, SOURCE, Store, message, planned, version

pytestmark = pytest.mark.usefixtures("any_database")

HOURS = timedelta(hours=12)


class Crash(BaseException):
    """The process ends here."""


class Sending:
    """One destination, and as many deliveries to it as the test plans."""

    def __init__(self, folder: Path, *, can_ask: bool = True, resend_unknown: bool = False) -> None:
        self.store = Store(folder)
        self.store.source("a")
        told = update(id="u1", source_id=SOURCE.id, document_id=1, topics=("sundhed",))
        self.store.visit(b"one", version("x"), update=told)
        self.store.outbox.register_destinations({"li": ("linkedin", "f1")})
        self.channel = FakeChannel()
        self.destination = Destination(Account("li", "linkedin"), self.channel, can_ask, resend_unknown)
        self.now = NOW
        self.boots = 0

    def plan(self, count: int = 1, **other: object) -> None:
        fan_out = self.store.fan_out("linkedin")
        deliveries = [planned(n, "u1", **other) for n in range(1, count + 1)]  # type: ignore[arg-type]
        self.store.outbox.plan(fan_out, deliveries, 0, True, NOW)

    def clock(self) -> datetime:
        return self.now

    def service(self) -> DeliverService:
        """As a process would have it that has just started."""
        self.boots += 1
        boot = f"b{self.boots}"
        return DeliverService(self.store.outbox, {"li": self.destination}, boot, self.clock, lambda: 0.5)

    def deliver(self) -> int:
        return self.service().deliver("li", self.now)

    def crash(self) -> None:
        raise Crash

    def restart(self) -> None:
        self.service().reclaim(self.now, alone=True)

    def until_settled(self) -> list[DeliveryView]:
        """Delivers again and again, hours apart, until nothing is left to do."""
        for _ in range(20):
            self.deliver()
            self.now += HOURS
        return self.views()

    def views(self) -> list[DeliveryView]:
        return sorted(self.store.outbox.deliveries(), key=lambda view: view.id)

    @property
    def states(self) -> list[str]:
        return [view.state.value for view in self.views()]


@pytest.fixture
def sending(tmp_path: Path) -> Sending:
    return Sending(tmp_path)


@pytest.fixture
def mailing(tmp_path: Path) -> Sending:
    """A destination that cannot be asked what it has, as a mail server."""
    return Sending(tmp_path, can_ask=False, resend_unknown=True)


# --- the plain way ------------------------------------------------------------------------------------


def test_what_is_due_is_sent_once_with_a_receipt(sending: Sending) -> None:
    sending.plan(3)
    assert sending.service().ready(NOW) == ["li"]
    assert sending.deliver() == 3
    assert sending.deliver() == 0
    assert sending.states == ["sent"] * 3
    assert len(sending.channel.taken) == 3
    assert sending.views()[0].permalink == "https://network.example/1"


def test_a_batch_is_bounded(sending: Sending) -> None:
    sending.plan(25)
    assert (sending.deliver(), sending.deliver(), sending.deliver()) == (20, 5, 0)


def test_a_destination_that_is_no_longer_configured_is_left_alone(sending: Sending) -> None:
    sending.plan()
    service = DeliverService(sending.store.outbox, {}, "b", sending.clock, lambda: 0.5)
    assert service.ready(NOW) == []


# --- refusals -----------------------------------------------------------------------------------------


def test_trouble_of_one_is_tried_again_later_and_holds_up_nobody(sending: Sending) -> None:
    sending.plan(2)
    sending.channel.troubles = [DOWN]
    sending.deliver()
    assert sending.states == ["pending", "sent"]
    assert sending.views()[0].due_at > NOW
    assert sending.views()[0].error == "The network said server."
    assert sending.deliver() == 0
    assert [view.state.value for view in sending.until_settled()] == ["sent", "sent"]


def test_what_is_refused_for_good_is_dead_and_told(sending: Sending) -> None:
    sending.plan(2)
    sending.channel.troubles = [refusal(DeliveryReason.CONTENT)]
    sending.deliver()
    assert sending.states == ["dead", "sent"]
    assert sending.until_settled()[0].state is DeliveryState.DEAD
    assert len(sending.channel.taken) == 1


def test_what_cannot_be_written_is_dead_without_a_call(sending: Sending) -> None:
    sending.plan(1, message=message("u1", payload=b"unsendable"))
    sending.deliver()
    assert sending.states == ["dead"]
    assert sending.channel.taken == []


def test_trouble_that_never_ends_is_given_up_after_days(sending: Sending) -> None:
    sending.plan()
    sending.channel.troubles = [DOWN] * 50
    assert sending.until_settled()[0].state is DeliveryState.DEAD


def test_an_expired_token_stops_the_destination_and_keeps_its_deliveries(sending: Sending) -> None:
    sending.plan(3)
    sending.channel.troubles = [refusal(DeliveryReason.AUTH, whole=True)]
    sending.deliver()
    assert sending.states == ["pending"] * 3
    assert sending.deliver() == 0
    (status,) = sending.store.archive.status(NOW).destinations
    assert status.reason == "The network said auth."
    sending.store.outbox.register_destinations({"li": ("linkedin", "another token")})
    assert sending.deliver() == 3
    assert sending.states == ["sent"] * 3


def test_a_pause_grows_with_each_strike_and_ends_with_success(sending: Sending) -> None:
    sending.plan()
    sending.channel.troubles = [refusal(DeliveryReason.VERSION, whole=True)] * 3
    pauses = []
    for _ in range(3):
        sending.deliver()
        (status,) = sending.store.archive.status(sending.now).destinations
        assert status.not_before is not None
        pauses.append(status.not_before - sending.now)
        sending.now = status.not_before
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[2]
    sending.deliver()
    assert sending.states == ["sent"]
    assert sending.store.outbox.strikes("li") == 0


def test_one_that_stops_everything_does_not_stay_at_the_head(sending: Sending) -> None:
    sending.plan(2)
    sending.channel.troubles = [refusal(DeliveryReason.POLICY, whole=True)]
    sending.deliver()
    first, second = sending.views()
    assert first.due_at > second.due_at == NOW


def test_a_rate_limit_is_waited_out_as_told(sending: Sending) -> None:
    sending.plan()
    until = NOW + timedelta(hours=2)
    sending.channel.troubles = [
        Transient(DeliveryReason.RATE, "429", retry_after=until, whole_destination=True)
    ]
    sending.deliver()
    sending.now = until - timedelta(seconds=1)
    assert sending.deliver() == 0
    sending.now = until
    assert sending.deliver() == 1


def test_a_mailbox_that_does_not_exist_ends_its_reader(sending: Sending) -> None:
    uid = sending.store.reader("weg@example.org")
    sending.plan(1, target=Target(uid, "weg@example.org"))
    sending.channel.troubles = [Permanent(DeliveryReason.ADDRESS, "550 5.1.1 no such user")]
    sending.deliver()
    reader = sending.store.subscribers.find(uid)
    assert reader is not None
    assert reader.state == "bounced"


# --- no answer ----------------------------------------------------------------------------------------


def test_a_lost_answer_is_found_by_asking_and_never_sent_twice(sending: Sending) -> None:
    sending.plan()
    sending.channel.troubles = [LOST]
    assert sending.until_settled()[0].state is DeliveryState.SENT
    assert len(sending.channel.taken) == 1


def test_what_is_absent_twice_is_sent_again_once(sending: Sending) -> None:
    sending.plan()
    sending.channel.takes_lost = False
    sending.channel.troubles = [LOST]
    sending.deliver()
    sending.now += HOURS
    sending.deliver()
    assert sending.channel.taken == []  # the list may lag: one look proves nothing
    assert sending.until_settled()[0].state is DeliveryState.SENT
    assert len(sending.channel.taken) == 1


def test_what_was_lost_twice_waits_for_a_person(sending: Sending) -> None:
    sending.plan()
    sending.channel.takes_lost = False
    sending.channel.troubles = [LOST, LOST]
    (view,) = sending.until_settled()
    assert view.state is DeliveryState.UNCERTAIN
    assert sending.channel.taken == []


def test_a_network_that_cannot_tell_is_asked_some_times_and_then_a_person(sending: Sending) -> None:
    sending.plan()
    sending.channel.troubles = [LOST]
    sending.channel.answer = Reconciled(Presence.UNKNOWN, reason="The list may not be read (403).")
    (view,) = sending.until_settled()
    assert view.state is DeliveryState.UNCERTAIN
    assert view.error == "The list may not be read (403)."
    assert len(sending.channel.taken) == 1
    assert 2 <= len(sending.channel.asked) <= 10


def test_a_lost_mail_is_sent_again_once_with_the_same_key(mailing: Sending) -> None:
    mailing.plan()
    mailing.channel.answer = Reconciled(Presence.UNKNOWN)
    mailing.channel.troubles = [LOST]
    assert mailing.until_settled()[0].state is DeliveryState.SENT
    assert mailing.channel.taken == [f"{1:032x}"] * 2


def test_a_mail_lost_twice_waits_for_a_person(mailing: Sending) -> None:
    mailing.plan()
    mailing.channel.answer = Reconciled(Presence.UNKNOWN)
    mailing.channel.troubles = [LOST, LOST]
    assert mailing.until_settled()[0].state is DeliveryState.UNCERTAIN
    assert len(mailing.channel.taken) == 2


def test_or_at_once_where_the_operator_says_hold(tmp_path: Path) -> None:
    holding = Sending(tmp_path, can_ask=False, resend_unknown=False)
    holding.plan()
    holding.channel.answer = Reconciled(Presence.UNKNOWN)
    holding.channel.troubles = [LOST]
    assert holding.until_settled()[0].state is DeliveryState.UNCERTAIN
    assert len(holding.channel.taken) == 1


def test_a_resend_that_is_refused_in_words_may_be_tried_again(mailing: Sending) -> None:
    mailing.plan()
    mailing.channel.takes_lost = False
    mailing.channel.answer = Reconciled(Presence.UNKNOWN)
    mailing.channel.troubles = [LOST, DOWN, DOWN]
    assert mailing.until_settled()[0].state is DeliveryState.SENT
    assert len(mailing.channel.taken) == 1


# --- the process ends ---------------------------------------------------------------------------------


def test_a_crash_before_anything_was_sent_loses_and_repeats_nothing(sending: Sending) -> None:
    sending.plan(5)
    sending.service()
    sending.store.outbox.claim("li", NOW, LEASE, limit=3, boot="b0")
    sending.restart()
    assert sending.deliver() == 5
    assert len(set(sending.channel.taken)) == len(sending.channel.taken) == 5


@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_crash_after_the_network_took_it_is_settled_by_asking(sending: Sending, at: int) -> None:
    sending.plan(5)
    sending.channel.troubles = [*[None] * at, sending.crash]
    with pytest.raises(Crash):
        sending.deliver()
    sending.restart()
    assert [view.state.value for view in sending.until_settled()] == ["sent"] * 5
    assert len(set(sending.channel.taken)) == len(sending.channel.taken) == 5


def test_a_crash_while_mailing_repeats_at_most_the_one_without_an_answer(mailing: Sending) -> None:
    mailing.plan(5)
    mailing.channel.answer = Reconciled(Presence.UNKNOWN)
    mailing.channel.troubles = [None, None, mailing.crash]
    with pytest.raises(Crash):
        mailing.deliver()
    mailing.restart()
    assert [view.state.value for view in mailing.until_settled()] == ["sent"] * 5
    assert len(mailing.channel.taken) == 6
    assert len(set(mailing.channel.taken)) == 5


def test_crashing_again_and_again_at_the_same_mail_ends_with_a_person(mailing: Sending) -> None:
    mailing.plan()
    mailing.channel.answer = Reconciled(Presence.UNKNOWN)
    mailing.channel.troubles = [mailing.crash] * 5
    for _ in range(2):
        with pytest.raises(Crash):
            mailing.deliver()
        mailing.restart()
    mailing.deliver()
    assert mailing.states == ["uncertain"]
    assert len(mailing.channel.taken) == 2


def test_whoever_lost_the_lease_sends_nothing_more(sending: Sending) -> None:
    sending.plan(3)

    def taken_over() -> None:
        sending.now += LEASE * 2
        sending.store.outbox.reclaim(sending.now)

    sending.channel.troubles = [taken_over]
    sending.deliver()
    assert len(sending.channel.taken) == 1
    assert [view.state.value for view in sending.until_settled()] == ["sent"] * 3
    assert len(set(sending.channel.taken)) == len(sending.channel.taken) == 3
