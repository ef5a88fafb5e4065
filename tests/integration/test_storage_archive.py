"""What the archive lists and counts: each filter, each state, and nothing that is not out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copy

import pytest
from sqlalchemy import select

from syndicate.domain.model import DeliveryState, Significance, Subject, Update, UpdateState, UpdateText
from syndicate.ports import Conclusion, FeedKey, FeedMark, FeedRecord, Finding, FoundDocument, RenderedFeed
from syndicate.ports.alerting import AlertStep, Trouble
from syndicate.storage import tables as t
from syndicate.storage.alerts import AlertRows
from syndicate.storage.feeds import NEVER
from syndicate.storage.latency import MAILS, NEWEST
from syndicate.storage.planning import plan_deliveries
from syndicate.storage.publishing import keep_update, publish
from syndicate.storage.renaming import rename_topics
from tests import factories
from tests.storing import LEASE, NOW, SOURCE, Store, message, planned, version

pytestmark = pytest.mark.usefixtures("any_database")

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
HELD = UpdateState.HELD


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database; a copy of it is made faster than another one."""
    folder = tmp_path_factory.mktemp("migrated")
    Store(folder).database.close()
    return folder / "s.db"


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """Two sources with a document each; only the first was read."""
    copy(migrated, tmp_path)
    store = Store(tmp_path)
    store.source("a")
    store.visit(b"a", version("En tekst"))
    store.watch.sync_sources([SOURCE, replace(SOURCE, id="anden", title="Anden")], NOW)
    store.watch.found([Finding("anden", [FoundDocument("b", "", "https://b.example/")], NOW)], NOW)
    yield store
    store.database.close()


def out(store: Store, n: int, **other: object) -> Update:
    """The n-th update, published n hours after NOW unless it is held."""
    at = NOW + n * HOUR
    values: dict[str, object] = {"id": f"u{n}", "source_id": SOURCE.id, "detected_at": at}
    update = factories.update(**values | other)
    with store.database.write() as connection:
        keep_update(connection, update, [])
        if update.state is UpdateState.PUBLISHED:
            publish(connection, update.id, ["email", "linkedin"], at)
    return update


EDITORIAL = Significance.EDITORIAL


@pytest.fixture
def mixed(store: Store) -> Store:
    out(store, 1, topics=("sundhed",))
    out(store, 2, topics=("sundhed", "bolig"), significance=EDITORIAL)
    out(store, 3, topics=("bolig",), source_id="anden", document_id=2)
    out(store, 4, topics=("bolig",), state=HELD)
    out(store, 5, topics=())
    return store


# --- updates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, ["u5", "u3", "u1"]),
        ({"editorial": True}, ["u5", "u3", "u2", "u1"]),
        ({"topic": "bolig"}, ["u3"]),
        ({"topic": "bolig", "editorial": True}, ["u3", "u2"]),
        ({"topic": "bol"}, []),
        ({"source": "anden"}, ["u3"]),
        ({"source": "anden", "topic": "sundhed"}, []),
        ({"limit": 2}, ["u5", "u3"]),
        ({"before": 3}, ["u1"]),
        ({"before": 1}, []),
        ({"editorial": True, "before": 4, "limit": 2}, ["u3", "u2"]),
    ],
)
def test_published_updates_are_chosen_by_every_filter(
    mixed: Store, chosen: dict[str, object], found: list[str]
) -> None:
    updates = mixed.archive.published(**chosen)  # type: ignore[arg-type]
    assert [update.id for update in updates] == found


def test_an_update_comes_back_as_it_was_told(store: Store) -> None:
    told = out(store, 1, reason="»Æøå« \U0001f600", previous="u0", corrects="c0", topics=("b", "a"))
    known = store.archive.update("u1")
    assert known == replace(told, published_at=NOW + HOUR, sequence=1)
    assert store.archive.update("u") is None


def test_near_an_update_is_what_it_names_and_what_names_it(store: Store) -> None:
    out(store, 1, document_id=2, source_id="anden")
    out(store, 2)
    told = out(store, 3, previous="u2", corrects="u1")
    out(store, 4, previous="u3")
    out(store, 5, corrects="u3")
    out(store, 6, previous="u3", state=HELD)
    out(store, 7, previous="u3", document_id=2, source_id="anden")
    out(store, 8)
    assert [update.id for update in store.archive.near(told)] == ["u5", "u4", "u2", "u1"]
    assert store.archive.near(out(store, 9)) == []


def test_a_document_is_told_without_its_history(store: Store) -> None:
    out(store, 1)
    whole, bare = store.archive.document(1), store.archive.document(1, history=False)
    assert whole is not None and len(whole.updates) == 1
    assert bare == replace(whole, updates=())


def test_what_waits_is_listed_oldest_first_and_counted(store: Store) -> None:
    out(store, 3, state=HELD)
    out(store, 1, state=HELD, source_id="anden", document_id=2)
    out(store, 4, state=UpdateState.DISMISSED)
    store.updates.approve("u1", [], "me", NOW)
    assert [update.id for update in store.archive.waiting()] == ["u1", "u3"]
    assert store.archive.status(NOW).held == 2


def test_the_newest_revision_of_a_text_is_read_everywhere(store: Store) -> None:
    out(store, 1, texts={"da": UpdateText("da", "Første", "x"), "en": UpdateText("en", "First", "x")})
    row = {"update_id": "u1", "language": "da", "revision": 2, "title": "Anden", "summary": "y"}
    with store.database.write() as connection:
        connection.execute(t.update_text.insert(), row)
    known = store.archive.update("u1")
    (head,) = store.archive.document(1).updates  # type: ignore[union-attr]
    assert known is not None
    assert known.text("da") == head.text("da") == UpdateText("da", "Anden", "y")
    assert known.text("en") == head.text("en") == UpdateText("en", "First", "x")


def test_a_document_that_was_never_read_is_nowhere(store: Store) -> None:
    assert store.archive.document(2) is None
    assert store.archive.document(99) is None
    assert store.archive.last_changes() == {1: None}
    assert [source.id for source in store.archive.sources()] == [SOURCE.id]


# --- latency ------------------------------------------------------------------------------------------


def test_latency_looks_at_the_newest_updates_only(store: Store) -> None:
    out(store, 0, detected_at=NOW - 9 * HOUR)
    for n in range(1, NEWEST + 1):
        out(store, n, detected_at=NOW + n * HOUR - 2 * SECOND)
    assert store.archive.latency().published == 2 * SECOND


def test_latency_is_never_negative(store: Store) -> None:
    out(store, 1, detected_at=NOW + 2 * HOUR)
    assert store.archive.latency().published == timedelta(0)


@pytest.mark.parametrize(
    "other",
    [
        {"channel": "linkedin"},
        {"kind": Subject.DIGEST},
        {"subject": "u2"},
        {"state": "pending"},
        {"sent_at": None},
    ],
    ids=str,
)
def test_only_a_mail_of_the_update_that_was_sent_counts(store: Store, other: dict[str, object]) -> None:
    out(store, 1)
    with store.database.write() as connection:
        plan_deliveries(connection, [planned(1, "u1", channel="email")], NOW)
        sent = {"state": "sent", "sent_at": NOW + HOUR + 6 * SECOND}
        connection.execute(t.delivery.update().values(sent))
    assert store.archive.latency().mailed == 6 * SECOND
    with store.database.write() as connection:
        connection.execute(t.delivery.update().values(other))
    assert store.archive.latency().mailed is None


def test_so_many_mails_of_an_update_count_and_no_more(store: Store) -> None:
    out(store, 1)
    plans = [planned(n, "u1", channel="email") for n in range(2 * MAILS + 1)]
    with store.database.write() as connection:
        plan_deliveries(connection, plans, NOW)
        sent = t.delivery.update().values(state="sent", sent_at=NOW + HOUR + 90 * SECOND)
        connection.execute(sent)
        first = select(t.delivery.c.id).order_by(t.delivery.c.target).limit(MAILS)
        quick = t.delivery.update().where(t.delivery.c.id.in_(first))
        connection.execute(quick.values(sent_at=NOW + HOUR + SECOND))
    assert store.archive.latency().mailed == SECOND


# --- status -------------------------------------------------------------------------------------------


def test_a_destination_counts_its_own_deliveries_by_state(store: Store) -> None:
    store.outbox.register_destinations({"li": ("linkedin", "1"), "tom": ("mastodon", "1")})
    with store.database.write() as connection:
        plan_deliveries(connection, [planned(n, "u1") for n in range(len(DeliveryState))], NOW)
        for n, state in enumerate(DeliveryState):
            here = t.delivery.c.target == f"t{n}"
            connection.execute(t.delivery.update().where(here).values(state=state.value))
        sent = t.delivery.c.state == DeliveryState.SENT.value
        connection.execute(t.delivery.update().where(sent).values(sent_at=NOW + HOUR))
    li, empty = store.archive.status(NOW).destinations
    assert (li.name, li.pending, li.uncertain, li.dead, li.sent) == ("li", 2, 1, 1, 1)  # sending is pending
    assert li.last_sent == NOW + HOUR
    assert (empty.name, empty.pending, empty.uncertain, empty.dead, empty.sent) == ("tom", 0, 0, 0, 0)
    assert empty.last_sent is None


def test_a_source_that_has_ended_has_no_next_visit(store: Store) -> None:
    store.watch.sync_sources([replace(SOURCE, id="anden")], NOW)
    ended, watched = sorted(store.archive.status(NOW).documents, key=lambda one: one.active)
    assert (ended.source_id, ended.next_visit) == (SOURCE.id, None)
    assert watched.next_visit == NOW
    assert watched.title == "b"  # it has no title before it was read


def test_status_counts_readers_and_dates_the_last_update(store: Store) -> None:
    assert store.archive.status(NOW).last_update is None
    readers = [store.reader(f"r{n}@example.org") for n in range(3)]
    store.subscribers.end(readers[0], None, NOW)
    out(store, 1)
    out(store, 2, state=HELD)
    status = store.archive.status(NOW)
    assert (status.subscribers, status.last_update) == (2, NOW + HOUR)


# --- feeds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feed", "editorial", "found"),
    [
        (FeedRecord("f", ""), False, ["u5", "u3", "u1"]),
        (FeedRecord("f", ""), True, ["u5", "u3", "u2", "u1"]),
        (FeedRecord("f", "", ("sundhed", "bolig")), True, ["u3", "u2", "u1"]),
        (FeedRecord("f", "", ("bolig",)), False, ["u3"]),
        (FeedRecord("f", "", (), "anden"), False, ["u3"]),
        (FeedRecord("f", "", ("sundhed",), "anden"), True, []),
    ],
)
def test_a_feed_lists_counts_and_pages_the_same_updates(
    mixed: Store, feed: FeedRecord, editorial: bool, found: list[str]
) -> None:
    feeds = mixed.feeds
    assert [update.id for update in feeds.latest(feed, editorial, 9)] == found
    assert feeds.count(feed, editorial) == len(found)
    pages = [feeds.page(feed, editorial, number, 2) for number in (1, 2, 3)]
    assert [update.id for page in reversed(pages) for update in page] == found
    newest = mixed.archive.update(found[0]) if found else None
    assert feeds.newest_of(feed, editorial) == (newest.sequence if newest else 0)


def rendered(body: bytes) -> RenderedFeed:
    return RenderedFeed("application/atom+xml", body, b"z" + body, '"e"', '"g"', NOW)


def test_changes_name_each_kept_document_once_at_its_newest(store: Store) -> None:
    a, b = FeedKey("a", "atom", False), FeedKey("a", "atom", True)
    assert store.feeds.changes(0) == (0, ())
    for key, body in ((a, b"1"), (b, b"2"), (a, b"3")):
        store.feeds.keep(key, rendered(body), FeedMark(7, body.decode()))
    version_, keys = store.feeds.changes(0)
    assert keys == (b, a)
    assert store.feeds.changes(version_) == (version_, ())
    assert store.feeds.changes(version_ - 1).keys == (a,)
    assert (store.feeds.feed(a), store.feeds.mark(a)) == (rendered(b"3"), FeedMark(7, "3"))


def test_a_retired_feed_leaves_no_document_and_the_others_theirs(store: Store) -> None:
    keys = [FeedKey(name, form, False) for name in ("a", "b") for form in ("atom", "rss")]
    store.feeds.sync([FeedRecord("a", "A"), FeedRecord("b", "B")], {}, NOW)
    for key in keys:
        store.feeds.keep(key, rendered(b"x"), FeedMark(1, "f"))
    store.feeds.retire("a")
    assert [store.feeds.mark(key) == NEVER for key in keys] == [True, True, False, False]
    assert [(record.name, record.gone) for record in store.feeds.records()] == [("a", True), ("b", False)]


def test_the_end_of_a_feed_is_dated_once_and_undone_by_its_return(store: Store) -> None:
    feed = FeedRecord("a", "A", ("sundhed",))
    for feeds, now in (([feed], NOW), ([], NOW + HOUR), ([], NOW + 2 * HOUR)):
        store.feeds.sync(feeds, {}, now)
    assert store.feeds.record("a") == replace(feed, ended_at=NOW + HOUR)
    store.feeds.sync([replace(feed, title="Ny")], {}, NOW + 3 * HOUR)
    assert store.feeds.record("a") == replace(feed, title="Ny")
    assert store.feeds.record("b") is None


# --- topics that were renamed -------------------------------------------------------------------------


def test_a_renamed_topic_keeps_its_place_among_an_update_s_topics(store: Store) -> None:
    out(store, 1, topics=("x", "gammel", "y"))
    out(store, 2, topics=("ny", "gammel"))
    out(store, 3, topics=("andet",))
    for _ in range(2):
        with store.database.write() as connection:
            rename_topics(connection, {"gammel": "ny"})
    topics = {update.id: update.topics for update in store.archive.published()}
    assert topics == {"u1": ("x", "ny", "y"), "u2": ("ny",), "u3": ("andet",)}
    assert [update.id for update in store.archive.published(topic="ny")] == ["u2", "u1"]
    assert store.archive.published(topic="gammel") == []


def test_a_reader_of_all_topics_is_not_moved(store: Store) -> None:
    everything = store.reader("a@example.org", ("",))
    with store.database.write() as connection:
        rename_topics(connection, {"gammel": "ny"})
    found = store.subscribers.find(everything)
    assert found is not None and found.topics == ("",)


# --- deliveries ---------------------------------------------------------------------------------------


def test_planning_tells_how_many_are_new(store: Store) -> None:
    english = planned(3, "u1", message=replace(message("u1"), language="en"))
    with store.database.write() as connection:
        assert plan_deliveries(connection, [], NOW) == 0
        assert plan_deliveries(connection, [planned(1, "u1"), planned(2, "u1")], NOW) == 2
        assert plan_deliveries(connection, [planned(2, "u1"), english], NOW) == 1
        assert len(connection.execute(select(t.message)).all()) == 2


# --- alerts -------------------------------------------------------------------------------------------


def test_troubles_are_those_of_what_is_still_watched(store: Store) -> None:
    alerts = AlertRows(store.database)
    for claim in store.watch.claim(NOW + HOUR, LEASE, limit=9):
        failed = Conclusion(claim.document_id, claim.token, NOW, NOW, failed=True, problem="DNS")
        assert store.watch.conclude(failed)
    assert [trouble.subject for trouble in alerts.troubles(NOW)] == ["document:1", "document:2"]
    store.watch.sync_sources([SOURCE], NOW)
    (trouble,) = alerts.troubles(NOW)
    assert (trouble.subject, trouble.kind, trouble.failures) == ("document:1", "other", 1)
    with store.database.write() as connection:
        connection.execute(t.document.update().values(ended_at=NOW))
    assert alerts.troubles(NOW) == []


def test_an_alert_is_open_until_it_is_over_and_an_event_until_it_is_told(store: Store) -> None:
    alerts = AlertRows(store.database)
    troubles = [Trouble(f"document:{n}", "dns", "Side", "", NOW + n * HOUR) for n in (2, 1)]
    alerts.step(AlertStep(opened=troubles), NOW)
    with store.database.write() as connection:
        event = {"subject": "e", "kind": "moved", "name": "", "detail": "", "since": NOW, "recovered": NOW}
        connection.execute(t.alert.insert(), event)
    found = alerts.open()
    assert [alert.subject for alert in found] == ["e", "document:1", "document:2"]
    alerts.step(AlertStep(told=[alert.id for alert in found]), NOW + 9 * HOUR)
    assert [alert.subject for alert in alerts.open()] == ["document:1", "document:2"]
    alerts.step(AlertStep(recovered=[found[1].id]), NOW + 9 * HOUR)
    assert [(alert.subject, alert.told) for alert in alerts.open()] == [("document:2", NOW + 9 * HOUR)]
