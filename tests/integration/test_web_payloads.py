"""What a source writes, through the real parser, comparison and database, onto every page: valid and inert.
And whatever an address asks for: never an error of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.services.subscribe import SubscribeService
from syndicate.web.app import create_app
from syndicate.web.pages import PageRenderer
from tests import factories, full_site
from tests.asgi import Client
from tests.fakes_feeds import FakeFeeds
from tests.fakes_site import FakeRenderer, FakeSubscribers, counting_hex
from tests.watching import BASE, PAGE, Watcher, page
from tests.web_site import TOKENS

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</blockquote></main><svg/onload=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)//",
    "]]><!-- --><style>*{display:none}</style>",
    "\u202egnp.exe \u2066\u2067 skjult",
    "\x01\x07\x1b[31m\x7f\x9b",
    "O" * 200_000,
    "̶̈́" * 500,
    "&lt;b&gt; &amp;amp; &#0; &#xD800; &#x202E;",
]
OURS = re.compile(r'<svg class="timeline-picture".*?</svg>|<script src="/static/site\.\w+\.js" defer>', re.S)


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    watcher = Watcher(tmp_path)
    yield watcher
    watcher.store.database.close()


def site_of(watcher: Watcher) -> Client:
    site = factories.site()
    subscribe = SubscribeService(FakeSubscribers(), FakeRenderer(), TOKENS, site.topics, counting_hex())
    app = create_app(
        site=site,
        archive=watcher.store.archive,
        feeds=FakeFeeds(),
        subscribe=subscribe,
        pages=PageRenderer(site),
        readiness=list,
        clock=lambda: watcher.now,
    )
    return Client(app)


def hostile(payload: str) -> bytes:
    """The sample page with the payload as text in a title, a heading, a recommendation and a link's label."""
    text = escape(payload)
    body = page(
        *BASE[:2],
        f"Kommunen skal holde møde {text} hver uge.",
        f"Kommunen skal hver uge følge op på {text} og svare inden 14 dage.",
        links=[(f"Download {text}", "/x.pdf")],
    ).decode()
    return (
        body.replace("<h2>Anbefalinger</h2>", f"<h2>Anbefalinger {text}</h2>")
        .replace("<title>Fælles anbefalinger</title>", f"<title>Fælles anbefalinger {text}</title>")
        .encode()
    )


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_source_cannot_reach_into_our_pages(watcher: Watcher, payload: str) -> None:
    watcher.visit()
    watcher.serve(hostile(payload))
    for _ in range(3):  # what is in doubt is looked at again
        watcher.visit()
    published = watcher.updates()
    assert published, "the page changed, and nobody was told"
    client = site_of(watcher)
    name = published[0].id
    paths = [
        "/",
        "/updates",
        "/updates?q=kommunen",
        f"/updates/{name}",
        f"/updates/{name}/print",
        "/documents/1",
    ]
    paths += ["/documents/1?at=2026-12-31", "/documents/1/compare", "/status", "/feeds", "/subscribe"]
    for path in paths:
        reply = client.get(path)
        assert reply.status == 200, path
        text = OURS.sub("", reply.text)
        assert not set(re.findall(r"<(\w+)", text)) & {
            "script",
            "img",
            "svg",
            "iframe",
            "object",
            "style",
            "b",
        }
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]", reply.text), path
        assert text.count("</main>") == text.count("</html>") == 1
        assert not re.search(r"<[^>]+\son\w+\s*=", re.sub(r'"[^"]*"', '""', text)), path
    assert client.get(f"/updates/{name}/preview.png").body.startswith(b"\x89PNG")
    for path in ("/opml", "/sitemap.xml", "/sitemaps/pages.xml", "/sitemaps/updates-1.xml"):
        assert client.get(path).status == 200


def test_what_is_quoted_is_quoted_faithfully(watcher: Watcher) -> None:
    """Nothing is lost for fear of it: markup that a source shows as text is read as text."""
    watcher.visit()
    watcher.serve(hostile("<em>vigtigt</em> & »citat«"))
    for _ in range(3):
        watcher.visit()
    text = site_of(watcher).get(f"/updates/{watcher.updates()[0].id}").text
    assert "<em>vigtigt</em> & »citat«" in unescape(text) and "<em>" not in text


# --- addresses ------------------------------------------------------------------------------------

FULL = full_site.full_site().client()
ANY = st.text(st.characters(codec="utf-8"), max_size=40)
ODD = st.one_of(
    ANY,
    st.integers(-(2**70), 2**70).map(str),
    st.sampled_from(
        ["", "..", "%00", "first", full_site.FULL, "2026-02-30", "9999-12-31", "sundhed", "\x00"]
    ),
)
QUERY = st.dictionaries(
    st.sampled_from(["q", "topic", "source", "month", "all", "before", "lang", "at", "a", "b", "page", "x"]),
    ODD,
)
PLACES = [
    "/",
    "/updates",
    "/documents/1",
    "/documents/1/compare",
    "/feeds",
    "/subscribe",
    "/status",
    "/about",
]


@settings(max_examples=150)
@given(place=st.sampled_from(PLACES), query=QUERY)
def test_no_query_is_an_error_of_ours(place: str, query: dict[str, str]) -> None:
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    reply = FULL.get(f"{place}?{asked}")
    assert reply.status in (200, 400, 404), (place, query)
    assert FULL.raised is None


@settings(max_examples=150)
@given(
    place=st.sampled_from(
        [
            *("/updates/{}", "/updates/{}/print", "/updates/{}/preview.png", "/documents/{}", "/static/{}"),
            *(
                "/documents/{}/compare",
                "/sitemaps/{}",
                "/confirm/{}",
                "/unsubscribe/{}",
                "/preferences/{}",
                "/{}",
            ),
        ]
    ),
    name=ODD,
)
def test_no_path_is_an_error_of_ours(place: str, name: str) -> None:
    reply = FULL.get(place.format(quote(name, safe="")))
    assert reply.status in (200, 307, 400, 404), (place, name)  # 307: a slash too many
    assert FULL.raised is None


def test_the_address_of_the_source_is_a_link_only_when_it_is_one(watcher: Watcher) -> None:
    watcher.visit()
    assert f'href="{PAGE}" rel="external"' in site_of(watcher).get("/documents/1").text
