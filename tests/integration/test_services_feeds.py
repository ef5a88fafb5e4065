"""Feeds on a real database: what is made when, what is made again, and what is never made twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.domain.model import Significance
from syndicate.ports import FeedKey, FeedRecord, FeedState, RenderedFeed
from tests.factories import HEALTH, WORK, added, noted
from tests.feeding import FEEDS, FORMATS, TOKENS, Feeding, entry_ids
from tests.storing import NOW, SOURCE

VARIANTS = 2 * len(FORMATS)


@pytest.fixture
def feeding(tmp_path: Path) -> Feeding:
    return Feeding(tmp_path)


# --- rendering ----------------------------------------------------------------------------------------


def test_feeds_hold_what_is_published_and_are_made_once(feeding: Feeding) -> None:
    (first,) = feeding.publish()
    service = feeding.service()
    assert service.render_feeds(NOW) == len(FEEDS) * VARIANTS
    assert service.render_feeds(NOW) == 0
    assert feeding.service().render_feeds(NOW) == 0  # nor by the next process
    assert feeding.ids() == feeding.ids(HEALTH.id) == feeding.ids(f"source/{SOURCE.id}") == [first.id]
    assert feeding.ids(WORK.id) == []


def test_only_feeds_with_news_are_made_again(feeding: Feeding) -> None:
    service = feeding.service()
    service.render_feeds(NOW)
    version = feeding.store.feeds.changes(0).version
    feeding.publish(topics=(WORK.id,), significance=Significance.EDITORIAL)
    assert service.render_feeds(NOW) == 3 * len(FORMATS)  # all, the topic, the source; editorial ones
    changed = feeding.store.feeds.changes(version)
    assert {key.name for key in changed.keys} == {"all", WORK.id, f"source/{SOURCE.id}"}
    assert all(key.editorial for key in changed.keys)
    assert feeding.store.feeds.changes(changed.version).keys == ()


def test_feeds_catch_up_after_a_restart_and_with_another_program(feeding: Feeding) -> None:
    feeding.publish()
    feeding.service().render_feeds(NOW)
    before = feeding.document()
    feeding.publish()
    feeding.service().render_feeds(NOW)
    assert len(feeding.ids()) == 2
    assert feeding.service(fingerprint="g").render_feeds(NOW) == len(FEEDS) * VARIANTS
    after = feeding.document()
    assert before.etag != after.etag != after.gzip_etag


def test_equal_feeds_have_equal_bytes_and_tags(feeding: Feeding) -> None:
    feeding.publish(3)
    feeding.service().render_feeds(NOW)
    first = feeding.document()
    feeding.service(fingerprint="another").render_feeds(NOW + timedelta(days=1))
    assert feeding.document() == first


def test_a_service_knows_what_it_has_rendered(feeding: Feeding) -> None:
    service = feeding.service()
    feeding.publish()
    assert not service.holds(1)
    service.render_feeds(NOW)
    assert service.holds(1) and not service.holds(2)


# --- topics and sources that change -------------------------------------------------------------------


def test_a_renamed_topic_goes_on_under_both_addresses(feeding: Feeding) -> None:
    (old,) = feeding.publish()
    reader = feeding.store.reader("a@example.org", (HEALTH.id,))
    feeding.service().render_feeds(NOW)
    before = feeding.document(HEALTH.id)
    feeds = [FeedRecord(name, HEALTH.title, ("health",)) for name in ("health", HEALTH.id)]
    service = feeding.service(feeds=[FEEDS[0], *feeds], renamed={HEALTH.id: "health"}, fingerprint="g")
    service.render_feeds(NOW)
    (new,) = feeding.publish(topics=("health",))
    service.render_feeds(NOW)
    assert feeding.ids("health") == feeding.ids(HEALTH.id) == [new.id, old.id]
    assert b"/feeds/sundhed.atom" in feeding.document(HEALTH.id).body  # the address that its readers have
    assert b"feed/sundhed</id>" in feeding.document(HEALTH.id).body and b"feed/sundhed</id>" in before.body
    found = feeding.store.subscribers.find(reader)
    assert found is not None and found.topics == ("health",)
    assert [r.uid for r in feeding.store.outbox.readers(["health"], 0, 10)] == [reader]


def test_renaming_again_is_the_same_and_a_reader_of_both_has_one(feeding: Feeding) -> None:
    reader = feeding.store.reader("a@example.org", (HEALTH.id, "health"))
    for _ in range(2):
        feeding.service(renamed={HEALTH.id: "health"}).render_feeds(NOW)
    found = feeding.store.subscribers.find(reader)
    assert found is not None and found.topics == ("health",)


def test_a_retired_feed_says_so_and_is_gone_later(feeding: Feeding) -> None:
    (last,) = feeding.publish()
    feeding.service().render_feeds(NOW)
    left = [feed for feed in FEEDS if feed.name != HEALTH.id]
    service = feeding.service(feeds=left, gone_after=timedelta(days=30))
    service.render_feeds(NOW)
    ended = feeding.document(HEALTH.id)
    assert feeding.ids(HEALTH.id) == [f"{NOW:%Y%m%dT%H%M%SZ}", last.id]
    assert "dette feed er slut" in ended.body.decode()
    assert feeding.ids("all") == [last.id]  # only that feed speaks of it

    feeding.service().render_feeds(NOW + timedelta(days=29))  # the plan still lacks it
    assert feeding.document(HEALTH.id) == ended
    assert feeding.shelf().state(HEALTH.id) is FeedState.UNKNOWN
    assert service.render_feeds(NOW + timedelta(days=30)) == 0
    assert feeding.store.feeds.feed(FeedKey(HEALTH.id, "atom", False)) is None
    assert feeding.shelf().state(HEALTH.id) is FeedState.GONE


def test_who_keeps_feeds_in_memory_hears_that_one_is_gone(feeding: Feeding) -> None:
    feeding.publish()
    service = feeding.service(feeds=FEEDS[:1], gone_after=timedelta(days=30))
    feeding.service(feeds=FEEDS).render_feeds(NOW)
    service.render_feeds(NOW)
    version = feeding.store.feeds.changes(0).version
    service.render_feeds(NOW + timedelta(days=30))
    changed = feeding.store.feeds.changes(version)
    assert FeedKey(HEALTH.id, "rss", False) in changed.keys
    assert "all" not in {key.name for key in changed.keys}
    assert all(feeding.shelf().find(key) is None for key in changed.keys)
    assert feeding.store.feeds.changes(changed.version).keys == ()

    feeding.service(feeds=FEEDS).render_feeds(NOW + timedelta(days=31))  # and when it is back
    assert feeding.ids(HEALTH.id) == feeding.ids("all")


def test_a_feed_that_comes_back_goes_on(feeding: Feeding) -> None:
    (last,) = feeding.publish()
    feeding.service(feeds=FEEDS[:1]).render_feeds(NOW)
    feeding.service(feeds=FEEDS).render_feeds(NOW)
    assert feeding.ids(HEALTH.id) == [last.id]


# --- archives -----------------------------------------------------------------------------------------


def test_archives_lead_from_the_newest_entry_to_the_oldest(feeding: Feeding) -> None:
    published = [update.id for update in feeding.publish(103)]
    feeding.service().render_feeds(NOW)
    shelf, key = feeding.shelf(), FeedKey("all", "atom", False)
    seen = feeding.ids()
    assert seen == published[:-51:-1]
    for number in (5, 4, 3, 2, 1):
        archived = shelf.archived(key, number)
        assert archived is not None
        seen += entry_ids(archived)
    assert set(seen) == set(published)
    assert shelf.archived(key, 6) is None and shelf.archived(key, 0) is None


def test_an_archived_document_never_changes_once_another_follows_it(feeding: Feeding) -> None:
    feeding.publish(41)
    shelf, key = feeding.shelf(), FeedKey("all", "json", False)
    feeding.service().render_feeds(NOW)
    first, second = shelf.archived(key, 1), shelf.archived(key, 2)
    assert first and second and first.final and not second.final
    feeding.publish(60)
    feeding.service().render_feeds(NOW)
    assert feeding.shelf().archived(key, 1) == first
    now = feeding.shelf().archived(FeedKey("all", "atom", False), 2)
    assert now and now.final and b"next-archive" in now.body


def test_a_small_feed_is_complete_and_has_no_archive(feeding: Feeding) -> None:
    feeding.publish(50)
    feeding.service().render_feeds(NOW)
    assert b"<fh:complete" in feeding.document().body
    assert b"prev-archive" not in feeding.document().body
    feeding.publish()
    feeding.service().render_feeds(NOW)
    assert b"<fh:complete" not in feeding.document().body
    assert b"/feeds/all/archive/2.atom" in feeding.document().body


def test_a_feed_of_long_updates_stays_small_and_loses_nothing(feeding: Feeding) -> None:
    long = tuple(noted(added("ord " * 1_000, number_after=str(n))) for n in range(10))
    published = [update.id for update in feeding.publish(60, changes=long)]
    feeding.service().render_feeds(NOW)
    for format_name in FORMATS:
        assert len(feeding.document(format_name=format_name).body) < 1_000_000
    seen = feeding.ids()
    assert 20 <= len(seen) < 50
    archived = [feeding.shelf().archived(FeedKey("all", "atom", False), number) for number in (2, 1)]
    seen += [entry for document in archived if document for entry in entry_ids(document)]
    assert set(seen) == set(published)


# --- a reader's own feed ------------------------------------------------------------------------------


def test_a_reader_s_own_feed_is_what_comes_by_mail(feeding: Feeding) -> None:
    health, work = feeding.publish()[0], feeding.publish(topics=(WORK.id,))[0]
    feeding.publish(topics=(HEALTH.id,), significance=Significance.EDITORIAL)
    token = TOKENS.feed(feeding.store.reader("a@example.org", (HEALTH.id,)))
    everything = TOKENS.feed(feeding.store.reader("b@example.org", ("",)))
    shelf = feeding.shelf()
    own, all_topics = shelf.personal(token, "atom"), shelf.personal(everything, "atom")
    assert isinstance(own, RenderedFeed) and isinstance(all_topics, RenderedFeed)
    assert entry_ids(own) == [health.id]
    assert entry_ids(all_topics) == [work.id, health.id]
    assert f"/feeds/my/{token}.atom".encode() in own.body
    assert token.encode() not in own.body.partition(b"<id>")[2].partition(b"</id>")[0]
    assert shelf.personal(token, "atom") is own  # nothing is made twice
    feeding.publish()
    assert shelf.personal(token, "atom") != own


def test_a_reader_s_own_feed_ends_with_the_subscription(feeding: Feeding) -> None:
    uid = feeding.store.reader("a@example.org", (HEALTH.id,))
    feeding.store.subscribers.end(uid, None, NOW)
    shelf = feeding.shelf()
    assert shelf.personal(TOKENS.feed(uid), "rss") is FeedState.GONE
    assert shelf.personal(TOKENS.feed("0" * 16), "rss") is FeedState.GONE
    for forged in (TOKENS.preferences(uid), TOKENS.unsubscribe(uid, HEALTH.id), "0" * 48, ""):
        assert shelf.personal(forged, "rss") is FeedState.UNKNOWN
