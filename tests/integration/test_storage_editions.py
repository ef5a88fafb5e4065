"""How a document read at any time: what was public, and nothing that was not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.domain.model import Attachment, Update, UpdateState
from syndicate.ports import Conclusion, Reading, ResourcePlace, ResourceView
from syndicate.storage import tables as t
from tests import factories
from tests.storing import NOW, SOURCE, Store, retrieved, version

pytestmark = pytest.mark.usefixtures("any_database")

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    store.source("side")
    store.visit(b"first", version("Den første tekst"))
    yield store
    store.database.close()


def update(name: str, **other: object) -> Update:
    values: dict[str, object] = {"id": name, "source_id": SOURCE.id}
    return factories.update(**values | other)


def texts(views: tuple[ResourceView, ...]) -> list[str]:
    return [view.version.text if view.version else "(ulæselig)" for view in views]


def edition(store: Store, sequence: int) -> list[str]:
    return texts(store.archive.edition(1, sequence))


def test_a_document_that_never_changed_has_one_edition(store: Store) -> None:
    assert edition(store, 0) == edition(store, 99) == ["Den første tekst"]
    (view,) = store.archive.edition(1, 0)
    assert view.retrieved_at == NOW and len(view.sha256) == 64


def test_every_published_update_is_an_edition(store: Store) -> None:
    store.visit(b"second", version("Den anden tekst"), update=update("u1"), now=NOW + HOUR)
    store.visit(b"third", version("Den tredje tekst"), update=update("u2"), now=NOW + 2 * HOUR)
    assert [edition(store, n) for n in (0, 1, 2, 3)] == [
        ["Den første tekst"],
        ["Den anden tekst"],
        ["Den tredje tekst"],
        ["Den tredje tekst"],
    ]
    document = store.archive.document(1)
    assert document is not None
    assert [head.id for head in document.updates] == ["u2", "u1"]


def test_a_held_text_is_in_no_edition(store: Store) -> None:
    held = update("u1", state=UpdateState.HELD, published_at=None)
    store.visit(b"second", version("Den hemmelige tekst"), update=held, now=NOW + HOUR)
    assert edition(store, 0) == edition(store, 10**9) == ["Den første tekst"]
    assert store.archive.steps("u1") == ()
    store.updates.approve("u1", [], "me", NOW)
    assert edition(store, 10**9) == ["Den første tekst"]
    assert store.archive.steps("u1") == ()
    store.updates.publish("u1", [], NOW + 2 * HOUR)
    assert edition(store, 0) == ["Den første tekst"]
    assert edition(store, 1) == ["Den hemmelige tekst"]


def test_attachments_in_one_place_stand_as_they_were_found(store: Store) -> None:
    """One moved up to the place of another that was taken away, which is not told yet."""
    labels = ["Fakta", "Rapport", "Bilag", "Noter"]
    store.watch.keep_resources(
        store.claim(NOW + HOUR), [Attachment(label, f"/{label}.pdf", 1) for label in labels]
    )
    with store.database.write() as connection:
        for label in [*labels, *labels[1::-1]]:  # PostgreSQL moves a row for which its page has no room
            here = t.resource.c.label == label
            values = {"public_sha256": "a" * 64, "etag": "2" * 1800}
            connection.execute(t.resource.update().where(here).values(values))
    document = store.archive.document(1)
    assert document is not None
    assert [view.label for view in document.resources[1:]] == labels
    assert [view.label for view in store.archive.edition(1, 0)[1:]] == labels


def test_the_steps_of_an_update_are_before_and_after(store: Store) -> None:
    store.visit(b"second", version("Den anden tekst"), update=update("u1"), now=NOW + HOUR)
    (step,) = store.archive.steps("u1")
    assert step.before is not None and step.after is not None
    assert (step.before.text, step.after.text) == ("Den første tekst", "Den anden tekst")
    assert step.url == "https://side.example/"
    assert store.archive.steps("none") == ()


def test_what_came_and_went_is_there_only_between(store: Store) -> None:
    """A file that is linked later is in no earlier edition, one that vanished in no later one."""
    now = NOW + HOUR
    claim = store.claim(now)
    known = store.watch.keep_resources(claim, [Attachment("Rapport", "/r.pdf", 0)])[0]
    snapshot = store.watch.keep_snapshot(claim, known.id, retrieved(b"pdf"), now)
    conclusion = Conclusion(
        claim.document_id,
        claim.token,
        now,
        now + HOUR,
        readings=(Reading(known.id, snapshot.id, version("Rapporten")),),
        update=update("u1"),
        touched=(known.id,),
    )
    assert store.watch.conclude(conclusion)
    claim = store.claim(now + HOUR)
    gone = ResourcePlace(known.id, "Rapport", "/r.pdf", 0, present=False)
    conclusion = Conclusion(
        claim.document_id,
        claim.token,
        now + HOUR,
        now + 2 * HOUR,
        places=(gone,),
        update=update("u2"),
        touched=(known.id,),
    )
    assert store.watch.conclude(conclusion)
    assert edition(store, 0) == ["Den første tekst"]
    assert edition(store, 1) == ["Den første tekst", "Rapporten"]
    assert edition(store, 2) == ["Den første tekst"]
    (step,) = store.archive.steps("u2")
    assert step.before is not None and step.after is None


def test_a_document_that_is_not_there_has_no_editions(store: Store) -> None:
    assert store.archive.edition(99, 0) == ()
