"""What each format says in its own way."""

from __future__ import annotations

import json
from datetime import timedelta
from types import ModuleType
from typing import Any

import feedparser
import jsonschema
import pytest
from lxml import etree

from syndicate.domain.model import EPOCH, FeedPlace
from syndicate.feeds import atom, rss
from syndicate.feeds import json as json_feed
from syndicate.feeds._shared import NOT_IN_XML, clean
from tests.factories import HEALTH, NOON, SOURCE_URL, feed_entry, feed_view

NAMESPACES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}

JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string"},
        "home_page_url": {"type": "string", "pattern": "^https?://"},
        "feed_url": {"type": "string", "pattern": "^https?://"},
        "next_url": {"type": "string", "pattern": "^https?://"},
        "hubs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "url"],
                "properties": {"type": {"type": "string"}, "url": {"type": "string"}},
                "additionalProperties": False,
            },
        },
        "description": {"type": "string"},
        "language": {"type": "string"},
        "authors": {"type": "array", "items": {"$ref": "#/$defs/author"}},
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
    },
    "patternProperties": {"^_[a-z]+$": {"type": "object"}},
    "additionalProperties": False,
    "$defs": {
        "author": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "additionalProperties": False,
            "minProperties": 1,
        },
        "item": {
            "type": "object",
            "required": ["id"],
            "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
            "properties": {
                "id": {"type": "string"},
                "url": {"type": "string", "pattern": "^https?://"},
                "external_url": {"type": "string", "pattern": "^https?://"},
                "title": {"type": "string"},
                "summary": {"type": "string"},
                "content_html": {"type": "string"},
                "content_text": {"type": "string"},
                "date_published": {"type": "string", "format": "date-time"},
                "date_modified": {"type": "string", "format": "date-time"},
                "language": {"type": "string"},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
            "patternProperties": {"^_[a-z]+$": {"type": "object"}},
            "additionalProperties": False,
        },
    },
}


def xml(document: bytes, path: str) -> Any:
    found = etree.fromstring(document).xpath(path, namespaces=NAMESPACES)
    return found[0] if isinstance(found, list) and len(found) == 1 else found


class TestRss:
    def test_the_channel_names_itself_and_its_page(self) -> None:
        document = rss.render(feed_view(feed_entry()))

        assert xml(document, "/rss/channel/link/text()") == "https://nyt.example.org/updates"
        assert xml(document, "/rss/channel/a:link/@href") == "https://nyt.example.org/feeds/all.rss"
        assert xml(document, "/rss/channel/a:link/@rel") == "self"
        assert xml(document, "/rss/channel/language/text()") == "da"

    def test_the_id_is_no_address(self) -> None:
        document = rss.render(feed_view(feed_entry()))

        assert xml(document, "//guid/text()") == feed_entry().id
        assert xml(document, "//guid/@isPermaLink") == "false"

    def test_the_summary_stands_before_the_content(self) -> None:
        item = xml(rss.render(feed_view(feed_entry())), "//item")
        names = [etree.QName(child).localname for child in item]

        assert names.index("description") < names.index("encoded")
        assert xml(etree.tostring(item), "content:encoded/text()") == feed_entry().html

    def test_a_summary_is_text_also_for_readers_that_expect_html(self) -> None:
        document = rss.render(feed_view(feed_entry(summary="<b>5 < 6</b>")))

        assert xml(document, "//item/description/text()") == "&lt;b&gt;5 &lt; 6&lt;/b&gt;"

    def test_a_title_holds_nothing_that_could_be_a_tag(self) -> None:
        document = rss.render(feed_view(feed_entry(title="<img src=x> BMI < 18")))

        assert xml(document, "//item/title/text()") == "‹img src=x> BMI < 18"

    def test_dates_are_those_of_the_mail_standard(self) -> None:
        document = rss.render(feed_view(feed_entry()))

        assert xml(document, "//item/pubDate/text()") == "Mon, 02 Mar 2026 12:00:00 +0000"
        assert xml(document, "//lastBuildDate/text()") == "Mon, 02 Mar 2026 12:00:00 +0000"

    def test_links_keep_their_relation(self) -> None:
        document = rss.render(feed_view(feed_entry()))

        assert xml(document, "//item/link/text()") == feed_entry().url
        assert xml(document, "//item/a:link/@rel") == ["via", "related"]
        assert xml(document, "//item/dc:creator/text()") == feed_view().publisher


class TestAtom:
    def test_links_keep_their_relation(self) -> None:
        (entry,) = feedparser.parse(atom.render(feed_view(feed_entry()))).entries

        links = {link.rel: link.href for link in entry.links}
        assert links == {
            "alternate": feed_entry().url,
            "via": SOURCE_URL,
            "related": "https://nyt.example.org/updates/0",
        }

    def test_a_topic_is_a_category_of_our_scheme(self) -> None:
        document = atom.render(feed_view(feed_entry()))

        assert xml(document, "//a:category/@term") == HEALTH.id
        assert xml(document, "//a:category/@label") == HEALTH.title
        assert xml(document, "//a:category/@scheme") == "tag:example.org,2026:topics"

    def test_languages_are_told_of_feed_and_entry(self) -> None:
        document = atom.render(feed_view(feed_entry(language="en")))

        assert xml(document, "/a:feed/@xml:lang") == "da"
        assert xml(document, "//a:entry/@xml:lang") == "en"

    def test_entries_of_one_moment_have_distinct_times(self) -> None:
        document = atom.render(feed_view(*(feed_entry(number) for number in range(50, 0, -1))))

        times = xml(document, "//a:entry/a:updated/text()")
        assert len(set(times)) == 50
        assert times == sorted(times, reverse=True)

    def test_an_entry_keeps_its_time_when_others_leave(self) -> None:
        both = atom.render(feed_view(feed_entry(2), feed_entry(1)))
        one = atom.render(feed_view(feed_entry(2)))

        assert xml(both, "//a:entry/a:updated/text()")[0] == xml(one, "//a:entry/a:updated/text()")

    def test_the_feed_is_as_new_as_its_newest_entry(self) -> None:
        newer = feed_entry(2, updated=NOON + timedelta(days=1))
        document = atom.render(feed_view(newer, feed_entry(1)))

        assert xml(document, "/a:feed/a:updated/text()") == "2026-03-03T12:00:00.000002+00:00"

    def test_a_feed_without_entries_is_from_the_epoch(self) -> None:
        assert feed_view().updated == EPOCH
        assert xml(atom.render(feed_view()), "/a:feed/a:updated/text()") == "1970-01-01T00:00:00+00:00"

    def test_it_was_published_no_later_than_updated(self) -> None:
        document = atom.render(feed_view(feed_entry(updated=NOON.replace(microsecond=999_999))))

        assert xml(document, "//a:published/text()") <= xml(document, "//a:entry/a:updated/text()")


class TestJson:
    def test_it_follows_the_specification(self) -> None:
        bare = feed_entry(2, source_url="", title="", topics=())
        document = json.loads(json_feed.render(feed_view(feed_entry(1), bare)))

        jsonschema.validate(document, JSON_FEED)

    def test_it_leads_to_older_entries_and_to_hubs(self) -> None:
        bare = json.loads(json_feed.render(feed_view(feed_entry())))
        document = json.loads(json_feed.render(feed_view(feed_entry(), hubs=HUBS, place=FeedPlace(older=3))))

        jsonschema.validate(document, JSON_FEED)
        assert not {"next_url", "hubs"} & set(bare)
        assert document["next_url"] == "https://nyt.example.org/feeds/all/archive/3.json"
        assert document["hubs"] == [{"type": "WebSub", "url": HUBS[0]}]

    def test_an_archived_document_has_no_hubs(self) -> None:
        view = feed_view(feed_entry(), hubs=HUBS, place=FeedPlace(number=1, newer=2))

        assert "hubs" not in json.loads(json_feed.render(view))

    def test_the_schema_here_is_not_blind(self) -> None:
        document = json.loads(json_feed.render(feed_view(feed_entry())))
        del document["items"][0]["id"]

        assert not jsonschema.Draft202012Validator(JSON_FEED).is_valid(document)

    def test_programs_get_the_change_as_data(self) -> None:
        (item,) = json.loads(json_feed.render(feed_view(feed_entry())))["items"]

        assert item["_syndicate"]["significance"] == "substantive"
        assert item["_syndicate"]["changes"] == [{"kind": "reworded", "before": "bør", "after": "skal"}]

    def test_letters_are_letters(self) -> None:
        assert "skærpet" in json_feed.render(feed_view(feed_entry())).decode()


HUBS = ("https://hub.example.org/",)


def relations(document: bytes) -> dict[str, str]:
    """The links of a feed by their relation, without those of its entries."""
    links = etree.fromstring(document).xpath("/rss/channel/a:link | /a:feed/a:link", namespaces=NAMESPACES)
    assert len({link.get("rel") for link in links}) == len(links)
    return {link.get("rel"): link.get("href") for link in links}


@pytest.mark.parametrize("feed_format", [rss, atom])
class TestHistory:
    """RFC 5005 and WebSub in RSS and Atom."""

    def test_the_current_document_leads_to_its_hubs_and_its_archive(self, feed_format: ModuleType) -> None:
        view = feed_view(feed_entry(), hubs=HUBS, place=FeedPlace(older=3), query="?all=1")
        document, suffix = feed_format.render(view), feed_format.SUFFIX

        found = relations(document)
        assert found["self"] == f"https://nyt.example.org/feeds/all{suffix}?all=1"
        assert found["hub"] == HUBS[0]
        assert found["prev-archive"] == f"https://nyt.example.org/feeds/all/archive/3{suffix}?all=1"
        assert not {"next-archive", "current"} & set(found)
        assert b"fh:" not in document

    def test_an_archived_document_names_its_neighbours(self, feed_format: ModuleType) -> None:
        view = feed_view(feed_entry(), hubs=HUBS, place=FeedPlace(number=2, older=1, newer=3))
        document, suffix = feed_format.render(view), feed_format.SUFFIX

        found = relations(document)
        assert found["self"] == f"https://nyt.example.org/feeds/all/archive/2{suffix}"
        assert found["current"] == f"https://nyt.example.org/feeds/all{suffix}"
        assert found["prev-archive"] == f"https://nyt.example.org/feeds/all/archive/1{suffix}"
        assert found["next-archive"] == f"https://nyt.example.org/feeds/all/archive/3{suffix}"
        assert "hub" not in found
        assert document.count(b"<fh:archive/>") == 1

    def test_a_feed_that_is_whole_says_so(self, feed_format: ModuleType) -> None:
        document = feed_format.render(feed_view(feed_entry(), place=FeedPlace(complete=True)))

        assert document.count(b"<fh:complete/>") == 1
        assert set(relations(document)) <= {"self", "alternate"}

    def test_what_it_says_of_itself_stands_before_the_entries(self, feed_format: ModuleType) -> None:
        view = feed_view(feed_entry(2), feed_entry(1), hubs=HUBS, place=FeedPlace(older=1))
        root = etree.fromstring(feed_format.render(view))
        names = [etree.QName(child).localname for child in (root if len(root) > 1 else root[0])]

        assert names[-2:] in (["item", "item"], ["entry", "entry"])

    def test_feedparser_sees_the_relations(self, feed_format: ModuleType) -> None:
        view = feed_view(feed_entry(), hubs=HUBS, place=FeedPlace(number=2, older=1, newer=3))
        parsed = feedparser.parse(feed_format.render(view))

        assert not parsed.bozo
        assert {"self", "current", "prev-archive", "next-archive"} <= {link.rel for link in parsed.feed.links}


def test_cleaning_leaves_what_is_clean_alone() -> None:
    view = feed_view(feed_entry())

    assert clean(view) == view


def test_lxml_refuses_what_is_cleaned_away_and_nothing_else() -> None:
    """Only what was refused is cleaned."""
    element = etree.Element("a")

    def is_refused(letter: str) -> bool:
        try:
            element.text = f"a{letter}b"
        except ValueError:
            return True
        return False

    letters = [*map(chr, range(0x10000)), "\U00010000", "\U0001fffe", "\U0001f600", "\U0010ffff"]
    assert [letter for letter in letters if is_refused(letter) != bool(NOT_IN_XML.search(letter))] == []


@pytest.mark.parametrize(
    "text", ["\x00", "\x08", "\x0b", "\x0c", "\x1f", "\ud800", "\udfff", "\ufffe", "\uffff", "\\u0000", "\\b"]
)
@pytest.mark.parametrize("feed_format", [rss, atom, json_feed], ids=lambda module: module.SUFFIX)
def test_what_a_feed_cannot_carry_is_as_if_it_was_never_there(feed_format: ModuleType, text: str) -> None:
    dirty = feed_view(
        feed_entry(title=f"før {text}efter", changes=({"before": f"{text}x"},)), title=text + "t"
    )

    assert feed_format.render(dirty) == feed_format.render(clean(dirty))
