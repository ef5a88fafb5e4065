"""Lists for programs: sitemap, OPML, robots.txt. They are read with a real parser of XML."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from syndicate.domain.model import Topic, UpdateState
from syndicate.ports import SourceView
from syndicate.web.listings import FIXED_PAGES, PART
from tests import factories
from tests.web_site import WebSite, filled

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def web() -> WebSite:
    return filled()


def parsed(web: WebSite, path: str) -> etree._Element:
    reply = web.client().get(path)
    assert reply.status == 200
    return etree.fromstring(reply.body, etree.XMLParser(resolve_entities=False, no_network=True))


def places(web: WebSite, path: str) -> list[str]:
    return [place.text or "" for place in parsed(web, path).iterfind(".//s:loc", NS)]


def test_the_map_leads_to_every_public_page(web: WebSite) -> None:
    for name in ("sundhed", "beskaeftigelse", "source/anbefalinger"):
        web.add_feeds(name)
    client = web.client()
    parts = places(web, "/sitemap.xml")
    base = web.site.base_url
    assert parts == [f"{base}/sitemaps/pages.xml", f"{base}/sitemaps/updates-1.xml"]
    found = [place for part in parts for place in places(web, part.removeprefix(base))]
    assert set(found) == {
        *(base + path for path in FIXED_PAGES),
        *(f"{base}/feeds/{name}" for name in ("all", "sundhed", "beskaeftigelse", "source/anbefalinger")),
        f"{base}/documents/1",
        f"{base}/updates/0f1e2d3c4b5a",
    }
    for place in found:
        assert client.get(place.removeprefix(base)).status == 200


def test_held_updates_are_on_no_map(web: WebSite) -> None:
    web.add_update(factories.update(id="eeee", sequence=0, state=UpdateState.HELD, published_at=None))
    assert "eeee" not in "".join(places(web, "/sitemaps/updates-1.xml"))


def test_a_long_archive_has_several_parts_that_do_not_overlap(web: WebSite) -> None:
    for sequence in (PART, PART + 1, 2 * PART + 5):
        web.add_update(factories.update(id=f"u{sequence}", sequence=sequence))
    parts = places(web, "/sitemap.xml")[1:]
    assert [part.rpartition("/")[2] for part in parts] == ["updates-1.xml", "updates-2.xml", "updates-3.xml"]
    counts = [len(places(web, f"/sitemaps/updates-{n}.xml")) for n in (1, 2, 3)]
    assert counts == [2, 1, 1]


@pytest.mark.parametrize(
    "name",
    ["x.xml", "updates-0.xml", "updates-2.xml", "updates--1.xml", "updates-9999999999.xml", "updates-٣.xml"],
)
def test_a_part_that_is_not_there(web: WebSite, name: str) -> None:
    assert web.client().get(f"/sitemaps/{name}").status == 404


def test_every_feed_is_in_the_opml(web: WebSite) -> None:
    web.archive.known_sources.append(SourceView("gammel", "Gammel", factories.NOON))
    tree = parsed(web, "/opml")
    base = web.site.base_url
    assert (tree.tag, tree.get("version"), tree.findtext("head/title")) == ("opml", "2.0", web.site.title)
    assert [feed.get("xmlUrl") for feed in tree.iterfind(".//outline[@xmlUrl]")] == [
        f"{base}/feeds/all.rss",
        f"{base}/feeds/sundhed.rss",
        f"{base}/feeds/beskaeftigelse.rss",
        f"{base}/feeds/source/anbefalinger.rss",
    ]
    assert all(feed.get("text") for feed in tree.iter("outline"))
    assert web.client().get("/opml").headers["content-type"] == "text/x-opml; charset=utf-8"
    assert 'href="/opml"' in web.client().get("/feeds").text


@pytest.mark.parametrize("text", ['"><x/>&amp;', "<script>", "\x00\x1b\u202e\ufffe", "]]>", "Æ & Ø"])
def test_foreign_titles_do_not_break_the_opml(web: WebSite, text: str) -> None:
    web.site = replace(web.site, topics=(Topic("emne", text),))
    web.archive.known_sources = [SourceView("kilde", text)]
    titles = [feed.get("text") for feed in parsed(web, "/opml").iterfind(".//outline[@xmlUrl]")][1:]
    assert len(titles) == 2 and len(set(titles)) == 1
    assert set(titles[0] or "") <= set(text)


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemaps/pages.xml", "/opml", "/robots.txt"])
def test_lists_are_not_sent_twice(web: WebSite, path: str) -> None:
    client = web.client()
    first = client.get(path)
    assert "max-age" in first.headers["cache-control"]
    assert client.get(path, if_none_match=first.headers["etag"]).status == 304
    assert client.head(path).status == 200


def test_robots_are_kept_from_links_in_mails_and_told_of_the_map(web: WebSite) -> None:
    web.site = replace(web.site, base_url="https://example.org/nyt")
    text = web.client().get("/robots.txt").text
    assert "Disallow: /nyt/unsubscribe/\n" in text
    assert text.endswith("Sitemap: https://example.org/nyt/sitemap.xml\n") or text.strip().endswith(
        "sitemap.xml"
    )


def test_an_empty_site_has_empty_lists() -> None:
    web = WebSite()
    assert len(places(web, "/sitemap.xml")) == 1
    feeds = 1 + len(web.site.topics)
    assert len(places(web, "/sitemaps/pages.xml")) == len(FIXED_PAGES) + feeds
    assert len(parsed(web, "/opml").findall(".//outline[@xmlUrl]")) == 3
