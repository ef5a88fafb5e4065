"""The feeds over HTTP: media types, validators, encodings, former names."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from syndicate.domain.model import Topic
from syndicate.web.feeds import FORMATS
from tests import factories
from tests.web_site import WebSite, filled

LAST_MODIFIED = "Mon, 02 Mar 2026 12:00:00 GMT"


@pytest.fixture
def web() -> WebSite:
    return filled()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/feeds/all.rss", "application/rss+xml"),
        ("/feeds/all.atom", "application/atom+xml"),
        ("/feeds/all.json", "application/feed+json"),
    ],
)
def test_a_feed_has_its_type_and_its_validators(web: WebSite, path: str, media_type: str) -> None:
    reply = web.client().get(path)
    assert (reply.status, reply.body) == (200, b"<rss/>")
    assert reply.headers["content-type"].partition(";")[0] == media_type
    assert reply.headers["etag"] == web.archive.feeds["all", path.rpartition(".")[2], False].etag
    assert reply.headers["last-modified"] == LAST_MODIFIED
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert reply.headers["vary"] == "Accept-Encoding"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "ETag" in reply.headers["access-control-expose-headers"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in reply.headers


def test_gzip_has_a_tag_of_its_own(web: WebSite) -> None:
    client, feed = web.client(), web.archive.feeds["all", "rss", False]
    reply = client.get("/feeds/all.rss", accept_encoding="br, gzip")
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["etag"] == feed.gzip_etag != feed.etag
    assert gzip.decompress(reply.body) == feed.body
    assert client.get("/feeds/all.rss", accept_encoding="gzip", if_none_match=feed.gzip_etag).status == 304
    assert client.get("/feeds/all.rss", accept_encoding="gzip", if_none_match=feed.etag).status == 200
    assert client.get("/feeds/all.rss", if_none_match=feed.gzip_etag).status == 200


def test_a_304_repeats_what_a_cache_needs(web: WebSite) -> None:
    client = web.client()
    first = client.get("/feeds/all.rss")
    for validator in (
        {"if_none_match": f'"x", W/{first.headers["etag"]}'},
        {"if_modified_since": LAST_MODIFIED},
    ):
        reply = client.get("/feeds/all.rss", **validator)
        assert (reply.status, reply.body) == (304, b"")
        for name in ("etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"):
            assert reply.headers[name] == first.headers[name]


def test_head_is_get_without_its_body(web: WebSite) -> None:
    client = web.client()
    assert dict(client.head("/feeds/all.rss").headers) == dict(client.get("/feeds/all.rss").headers)


def test_all_includes_the_editorial_ones_and_other_queries_are_nothing(web: WebSite) -> None:
    client = web.client()
    assert client.get("/feeds/all.rss?all=1").body == b"<rss/> all"
    for junk in ("?null", "?all=0", "?all=yes", "?utm_source=x", "?lang=en"):
        assert client.get(f"/feeds/all.rss{junk}").body == b"<rss/>"


def test_topics_and_sources_have_feeds(web: WebSite) -> None:
    web.add_feeds(factories.WORK.id, b"work")
    web.add_feeds("source/anbefalinger", b"source")
    client = web.client()
    for suffix in FORMATS:
        assert client.get(f"/feeds/{factories.WORK.id}.{suffix}").body == b"work"
        assert client.get(f"/feeds/source/anbefalinger.{suffix}").body == b"source"


def test_a_renamed_topic_answers_under_its_old_name_without_a_redirect(web: WebSite) -> None:
    web.site = replace(web.site, topics=(Topic("bolig", "Bolig", was=("boliger",)),))
    web.add_feeds("bolig", b"housing")
    assert web.client().get("/feeds/boliger.rss").body == b"housing"


def test_a_feed_that_is_not_built_yet_is_a_wait(web: WebSite) -> None:
    web.archive.feeds.clear()
    client = web.client()
    for name in ("all", factories.WORK.id):
        reply = client.get(f"/feeds/{name}.rss")
        assert (reply.status, reply.headers["retry-after"]) == (503, "60")


@pytest.mark.parametrize(
    "path",
    [
        *("weather.rss", "all.xml", "all", ".rss", "all.rss.gz", "source/none.rss", "source/all", "a%00.rss"),
        *("..%2fall.rss", "all.RSS", "source/..%2fx.rss", "x" * 300 + ".rss", "%F0%9F%92%A9.rss"),
    ],
)
def test_what_is_no_feed_is_not_found(web: WebSite, path: str) -> None:
    assert web.client().get(f"/feeds/{path}").status == 404
