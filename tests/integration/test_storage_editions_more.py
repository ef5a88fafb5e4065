"""Editions at the edges: unreadable files, late publication, corrections, other documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from shutil import copy

import pytest
from alembic import command
from sqlalchemy import text

from syndicate.domain.model import Attachment, Update, UpdateState
from syndicate.ports import Conclusion, Reading
from syndicate.storage import upgrading
from syndicate.storage.engine import Database
from tests import factories
from tests.storing import NOW, SOURCE, Store, retrieved, version

pytestmark = pytest.mark.usefixtures("any_database")

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database; a copy of it is made faster than another one."""
    folder = tmp_path_factory.mktemp("migrated")
    Store(folder).database.close()
    return folder / "s.db"


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    copy(migrated, tmp_path)
    store = Store(tmp_path)
    store.source("side")
    store.visit(b"first", version("Den første tekst"))
    yield store
    store.database.close()


def update(name: str, **other: object) -> Update:
    values: dict[str, object] = {"id": name, "source_id": SOURCE.id}
    return factories.update(**values | other)


def change(store: Store, n: int, **other: object) -> None:
    """The n-th change of the page, detected and read n hours after NOW."""
    at = NOW + n * HOUR
    seen = update(f"u{n}", **{"detected_at": at} | other)
    store.visit(f"{n}".encode(), version(f"Tekst {n}"), update=seen, now=at)


def hold(store: Store, n: int) -> None:
    change(store, n, state=UpdateState.HELD, published_at=None)


def texts(store: Store, sequence: int) -> list[str]:
    return [view.version.text if view.version else "" for view in store.archive.edition(1, sequence)]


def shown(store: Store) -> list[str]:
    document = store.archive.document(1)
    assert document is not None
    return [view.version.text if view.version else "" for view in document.resources]


def attach(store: Store, body: bytes, *, name: str) -> int:
    """A visit that finds a file that cannot be read, and announces it; the id of the file."""
    now = NOW + HOUR
    claim = store.claim(now)
    known = store.watch.keep_resources(claim, [Attachment("Skema", "/s.bin", 0)])[0]
    kept = store.watch.keep_snapshot(claim, known.id, retrieved(body), now)
    readings = (Reading(known.id, kept.id, None, "It is encrypted."),)
    conclusion = Conclusion(
        1,
        claim.token,
        now,
        now + HOUR,
        readings=readings,
        update=update(name),
        touched=(known.id,),
    )
    assert store.watch.conclude(conclusion)
    return known.id


def test_a_file_that_cannot_be_read_stands_there_with_its_hash(store: Store) -> None:
    file = attach(store, b"\x00locked", name="u1")
    _page, view = store.archive.edition(1, 1)
    assert (view.id, view.role, view.label, view.url) == (file, "attachment", "Skema", "/s.bin")
    assert (view.version, view.retrieved_at) == (None, None)
    assert view.sha256 == sha256(b"\x00locked").hexdigest()
    assert len(store.archive.edition(1, 0)) == 1
    (step,) = store.archive.steps("u1")
    assert (step.label, step.before, step.after) == ("Skema", None, None)


def test_what_another_resource_did_leaves_the_page_as_it_read(store: Store) -> None:
    attach(store, b"\x00", name="u1")
    change(store, 3)
    assert texts(store, 0) == ["Den første tekst"]
    assert texts(store, 1) == ["Den første tekst", ""]
    assert texts(store, 2) == ["Tekst 3", ""]


def test_the_page_comes_before_its_files_and_they_in_their_places(store: Store) -> None:
    claim = store.claim(NOW + HOUR)
    files = [Attachment(label, f"/{label}", place) for label, place in (("b", 2), ("a", 1), ("c", 3))]
    kept = store.watch.keep_resources(claim, files)
    readings = []
    for known in kept:
        snapshot = store.watch.keep_snapshot(claim, known.id, retrieved(known.label.encode()), NOW)
        readings.append(Reading(known.id, snapshot.id, version(known.label)))
    ids = tuple(known.id for known in kept)
    now = NOW + HOUR
    assert store.watch.conclude(
        Conclusion(1, claim.token, now, now, readings=tuple(readings), update=update("u1"), touched=ids)
    )
    assert texts(store, 1) == shown(store) == ["Den første tekst", "a", "b", "c"]
    assert [step.label for step in store.archive.steps("u1")] == ["a", "b", "c"]


def test_a_document_is_shown_as_readers_were_told_last(store: Store) -> None:
    hold(store, 1)
    assert shown(store) == ["Den første tekst"]
    store.updates.approve("u1", [], "me", NOW)
    assert shown(store) == ["Den første tekst"]
    store.updates.publish("u1", [], NOW + 5 * HOUR)
    assert shown(store) == ["Tekst 1"]


def test_without_texts_a_document_has_all_but_them(store: Store) -> None:
    change(store, 1)
    whole = store.archive.document(1)
    bare = store.archive.document(1, texts=False)
    assert whole is not None and bare is not None
    assert [(view.version, view.sha256) for view in bare.resources] == [(None, sha256(b"1").hexdigest())]
    assert whole.resources[0].sha256 == bare.resources[0].sha256
    assert bare.updates == whole.updates


@pytest.mark.parametrize(
    ("at", "sequence"),
    [
        (NOW, 0),
        (NOW + HOUR - timedelta(microseconds=1), 0),
        (NOW + HOUR, 1),
        (NOW + 2 * HOUR - MINUTE, 1),
        (NOW + 2 * HOUR, 2),
        (NOW + timedelta(days=400), 2),
    ],
)
def test_a_time_leads_to_what_was_seen_by_then(store: Store, at: datetime, sequence: int) -> None:
    change(store, 1)
    change(store, 2)
    assert store.archive.sequence_at(1, at) == sequence
    assert store.archive.sequence_at(99, at) == 0


def test_a_held_change_counts_from_when_it_was_seen_once_it_is_out(store: Store) -> None:
    hold(store, 1)
    assert store.archive.sequence_at(1, NOW + 9 * HOUR) == 0
    store.updates.approve("u1", [], "me", NOW)
    store.updates.publish("u1", [], NOW + 9 * HOUR)
    assert store.archive.sequence_at(1, NOW + HOUR) == 1
    assert store.archive.sequence_at(1, NOW) == 0


def test_an_edition_counts_the_updates_of_other_documents_too(store: Store) -> None:
    """Sequences are of the whole service: one between two updates of a document is no edition of its own."""
    change(store, 1)
    store.source("side", "anden", now=NOW + 90 * MINUTE)
    now = NOW + 90 * MINUTE
    (claim,) = [c for c in store.watch.claim(now, HOUR, limit=9) if c.document_id == 2]
    assert store.watch.conclude(Conclusion(2, claim.token, now, NOW + 999 * HOUR, update=update("x")))
    store.watch.release_leases()
    change(store, 2)
    assert [texts(store, n) for n in (1, 2, 3)] == [["Tekst 1"], ["Tekst 1"], ["Tekst 2"]]
    assert store.archive.last_changes()[1] == NOW + 2 * HOUR


def test_a_correction_is_no_edition(store: Store) -> None:
    change(store, 1)
    later = update("u9", detected_at=NOW + 2 * HOUR, corrects="u1", state=UpdateState.HELD)
    assert store.updates.amend(later, [], "me", NOW + 2 * HOUR)
    assert texts(store, 1) == texts(store, 2) == ["Tekst 1"]
    assert store.archive.steps("u9") == ()


def test_a_dismissed_update_has_no_page_of_what_it_did(store: Store) -> None:
    hold(store, 1)
    store.updates.dismiss("u1", "me", NOW + 2 * HOUR)
    assert store.archive.steps("u1") == ()
    document = store.archive.document(1)
    assert document is not None and document.updates == ()
    assert store.archive.last_changes() == {1: None}


def test_a_dismissed_text_is_shown_nowhere(store: Store) -> None:
    hold(store, 1)
    store.updates.dismiss("u1", "me", NOW + 2 * HOUR)

    assert shown(store) == ["Den første tekst"]
    assert texts(store, 0) == texts(store, 99) == ["Den første tekst"]


def test_what_is_published_after_a_dismissal_is_an_edition_after_what_was_public(store: Store) -> None:
    change(store, 1)
    hold(store, 2)
    store.updates.dismiss("u2", "me", NOW + 2 * HOUR)
    assert shown(store) == ["Tekst 1"]

    change(store, 3)

    assert shown(store) == ["Tekst 3"]
    assert [texts(store, n) for n in (0, 1, 2)] == [["Den første tekst"], ["Tekst 1"], ["Tekst 3"]]


def test_the_first_edition_is_what_readers_knew_and_not_what_was_dismissed(store: Store) -> None:
    hold(store, 1)
    store.updates.dismiss("u1", "me", NOW + 2 * HOUR)

    change(store, 2)

    assert [texts(store, n) for n in (0, 1)] == [["Den første tekst"], ["Tekst 2"]]
    (step,) = store.archive.steps("u2")
    assert step.before is not None and step.before.text == "Tekst 1"  # what it was compared with


def test_the_bytes_of_what_is_public_are_kept_after_a_dismissal(store: Store) -> None:
    change(store, 1)
    change(store, 2)
    hold(store, 3)
    store.updates.dismiss("u3", "me", NOW + 4 * HOUR)
    for n in (5, 6):
        store.visit(f"{n}".encode(), version(f"Tekst {n}"), now=NOW + n * HOUR)

    store.watch.prune(NOW + 999 * HOUR, HOUR)

    assert shown(store) == ["Tekst 2"]
    assert store.watch.bytes_of(sha256(b"2").hexdigest()) == b"2"


def test_an_older_database_learns_what_is_public(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/old.db")
    with database.write() as connection:
        command.upgrade(upgrading.configuration(connection), "0005")
        for statement in OLD_ROWS:
            connection.execute(text(statement))

    database.upgrade()

    with database.read() as connection:
        resources = connection.execute(text("SELECT id, public_version, public_sha256 FROM resource")).all()
        steps = connection.execute(text("SELECT update_id, public_version FROM update_step")).all()
    assert [tuple(row) for row in resources] == [(1, 11, "b"), (2, 20, "x")]
    assert dict(tuple(row) for row in steps) == {"u1": 10, "u2": None}
    database.close()


OLD_ROWS = (
    "INSERT INTO source (id, active) VALUES ('kilde', 1)",
    "INSERT INTO document (id, source_id, baseline, next_visit) VALUES (1, 'kilde', 1, 0)",
    "INSERT INTO resource (id, document_id, present, baseline, base_version, base_sha256) VALUES"
    " (1, 1, 1, 1, 12, 'c'), (2, 1, 1, 1, 20, 'x')",
    "INSERT INTO update_ (id, state, source_id, document_id, detected_at, kind, significance) VALUES"
    " ('u1', 'published', 'kilde', 1, 1, 'change', 'substantive'),"
    " ('u2', 'dismissed', 'kilde', 1, 2, 'change', 'substantive')",
    "INSERT INTO update_step"
    " (update_id, resource_id, before_version, before_sha256, after_version, after_sha256) VALUES"
    " ('u1', 1, 10, 'a', 11, 'b'), ('u2', 1, 11, 'b', 12, 'c')",
)
"""A page that was published once and dismissed once, and an attachment that never changed."""
