"""expand and moderate on a real database."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from syndicate.domain.errors import SyndicateError
from syndicate.domain.model import Account, Significance, UpdateState
from syndicate.services import expand as expanding
from syndicate.services.expand import Destination, ExpandService
from syndicate.services.moderate import ModerateService
from syndicate.services.tokens import Tokens
from tests.factories import update
from tests.fakes import FakeChannel, FakeRenderer
from tests.storing import LEASE, NOW, SOURCE, Store, version

pytestmark = pytest.mark.usefixtures("any_database")

CHANNELS = ("email", "linkedin")


class Publishing:
    """Two accounts on one network and mail, with readers as the test wants."""

    def __init__(self, folder: Path, **about: object) -> None:
        self.store = Store(folder)
        self.store.source("a")
        self.renderer = FakeRenderer()
        self.tokens = Tokens(b"k" * 32)
        values: dict[str, object] = {
            "id": "u1",
            "source_id": SOURCE.id,
            "document_id": 1,
            "topics": ("sundhed",),
        }
        self.store.visit(b"one", version("x"), update=update(**values | about))
        self.destinations = {
            "li": Destination(Account("li", "linkedin"), FakeChannel()),
            "li-job": Destination(Account("li-job", "linkedin", ("beskaeftigelse",)), FakeChannel()),
            "email": Destination(Account("email", "email"), FakeChannel("email"), can_ask=False),
        }
        names = {name: (d.account.channel, "f") for name, d in self.destinations.items()}
        self.store.outbox.register_destinations(names)
        numbers = itertools.count(1)
        self.expand = ExpandService(
            self.store.outbox,
            self.store.archive,
            self.renderer,
            self.destinations,
            self.tokens,
            ("da", "en"),
            lambda digits: f"{next(numbers):0{digits}x}",
        )
        self.moderate = ModerateService(self.store.updates, self.expand, CHANNELS)

    def all(self) -> int:
        return sum(iter(lambda: self.expand.expand(NOW), 0))

    def targets(self) -> list[tuple[str, str]]:
        return sorted((d.destination, d.target) for d in self.store.outbox.deliveries(limit=2000))


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing(tmp_path)


# --- expand -------------------------------------------------------------------------------------------


def test_one_delivery_for_each_account_that_wants_it_and_each_reader(publishing: Publishing) -> None:
    uid = publishing.store.reader("a@example.org")
    publishing.store.reader("b@example.org", ("beskaeftigelse",))
    assert publishing.all() == 2
    assert publishing.targets() == [("email", uid), ("li", "li")]


def test_expanding_again_plans_nothing_more(publishing: Publishing) -> None:
    publishing.store.reader("a@example.org")
    publishing.all()
    assert publishing.all() == 0


def test_readers_get_their_language_and_links_of_their_own(publishing: Publishing) -> None:
    publishing.store.reader("a@example.org")
    publishing.all()
    (claimed,) = publishing.store.outbox.claim("email", NOW, LEASE, limit=5, boot="b")
    assert claimed.message.payload == b"da u1"
    uid = claimed.target.id
    values = claimed.target.values
    unsubscribe = publishing.tokens.read_unsubscribe(values["unsubscribe"])
    assert unsubscribe is not None
    assert unsubscribe[0] == uid
    assert publishing.tokens.read_preferences(values["preferences"]) == uid


def test_many_readers_come_in_chunks_that_survive_a_crash(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "CHUNK", 2)
    for n in range(5):
        publishing.store.reader(f"r{n}@example.org")
    publishing.expand.expand(NOW)
    cursor = next(f for f in publishing.store.outbox.fan_outs(5) if f.channel == "email").cursor
    assert cursor > 0
    publishing.all()
    assert len([t for t in publishing.targets() if t[0] == "email"]) == 5
    assert publishing.store.outbox.fan_outs(5) == []


def test_a_reader_who_comes_later_gets_what_comes_later(publishing: Publishing) -> None:
    publishing.all()
    publishing.store.reader("late@example.org")
    publishing.all()
    assert [t for t in publishing.targets() if t[0] == "email"] == []


def test_what_is_only_editorial_is_neither_mailed_nor_posted(tmp_path: Path) -> None:
    publishing = Publishing(tmp_path, significance=Significance.EDITORIAL)
    publishing.store.reader("a@example.org")
    assert publishing.all() == 0


def test_a_text_that_cannot_fit_is_dead_and_stops_nobody_else(publishing: Publishing) -> None:
    publishing.renderer.too_long = {"li"}
    publishing.store.reader("a@example.org")
    publishing.all()
    (dead,) = publishing.store.outbox.deliveries(states=["dead"])
    assert "too long" in dead.error
    assert len(publishing.store.outbox.deliveries(states=["pending"])) == 1


# --- moderate -----------------------------------------------------------------------------------------


@pytest.fixture
def held(tmp_path: Path) -> Publishing:
    return Publishing(tmp_path, state=UpdateState.HELD, published_at=None)


def test_nothing_goes_out_before_approval_and_the_approved_bytes_after(held: Publishing) -> None:
    held.store.reader("a@example.org")
    assert held.all() == 0
    previewed = held.moderate.preview("u1", NOW)
    assert {m.payload for m in previewed} == {b"u1", b"da u1", b"en u1"}
    done = held.moderate.approve("u1", "me", NOW)
    assert done.state is UpdateState.PUBLISHED
    assert held.all() == 2
    (post,) = held.store.outbox.claim("li", NOW, LEASE, limit=5, boot="b")
    assert post.message.sha256 in {m.sha256 for m in previewed}


def test_an_approval_of_other_bytes_is_refused(held: Publishing) -> None:
    held.moderate.preview("u1", NOW)
    with pytest.raises(SyndicateError, match="has changed since it was looked at"):
        held.moderate.approve("u1", "me", NOW, hashes=["0" * 64])
    assert held.all() == 0


def test_an_approval_of_exactly_these_bytes_holds(held: Publishing) -> None:
    hashes = [message.sha256 for message in held.moderate.preview("u1", NOW)]
    assert held.moderate.approve("u1", "me", NOW, hashes=hashes).state is UpdateState.PUBLISHED


def test_what_was_approved_when_the_process_ended_is_published_by_the_next(held: Publishing) -> None:
    messages = held.moderate.preview("u1", NOW)
    held.store.updates.approve("u1", [m.sha256 for m in messages], "me", NOW)
    assert held.moderate.publish_approved(NOW) == 1
    assert held.moderate.publish_approved(NOW) == 0
    assert held.store.archive.published()[0].id == "u1"


def test_a_dismissed_update_is_never_told(held: Publishing) -> None:
    assert held.moderate.dismiss("u1", "me", NOW).state is UpdateState.DISMISSED
    assert held.all() == 0
    for verb in (held.moderate.approve, held.moderate.dismiss):
        with pytest.raises(SyndicateError, match="is dismissed"):
            verb("u1", "me", NOW)


def test_an_update_is_named_by_the_beginning_of_its_id(held: Publishing) -> None:
    assert held.moderate.one("u").id == "u1"
    with pytest.raises(SyndicateError, match="no update x"):
        held.moderate.one("x")
    with pytest.raises(SyndicateError, match="no update %"):
        held.moderate.one("%")
