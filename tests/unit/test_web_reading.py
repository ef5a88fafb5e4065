"""The pages that people read, over the in-memory archive."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from syndicate.domain.errors import StorageError
from syndicate.domain.model import (
    Block,
    BlockKind,
    Change,
    ChangeKind,
    Significance,
    UpdateKind,
    UpdateState,
    UpdateText,
)
from syndicate.ports import Latency
from tests import factories
from tests.web_site import PDF_URL, WebSite, document_status, document_view, filled, version

PAGES = (
    "/",
    "/updates",
    "/updates/0f1e2d3c4b5a",
    "/updates/0f1e2d3c4b5a/print",
    "/documents/1",
    "/documents/1/compare",
    "/feeds",
    "/subscribe",
    "/status",
    "/about",
    "/privacy",
    "/accessibility",
)


@pytest.fixture
def web() -> WebSite:
    return filled()


# --- every page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["da", "en"])
def test_every_page_is_whole_in_every_language(web: WebSite, path: str, language: str) -> None:
    reply = web.client().get(f"{path}?lang={language}")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-language"] == language
    assert "Accept-Language" in reply.headers["vary"]
    assert f'<html lang="{language}">' in reply.text
    outline = Outline(reply.text)
    assert outline.unclosed == []
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(outline.headings))
    assert outline.landmarks >= {"header", "main", "footer", "nav"}
    assert len(outline.ids) == len(set(outline.ids))
    assert 'href="#content"' in reply.text


@pytest.mark.parametrize("path", PAGES)
def test_a_language_once_chosen_stays(web: WebSite, path: str) -> None:
    links = re.findall(r'<a [^>]*href="(/[^"]*)"', web.client().get(f"{path}?lang=en").text)
    pages = [link for link in links if not re.match(r"/(feeds/|static/|opml)", link)]
    assert pages and all("lang=en" in link for link in pages)


def test_without_a_choice_the_browser_decides_and_links_are_plain(web: WebSite) -> None:
    reply = web.client().get("/", accept_language="en-GB,da;q=0.5")
    assert reply.headers["content-language"] == "en"
    assert "lang=" not in "".join(re.findall(r'<a [^>]*href="(/[^"]*)"', reply.text))
    assert web.client().get("/", accept_language="fr").headers["content-language"] == "da"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_sets_a_cookie_or_asks_another_host(web: WebSite, path: str) -> None:
    reply = web.client().get(path)
    assert "set-cookie" not in reply.headers
    assert "<style" not in reply.text and " style=" not in reply.text and " onclick=" not in reply.text
    assert re.findall("<script[^>]*>[^<]*", reply.text) == re.findall(
        r'<script src="/static/site\.[0-9a-f]{12}\.js" defer>', reply.text
    )
    assert not re.findall(r'(?:src|<link rel="(?:stylesheet|icon)"[^>]*href)="https?:', reply.text)


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_is_strict_everywhere(web: WebSite, path: str) -> None:
    headers = web.client().get(path).headers
    assert headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'self'; script-src 'self';"
    )
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_the_reader_has_is_not_sent_again(web: WebSite, path: str) -> None:
    client = web.client()
    first = client.get(path)
    again = client.get(path, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["vary"] == first.headers["vary"]


@pytest.mark.parametrize("path", PAGES)
def test_head_says_what_get_would(web: WebSite, path: str) -> None:
    client = web.client()
    assert dict(client.head(path).headers) == dict(client.get(path).headers)


@pytest.mark.parametrize("path", PAGES)
def test_feeds_are_found_by_programs(web: WebSite, path: str) -> None:
    text = web.client().get(path).text
    for media_type in ("application/rss+xml", "application/atom+xml", "application/feed+json"):
        assert f'<link rel="alternate" type="{media_type}"' in text


def test_a_site_below_a_path_links_within_it(web: WebSite) -> None:
    web.site = replace(web.site, base_url="https://example.org/nyt")
    text = web.client().get("/").text
    assert 'href="/nyt/updates"' in text
    assert 'href="/nyt/static/style.' in text
    assert '<link rel="canonical" href="https://example.org/nyt/">' in text


# --- newest and archive ---------------------------------------------------------------------------


def numbered(web: WebSite, count: int, **other: Any) -> None:
    for n in range(1, count + 1):
        web.add_update(
            factories.update(
                id=f"{n:012x}",
                sequence=100 + n,
                published_at=factories.NOON + timedelta(days=n),
                texts={"da": UpdateText("da", f"Ændring nummer {n:03}", "")},
                **other,
            )
        )


def shown(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"Ændring nummer (\d+)", text)]


def test_the_front_page_shows_the_ten_newest(web: WebSite) -> None:
    numbered(web, 12)
    assert shown(web.client().get("/").text) == list(range(12, 2, -1))


def test_an_empty_site_says_so() -> None:
    client = WebSite().client()
    assert "ingen opdateringer endnu" in client.get("/").text
    assert "ingen opdateringer endnu" in client.get("/updates").text
    assert "passer til det, du har valgt" in client.get("/updates?q=rygestop").text
    status = client.get("/status").text
    assert "0 dokumenter følges" in status and "Alle kan nås" not in status and "<table" not in status
    assert client.get("/feeds").status == 200


def test_the_archive_is_read_page_by_page_without_a_gap(web: WebSite) -> None:
    numbered(web, 45)
    client, seen, path = web.client(), [], "/updates"
    for _ in range(3):
        text = client.get(path).text
        seen += shown(text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == list(range(45, 0, -1))
    assert not path


def test_the_archive_is_filtered_by_topic_source_and_weight(web: WebSite) -> None:
    numbered(web, 1, topics=(factories.WORK.id,), source_id="anden")
    numbered(web, 1, significance=Significance.EDITORIAL)
    client = web.client()
    assert shown(client.get("/updates").text) == [1]
    assert shown(client.get("/updates?all=1").text) == [1, 1]
    assert shown(client.get(f"/updates?topic={factories.WORK.id}").text) == [1]
    assert shown(client.get(f"/updates?topic={factories.HEALTH.id}").text) == []
    assert shown(client.get("/updates?source=anden").text) == [1]
    assert shown(client.get("/updates?source=ukendt").text) == []


def test_a_filter_points_programs_to_its_own_feed(web: WebSite) -> None:
    client = web.client()
    assert (
        f'href="/feeds/{factories.WORK.id}.rss?all=1"'
        in client.get(f"/updates?topic={factories.WORK.id}&all=1").text
    )
    assert 'href="/feeds/source/anbefalinger.atom"' in client.get("/updates?source=anbefalinger").text


def test_the_archive_speaks_of_months(web: WebSite) -> None:
    assert ">marts 2026</h2>" in web.client().get("/updates").text
    assert ">March 2026</h2>" in web.client().get("/updates?lang=en").text


@pytest.mark.parametrize(
    "query",
    [
        *("before=x", "before=-1", "before=1e9", "before=٣", "before=" + "9" * 19, "before=" + "9" * 400),
        *("topic=%00", "topic=../x", "topic=" + "a" * 101, "source=%3Cscript%3E", "source=a%20b"),
    ],
)
def test_an_absurd_filter_is_refused_kindly(web: WebSite, query: str) -> None:
    reply = web.client().get(f"/updates?{query}")
    assert reply.status == 400
    assert "forsiden" in reply.text


# --- one update -----------------------------------------------------------------------------------


def test_an_update_shows_what_changed(web: WebSite) -> None:
    text = web.client().get("/updates/0f1e2d3c4b5a").text
    assert "Anbefaling 3 er skærpet" in text
    assert '<del><span class="visually-hidden">slettet: </span>bør</del>' in text
    assert '<ins><span class="visually-hidden">tilføjet: </span>skal</ins>' in text
    assert "Styrke: »bør« er blevet til »skal« (skærpet)" in text
    assert "Anbefalinger › Sundhed › Punkt 3" in text
    assert f'href="{factories.SOURCE_URL}"' in text
    assert f'href="{PDF_URL}"' in text
    assert "2. marts 2026 kl.\u00a013.00" in text
    assert "a" * 64 in text and "b" * 64 in text
    assert "tag:example.org,2026:update/0f1e2d3c4b5a" in text


def test_quoted_text_keeps_its_language(web: WebSite) -> None:
    text = web.client().get("/updates/0f1e2d3c4b5a?lang=en").text
    assert "Recommendation 3 is stronger" in text
    assert '<blockquote class="redline" lang="da" dir="auto">Kommunen' in text
    assert 'lang="da"' not in web.client().get("/updates/0f1e2d3c4b5a?lang=da").text.partition("<main")[2]


def test_share_links_are_plain_links(web: WebSite) -> None:
    text = web.client().get("/updates/0f1e2d3c4b5a").text
    address = "https%3A%2F%2Fnyt.example.org%2Fupdates%2F0f1e2d3c4b5a"
    assert f'href="https://www.linkedin.com/sharing/share-offsite/?url={address}"' in text
    assert f'href="https://www.facebook.com/sharer/sharer.php?u={address}"' in text
    assert f"&amp;url={address}" in text
    mail = re.search(r'href="(mailto:\?subject=[^"]+)"', text)
    assert mail and address in mail[1] and "%0A" in mail[1] and " " not in mail[1]


def test_neighbours_are_linked_when_they_are_public(web: WebSite) -> None:
    web.add_update(factories.update(id="aaaa", previous="0f1e2d3c4b5a", sequence=42))
    web.add_update(factories.update(id="bbbb", previous="aaaa", sequence=43))
    web.add_update(factories.update(id="cccc", previous="bbbb", state=UpdateState.HELD))
    text = web.client().get("/updates/aaaa").text
    assert 'href="/updates/0f1e2d3c4b5a"' in text and 'href="/updates/bbbb"' in text
    assert "cccc" not in web.client().get("/updates/bbbb").text


@pytest.mark.parametrize(
    ("kind", "words"), [(UpdateKind.CORRECTION, "blevet rettet"), (UpdateKind.WITHDRAWAL, "trukket tilbage")]
)
def test_a_correction_is_seen_from_both_sides(web: WebSite, kind: UpdateKind, words: str) -> None:
    web.add_update(factories.update(id="dddd", kind=kind, corrects="0f1e2d3c4b5a", sequence=42))
    old, new = (web.client().get(f"/updates/{name}").text for name in ("0f1e2d3c4b5a", "dddd"))
    assert words in old and 'href="/updates/dddd"' in old
    assert 'href="/updates/0f1e2d3c4b5a"' in new


@pytest.mark.parametrize("state", [state for state in UpdateState if state is not UpdateState.PUBLISHED])
def test_only_published_updates_are_public(web: WebSite, state: UpdateState) -> None:
    web.add_update(factories.update(id="eeee", state=state))
    client = web.client()
    assert client.get("/updates/eeee").status == 404
    for path in ("/", "/updates?all=1", "/documents/1"):
        assert "eeee" not in client.get(path).text


def test_an_update_whose_document_is_gone_still_stands(web: WebSite) -> None:
    web.archive.documents.clear()
    reply = web.client().get("/updates/0f1e2d3c4b5a")
    assert reply.status == 200
    assert "/documents/1" not in reply.text


def test_every_kind_of_change_has_words(web: WebSite) -> None:
    moved = Change(ChangeKind.MOVED, ("Bilag",), "Samme tekst.", "Samme tekst.")
    renumbered = replace(moved, kind=ChangeKind.RENUMBERED, number_before="4", number_after="5")
    web.add_update(
        factories.update(factories.added(), factories.removed(), moved, renumbered, id="ffff", sequence=50)
    )
    text = web.client().get("/updates/ffff").text
    assert "(4 ændringer)" in text
    for word in ("Ny tekst", "Slettet tekst", "Flyttet", "Nyt nummer", "Nummer 4 er nu nummer 5"):
        assert word in text


# --- one document ---------------------------------------------------------------------------------


def test_a_document_reads_as_it_is_now(web: WebSite) -> None:
    text = web.client().get("/documents/1").text
    assert "Kommunen skal tilbyde et helbredstjek." in text
    assert "Sidst kontrolleret 2. marts 2026 kl.\u00a013.00" in text
    assert "Download anbefalingerne" in text and "Teksten kan ikke vises her" in text
    assert 'href="/updates/0f1e2d3c4b5a"' in text
    assert 'href="/feeds/source/anbefalinger.rss"' in text
    assert "b" * 64 in text


def test_headings_of_a_document_stay_in_order(web: WebSite) -> None:
    levels = (1, 4, 2, 6, 6, 6, 1)
    blocks = tuple(Block(BlockKind.HEADING, f"Afsnit {level}", level=level) for level in levels)
    page = replace(document_view().resources[0], version=replace(version(), blocks=blocks))
    web.archive.documents[1] = document_view(resources=(page,))
    headings = Outline(web.client().get("/documents/1").text).headings
    assert all(below <= above + 1 for above, below in pairwise(headings))


def test_lists_and_tables_of_a_document_are_lists_and_tables(web: WebSite) -> None:
    rows = (Block(BlockKind.ROW, "Indsats | Frist"), Block(BlockKind.ROW, "Samtaler | 1. maj"))
    base = version("Et", "To")
    page = replace(document_view().resources[0], version=replace(base, blocks=base.blocks + rows))
    web.archive.documents[1] = document_view(resources=(page,))
    text = web.client().get("/documents/1").text
    assert text.count('<ul class="items">') == 1 and '<span class="number">2.</span>' in text
    assert text.count("<table>") == 1 and "<td>1. maj</td>" in text


@pytest.mark.parametrize(
    "path",
    [
        *("/documents/2", "/documents/x", "/documents/-1", "/documents/" + "9" * 19),
        *(
            "/documents/" + "9" * 300,
            "/documents/٣",
            "/documents/1.5",
            "/documents/%00",
            "/documents/",
            "/updates/unknown",
        ),
        *("/updates/%00", "/updates/" + "a" * 5000, "/updates/..%2f..%2fetc", "/nowhere"),
        *("/static/none.css", "/static/..%2fx", "/feeds/all.xml", "/feeds/none.rss", "/feeds/source/x.rss"),
    ],
)
def test_what_is_not_there_gets_a_page_that_helps(web: WebSite, path: str) -> None:
    client = web.client()
    reply = client.get(path)
    assert reply.status == 404
    assert 'href="/updates"' in reply.text
    assert "noindex" in reply.text
    assert client.head(path).status == 404


# --- status, feeds, static ------------------------------------------------------------------------


def test_the_status_page_speaks_to_the_public(web: WebSite) -> None:
    web.archive.statuses = [
        document_status(title="Frisk"),
        document_status(
            title="Syg",
            problem="dns: intranet.secret.example has no address",
            problem_since=factories.NOON,
            failures=3,
        ),
        document_status(title="Gammel", active=False),
        document_status(title="Ny", last_ok=None, next_visit=None),
        document_status(title="Underlig", problem="Traceback (most recent call last)"),
    ]
    text = web.client().get("/status").text
    assert "Adressen kan ikke findes" in text and "siden 2. marts 2026" in text
    assert "Kan ikke læses lige nu" in text
    assert "Følges ikke længere" in text and "Venter på første besøg" in text
    assert "4 dokumenter følges" in text and "2 kan ikke nås lige nu" in text
    assert "secret" not in text and "Traceback" not in text
    assert text.index("Syg") < text.index("Frisk") < text.index("Gammel")


def test_the_status_page_tells_silence_from_sleep(web: WebSite) -> None:
    web.archive.statuses = [document_status(), document_status(id=2, title="Stille")]
    web.archive.documents[2] = document_view(id=2)
    web.archive.latencies = Latency(timedelta(seconds=4), timedelta(minutes=3))
    text = web.client().get("/status").text
    assert "Seneste besøg 2. marts 2026 kl.\u00a013.00" in text
    assert text.count("ikke ændret, siden vi begyndte") == 1
    assert "offentliggjort her og i feeds: 4 sekunder" in text and "Til mailen er sendt: 3 minutter" in text
    web.archive.latencies = Latency(timedelta(0), None)
    text = web.client().get("/status?lang=en").text
    assert "here and in feeds: 1 second" in text and "mail is sent" not in text


def test_many_documents_are_read_page_by_page_without_a_gap(web: WebSite) -> None:
    web.archive.statuses = [document_status(id=n, title=f"Dokument {n:03}") for n in range(1, 121)]
    web.archive.statuses[77] = document_status(id=78, title="Dokument 078", problem="dns: x")
    client, seen, path = web.client(), [], "/status"
    while path:
        text = client.get(path).text
        assert "120 dokumenter følges" in text and "1 kan ikke nås" in text
        seen += [int(n) for n in re.findall(r"Dokument (\d+)", text)]
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = following[1] if following else ""
    assert seen == [78, *(n for n in range(1, 121) if n != 78)]
    statuses = {
        page: client.get(f"/status?page={page}").status for page in ("0", "4", "9" * 25, "x", "-1", "")
    }
    assert statuses == {"0": 404, "4": 404, "9" * 25: 400, "x": 400, "-1": 400, "": 200}


def test_a_page_that_is_missing_helps_to_find_it(web: WebSite) -> None:
    text = web.client().get("/updates/unknown?lang=en").text
    assert re.search(
        r'<form class="lookup" method="get" action="/updates">.*name="q".*name="lang" value="en"', text, re.S
    )


def test_the_accessibility_statement_has_what_the_law_asks_for(web: WebSite) -> None:
    text = web.client().get("/accessibility").text
    for part in ("WCAG 2.2", "EN 301 549", "delvist", "2026", web.site.contact, "Digitaliseringsstyrelsen"):
        assert part in text
    assert 'href="/accessibility"' in web.client().get("/").text


def test_the_feed_page_has_every_feed(web: WebSite) -> None:
    text = web.client().get("/feeds").text
    for path in ("all", factories.HEALTH.id, factories.WORK.id, "source/anbefalinger"):
        assert f"https://nyt.example.org/feeds/{path}.rss" in text
        assert f'href="/feeds/{path}.json"' in text


def test_what_needs_a_script_is_hidden_until_there_is_one(web: WebSite) -> None:
    for path in ("/updates/0f1e2d3c4b5a", "/updates/0f1e2d3c4b5a/print", "/feeds", "/documents/1/compare"):
        buttons = re.findall("<button[^>]*data-do=[^>]*>", web.client().get(path).text)
        assert buttons and all(" hidden " in button for button in buttons)


def test_static_files_are_kept_for_ever_by_name(web: WebSite) -> None:
    client = web.client()
    style = re.search(r'href="(/static/style\.[0-9a-f]{12}\.css)"', client.get("/").text)
    assert style
    reply = client.get(style[1])
    assert reply.headers["content-type"].startswith("text/css")
    assert "immutable" in reply.headers["cache-control"]
    assert client.get(style[1], if_none_match=reply.headers["etag"]).status == 304
    assert client.get("/static/style.css").status == 404


def test_health(web: WebSite) -> None:
    client = web.client()
    assert client.get("/healthz").text == "ok\n"
    assert (client.get("/readyz").status, client.get("/readyz").text) == (200, "ready\n")
    web.reasons = ["The database cannot be written.", "The disk is nearly full."]
    reply = client.get("/readyz")
    assert reply.status == 503
    assert reply.text == "The database cannot be written.\nThe disk is nearly full.\n"


# --- trouble --------------------------------------------------------------------------------------


def test_a_busy_database_is_a_wait_and_not_an_error(web: WebSite) -> None:
    web.archive.fails_with = StorageError("The database /var/lib/secret.db is locked.")
    reply = web.client().get("/updates")
    assert (reply.status, reply.headers["retry-after"]) == (503, "10")
    assert "secret" not in reply.text


def test_a_mistake_of_ours_shows_nothing_of_it(web: WebSite) -> None:
    web.archive.fails_with = RuntimeError("secret detail")
    client = web.client()
    reply = client.get("/updates", accept_language="en")
    assert isinstance(client.raised, RuntimeError)
    assert reply.status == 500
    assert "Something went wrong on our side" in reply.text and "secret" not in reply.text
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert reply.headers["cache-control"] == "no-store"


def test_other_methods_are_refused(web: WebSite) -> None:
    reply = web.client().request("DELETE", "/updates", {})
    assert reply.status == 405 and "GET" in reply.headers["allow"]


class Outline(HTMLParser):
    """Headings, landmarks, ids, and elements that were never closed."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.landmarks: set[str] = set()
        self.ids: list[str] = []
        self.unclosed: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.unclosed.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.landmarks.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag
