"""An address is tried as a source: every step is told, and what it would be."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from syndicate.cli import cli
from tests.servers import ScriptedServer, page, redirect
from tests.unit.test_sources_feed import ONE, TWO, feed
from tests.unit.test_sources_sitemap import sitemap

TEXT = """<html lang="da"><head><title>Råd</title></head><body><main><h1>Råd om kost</h1>
<p>Kommunen bør servere frugt hver dag i alle institutioner.</p>
<p>Der bør være koldt vand på bordet ved alle måltider.</p></main>
<a href="/raad.pdf">Download rådene</a><footer>Senest opdateret: 09. jan. 2017</footer></body></html>"""


@pytest.fixture(name="server")
def scripted_server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def tried(url: str, *options: str) -> Result:
    return CliRunner().invoke(cli, ["read", url, "--explain", "--allow-private", *options])


def test_a_page_is_explained_step_by_step(server: ScriptedServer) -> None:
    server.at("/raad", page(TEXT))
    result = tried(server.url("/raad"))
    assert result.exit_code == 0
    for words in (
        "robots.txt allows it",
        "fetched whole every time",
        "title 'Råd om kost'",
        "updated 2017-01-09) is never news",
        "Belongs to it: Download rådene",
        "It looks like a document",
        'kind = "page"',
    ):
        assert words in result.output


def test_a_feed_and_a_sitemap_are_known_as_such(server: ScriptedServer) -> None:
    server.at("/nyt", page(feed(ONE, TWO), media_type="application/rss+xml"))
    server.at("/sitemap.xml", page(sitemap(server.url("/a")), media_type="text/xml"))
    assert 'kind = "feed"' in tried(server.url("/nyt")).output
    found = json.loads(tried(server.url("/sitemap.xml"), "--json").output)
    assert found["fits"]
    assert "It is a sitemap with 1 addresses." in found["steps"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<div id="root"></div><script src="/app.js"></script>', "only with JavaScript"),
        ("<h1>Log ind</h1><p>Log ind for at se siden. Adgangskode:</p>", "asks to log in"),
        ("<p></p>", "no text"),
    ],
)
def test_what_cannot_be_watched_says_why(server: ScriptedServer, body: str, words: str) -> None:
    server.at("/side", page(f"<html><body>{body}</body></html>"))
    result = tried(server.url("/side"))
    assert result.exit_code == 1
    assert "It cannot be watched" in result.output
    assert words in result.output


def test_a_page_that_moved_is_named_by_its_new_address(server: ScriptedServer) -> None:
    server.at("/gammel", redirect(server.url("/raad"), status=301))
    server.at("/raad", page(TEXT))
    output = tried(server.url("/gammel")).output
    assert "It moved for good" in output
    assert f'url = "{server.url("/raad")}"' in output


def test_a_selector_is_tried_too(server: ScriptedServer) -> None:
    server.at("/raad", page(TEXT))
    assert "select = #gone" in tried(server.url("/raad"), "--select", "#gone").output


def test_M4_each_ignore_rule_tells_what_it_hides(server: ScriptedServer) -> None:
    server.at("/raad", page(TEXT.replace("<p>Der", '<p class="note vand">Der')))
    result = tried(server.url("/raad"), "--ignore", ".note", "--ignore", ".reklame")
    assert result.exit_code == 0
    assert "ignore = .note hides 10 words of text: Der bør være koldt vand på bordet" in result.output
    assert "ignore = .reklame hides no text" in result.output


def test_M4_two_rules_for_one_text_hide_it_together(server: ScriptedServer) -> None:
    server.at("/raad", page(TEXT.replace("<p>Der", '<p class="note vand">Der')))
    output = tried(server.url("/raad"), "--ignore", ".note", "--ignore", ".vand").output
    assert output.count("hides no text") == 2  # either could go: that is what a person wants to know


def test_only_web_addresses_are_tried() -> None:
    assert tried("kost.md").exit_code != 0
