"""What a person decides about updates: bound to the bytes that were shown, once, and noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest
from sqlalchemy import select

from syndicate.domain.model import (
    DeliveryState,
    Message,
    Subject,
    Update,
    UpdateKind,
    UpdateState,
    UpdateText,
)
from syndicate.ports import Conclusion, Selection
from syndicate.storage import tables as t
from tests import factories
from tests.storing import NOW, SOURCE, Store, message, planned, version

pytestmark = pytest.mark.usefixtures("any_database")

HOUR = timedelta(hours=1)
LATER = NOW + 10 * HOUR
HELD = UpdateState.HELD


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database; a copy of it is made faster than another one."""
    folder = tmp_path_factory.mktemp("migrated")
    Store(folder).database.close()
    return folder / "s.db"


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """Two documents that were read; the update "u1" of the first is held."""
    copy(migrated, tmp_path)
    store = Store(tmp_path)
    store.source("a", "b")
    store.visit(b"a1", version("Den gamle tekst"))
    store.visit(b"b1", version("En anden side"))
    see(store, update("u1"), "Den nye tekst", NOW + HOUR)
    yield store
    store.database.close()


def update(name: str, **other: object) -> Update:
    values: dict[str, object] = {"id": name, "source_id": SOURCE.id, "state": HELD, "published_at": None}
    return factories.update(**values | other)


def see(store: Store, seen: Update, text: str, now: datetime) -> None:
    """The next visit of the document finds this text, and comes to this update."""
    (claim,) = [c for c in store.watch.claim(now, HOUR, limit=9) if c.document_id == seen.document_id]
    store.watch.release_leases()
    with store.database.write() as connection:
        others = t.document.c.id != claim.document_id
        connection.execute(t.document.update().where(others).values(next_visit=now + 24 * HOUR))
    store.visit(text.encode(), version(text), update=seen, now=now)
    with store.database.write() as connection:
        connection.execute(t.document.update().values(next_visit=now))


def state(store: Store, update_id: str = "u1") -> UpdateState:
    found = store.archive.update(update_id)
    assert found is not None
    return found.state


def set_state(store: Store, state: UpdateState) -> None:
    with store.database.write() as connection:
        connection.execute(t.update.update().where(t.update.c.id == "u1").values(state=state.value))


def events(store: Store) -> list[tuple[str, str, str, datetime]]:
    with store.database.read() as connection:
        rows = connection.execute(select(t.event).order_by(t.event.c.id)).all()
    return [(row.kind, row.subject, row.detail, row.at) for row in rows]


def channels(store: Store) -> list[tuple[str, str]]:
    return sorted((fan_out.update_id, fan_out.channel) for fan_out in store.outbox.fan_outs(99))


def base_and_head(store: Store, document_id: int = 1) -> tuple[int | None, int | None]:
    with store.database.read() as connection:
        here = t.resource.c.document_id == document_id
        row = connection.execute(select(t.resource).where(here)).one()
    return row.base_version, row.head_version


ONE, TWO = message("u1", payload=b"one"), message("u1", "email", "email", b"two")
ALIEN = message("u1", payload=b"alien")


# --- approval -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "approved"),
    [
        ([ONE, TWO], True),
        ([TWO, ONE], True),
        ([ONE], False),
        ([], False),
        ([ONE, TWO, ALIEN], False),
        ([ONE, ALIEN], False),
        ([ONE, ONE], False),
    ],
    ids=["all", "in another order", "one too few", "none", "one too many", "another", "one twice"],
)
def test_an_approval_names_exactly_what_is_stored(store: Store, shown: list[Message], approved: bool) -> None:
    store.updates.keep_messages("u1", [ONE, TWO], NOW)
    assert store.updates.approve("u1", [m.sha256 for m in shown], "kari", LATER) is approved
    assert state(store) is (UpdateState.APPROVED if approved else HELD)
    assert events(store) == ([("approved", "u1", "kari", LATER)] if approved else [])
    assert [found.id for found in store.updates.approved()] == (["u1"] if approved else [])


VERBS: dict[str, tuple[Callable[[Store], bool], set[UpdateState]]] = {
    "approve": (lambda store: store.updates.approve("u1", [], "me", LATER), {HELD}),
    "publish": (lambda store: store.updates.publish("u1", ["email"], LATER), {UpdateState.APPROVED}),
    "dismiss": (lambda store: store.updates.dismiss("u1", "me", LATER), {HELD, UpdateState.APPROVED}),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_decision_that_comes_too_late_or_too_early_does_nothing(store: Store, verb: str) -> None:
    decide, allowed = VERBS[verb]
    before = base_and_head(store)
    for known in set(UpdateState) - allowed:
        set_state(store, known)
        assert not decide(store), known
        assert state(store) is known
    assert (events(store), channels(store), base_and_head(store)) == ([], [], before)
    for known in allowed:
        set_state(store, known)
        assert decide(store), known


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_decided_about_an_update_that_is_not_there(store: Store, verb: str) -> None:
    with store.database.write() as connection:
        for table in (t.update_step, t.update_text, t.update_topic, t.update):
            connection.execute(table.delete())
    assert not VERBS[verb][0](store)
    assert events(store) == []


# --- what was rendered --------------------------------------------------------------------------------


def test_what_was_rendered_anew_replaces_what_nobody_approved(store: Store) -> None:
    store.updates.keep_messages("u1", [ONE, TWO], NOW)
    store.updates.keep_messages("u1", [replace(ONE, payload=b"better")], NOW)
    assert [kept.payload for kept in store.updates.messages("u1")] == [b"better"]


def test_approved_bytes_are_not_rendered_again(store: Store) -> None:
    store.updates.keep_messages("u1", [ONE, TWO], NOW)
    assert store.updates.approve("u1", [ONE.sha256, TWO.sha256], "me", NOW)
    store.updates.keep_messages("u1", [replace(ONE, payload=b"swapped")], LATER)
    assert [kept.payload for kept in store.updates.messages("u1")] == [b"one", b"two"]


def test_messages_of_another_update_or_another_kind_stay(store: Store) -> None:
    other, digest = message("u2"), replace(message("u1"), kind=Subject.DIGEST)
    store.updates.keep_messages("u2", [other], NOW)
    store.updates.keep_messages("u1", [digest], NOW)
    store.updates.keep_messages("u1", [], NOW)
    assert [kept.subject for kept in store.updates.messages("u2")] == ["u2"]
    assert store.updates.messages("u1") == []  # a digest is none of its messages …
    with store.database.read() as connection:
        assert len(connection.execute(select(t.message)).all()) == 2  # … and is still there


def test_a_message_comes_back_as_it_was_kept(store: Store) -> None:
    kept = replace(ONE, variant="tråd-2", language="en", payload="»æøå«\n\x00".encode())
    store.updates.keep_messages("u1", [kept], NOW)
    (found,) = store.updates.messages("u1")
    assert found.id > 0
    assert replace(found, id=0) == kept


def test_what_has_a_delivery_is_not_replaced_under_it(store: Store) -> None:
    store.updates.approve("u1", [], "me", NOW)
    store.updates.publish("u1", ["linkedin"], NOW)
    store.outbox.plan(store.fan_out("linkedin"), [planned(1, "u1")], 1, True, NOW)
    store.updates.keep_messages("u1", [replace(message("u1"), payload=b"later")], LATER)
    assert [kept.payload for kept in store.updates.messages("u1")] == [b"{}"]


# --- a held update that is seen again -----------------------------------------------------------------


def test_an_approval_stands_when_the_same_change_is_seen_again(store: Store) -> None:
    store.updates.keep_messages("u1", [ONE], NOW)
    store.updates.approve("u1", [ONE.sha256], "me", NOW)
    see(store, update("u1", reason="noise around it"), "Den nye tekst igen", NOW + 2 * HOUR)
    assert state(store) is UpdateState.APPROVED
    assert [kept.payload for kept in store.updates.messages("u1")] == [b"one"]
    assert store.updates.publish("u1", [], LATER)
    base, head = base_and_head(store)
    assert base == head


def test_an_approval_is_void_when_the_change_is_another(store: Store) -> None:
    store.updates.keep_messages("u1", [ONE], NOW)
    store.updates.approve("u1", [ONE.sha256], "me", NOW)
    another = replace(
        factories.update(factories.removed(), topics=("bolig",), source_id=SOURCE.id),
        id="u1",
        state=HELD,
        texts={"da": UpdateText("da", "Mødet er væk", "")},
    )
    see(store, another, "En helt ny tekst", NOW + 2 * HOUR)
    assert state(store) is HELD
    assert store.updates.messages("u1") == []
    assert not store.updates.publish("u1", ["email"], LATER)
    (waiting,) = store.archive.waiting()
    assert (waiting.topics, set(waiting.texts)) == (("bolig",), {"da"})
    assert [noted.change.kind for noted in waiting.changes] == [factories.removed().kind]


def test_only_the_newest_wording_of_a_held_update_is_ever_found(store: Store) -> None:
    texts = {"da": UpdateText("da", "Cykelstien lukkes", "")}
    see(store, update("u1", texts=texts), "a", NOW + 2 * HOUR)
    see(store, update("u1", texts={"da": UpdateText("da", "Broen åbnes", "")}), "b", NOW + 3 * HOUR)
    assert store.archive.select(Selection(words="broen")) == []
    store.updates.approve("u1", [], "me", NOW)
    store.updates.publish("u1", [], LATER)
    assert [head.id for head in store.archive.select(Selection(words="broen"))] == ["u1"]
    assert store.archive.select(Selection(words="cykelstien")) == []


# --- publication --------------------------------------------------------------------------------------


def test_updates_are_numbered_as_they_come_out_and_not_as_they_were_seen(store: Store) -> None:
    see(store, update("u2", document_id=2, state=UpdateState.PUBLISHED), "ny", NOW + 2 * HOUR)
    store.updates.approve("u1", [], "me", LATER)
    assert store.updates.publish("u1", [], LATER)
    assert [(found.id, found.sequence) for found in store.archive.published()] == [("u1", 2), ("u2", 1)]
    assert store.archive.published()[0].published_at == LATER


def test_every_channel_is_told_once(store: Store) -> None:
    store.updates.approve("u1", [], "me", LATER)
    assert store.updates.publish("u1", ["email", "linkedin", "email"], LATER)
    assert channels(store) == [("u1", "email"), ("u1", "linkedin")]
    assert not store.updates.publish("u1", ["mastodon"], LATER)
    assert channels(store) == [("u1", "email"), ("u1", "linkedin")]


def test_publication_moves_the_base_to_what_was_announced_and_not_to_what_came_since(store: Store) -> None:
    store.updates.approve("u1", [], "me", NOW)
    _, announced = base_and_head(store)
    claim = next(c for c in store.watch.claim(NOW + 2 * HOUR, HOUR, limit=9) if c.document_id == 1)
    store.watch.release_leases()
    with store.database.write() as connection:  # it reads differently by now, of which nobody was told
        here = t.resource.c.id == claim.resources[0].id
        connection.execute(t.resource.update().where(here).values(head_version=99))
    store.updates.publish("u1", [], LATER)
    assert base_and_head(store) == (announced, 99)


def test_a_dismissal_moves_the_base_and_tells_nobody(store: Store) -> None:
    assert store.updates.dismiss("u1", "kari", LATER)
    base, head = base_and_head(store)
    assert base == head
    assert (channels(store), store.archive.published(), store.archive.newest()) == ([], [], 0)
    assert events(store) == [("dismissed", "u1", "kari", LATER)]
    (claim,) = [c for c in store.watch.claim(LATER, HOUR, limit=9) if c.document_id == 1]
    assert (claim.held, claim.last_update, claim.last_published) == ("", "u1", "")


def test_what_is_out_is_superseded_by_nothing(store: Store) -> None:
    store.updates.approve("u1", [], "me", NOW)
    store.updates.publish("u1", [], NOW)
    (claim,) = [c for c in store.watch.claim(LATER, HOUR, limit=9) if c.document_id == 1]
    assert store.watch.conclude(Conclusion(1, claim.token, LATER, LATER, supersede="u1"))
    assert state(store) is UpdateState.PUBLISHED


# --- finding by id ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("u", ["u1", "u_2", "ub3"]),
        ("u1", ["u1"]),
        ("u_", ["u_2"]),
        ("u%", []),
        ("U", []),
        ("u11", []),
        ("", ["u1", "u_2", "ub3"]),
    ],
)
def test_an_update_is_found_by_how_its_id_begins(store: Store, prefix: str, found: list[str]) -> None:
    for n, name in enumerate(("u_2", "ub3"), start=2):
        see(store, update(name, document_id=2), name, NOW + n * HOUR)
    assert sorted(update.id for update in store.updates.find(prefix)) == found


# --- corrections and withdrawals ----------------------------------------------------------------------


@pytest.fixture
def told(store: Store) -> Store:
    """With "u1" published and a delivery of it in every state."""
    store.updates.approve("u1", [], "me", NOW)
    store.updates.publish("u1", ["linkedin", "email"], NOW)
    everyone = [planned(n, "u1") for n in range(len(DeliveryState) + 1)] + [planned(98, "other")]
    store.outbox.plan(store.fan_out("linkedin"), everyone, 1, True, NOW)
    with store.database.write() as connection:
        for n, known in enumerate(DeliveryState):
            here = t.delivery.c.target == f"t{n}"
            connection.execute(t.delivery.update().where(here).values(state=known.value))
        doubtful = t.delivery.c.target == f"t{len(DeliveryState)}"
        connection.execute(t.delivery.update().where(doubtful).values(doubtful=True))
    return store


def later(kind: UpdateKind) -> Update:
    return update("u9", kind=kind, corrects="u1", detected_at=LATER)


def states(store: Store) -> dict[str, str]:
    return {view.target: view.state.value for view in store.outbox.deliveries(limit=99)}


def test_a_withdrawal_cancels_only_what_surely_nobody_got(told: Store) -> None:
    before = states(told)
    assert told.updates.amend(later(UpdateKind.WITHDRAWAL), ["email"], "kari", LATER)
    assert before["t0"] == DeliveryState.PENDING.value
    assert states(told) == before | {"t0": DeliveryState.CANCELLED.value}
    assert channels(told) == [("u9", "email")]  # nobody more is told of what is withdrawn
    assert events(told)[-1] == ("withdrawal", "u1", "kari", LATER)


def test_a_correction_cancels_nothing(told: Store) -> None:
    before = states(told)
    assert told.updates.amend(later(UpdateKind.CORRECTION), ["email"], "kari", LATER)
    assert states(told) == before
    assert channels(told) == [("u1", "email"), ("u9", "email")]
    assert events(told)[-1] == ("correction", "u1", "kari", LATER)


def test_amending_again_is_refused_and_does_nothing(told: Store) -> None:
    amendment = later(UpdateKind.CORRECTION)
    assert told.updates.amend(amendment, ["email"], "me", LATER)
    known = (events(told), channels(told), told.archive.newest())
    again = replace(amendment, kind=UpdateKind.WITHDRAWAL)
    assert not told.updates.amend(again, ["email", "linkedin"], "me", LATER + HOUR)
    assert (events(told), channels(told), told.archive.newest()) == known
    assert DeliveryState.CANCELLED.value not in {states(told)["t0"]}


def test_an_amendment_leaves_the_base_of_comparison(told: Store) -> None:
    before = base_and_head(told)
    told.updates.amend(later(UpdateKind.WITHDRAWAL), [], "me", LATER)
    assert base_and_head(told) == before
    document = told.archive.document(1)
    assert document is not None
    assert [(head.id, head.corrects) for head in document.updates] == [("u9", "u1"), ("u1", "")]
