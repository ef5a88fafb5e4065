"""The feeds over HTTP: media types, validators, encodings, memory, limits."""

from __future__ import annotations

import gzip
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.datastructures import Headers

from syndicate.domain.errors import StorageError
from syndicate.ports import FeedKey, FeedState
from syndicate.web.answers import is_known
from syndicate.web.feeds import FORMATS
from syndicate.web.guard import SECURITY_HEADERS
from syndicate.web.limits import FeedLimit, HourlyLimit
from tests import factories
from tests.asgi import Client
from tests.web_site import WebSite, filled, rendered

LAST_MODIFIED = "Mon, 02 Mar 2026 12:00:00 GMT"
TOKEN = "0123456789abcdef" * 3


@pytest.fixture
def web() -> WebSite:
    return filled()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/feeds/all.rss", "application/rss+xml; charset=utf-8"),
        ("/feeds/all.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/all.json", "application/feed+json"),
    ],
)
def test_a_feed_has_its_type_and_its_validators(web: WebSite, path: str, media_type: str) -> None:
    reply = web.client().get(path)
    assert (reply.status, reply.body) == (200, b"<rss/>")
    assert reply.headers["content-type"] == media_type
    assert reply.headers["etag"] == web.feeds.documents["all", path.rpartition(".")[2], False].etag
    assert reply.headers["last-modified"] == LAST_MODIFIED
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert reply.headers["vary"] == "Accept-Encoding"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "ETag" in reply.headers["access-control-expose-headers"]
    assert reply.headers["link"] == f'<https://nyt.example.org{path}>; rel="self"'
    assert all(reply.headers[name] == value for name, value in SECURITY_HEADERS.items())
    assert "set-cookie" not in reply.headers


def test_hubs_are_told_of_before_the_feed_itself(web: WebSite) -> None:
    web.hubs = ("https://hub.example.org/", "https://other.example.org/")
    assert web.client().get("/feeds/all.rss?all=1").headers["link"] == (
        '<https://hub.example.org/>; rel="hub", <https://other.example.org/>; rel="hub", '
        '<https://nyt.example.org/feeds/all.rss?all=1>; rel="self"'
    )


# --- validators ---------------------------------------------------------------------------------------


def test_gzip_has_a_tag_of_its_own(web: WebSite) -> None:
    client, feed = web.client(), web.feeds.documents["all", "rss", False]
    reply = client.get("/feeds/all.rss", accept_encoding="br, gzip")
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["etag"] == feed.gzip_etag != feed.etag
    assert gzip.decompress(reply.body) == feed.body
    assert client.get("/feeds/all.rss", accept_encoding="gzip", if_none_match=feed.gzip_etag).status == 304
    assert client.get("/feeds/all.rss", accept_encoding="gzip", if_none_match=feed.etag).status == 200
    assert client.get("/feeds/all.rss", if_none_match=feed.gzip_etag).status == 200
    assert client.get("/feeds/all.rss", accept_encoding="gzip;q=0").body == feed.body


@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"x", {0}', '"x" , W/{0},"y"', "*"])
def test_a_tag_is_known_in_every_form(web: WebSite, form: str) -> None:
    etag = web.feeds.documents["all", "rss", False].etag
    assert web.client().get("/feeds/all.rss", if_none_match=form.format(etag)).status == 304


def test_tags_may_come_in_several_headers(web: WebSite) -> None:
    etag = web.feeds.documents["all", "rss", False].etag
    headers = Headers(raw=[(b"if-none-match", b'"x"'), (b"if-none-match", etag.encode())])
    assert is_known(headers, etag, None)
    assert not is_known(headers, '"z"', None)


def test_a_304_repeats_what_a_cache_needs(web: WebSite) -> None:
    client = web.client()
    first = client.get("/feeds/all.rss")
    for validator in ({"if_none_match": first.headers["etag"]}, {"if_modified_since": LAST_MODIFIED}):
        reply = client.get("/feeds/all.rss", **validator)
        assert (reply.status, reply.body) == (304, b"")
        assert "content-length" not in reply.headers and "content-type" not in reply.headers
        for name in ("etag", "last-modified", "cache-control", "vary", "access-control-allow-origin", "link"):
            assert reply.headers[name] == first.headers[name]


def test_the_tag_decides_before_the_date(web: WebSite) -> None:
    reply = web.client().get("/feeds/all.rss", if_none_match='"x"', if_modified_since=LAST_MODIFIED)
    assert reply.status == 200


@pytest.mark.parametrize("since", ["Mon, 02 Mar 2026 11:59:59 GMT", "yesterday", ""])
def test_an_older_date_and_one_that_is_none_get_the_feed(web: WebSite, since: str) -> None:
    assert web.client().get("/feeds/all.rss", if_modified_since=since).status == 200


def test_head_is_get_without_its_body(web: WebSite) -> None:
    client = web.client()
    head, get = client.head("/feeds/all.rss"), client.get("/feeds/all.rss")
    assert dict(head.headers) == dict(get.headers) and head.body == b"" != get.body


def test_a_page_elsewhere_may_ask_with_validators(web: WebSite) -> None:
    reply = web.client().request("OPTIONS", "/feeds/all.rss", {"origin": "https://reader.example"})
    assert reply.status == 204
    assert "If-None-Match" in reply.headers["access-control-allow-headers"]


def test_nothing_else_can_be_done_to_a_feed(web: WebSite) -> None:
    reply = web.client().post("/feeds/all.rss", {"a": "b"})
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_all_includes_the_editorial_ones_and_other_queries_are_nothing(web: WebSite) -> None:
    client = web.client()
    assert client.get("/feeds/all.rss?all=1").body == b"<rss/> all"
    assert client.get("/feeds/all.rss?utm=x&all=1").body == b"<rss/> all"
    for junk in ("?null", "?all=0", "?all=yes", "?utm_source=x", "?lang=en", "?%00&&=", "?" + "x" * 5000):
        assert client.get(f"/feeds/all.rss{junk}").body == b"<rss/>"


# --- which feeds there are ----------------------------------------------------------------------------


def test_topics_and_sources_have_feeds(web: WebSite) -> None:
    web.add_feeds(factories.WORK.id, b"work")
    web.add_feeds("source/anbefalinger", b"source")
    client = web.client()
    for suffix in FORMATS:
        assert client.get(f"/feeds/{factories.WORK.id}.{suffix}").body == b"work"
        assert client.get(f"/feeds/source/anbefalinger.{suffix}").body == b"source"


def test_archived_documents_have_addresses_under_their_feed(web: WebSite) -> None:
    final = replace(rendered(b"final", "application/rss+xml"), final=True)
    web.feeds.archives[FeedKey("all", "rss", False), 1] = final
    web.feeds.archives[FeedKey("source/a", "json", True), 12] = rendered(b"newest", "application/feed+json")
    web.hubs = ("https://hub.example.org/",)
    client = web.client()
    first = client.get("/feeds/all/archive/1.rss")
    assert first.body == b"final" and "hub" not in first.headers["link"]
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    other = client.get("/feeds/source/a/archive/12.json?all=1")
    assert (other.body, other.headers["cache-control"]) == (b"newest", "public, max-age=300")
    for none in ("all/archive/2.rss", "all/archive/0.rss", "all/archive/1x.rss", "all/archive/.rss"):
        assert client.get(f"/feeds/{none}").status == 404


def test_a_feed_that_is_not_built_yet_is_a_wait(web: WebSite) -> None:
    web.feeds.documents.clear()
    reply = web.client().get("/feeds/all.rss")
    assert (reply.status, reply.headers["retry-after"]) == (503, "60")


def test_a_feed_that_ended_long_ago_is_gone(web: WebSite) -> None:
    web.feeds.gone.add("source/old")
    reply = web.client().get("/feeds/source/old.rss")
    assert reply.status == 410 and "<h1" in reply.text


@pytest.mark.parametrize(
    "path",
    [
        *(
            "weather.rss",
            "all.xml",
            "weather",
            ".rss",
            "all.rss.gz",
            "source/none.rss",
            "source/all",
            "a%00.rss",
        ),
        *("a%00.rss", "..%2fall.rss", "all.RSS", "source/..%2fx.rss", "x" * 300 + ".rss", "%F0%9F%92%A9.rss"),
        *("my/.rss", "my/short.rss", f"my/{TOKEN}.rss", f"my/{TOKEN}", "all.rss/", "source/source/a.rss"),
    ],
)
def test_what_is_no_feed_is_not_found(web: WebSite, path: str) -> None:
    assert web.client().get(f"/feeds/{path}").status == 404


# --- a reader's own feed ------------------------------------------------------------------------------


def test_a_reader_s_own_feed_is_nobody_else_s(web: WebSite) -> None:
    web.feeds.readers[TOKEN, "atom"] = rendered(b"mine", "application/atom+xml")
    web.hubs = ("https://hub.example.org/",)
    client = web.client()
    reply = client.get(f"/feeds/my/{TOKEN}.atom")
    assert (reply.status, reply.body) == (200, b"mine")
    assert reply.headers["cache-control"] == "private, max-age=300"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["x-robots-tag"] == "noindex"
    assert "hub" not in reply.headers["link"]
    assert client.get(f"/feeds/my/{TOKEN}.atom", if_none_match=reply.headers["etag"]).status == 304


def test_a_reader_s_own_feed_ends_at_once(web: WebSite) -> None:
    web.feeds.readers[TOKEN, "rss"] = rendered(b"mine", "application/rss+xml")
    client = web.client()
    assert client.get(f"/feeds/my/{TOKEN}.rss").status == 200
    web.feeds.readers[TOKEN, "rss"] = FeedState.GONE
    assert client.get(f"/feeds/my/{TOKEN}.rss").status == 410


# --- memory -------------------------------------------------------------------------------------------


def test_what_is_in_memory_asks_nobody(web: WebSite) -> None:
    client = web.client()
    etag = client.get("/feeds/all.rss").headers["etag"]
    for _ in range(20):
        assert client.get("/feeds/all.rss").status == 200
        assert client.get("/feeds/all.rss", if_none_match=etag).status == 304
    assert web.feeds.asked == {"changes": 1, "find": 1}


def test_news_are_seen_within_a_second(web: WebSite) -> None:
    client = web.client()
    client.get("/feeds/all.rss")
    web.add_feeds("all", b"news")
    web.feeds.changed.append(FeedKey("all", "rss", False))
    assert client.get("/feeds/all.rss").body == b"<rss/>"
    web.now += timedelta(seconds=1)
    assert client.get("/feeds/all.rss").body == b"news"
    assert client.get("/feeds/all.rss?all=1").body == b"news all"


def test_news_of_one_feed_leave_the_others_in_memory(web: WebSite) -> None:
    web.add_feeds("other")
    client = web.client()
    client.get("/feeds/other.rss")
    web.feeds.changed.append(FeedKey("all", "rss", False))
    web.now += timedelta(seconds=2)
    client.get("/feeds/other.rss")
    assert web.feeds.asked["find"] == 1


def test_a_broken_database_leaves_what_is_in_memory(web: WebSite, caplog: pytest.LogCaptureFixture) -> None:
    client = web.client()
    client.get("/feeds/all.rss")
    web.feeds.fails_with = StorageError("The database is locked.")
    web.now += timedelta(hours=1)
    with caplog.at_level(logging.WARNING, "syndicate.web"):
        assert client.get("/feeds/all.rss").body == b"<rss/>"
    assert "locked" in caplog.text
    assert client.get("/feeds/all.atom").status == 503


def test_a_clock_that_goes_back_does_not_stop_the_news(web: WebSite) -> None:
    client = web.client()
    client.get("/feeds/all.rss")
    web.add_feeds("all", b"news")
    web.feeds.changed.append(FeedKey("all", "rss", False))
    web.now -= timedelta(days=1)
    assert client.get("/feeds/all.rss").body == b"news"


def test_memory_has_an_end(web: WebSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.web.feedmemory.ROOM", 100)
    web.add_feeds("other", b"x" * 60)
    client = web.client()
    for path in ("all", "other", "all"):
        assert client.get(f"/feeds/{path}.rss").status == 200
    assert web.feeds.asked["find"] == 3


# --- limits -------------------------------------------------------------------------------------------


def test_hammering_without_validators_is_told_to_wait(web: WebSite) -> None:
    client = web.client()
    etag = client.get("/feeds/all.rss").headers["etag"]
    answers = [client.get("/feeds/all.rss") for _ in range(600)]
    assert [reply.status for reply in answers[-2:]] == [200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
    assert client.get("/feeds/all.rss", if_none_match=etag).status == 304
    assert client.get("/feeds/all.rss", if_none_match='"old"').status == 200
    assert client.get("/feeds/all.atom").status == 200
    web.now += timedelta(hours=1)
    assert client.get("/feeds/all.rss").status == 200


def test_others_are_not_held_back(web: WebSite) -> None:
    app = web.app()
    for _ in range(601):
        Client(app).get("/feeds/all.rss")
    assert Client(app).get("/feeds/all.rss").status == 429
    assert Client(app, client="198.51.100.1").get("/feeds/all.rss").status == 200


def test_the_limit_s_memory_has_an_end() -> None:
    limit = FeedLimit(per_feed=1, most=10)
    assert limit.wait("192.0.2.1", "/", factories.NOON) == 0 < limit.wait("192.0.2.1", "/", factories.NOON)
    for number in range(10):
        limit.wait(f"192.0.2.{number}", "/", factories.NOON)
    assert limit.wait("192.0.2.1", "/", factories.NOON) == 0  # counted anew: rather one too many


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1"])
def test_an_unnamed_proxy_on_this_machine_is_not_one_client(address: str) -> None:
    feeds, form = FeedLimit(per_feed=1), HourlyLimit(per_client=1, overall=3)
    assert [feeds.wait(address, "/", factories.NOON) for _ in range(3)] == [0, 0, 0]
    assert [form.allow(address, factories.NOON) for _ in range(4)] == [True, True, True, False]


def test_a_household_is_one_client() -> None:
    limit = FeedLimit(per_feed=1)
    assert limit.wait("2001:db8::1", "/", factories.NOON) == 0
    assert limit.wait("2001:db8::2", "/", factories.NOON) == 3600
