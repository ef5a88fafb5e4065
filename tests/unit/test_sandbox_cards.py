"""Link cards: what is read from a page, from which pages, and what is left alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from syndicate.sandbox.cards import Cards, card_of, read_card
from syndicate.sandbox.world import Card
from tests.sandboxes import a_world


@pytest.mark.parametrize(
    ("html", "card"),
    [
        ("<title>Sunde  boliger\n</title>", Card("Sunde boliger", "")),
        ('<title>a</title><meta property="og:title" content="b">', Card("b", "")),
        ('<meta name="twitter:title" content="t"><meta name="description" content="d">', Card("t", "d")),
        (
            '<title>a</title><meta name="description" content="d">'
            '<meta property="og:description" content="o">',
            Card("a", "o"),
        ),
        ("<title>B&oslash;rn &amp; unge</title>", Card("Børn & unge", "")),
        ("<title>a</title><svg><title>b</title></svg>", Card("a", "")),
        ('<meta property="og:title"><title>a</title>', Card("a", "")),
        ("<h1>Uden titel</h1>", None),
        ("", None),
        ("<title", None),
    ],
)
def test_reads_what_a_page_says_of_itself(html: str, card: Card | None) -> None:
    assert card_of(html) == card


def test_keeps_cards_short() -> None:
    card = card_of(f'<title>{"a" * 1000}</title><meta name="description" content="{"b" * 9000}">')
    assert card and (len(card.title), len(card.description)) == (300, 1000)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "http://example.org/",
        "http://192.168.0.1/",
        "http://127.0.0.1.example.org/",
        "http://[::ffff:8.8.8.8]/",
        "http:///",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "no address",
    ],
)
def test_asks_nobody_but_this_machine(url: str) -> None:
    assert read_card(url) is None


class Pages:
    """A server of pages, by path: (status, body)."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                status, content = outer.pages.get(self.path, (404, b"<title>Ikke fundet</title>"))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/target")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def pages() -> Iterator[Pages]:
    pages = Pages()
    yield pages
    pages.close()


def test_reads_a_page_with_its_query(pages: Pages) -> None:
    pages.pages["/a?b=1"] = (200, "<title>Sunde boliger på ø</title>".encode())
    assert read_card(pages.url + "/a?b=1") == Card("Sunde boliger på ø", "")


@pytest.mark.parametrize(
    "answer", [(404, b"<title>a</title>"), (500, b"<title>a</title>"), (302, b""), (200, b"")]
)
def test_makes_no_card_of_errors_and_redirects(pages: Pages, answer: tuple[int, bytes]) -> None:
    pages.pages["/a"] = answer
    assert read_card(pages.url + "/a") is None
    assert pages.asked == ["/a"]


def test_makes_no_card_of_a_closed_port() -> None:
    assert read_card("http://127.0.0.1:1/") is None


def test_keeps_a_card_until_it_is_read_again(tmp_path: Path, pages: Pages) -> None:
    url = pages.url + "/a"

    async def story() -> list[Card | None]:
        cards = Cards(world)
        seen: list[Card | None] = []
        pages.pages["/a"] = (200, b"<title>en</title>")
        cards.look_later("x", url)
        await cards.close()
        seen.append(world.cards.get(("x", url)))
        pages.pages["/a"] = (200, b"<title>to</title>")
        cards.look_later("x", url)
        await cards.close()
        seen.append(world.cards.get(("x", url)))
        await cards.look("x", url)
        seen.append(world.cards.get(("x", url)))
        seen.append(world.cards.get(("facebook", url)))
        return seen

    with a_world(tmp_path) as world:
        assert asyncio.run(story()) == [Card("en", ""), Card("en", ""), Card("to", ""), None]
        assert world.counts == {("x", "card"): 2}
