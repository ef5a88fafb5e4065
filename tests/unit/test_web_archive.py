"""The archive page: words, topic, source and month, and what cannot be asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.domain.model import UpdateText
from syndicate.ports import SourceView
from syndicate.web.selecting import Filters, Months, selection
from tests import factories
from tests.fakes_site import FakeArchive
from tests.web_site import WebSite, filled


@pytest.fixture
def web() -> WebSite:
    return filled()


def publish(web: WebSite, n: int, at: datetime, title: str = "", **other: Any) -> None:
    texts = {"da": UpdateText("da", title or f"Ændring nummer {n:03}", "")}
    web.add_update(
        factories.update(
            factories.added(f"Tekst {n}"), id=f"u{n}", sequence=100 + n, published_at=at, texts=texts, **other
        )
    )


def shown(web: WebSite, query: str) -> list[int]:
    return [int(n) for n in re.findall(r"Ændring nummer (\d+)", web.client().get(f"/updates{query}").text)]


# --- words ----------------------------------------------------------------------------------------


def test_words_are_looked_for(web: WebSite) -> None:
    publish(web, 1, factories.NOON)
    assert shown(web, "?q=Tekst+1") == [1]
    assert shown(web, "?q=findes-ikke") == []
    text = web.client().get("/updates?q=findes-ikke").text
    assert "Ingen opdateringer passer" in text and "Prøv et kortere ord" in text
    assert 'value="findes-ikke"' in text


def test_the_words_stay_while_paging(web: WebSite) -> None:
    for n in range(1, 25):
        publish(web, n, factories.NOON + timedelta(days=n))
    text = web.client().get("/updates?q=tekst&all=1&topic=sundhed").text
    following = re.search(r'rel="next" href="([^"]+)"', text)
    assert following
    assert following[1].replace("&amp;", "&") == "/updates?before=105&q=tekst&topic=sundhed&all=1"


def test_search_needs_no_script_and_no_post(web: WebSite) -> None:
    form = re.search(r'<form class="filter".*?</form>', web.client().get("/updates?lang=en").text, re.S)
    assert form and 'method="get"' in form[0]
    assert 'type="search" id="q" name="q"' in form[0]
    assert 'name="lang" value="en"' in form[0]
    assert set(re.findall(r'<label for="(\w+)"', form[0])) == set(re.findall(r' id="(\w+)"', form[0]))


# --- months and sources ---------------------------------------------------------------------------


def test_a_month_is_that_of_the_place(web: WebSite) -> None:
    """At half past eleven in the evening of the 31st in UTC it is the 1st in Copenhagen."""
    publish(web, 1, datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    publish(web, 2, datetime(2026, 3, 31, 22, 0, tzinfo=UTC))
    assert shown(web, "?month=2026-03") == [1]
    assert shown(web, "?month=2026-04") == [2]
    assert shown(web, "?month=2026-05") == []
    text = web.client().get("/updates?month=2026-04").text
    assert '<option value="2026-04" selected>april 2026 (1)</option>' in text
    assert '<option value="2026-03">marts 2026 (2)</option>' in text


def test_months_are_read_once_and_grow(web: WebSite) -> None:
    archive = CountingArchive(updates=list(web.archive.updates))
    months = Months(archive, "Europe/Copenhagen")
    assert [(month.key, month.count) for month in months.newest_first()] == [("2026-03", 1)]
    archive.updates.append(
        factories.update(id="x", sequence=99, published_at=datetime(2027, 1, 1, tzinfo=UTC))
    )
    for _ in range(3):
        found = months.newest_first()
    assert [(month.key, month.count) for month in found] == [("2027-01", 1), ("2026-03", 1)]
    assert archive.asked == [(0, 41), (41, 99)]


@dataclass
class CountingArchive(FakeArchive):
    """Remembers what it was asked for."""

    asked: list[tuple[int, int]] = field(default_factory=list)

    def addresses(self, after: int, until: int) -> list[tuple[str, datetime]]:
        self.asked.append((after, until))
        return super().addresses(after, until)


@pytest.mark.parametrize(
    ("month", "since", "until"),
    [
        ("2026-01", "2025-12-31T23:00", "2026-01-31T23:00"),
        ("2026-12", "2026-11-30T23:00", "2026-12-31T23:00"),
        ("2026-03", "2026-02-28T23:00", "2026-03-31T22:00"),
        ("2199-12", "2199-11-30T23:00", "2199-12-31T23:00"),
    ],
)
def test_the_ends_of_a_month(month: str, since: str, until: str) -> None:
    found = selection(Filters(month=month), factories.site())
    assert found.since and found.until
    assert (found.since.isoformat()[:16], found.until.isoformat()[:16]) == (since, until)


def test_sources_are_chosen_by_title(web: WebSite) -> None:
    web.archive.known_sources = [SourceView("anbefalinger", "Fælles anbefalinger"), SourceView("b", "B")]
    publish(web, 1, factories.NOON, source_id="b")
    text = web.client().get("/updates?source=b").text
    assert '<option value="b" selected>B</option>' in text
    assert shown(web, "?source=b") == [1]
    assert (
        '<option value="ukendt" selected>ukendt</option>' in web.client().get("/updates?source=ukendt").text
    )


def test_a_single_source_is_no_choice(web: WebSite) -> None:
    assert 'id="source"' not in web.client().get("/updates").text


def test_a_source_that_has_ended_says_so_and_keeps_its_updates(web: WebSite) -> None:
    web.archive.known_sources = [SourceView("anbefalinger", "Fælles anbefalinger", factories.NOON)]
    text = web.client().get("/updates?source=anbefalinger").text
    assert "holdt op med at følge kilden 2. marts 2026" in text
    assert "Anbefaling 3 er skærpet" in text
    assert "/feeds/source/anbefalinger.rss" not in web.client().get("/feeds").text


def test_what_was_chosen_can_be_taken_back(web: WebSite) -> None:
    assert '<a href="/updates">Nulstil filtre</a>' in web.client().get("/updates?month=2026-03").text
    assert "Nulstil filtre" not in web.client().get("/updates").text


# --- what cannot be asked for ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        *("month=x", "month=2026-13", "month=2026-00", "month=2026-3", "month=0000-01", "month=9999-12"),
        *("month=1-1", "month=٢٠٢٦-٠٣", "month=2026-03%00", "month=-1", "month=2026-03-01", "month=%20"),
        *("q=" + "x" * 201, "q=" + "%C3%A6" * 201, "before=0x10", "before=+1", "before=%00", "source=%2F"),
    ],
)
def test_an_absurd_wish_is_refused_kindly(web: WebSite, query: str) -> None:
    reply = web.client().get(f"/updates?{query}")
    assert reply.status == 400
    assert "forsiden" in reply.text


@pytest.mark.parametrize(
    "query",
    [
        *("q=%00", "q=%22", "q=*", "q=(", "q=AND", "q=%27%3B--", "q=%F0%9F%98%80", "q=%ED%A0%80", "q=%FF"),
        *("q=" + "x" * 200, "q=&month=&topic=&source=&before=&all=", "all=2", "q=a&q=b", "month=1900-01"),
        *("x=1&x=2", "?????", "&&&", "q", "before=0", "before=1", "month=2199-12&q=a"),
    ],
)
def test_a_strange_wish_is_answered(web: WebSite, query: str) -> None:
    assert web.client().get(f"/updates?{query}").status == 200


# --- what is kept ---------------------------------------------------------------------------------


def test_a_text_that_was_mended_is_shown_at_once(web: WebSite) -> None:
    publish(web, 1, factories.NOON, "Sådan stod der")
    client = web.client()
    assert "Sådan stod der" in client.get("/updates").text

    web.archive.updates.pop()
    publish(web, 1, factories.NOON, "Sådan står der")

    for page in ("/updates", "/"):
        text = client.get(page).text
        assert "Sådan står der" in text and "Sådan stod der" not in text


def test_what_is_kept_speaks_the_readers_language_and_keeps_the_one_they_chose(web: WebSite) -> None:
    client = web.client()
    danish, english = (client.get("/updates", accept_language=wish).text for wish in ("da", "en"))
    chosen = client.get("/updates?lang=da", accept_language="en").text

    assert ("2. marts 2026" in danish, "2 March 2026" in english) == (True, True)
    assert "marts 2026 (1)" in danish and "March 2026 (1)" in english
    link = re.search(r'<h3[^>]*><a href="(/updates/[^"]+)"', chosen)
    assert link and link[1].endswith("?lang=da") and link[1] not in danish
    assert client.get("/updates", accept_language="da").text == danish


def test_the_front_page_and_the_archive_keep_their_own_headings(web: WebSite) -> None:
    client = web.client()
    for _ in range(2):
        assert re.search(r'<h2[^>]*><a href="/updates/', client.get("/").text)
        assert re.search(r'<h3[^>]*><a href="/updates/', client.get("/updates").text)


def test_a_month_is_offered_with_its_newest_update(web: WebSite) -> None:
    client = web.client()
    assert "april 2026" not in client.get("/updates").text
    publish(web, 9, factories.NOON + timedelta(days=30))

    text = client.get("/updates?month=2026-04").text
    assert re.search(r'<option value="2026-04" selected>april 2026 \(1\)</option>', text)
    assert re.search(r'<option value="2026-04">april 2026 \(1\)</option>', client.get("/updates").text)
