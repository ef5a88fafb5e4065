"""What a person decides about a held update while its page goes on changing; and what is kept for good."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from syndicate.domain.errors import StorageError, SyndicateError
from syndicate.domain.model import Account, Message, Subject, Update, UpdateState
from syndicate.ports import Channel
from syndicate.services.expand import Destination, ExpandService
from syndicate.services.housekeeping import KEEP, HousekeepingService
from syndicate.services.moderate import ModerateService
from syndicate.services.tokens import Tokens
from tests.fakes import FakeChannel, FakeRenderer
from tests.watching import BASE, SHARPENED, Watcher, page

pytestmark = pytest.mark.usefixtures("any_database")

CHANNELS = ("email", "linkedin")
LATER = (*SHARPENED[:2], SHARPENED[2].replace("14 dage", "7 dage"))


class TellingRenderer(FakeRenderer):
    """Its bytes say what the update says, so that other changes are other bytes."""

    def messages(self, update: Update, account: Account, channel: Channel) -> list[Message]:
        return [Message(Subject.UPDATE, update.id, account.channel, account.id, "da", said(update))]

    def mail(self, update: Update, language: str) -> Message:
        return Message(Subject.UPDATE, update.id, "email", "email", language, said(update))


def said(update: Update) -> bytes:
    return "\n".join(noted.change.after or "" for noted in update.changes).encode()


class Desk(Watcher):
    """A reviewed source with its first held update, and whoever decides about it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, review=True)
        destinations = {
            "li": Destination(Account("li", "linkedin"), FakeChannel()),
            "email": Destination(Account("email", "email"), FakeChannel("email"), can_ask=False),
        }
        names = {name: (d.account.channel, "f") for name, d in destinations.items()}
        self.store.outbox.register_destinations(names)
        numbers = itertools.count(1)
        self.expand = ExpandService(
            self.store.outbox,
            self.store.archive,
            TellingRenderer(),
            destinations,
            Tokens(b"k" * 32),
            ("da",),
            lambda digits: f"{next(numbers):0{digits}x}",
        )
        self.moderate = ModerateService(self.store.updates, self.expand, CHANNELS)
        self.visit()
        self.change(SHARPENED)

    def change(self, texts: Sequence[str]) -> None:
        self.serve(page(*texts))
        self.visit()

    @property
    def held(self) -> Update:
        (update,) = self.store.archive.waiting()
        return update

    def look(self) -> list[str]:
        return [message.sha256 for message in self.moderate.preview(self.held.id, self.now)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_change_after_the_look_voids_the_approval(desk: Desk) -> None:
    seen, update_id = desk.look(), desk.held.id
    desk.change(LATER)
    assert desk.held.id == update_id
    with pytest.raises(SyndicateError, match=f"`syndicate preview {update_id}`"):
        desk.moderate.approve(update_id, "me", desk.now, hashes=seen)
    assert desk.updates() == []
    desk.moderate.approve(update_id, "me", desk.now, hashes=desk.look())
    (update,) = desk.updates()
    assert len(update.changes) == 2


def test_a_part_of_what_would_be_sent_is_not_enough(desk: Desk) -> None:
    seen = desk.look()
    assert len(seen) == 2
    for some in ([], seen[:1], [*seen, seen[0]]):
        with pytest.raises(SyndicateError, match="nothing was approved"):
            desk.moderate.approve(desk.held.id, "me", desk.now, hashes=some)
    assert desk.held.state is UpdateState.HELD


def test_looking_twice_keeps_one_set_of_messages(desk: Desk) -> None:
    assert desk.look() == desk.look()
    assert len(desk.store.updates.messages(desk.held.id)) == 2


def test_what_was_approved_is_shown_as_it_was_approved(desk: Desk) -> None:
    update_id, seen = desk.held.id, desk.look()
    desk.moderate.approve(update_id, "me", desk.now)
    assert [message.sha256 for message in desk.moderate.preview(update_id, desk.now)] == seen


def test_approving_again_is_refused_and_publishes_nothing_twice(desk: Desk) -> None:
    update_id = desk.held.id
    desk.moderate.approve(update_id, "me", desk.now)
    for verb in (desk.moderate.approve, desk.moderate.dismiss):
        with pytest.raises(SyndicateError, match="is published"):
            verb(update_id, "me", desk.now)
    assert len(desk.updates()) == 1
    assert len(desk.store.outbox.fan_outs(10)) == len(CHANNELS)


def test_an_approval_that_was_cut_short_may_be_taken_back(desk: Desk) -> None:
    update_id = desk.held.id
    desk.store.updates.approve(update_id, desk.look(), "me", desk.now)
    assert desk.moderate.dismiss(update_id, "me", desk.now).state is UpdateState.DISMISSED
    assert desk.moderate.publish_approved(desk.now) == 0
    assert desk.updates() == []


def test_a_beginning_that_two_updates_share_names_neither(desk: Desk) -> None:
    desk.moderate.approve(desk.held.id, "me", desk.now)
    desk.change(LATER)
    with pytest.raises(SyndicateError, match="More than one update begins with"):
        desk.moderate.dismiss("", "me", desk.now)
    assert desk.held.state is UpdateState.HELD


# --- what is kept -------------------------------------------------------------------------------------


def test_bytes_that_nobody_was_told_of_are_forgotten_in_time_and_no_others(tmp_path: Path) -> None:
    watcher = Watcher(tmp_path)
    noise = [page(*BASE, date=f"{day:02}. maj 2018") for day in (1, 2, 3)]
    bodies = [page(*BASE), *noise, page(*SHARPENED), page(*SHARPENED, date="04. maj 2018")]
    for body in bodies:
        watcher.serve(body)
        watcher.visit()
    assert len(watcher.updates()) == 1
    housekeeping = HousekeepingService(watcher.store.watch)
    assert housekeeping.prune(watcher.now) == 0
    forgotten = housekeeping.prune(watcher.now + KEEP + timedelta(days=1))
    assert 0 < forgotten <= len(noise)
    assert housekeeping.prune(watcher.now + 2 * KEEP) == 0
    gone = [body for body in bodies if not is_kept(watcher, body)]
    assert len(gone) == forgotten
    assert set(gone) <= set(noise)
    (proof,) = watcher.updates()[0].proofs
    assert watcher.store.watch.bytes_of(proof.sha256_after) == page(*SHARPENED)
    assert watcher.store.watch.bytes_of(proof.sha256_before)
    watcher.serve(page(*BASE))
    assert watcher.visit().outcome == "announce"  # and it is watched as before


def is_kept(watcher: Watcher, body: bytes) -> bool:
    try:
        return watcher.store.watch.bytes_of(sha256(body).hexdigest()) == body
    except StorageError:
        return False
