"""What every feed format promises. A new format is in it by its file alone."""

from __future__ import annotations

import importlib
import json
import locale
import pkgutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import feedparser
import pytest
from lxml import etree

import syndicate.feeds
from syndicate.domain.model import FeedEntry, FeedView, Topic
from tests.factories import feed_entry, feed_view


class Format(Protocol):
    MEDIA_TYPE: str
    SUFFIX: str

    def render(self, view: FeedView) -> bytes: ...


NAMES = [name for _, name, _ in pkgutil.iter_modules(syndicate.feeds.__path__) if not name.startswith("_")]

HOSTILE = {
    "vertical tab": "før\x0befter",
    "null": "før\x00efter",
    "surrogate": "før\ud800efter",
    "not a character": "før\ufffe\uffffefter",
    "end of CDATA": "før ]]> efter",
    "markup": "<script>alert(1)</script> & &amp; <b>fed</b> &lt;i&gt; 5 < 6",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0633\u0644\u0627\u0645",
    "emoji": "👩‍⚕️🇩🇰",
    "Danish": "æøå ÆØÅ é “»›",
    "delete and next line": "\x7f\x85",
}


@pytest.fixture(params=NAMES)
def feed_format(request: pytest.FixtureRequest) -> Iterator[Format]:
    yield importlib.import_module(f"syndicate.feeds.{request.param}")


def parse(document: bytes) -> list[dict[str, Any]]:
    """The entries as an independent reader sees them: id, link, title."""
    if document.startswith(b"{"):
        items = json.loads(document)["items"]
        return [{"id": item["id"], "link": item["url"], "title": item.get("title", "")} for item in items]
    parsed = feedparser.parse(document)
    assert not parsed.bozo, parsed.bozo_exception
    return [{"id": entry.id, "link": entry.link, "title": entry.title} for entry in parsed.entries]


def hostile_entry(text: str) -> FeedEntry:
    return feed_entry(
        title=text,
        summary=text,
        html=f"<p>{text.replace('<', '&lt;')}</p>",
        source_title=text,
        topics=(Topic("t", text),),
        changes=({"kind": "reworded", "before": text, "after": [text]},),
    )


def test_there_are_the_three_that_are_promised() -> None:
    assert {"rss", "atom", "json"} <= set(NAMES)


def test_it_says_what_it_is(feed_format: Format) -> None:
    assert feed_format.__doc__
    assert feed_format.SUFFIX.startswith(".")
    assert feed_format.MEDIA_TYPE.startswith("application/")


@pytest.mark.parametrize("count", [0, 1, 50, 1000])
def test_all_entries_arrive_in_order(feed_format: Format, count: int) -> None:
    entries = [feed_entry(number) for number in range(count, 0, -1)]

    seen = parse(feed_format.render(feed_view(*entries)))

    assert [item["id"] for item in seen] == [entry.id for entry in entries]
    assert [item["link"] for item in seen] == [entry.url for entry in entries]


@pytest.mark.parametrize("entries", [(), (feed_entry(1), feed_entry(2))], ids=["empty", "two"])
def test_the_same_view_gives_the_same_bytes(
    feed_format: Format, entries: tuple[FeedEntry, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = feed_format.render(feed_view(*entries))

    for module in ("feedgen.feed", "feedgen.entry"):
        monkeypatch.setattr(f"{module}.datetime", LaterClock)

    assert feed_format.render(feed_view(*entries)) == first


class AnyTime(type):
    def __instancecheck__(cls, thing: object) -> bool:
        return isinstance(thing, datetime)


class LaterClock(metaclass=AnyTime):
    """Stands where feedgen reads the time, a century on."""

    @staticmethod
    def now(_zone: Any = None) -> datetime:
        return feed_entry().updated.replace(year=2126)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_character_breaks_it(feed_format: Format, text: str) -> None:
    view = replace(feed_view(hostile_entry(text), feed_entry(2)), title=text, subtitle=text, publisher=text)

    first, second = parse(feed_format.render(view))

    assert first["id"] == feed_entry(1).id
    assert second["title"] == feed_entry(2).title
    assert "<script" not in first["title"] or feed_format.MEDIA_TYPE != "application/rss+xml"


def test_texts_arrive_unchanged(feed_format: Format) -> None:
    title = "Anbefaling 3: BMI < 18 & »bør« → »skal« æøå 👩‍⚕️"

    (entry,) = parse(feed_format.render(feed_view(feed_entry(title=title))))

    assert entry["title"] == title


def test_empty_texts_are_no_error(feed_format: Format) -> None:
    bare = feed_entry(title="", summary="", html="", topics=(), source_url="", previous_url="", changes=())

    (entry,) = parse(feed_format.render(feed_view(bare, title="", subtitle="", publisher="")))

    assert entry["id"] == bare.id


def test_four_threads_keep_the_locale(feed_format: Format) -> None:
    """feedgen's own way of writing a date loses the locale of the process among threads."""
    view = feed_view(*(feed_entry(number) for number in range(100)))
    before = locale.setlocale(locale.LC_ALL)
    alone = feed_format.render(view)

    with ThreadPoolExecutor(4) as pool:
        together = set(pool.map(lambda _: feed_format.render(view), range(16)))

    assert together == {alone}
    assert locale.setlocale(locale.LC_ALL) == before


def test_no_date_is_written_by_way_of_the_locale(
    feed_format: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("the locale of the process was touched")

    monkeypatch.setattr(locale, "setlocale", refuse)

    assert feed_format.render(feed_view(feed_entry()))


def test_the_variant_with_everything_has_its_own_address(feed_format: Format) -> None:
    document = feed_format.render(feed_view(query="?all=1")).decode()

    assert f"https://nyt.example.org/feeds/all{feed_format.SUFFIX}?all=1" in document


def test_xml_needs_nothing_from_outside(feed_format: Format) -> None:
    document = feed_format.render(feed_view(feed_entry()))
    if document.startswith(b"{"):
        return
    parser = etree.XMLParser(no_network=True, resolve_entities=False)

    assert etree.fromstring(document, parser).getroottree().docinfo.doctype == ""
