"""Feeds and their pages over HTTP, from real records: news, the end of a feed, and what stays in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from syndicate.domain.model import Significance
from syndicate.web.app import create_app
from syndicate.web.pages import PageRenderer
from tests.asgi import Client
from tests.factories import HEALTH
from tests.feeding import FEEDS, FORMATS, Feeding
from tests.storing import NOW, SOURCE

pytestmark = pytest.mark.usefixtures("any_database")

KEPT = [feed for feed in FEEDS if feed.name != HEALTH.id]
GONE_AFTER = timedelta(days=30)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def feeding(tmp_path: Path) -> Feeding:
    return Feeding(tmp_path)


def site_over(feeding: Feeding, clock: Clock) -> Client:
    """The site that is already running, whatever the service does afterwards."""
    return Client(
        create_app(
            site=feeding.site,
            archive=feeding.store.archive,
            feeds=feeding.shelf(),
            subscribe=None,  # type: ignore[arg-type]
            pages=PageRenderer(feeding.site),
            readiness=list,
            clock=clock,
        )
    )


def test_a_feed_ends_with_an_entry_and_is_gone_also_for_a_site_that_runs_on(feeding: Feeding) -> None:
    clock = Clock()
    feeding.publish()
    feeding.service().render_feeds(clock())
    service = feeding.service(feeds=KEPT, gone_after=GONE_AFTER)
    client = site_over(feeding, clock)
    addresses = [f"/feeds/{HEALTH.id}.{name}{query}" for name in FORMATS for query in ("", "?all=1")]
    assert [client.get(address).status for address in addresses] == [200] * len(addresses)

    service.render_feeds(clock())
    clock.now += timedelta(days=1)
    assert all("dette feed er slut" in client.get(address).text for address in addresses)
    assert "Feedet sluttede" in client.get(f"/feeds/{HEALTH.id}").text

    clock.now += GONE_AFTER
    service.render_feeds(clock())
    assert [client.get(address).status for address in addresses] == [410] * len(addresses)
    assert client.get(f"/feeds/{HEALTH.id}").status == 410
    assert client.get("/feeds/all.rss").status == client.get("/feeds/all").status == 200


def test_the_archive_of_a_feed_ends_with_it(feeding: Feeding) -> None:
    clock = Clock()
    feeding.publish(60)
    feeding.service().render_feeds(clock())
    service = feeding.service(feeds=KEPT, gone_after=GONE_AFTER)
    client = site_over(feeding, clock)
    address = f"/feeds/{HEALTH.id}/archive/1.atom"
    assert client.get(address).headers["cache-control"].endswith("immutable")
    service.render_feeds(clock())
    clock.now += GONE_AFTER
    service.render_feeds(clock())
    assert client.get(address).status == 410


def next_json(body: bytes) -> str:
    return str(json.loads(body).get("next_url", ""))


def next_xml(body: bytes) -> str:
    links = etree.fromstring(body).iter("{http://www.w3.org/2005/Atom}link")
    return next((link.get("href", "") for link in links if link.get("rel") == "prev-archive"), "")


@pytest.mark.parametrize(("name", "onward"), [("rss", next_xml), ("atom", next_xml), ("json", next_json)])
@pytest.mark.parametrize("query", ["", "?all=1"])
def test_a_program_finds_its_way_to_the_oldest_entry(
    feeding: Feeding, name: str, onward: Callable[[bytes], str], query: str
) -> None:
    published = feeding.publish(103)
    feeding.publish(significance=Significance.EDITORIAL)
    feeding.service().render_feeds(NOW)
    client = site_over(feeding, Clock())
    address, bodies, kept = f"{feeding.site.base_url}/feeds/all.{name}{query}", "", []
    while address:
        reply = client.get(address.removeprefix(feeding.site.base_url))
        assert reply.status == 200 and address.endswith(query)
        assert f'<{address}>; rel="self"' in reply.headers["link"]
        bodies += reply.text
        kept.append(reply.headers["cache-control"].endswith("immutable"))
        address = onward(reply.body)
    assert all(feeding.site.entry_id(update.id) in bodies for update in published)
    assert kept == [False, False, True, True, True, True]


def test_every_feed_has_a_page_with_what_is_in_it(feeding: Feeding) -> None:
    (newest,) = feeding.publish()
    feeding.service().render_feeds(NOW)
    client = site_over(feeding, Clock())
    for name in ("all", HEALTH.id, f"source/{SOURCE.id}"):
        page = client.get(f"/feeds/{name}").text
        assert f'href="/updates/{newest.id}"' in page and f"/feeds/{name}.rss</code>" in page


def test_before_the_first_rendering_everything_is_a_wait(feeding: Feeding) -> None:
    client = site_over(feeding, Clock())
    assert client.get("/feeds/all.rss").status == client.get("/feeds/all").status == 503
    assert client.get("/feeds/ukendt").status == 404
