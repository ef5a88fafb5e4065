"""The feed source: an entry's page is a document, or the entry's own text is; old entries are no removals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syndicate import parsers
from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import NotModified, ReadOptions, Retrieved, SourceKind
from syndicate.sources.feed import Config, build
from tests.unit.test_sources_sitemap import HOME, LOGIN, NOW, Site
from tests.watching import InProcess

FEED = f"{HOME}/nyt.xml"


def feed(*entries: tuple[str, str, str]) -> bytes:
    """From (id, address, HTML)."""
    items = "".join(
        f"<item><title>Råd {name}</title><guid>{name}</guid><link>{url}</link>"
        f"<description><![CDATA[{html}]]></description></item>"
        for name, url, html in entries
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


ONE = ("1", f"{HOME}/raad/1", "<p>Kommunen bør tilbyde en samtale.</p>")
TWO = ("2", f"{HOME}/raad/2", "<p>Regionen skal svare.</p>")


def source(site: Site, **keys: object) -> SourceKind:
    return build(Config.model_validate({"url": FEED, **keys}), site, LOGIN, InProcess())


def test_an_entry_is_known_by_its_own_id_and_has_a_title() -> None:
    kind = source(Site(nyt=feed(ONE, TWO)))
    first, _ = kind.find(NOW)
    assert (first.key, first.title, first.address) == ("1", "Råd 1", f"{HOME}/raad/1")
    assert kind.follows_attachments


def test_an_entry_that_grew_old_is_not_removed() -> None:
    assert not source(Site(nyt=feed(ONE))).lists_all


def test_by_default_the_page_is_visited() -> None:
    site = Site(nyt=feed(ONE))
    kind = source(site)
    kind.find(NOW)
    with pytest.raises(FetchError):  # it is asked for, and not there
        kind.retrieve(ONE[1], None, NOW)


def test_the_entry_itself_can_be_the_document() -> None:
    kind = source(Site(nyt=feed(ONE, TWO)), content="entry")
    assert not kind.follows_attachments
    assert {document.host for document in kind.find(NOW)} == {"kilde.example"}
    got = kind.retrieve(ONE[1], None, NOW)
    assert isinstance(got, Retrieved)
    version = parsers.read(got.body, media_type=got.media_type, url=got.url, options=ReadOptions())
    assert version.title == "Råd 1"
    assert "Kommunen bør tilbyde en samtale." in version.text


def test_many_entries_cost_one_request_and_later_ones_ask_again() -> None:
    site = Site(nyt=feed(ONE, TWO))
    kind = source(site, content="entry")
    kind.find(NOW)
    kind.retrieve(ONE[1], None, NOW)
    kind.retrieve(TWO[1], None, NOW)
    assert len(site.asked) == 1
    kind.retrieve(TWO[1], None, NOW + timedelta(minutes=15))
    assert len(site.asked) == 2


def test_an_entry_that_is_listed_no_more_is_as_it_was() -> None:
    site = Site(nyt=feed(ONE, TWO))
    kind = source(site, content="entry")
    kind.find(NOW)
    site.bodies[FEED] = feed(TWO)
    later = NOW + timedelta(hours=1)
    assert isinstance(kind.retrieve(ONE[1], None, later), NotModified)
    assert isinstance(kind.retrieve(TWO[1], None, later), Retrieved)


def test_after_a_restart_the_feed_is_asked_first() -> None:
    kind = source(Site(nyt=feed(ONE)), content="entry")
    assert isinstance(kind.retrieve(ONE[1], None, NOW), Retrieved)


def test_a_feed_without_an_end_is_refused() -> None:
    """Each entry would be a document for good."""
    entries = [(str(n), f"{HOME}/raad/{n}", "") for n in range(1001)]
    with pytest.raises(FetchError) as caught:
        source(Site(nyt=feed(*entries))).find(NOW)
    assert caught.value.reason is FetchReason.TOO_LARGE
    assert len(source(Site(nyt=feed(*entries)), most=2000).find(NOW)) == 1001


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/raad", "http://intern.example:8080/x", "https://kilde.example:8443/"]
)
def test_an_entry_that_leads_elsewhere_takes_nothing_of_ours_along(url: str) -> None:
    """Neither the login nor the leave to be inside our own network."""
    site = Site(nyt=feed(("1", url, "")))
    kind = build(Config.model_validate({"url": FEED}), site, replace(LOGIN, allow_private=True), InProcess())
    kind.find(NOW)
    with pytest.raises(FetchError):
        kind.retrieve(url, None, NOW)
    assert [(access.allow_private, bool(access.headers)) for _, access in site.asked] == [
        (True, True),
        (False, False),
    ]
