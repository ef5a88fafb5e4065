"""Lists of published updates and the search in them, over a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from syndicate.domain.model import Significance, Update, UpdateState, UpdateText
from syndicate.ports import Latency, Selection
from syndicate.storage import upgrading
from syndicate.storage.archive import ArchiveRows
from syndicate.storage.engine import Database
from syndicate.storage.engines.sqlite import expression
from syndicate.storage.searching import MAX_WORDS, terms
from tests import factories
from tests.storing import NOW, SOURCE, Store, planned, version

pytestmark = pytest.mark.usefixtures("any_database")

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    store.source("side", now=NOW - HOUR)
    store.visit(b"0", version("Nul"), now=NOW - HOUR)
    yield store
    store.database.close()


def publish(store: Store, n: int, title: str = "", **other: object) -> Update:
    """The n-th update of the document, published n hours after NOW."""
    at = NOW + n * HOUR
    texts = {"da": UpdateText("da", title or f"Opdatering {n}", "")}
    values: dict[str, object] = {"id": f"u{n}", "source_id": SOURCE.id, "texts": texts, "detected_at": at}
    update = factories.update(**values | other)
    store.visit(f"{n}".encode(), version(f"Tekst {n}"), update=update, now=at)
    return update


def ids(store: Store, limit: int = 50, before: int = 0, **selection: object) -> list[str]:
    chosen = Selection(**selection)  # type: ignore[arg-type]
    return [head.id for head in store.archive.select(chosen, limit=limit, before=before)]


def test_a_list_has_what_it_shows_newest_first(store: Store) -> None:
    publish(store, 1)
    publish(store, 2, topics=("sundhed", "beskaeftigelse"))
    newest, oldest = store.archive.select(Selection())
    assert (newest.id, newest.sequence, newest.published_at) == ("u2", 2, NOW + 2 * HOUR)
    assert newest.text("en").title == "Opdatering 2"
    assert newest.topics == ("sundhed", "beskaeftigelse")
    assert oldest.document_title == factories.update().document_title


def test_every_filter_chooses(store: Store) -> None:
    publish(store, 1, topics=("sundhed",))
    publish(store, 2, topics=("beskaeftigelse",), significance=Significance.EDITORIAL)
    publish(store, 3, topics=("beskaeftigelse",))
    assert ids(store) == ["u3", "u1"]
    assert ids(store, editorial=True) == ["u3", "u2", "u1"]
    assert ids(store, topic="beskaeftigelse", editorial=True) == ["u3", "u2"]
    assert ids(store, source=SOURCE.id) == ["u3", "u1"]
    assert ids(store, source="en-anden") == []
    assert ids(store, since=NOW + 2 * HOUR, until=NOW + 3 * HOUR, editorial=True) == ["u2"]
    assert ids(store, before=3) == ["u1"]
    assert ids(store, limit=1) == ["u3"]


def test_only_what_is_published_is_found(store: Store) -> None:
    publish(store, 1, "Helbredstjek", state=UpdateState.HELD, published_at=None)
    assert ids(store, words="helbredstjek") == ids(store) == []
    store.updates.approve("u1", [], "me", NOW)
    store.updates.publish("u1", ["email"], NOW)
    assert ids(store, words="helbredstjek") == ["u1"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("helbredstjek", True),
        ("HELBRED", True),
        ("helbred kommunen", True),
        ("Åbningstid", True),
        ("a\u030abningstid", True),
        ("abningstid", False),
        ("tjek", False),
        ("boligområder", True),
        ("nummer", True),
        ("helbred findesikke", False),
        ("", True),
        ("…!?", False),
        ('"', False),
        ("helbred OR findesikke", False),
        ("words:helbred", False),
        ("helbred*", True),
        ("(helbred NEAR kommunen)", False),
        ("-helbred", True),
        ("'; DROP TABLE update_; --", False),
        ('"helbredstjek i åbningstiden"', True),
        ('"Helbredstjek  …  I ÅBNINGSTIDEN!"', True),
        ('"i helbredstjek"', False),
        ('"et helbredstjek i åbningstid"', False),
        ('"helbred"', False),
        ('"helbredstjek" kommun "skal tilbyde"', True),
        ('"helbredstjek" "findes ikke"', False),
        ('helbred"', True),
        ('"" helbred', True),
        ("helbred & kommunen | !skal <-> :*", True),
        ("helbred:*", True),
        ("helbred:ABCD", False),
        ("'helbred' \\'", True),
        ("%(words)s %s %", False),
        ("x" * 200, False),
        ("x" * 10_000, False),
        ("\x00", False),
        ("\x00helbred\x00", True),
        ("a " * 100, True),
        ("a " * 5_000, True),
        ('"' * 10_000, False),
        ("*:&|!()<->'" * 1_000, False),
        ("\ud800", False),
    ],
)
def test_words_are_words_and_never_orders(store: Store, words: str, found: bool) -> None:
    change = factories.reworded(
        section=("Nummer et",), after="Kommunen skal tilbyde et helbredstjek i åbningstiden."
    )
    update = factories.update(change, id="u1", source_id=SOURCE.id, document_title="Udsatte boligområder")
    store.visit(b"1", version("ny"), update=update, now=NOW)
    assert ids(store, words=words) == (["u1"] if found else [])


def test_a_search_asks_for_so_many_words_and_no_more() -> None:
    assert len(terms("ord " * 100)) == MAX_WORDS
    assert len(terms('"ord ord" ' * 100)) == MAX_WORDS / 2
    assert terms('"…" \0 :*&') == terms("") == []
    assert expression(terms('a"b')) == '"a"* "b"*'


def test_the_longest_text_that_can_be_published_is_found_by_its_beginning(store: Store) -> None:
    """Whatever a page says, it must not stop its own announcement."""
    words = " ".join(f"ord{n}" for n in range(100_000))
    change = factories.reworded(after=f"Helbredstjek {'x' * 1_000_000} {words} {'og ' * 20_000}")
    update = factories.update(change, id="u1", source_id=SOURCE.id)
    store.visit(b"1", version("ny"), update=update, now=NOW)
    for found in ("helbredstjek", "x" * 1_000, "ord1000", '"ord1000 ord1001"'):
        assert ids(store, words=found) == ["u1"], found[:20]
    assert ids(store, words="y" * 1_000) == []


def test_addresses_and_the_newest_number(store: Store) -> None:
    assert (store.archive.newest(), store.archive.addresses(0, 100)) == (0, [])
    for n in (1, 2, 3):
        publish(store, n)
    assert store.archive.newest() == 3
    assert store.archive.addresses(1, 2) == [("u2", NOW + 2 * HOUR)]


def test_sources_are_known_by_title_and_end(store: Store) -> None:
    (source,) = store.archive.sources()
    assert (source.id, source.title, source.ended_at) == (SOURCE.id, "Kilden", None)
    store.watch.sync_sources([], NOW)
    (source,) = store.archive.sources()
    assert source.ended_at == NOW
    document = store.archive.document(1)
    assert document is not None and document.ended_at == NOW and document.first_ok == NOW - HOUR


def test_a_source_that_was_never_read_has_nothing_to_show(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.source("side")
    assert store.archive.sources() == []


def test_latency_is_the_median_from_seeing_to_sending(store: Store) -> None:
    assert store.archive.latency() == Latency(None, None)
    publish(store, 1, detected_at=NOW + HOUR - timedelta(seconds=4))
    publish(store, 2, detected_at=NOW + 2 * HOUR - timedelta(seconds=2))
    assert store.archive.latency() == Latency(timedelta(seconds=3), None)
    fan_out = store.fan_out("email")
    store.outbox.plan(fan_out, [planned(1, "u1", channel="email")], 0, True, NOW)
    with store.database.write() as connection:
        sent = (NOW + HOUR + timedelta(seconds=6) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
            microseconds=1
        )
        connection.execute(text(f"UPDATE delivery SET state = 'sent', sent_at = {sent}"))
    assert store.archive.latency().mailed == timedelta(seconds=10)


def test_an_older_database_becomes_searchable(empty_database: str) -> None:
    """The migration finds in the old rows what publishing puts into the index."""
    database = Database(empty_database)
    change = json.dumps([factories.noted().as_dict()])
    with database.write() as connection:
        command.upgrade(upgrading.configuration(connection), "0002")
        connection.execute(text("INSERT INTO source (id, active) VALUES ('kilde', true)"))
        connection.execute(
            text("INSERT INTO document (id, source_id, baseline, next_visit) VALUES (1, 'kilde', true, 0)")
        )
        connection.execute(
            text(
                "INSERT INTO update_ (id, state, source_id, document_id, document_title, detected_at,"
                " published_at, sequence, kind, significance, changes)"
                " VALUES ('u1', 'published', 'kilde', 1, 'Boligsociale råd', 0, 0, 7, 'change',"
                " 'substantive', :changes)"
            ),
            {"changes": change},
        )
        connection.execute(
            text("INSERT INTO update_text VALUES ('u1', 'en', 1, 'It is stronger', 'A recommendation')")
        )
    database.upgrade()
    archive = ArchiveRows(database)
    for words in ("helbredstjek", "sundhed", "recommendation", "boligsociale", "bør skal"):
        assert [head.id for head in archive.select(Selection(words=words))] == ["u1"], words
    assert archive.select(Selection(words="findesikke")) == []
    database.close()


def test_the_last_change_of_every_document_is_known(store: Store) -> None:
    assert store.archive.last_changes() == {1: None}
    publish(store, 1)
    publish(store, 2)
    assert store.archive.last_changes() == {1: NOW + 2 * HOUR}
