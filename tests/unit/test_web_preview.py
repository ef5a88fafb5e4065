"""The picture beside a link: right size, the same bytes again, whatever the title holds."""

from __future__ import annotations

import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from syndicate.domain.model import UpdateState, UpdateText
from syndicate.web import preview
from syndicate.web.preview import HEIGHT, WIDTH, Card, Previews, draw, writable
from tests import factories
from tests.web_site import WebSite, filled

CARD = Card(
    "Anbefalinger", "Anbefaling 3 er skærpet: »bør« er blevet til »skal«", "Fælles anbefalinger", "2. marts"
)


def pixels(png: bytes) -> list[bytes]:
    """The rows of an 8-bit RGB picture whose rows are stored as they are; wrong sums fail."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, found = 8, {}
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        kind, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(
            kind + data
        )
        found[kind] = data
        place += 12 + length
    assert struct.unpack(">IIBBBBB", found[b"IHDR"]) == (WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    raw, step = zlib.decompress(found[b"IDAT"]), WIDTH * 3 + 1
    assert len(raw) == HEIGHT * step and not any(raw[::step])
    return [raw[at + 1 : at + step] for at in range(0, len(raw), step)]


def inked(row: bytes, first: int = 20) -> bool:
    """Whether a row has anything on it beside the bar at the left."""
    return row[first * 3 :] != bytes((253, 252, 250)) * (WIDTH - first)


def test_a_picture_is_a_png_of_the_right_size_with_writing_in_it() -> None:
    rows = pixels(draw(CARD))
    assert rows[5][:3] == bytes((15, 76, 92)) and not inked(rows[5])
    assert any(map(inked, rows[60:100])) and any(map(inked, rows[200:360])) and any(map(inked, rows[560:600]))


def test_the_same_card_is_the_same_bytes() -> None:
    assert draw(CARD) == draw(CARD)
    assert draw(CARD) != draw(Card(CARD.site, "Noget andet", CARD.document, CARD.foot))


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "漢字 " * 50, "A" * 5000, "Ø " * 3000, "\x00\u202e<b>&amp;", "🏘️", "\ud800", "שלום"),
        "Speciallægepraksisplanlægningsstabiliseringsperiodeanbefaling " * 4,
    ],
)
def test_nothing_is_written_outside(text: str) -> None:
    rows = pixels(draw(Card(text, text, text, text)))
    margins = [row[(WIDTH - 60) * 3 :] + row[20 * 3 : 60 * 3] for row in rows]
    assert set(margins) == {bytes((253, 252, 250)) * 100}
    assert not any(map(inked, [*rows[:40], *rows[-30:]]))
    assert not any(map(inked, rows[HEIGHT - 160 : HEIGHT - 145]))  # the title stays above the document


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Æblegrød på ø – »bør« “skal” …", "Æblegrød på ø – »bør« “skal” …"),
        ("a\u030a", "å"),
        ("Łódź og Čapek", "Lódz og Capek"),
        ("漢字 og 2 m²", "og 2 m²"),
        ("to\nlinjer\u00a0her\x07", "to linjer her"),
        ("\ud800\u202e", ""),
    ],
)
def test_letters_that_the_fonts_lack_are_left_out(text: str, written: str) -> None:
    assert writable(text) == written


def test_titles_end_with_a_whole_word() -> None:
    long = draw(Card("", "forhold " * 60, "forhold " * 60, ""))
    assert long == draw(Card("", "forhold " * 80, "forhold " * 80, ""))


def test_pictures_are_kept_and_the_oldest_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def drawing(card: Card) -> bytes:
        drawn.append(card.title)
        return b"png"

    monkeypatch.setattr(preview, "draw", drawing)
    monkeypatch.setattr(preview, "_KEPT", 2)
    previews = Previews()
    for title in "aabacab":
        previews.png(Card("", title, "", ""))
    assert "".join(drawn) == "abcb"


def test_many_may_ask_at_once() -> None:
    previews = Previews()
    cards = [Card("", str(n % 3), "", "") for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(previews.png, cards))
    assert len(set(found)) == 3


# --- over HTTP ------------------------------------------------------------------------------------

URL = "https://nyt.example.org/updates/0f1e2d3c4b5a"


@pytest.fixture
def web() -> WebSite:
    return filled()


def test_every_update_has_a_card_for_networks(web: WebSite) -> None:
    text = web.client().get("/updates/0f1e2d3c4b5a?lang=da").text
    tags = dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter|article):[^"]+)" content="([^"]*)">', text)
    )
    assert tags["og:image"] == f"{URL}/preview.png?lang=da"
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "630")
    assert tags["og:image:alt"].startswith("Anbefaling 3 er skærpet") and tags["og:url"] == URL
    assert tags["twitter:card"] == "summary_large_image" and tags["twitter:image:alt"]
    assert tags["article:published_time"] == "2026-03-02T12:00:00+00:00"


def test_the_picture_is_served_in_the_language_of_its_address(web: WebSite) -> None:
    client = web.client()
    danish, english, plain = (
        client.get(f"/updates/0f1e2d3c4b5a/preview.png{query}", accept_language="en")
        for query in ("?lang=da", "?lang=en", "?lang=xx")
    )
    assert danish.status == 200 and danish.headers["content-type"] == "image/png"
    assert danish.body == plain.body != english.body
    assert "max-age" in danish.headers["cache-control"]
    again = client.get("/updates/0f1e2d3c4b5a/preview.png?lang=da", if_none_match=danish.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    pixels(danish.body)


@pytest.mark.parametrize("state", [state for state in UpdateState if state is not UpdateState.PUBLISHED])
def test_no_picture_of_what_is_not_public(web: WebSite, state: UpdateState) -> None:
    web.add_update(factories.update(id="eeee", state=state))
    assert web.client().get("/updates/eeee/preview.png").status == 404


@pytest.mark.parametrize("name", ["unknown", "%00", "a" * 500, "..%2f.."])
def test_no_picture_of_what_is_not_there(web: WebSite, name: str) -> None:
    assert web.client().get(f"/updates/{name}/preview.png").status == 404


def test_a_hostile_title_stays_in_its_attributes(web: WebSite) -> None:
    title = '"><script>alert(1)</script>'
    web.add_update(factories.update(id="abcd", texts={"da": UpdateText("da", title, title)}))
    client = web.client()
    assert "<script>alert" not in client.get("/updates/abcd").text
    assert client.get("/updates/abcd/preview.png").status == 200
