"""Lists of addresses: what is read of sitemaps and feeds, also of broken and hostile ones."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.parsers import _listing, list_addresses
from syndicate.ports import Listing, ListingKind

SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <url><loc> https://kilde.example/a </loc><lastmod>2026-02-28</lastmod></url>
  <url><loc>https://kilde.example/b?x=1&amp;y=2</loc><lastmod>2026-02-28T10:00:00+01:00</lastmod></url>
  <url><loc>https://kilde.example/a#afsnit</loc></url>
</urlset>"""

RSS = b"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Nyt</title><link>https://kilde.example/</link>
<item><title>R\xc3\xa5d &amp; d\xc3\xa5d</title><link>https://kilde.example/1</link>
<guid isPermaLink="false">id-1</guid>
<pubDate>Sat, 28 Feb 2026 09:00:00 +0100</pubDate><description>kort</description>
<content:encoded><![CDATA[<p>Kommunen <b>skal</b>.</p>]]></content:encoded></item>
<item><title>Uden link</title><guid>https://kilde.example/2</guid></item>
<item><title>Ingen adresse</title></item>
</channel></rss>"""

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Nyt</title>
<entry><id>tag:x,2026:1</id><title>Et</title><link rel="self" href="https://kilde.example/1.atom"/>
<link href="/1"/><updated>2026-02-28T09:00:00Z</updated>
<content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>Hej <em>der</em></p></div></content></entry>
<entry><id>tag:x,2026:2</id><title>To</title><link rel="alternate" href="https://kilde.example/2"/>
<summary type="text">1 &lt; 2</summary></entry>
</feed>"""


def listed(data: bytes, media_type: str = "text/xml") -> Listing:
    return list_addresses(data, media_type=media_type, url="https://kilde.example/liste")


def urls(data: bytes, media_type: str = "text/xml") -> list[str]:
    return [entry.url for entry in listed(data, media_type).entries]


def test_a_sitemap_lists_each_page_once_with_its_hint() -> None:
    listing = listed(SITEMAP)
    assert listing.kind is ListingKind.SITEMAP
    assert [entry.url for entry in listing.entries] == [
        "https://kilde.example/a",
        "https://kilde.example/b?x=1&y=2",
    ]
    assert listing.entries[0].stated == datetime(2026, 2, 28, tzinfo=UTC)
    assert listing.entries[1].stated == datetime(2026, 2, 28, 9, tzinfo=UTC)


def test_an_index_of_sitemaps_is_told_apart() -> None:
    data = SITEMAP.replace(b"urlset", b"sitemapindex").replace(b"<url>", b"<sitemap>")
    listing = listed(data.replace(b"</url>", b"</sitemap>"))
    assert listing.kind is ListingKind.INDEX
    assert len(listing.entries) == 2


def test_packed_lists_and_lists_without_a_name_space_are_read() -> None:
    plain = SITEMAP.replace(b' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', b"")
    assert urls(gzip.compress(plain), "application/x-gzip") == urls(SITEMAP)
    assert urls(b"\xef\xbb\xbf\n " + SITEMAP) == urls(SITEMAP)


def test_a_text_with_an_address_a_line_is_a_sitemap() -> None:
    assert urls(b"https://kilde.example/a\r\nhttps://kilde.example/b\r\n", "text/plain") == [
        "https://kilde.example/a",
        "https://kilde.example/b",
    ]


def test_rss_gives_address_id_title_time_and_fullest_text() -> None:
    listing = listed(RSS)
    assert listing.kind is ListingKind.FEED
    first, second = listing.entries
    assert (first.url, first.id, first.title) == ("https://kilde.example/1", "id-1", "Råd & dåd")
    assert first.content == "<p>Kommunen <b>skal</b>.</p>"
    assert first.stated == datetime(2026, 2, 28, 8, tzinfo=UTC)
    assert (second.url, second.stated) == ("https://kilde.example/2", None)


def test_atom_gives_the_alternate_link_and_all_forms_of_text() -> None:
    first, second = listed(ATOM).entries
    assert (first.url, first.id) == ("https://kilde.example/1", "tag:x,2026:1")
    assert "<p>Hej <em>der</em></p>" in first.content
    assert second.content == "1 &lt; 2"


def test_rdf_feeds_are_read() -> None:
    data = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
    <item rdf:about="urn:1"><title>T</title><link>https://kilde.example/1</link></item></rdf:RDF>"""
    (entry,) = listed(data).entries
    assert (entry.id, entry.url) == ("urn:1", "https://kilde.example/1")


def test_what_can_be_read_of_a_broken_feed_is() -> None:
    broken = RSS.replace(b"&amp;", b"&").replace(b"</channel></rss>", b"")
    assert [entry.url for entry in listed(broken).entries] == urls(RSS)


def test_only_web_addresses_count() -> None:
    data = SITEMAP.replace(b"https://kilde.example/b?x=1&amp;y=2", b"file:///etc/passwd")
    assert urls(data) == ["https://kilde.example/a"]
    long = b"https://kilde.example/" + b"x" * 3000
    assert urls(SITEMAP.replace(b" https://kilde.example/a ", long)) == [
        "https://kilde.example/b?x=1&y=2",
        "https://kilde.example/a",
    ]


@pytest.mark.parametrize(
    "data", [b"", b"<html><p>Hej</p></html>", b"\x00\x01", b"hej", b"<", b"<?xml version='1.0'?>"]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        listed(data)


def test_entities_are_not_resolved(tmp_path: object) -> None:
    evil = b"""<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY l "lol">
    <!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;"><!ENTITY n "&m;&m;&m;&m;&m;&m;&m;&m;">]>
    <urlset><url><loc>https://kilde.example/&x;</loc></url><url><loc>https://kilde.example/&n;</loc></url></urlset>"""
    assert all("lol" not in url and len(url) < 100 for url in urls(evil))


def test_a_gzip_bomb_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_listing, "MOST_BYTES", 10_000)
    with pytest.raises(ParseError) as caught:
        listed(gzip.compress(b" " * 1_000_000))
    assert caught.value.reason is ParseReason.TOO_LARGE


def test_too_many_addresses_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_listing, "MOST_ENTRIES", 1)
    with pytest.raises(ParseError) as caught:
        listed(SITEMAP)
    assert caught.value.reason is ParseReason.TOO_LARGE


def test_prefixes_that_nothing_declares_are_read_past() -> None:
    """As feeds in the wild have them: the rest of such a list is sound."""
    data = b"<rss><channel><dc:x/><item><title>T</title><dc:y>x</dc:y><link>https://kilde.example/a</link></item></channel></rss>"
    assert urls(data) == ["https://kilde.example/a"]


def test_an_emoji_written_in_two_halves_is_left_out() -> None:
    data = b"<rss><item><title>S&#xD83D;&#xDE34;v&#55357;&#56884;n</title><link>https://kilde.example/a</link></item></rss>"
    (entry,) = listed(data).entries
    assert entry.title == "Svn"


def test_a_reference_to_no_character_is_a_damaged_list() -> None:
    with pytest.raises(ParseError) as caught:
        listed(
            "<?xml version='1.0'?><urlset><url><loc>https://kilde.example/&#xD800;</loc></url></urlset>".encode(
                "utf-16-le"
            )
        )
    assert caught.value.reason is ParseReason.DAMAGED


def test_an_address_with_a_control_character_is_none() -> None:
    """No page has it, and to some databases it is an error."""
    assert urls(b"https://kilde.example/a\0b\nhttps://kilde.example/c\nhttps://kilde.example/d\x1b") == [
        "https://kilde.example/c"
    ]
