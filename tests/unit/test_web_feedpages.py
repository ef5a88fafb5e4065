"""The page of a feed: what people see who follow a feed's address without its suffix."""

from __future__ import annotations

import re

import pytest

from syndicate.domain.model import Significance
from syndicate.ports import FeedRecord
from syndicate.web.feeds import FORMATS
from tests import factories
from tests.web_site import WebSite, filled

NAMES = ("all", factories.HEALTH.id, "source/anbefalinger")


@pytest.fixture
def web() -> WebSite:
    web = filled()
    for name in NAMES:
        web.add_feeds(name)
    return web


@pytest.mark.parametrize("name", NAMES)
def test_each_feed_has_a_page_with_its_three_addresses(web: WebSite, name: str) -> None:
    page = web.client().get(f"/feeds/{name}").text
    for suffix, kind in FORMATS.items():
        address = f"https://nyt.example.org/feeds/{name}.{suffix}"
        assert f"<code>{address}</code>" in page  # to be copied by hand
        assert f'data-text="{address}"' in page  # and by the button, where there is a script
        assert f'type="{kind.media_type}" title="' in page.partition("<body>")[0]
        assert f'href="/feeds/{name}.{suffix}"' in page.partition("<body>")[0]
    assert page.partition("<body>")[0].count('rel="alternate" type="application/') == len(FORMATS)
    assert "Hvad er et feed?" in page and 'href="/subscribe' in page
    assert f'<link rel="canonical" href="https://nyt.example.org/feeds/{name}">' in page


def test_it_speaks_both_languages(web: WebSite) -> None:
    client = web.client()
    assert "Adressen til dit program" in client.get("/feeds/all?lang=da").text
    assert "The address for your program" in client.get("/feeds/all?lang=en").text


def test_it_previews_what_is_in_the_feed(web: WebSite) -> None:
    web.archive.updates.clear()
    for number in range(1, 8):
        web.add_update(factories.update(id=f"{number:012x}", sequence=number))
    web.add_update(factories.update(id="a" * 12, sequence=8, topics=(factories.WORK.id,)))
    web.add_update(factories.update(id="b" * 12, sequence=9, significance=Significance.EDITORIAL))
    client = web.client()

    def shown(path: str) -> list[str]:
        return re.findall(r'<h3[^>]*><a href="/updates/([0-9a-f]+)', client.get(path).text)

    newest = [f"{number:012x}" for number in (7, 6, 5, 4, 3)]
    assert shown(f"/feeds/{factories.HEALTH.id}") == newest
    assert shown("/feeds/all") == ["a" * 12, *newest[:4]]
    assert shown("/feeds/all?all=1") == ["b" * 12, "a" * 12, *newest[:3]]
    assert shown("/feeds/source/anbefalinger")[0] == "a" * 12


def test_a_feed_without_entries_says_so(web: WebSite) -> None:
    web.archive.updates.clear()
    assert "Der er ingen nyheder endnu." in web.client().get("/feeds/all").text


def test_the_variant_with_everything_has_its_own_addresses(web: WebSite) -> None:
    page = web.client().get("/feeds/all?all=1").text
    for suffix in FORMATS:
        assert f"<code>https://nyt.example.org/feeds/all.{suffix}?all=1</code>" in page
    assert 'href="https://nyt.example.org/feeds/all?all=1"' in page.partition("<body>")[0]
    assert 'href="/feeds/all"' in page


def test_mail_of_the_topic_is_one_click_away(web: WebSite) -> None:
    assert f'href="/subscribe?topic={factories.HEALTH.id}"' in (
        web.client().get(f"/feeds/{factories.HEALTH.id}").text
    )


def test_a_former_address_shows_the_feed_under_its_present_one(web: WebSite) -> None:
    web.feeds.records["old"] = FeedRecord("old", "Sundhed", (factories.HEALTH.id,))
    page = web.client().get("/feeds/old").text
    assert f"/feeds/{factories.HEALTH.id}.rss</code>" in page
    assert f'rel="canonical" href="https://nyt.example.org/feeds/{factories.HEALTH.id}"' in page


def test_a_feed_that_ended_says_so_and_sells_nothing(web: WebSite) -> None:
    web.feeds.records["source/old"] = FeedRecord(
        "source/old", "Gammel", source="old", ended_at=factories.NOON
    )
    page = web.client().get("/feeds/source/old").text
    assert "Feedet sluttede 2. marts 2026" in page and "/feeds/source/old.rss</code>" in page
    assert 'href="/subscribe?' not in page
    assert "Så snart noget ændrer sig" not in page and "Det nyeste i feedet" not in page


def test_a_feed_that_is_gone_has_no_page_and_one_to_come_is_a_wait(web: WebSite) -> None:
    web.feeds.records["source/old"] = FeedRecord("source/old", "Gammel", source="old", gone=True)
    web.feeds.gone.add("source/old")
    web.feeds.configured.add("coming")
    client = web.client()
    gone = client.get("/feeds/source/old")
    assert gone.status == 410 and 'href="/feeds"' in gone.text
    assert (client.get("/feeds/coming").status, client.get("/feeds/coming").headers["retry-after"]) == (
        503,
        "60",
    )


@pytest.mark.parametrize("path", ["my/x", "source/", "source", "my", "%00", "a/b/c", "all/archive/1", "æ"])
def test_what_is_no_name_of_a_feed_is_not_found(web: WebSite, path: str) -> None:
    assert web.client().get(f"/feeds/{path}").status == 404
    assert not web.feeds.asked["find"]


def test_a_page_is_only_looked_at(web: WebSite) -> None:
    client = web.client()
    assert client.head("/feeds/all").status == 200
    assert client.post("/feeds/all", {"a": "b"}).status == 405
    etag = client.get("/feeds/all").headers["etag"]
    assert client.get("/feeds/all", if_none_match=etag).status == 304


def test_hostile_titles_stay_text(web: WebSite) -> None:
    web.feeds.records["x"] = FeedRecord("x", "<script>1</script>\x0b\u202e", ("x",))
    page = web.client().get("/feeds/x").text
    assert "<script>1" not in page and "\x0b" not in page and "\u202e" not in page


def test_the_other_pages_lead_to_it(web: WebSite) -> None:
    client = web.client()
    feeds = client.get("/feeds").text
    assert all(f'<h3><a href="/feeds/{name}">' in feeds for name in NAMES)
    topic = client.get(f"/updates?topic={factories.HEALTH.id}&all=1").text
    assert f'href="/feeds/{factories.HEALTH.id}?all=1"' in topic
    assert 'href="/feeds/source/anbefalinger"' in client.get("/updates?source=anbefalinger").text
    assert "Følg med" not in client.get("/updates?topic=ukendt").text
    assert 'href="/feeds/source/anbefalinger"' in client.get("/documents/1").text
    assert 'htmlUrl="https://nyt.example.org/feeds/all"' in client.get("/opml").text


def test_the_map_of_the_site_has_them(web: WebSite) -> None:
    listed = web.client().get("/sitemaps/pages.xml").text
    for path in ("/feeds/all", f"/feeds/{factories.HEALTH.id}", "/feeds/source/anbefalinger"):
        assert f"<loc>https://nyt.example.org{path}</loc>" in listed
