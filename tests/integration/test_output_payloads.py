"""What a source writes, in all that is sent or fetched: mails, posts, feeds, lists, cards, error pages.

Each output is read by the program that its readers use: an HTML or XML parser, a mail parser, JSON. What came
from a source may be quoted there; it may not be markup, a header, a link that does something, or unreadable.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from lxml import etree, html

from syndicate.domain.errors import Permanent
from syndicate.domain.model import Account, Update
from syndicate.ports import FeedRecord
from syndicate.ports.alerting import Alert
from syndicate.rendering import MailSettings, Renderer
from syndicate.rendering.alerts import AlertMails
from syndicate.services.making_feeds import FeedFormat, FeedMaker
from tests import factories
from tests.asgi import Client
from tests.fakes import FakeChannel
from tests.integration.test_web_payloads import PAYLOADS, hostile, site_of
from tests.watching import Watcher

MORE = [
    *(
        "]]></description></item><item>",
        "<![CDATA[ x ]]>",
        "data:text/html,<script>alert(1)</script>",
        "\u2028\u2029\u0085",
    ),
    *(
        "\u2066\u2067\u2068\u2069 \u202a\u202b\u202c\u202d\u202e",
        "=?utf-8?q?Bcc:_x?=",
        "Bcc: x@example.org",
        "%0d%0aBcc: x",
    ),
    *("syndicate-unsubscribe", "\ufeff\ufffe\uffff\U000e0001", "A" * 1_000_000),
]
ALL = [*PAYLOADS, *MORE]
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")
ACTIVE = {
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "svg",
    "math",
    "base",
    "style",
    "link",
    "img",
    "meta",
}
MAILS = MailSettings("Nyt <nyt@example.org>", "", "example.org")
MEGABYTE = 1 << 20


@pytest.fixture(params=ALL, ids=range(len(ALL)), scope="module")
def payload(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def watcher(tmp_path_factory: pytest.TempPathFactory, payload: str) -> Iterator[Watcher]:
    watcher = Watcher(tmp_path_factory.mktemp("site"))
    watcher.visit()
    watcher.serve(hostile(payload))
    for _ in range(3):  # what is in doubt is looked at again
        watcher.visit()
    yield watcher
    watcher.store.database.close()


@pytest.fixture(scope="module")
def update(watcher: Watcher) -> Update:
    return watcher.updates()[0]


def is_inert(markup: str, *, allowed: frozenset[str] = frozenset()) -> None:
    """No element, attribute or address does anything by itself."""
    root = html.fromstring(f"<div>{markup}</div>" if "<html" not in markup else markup)
    for element in root.iter(etree.Element):
        assert element.tag not in ACTIVE - allowed, element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            if name in ("href", "src", "action"):
                assert urlsplit(value).scheme in ("http", "https", "mailto", ""), value[:80]
    assert not UNSEEN.search(markup)


def is_sound(mail: bytes) -> EmailMessage:
    """A mail whose headers are ours, and whose two bodies are inert."""
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects and "bcc" not in message
    assert len(mail) < MEGABYTE // 4
    assert max(map(len, mail.split(b"\r\n"))) <= 998 and mail.isascii()
    for name, value in message.items():
        assert not UNSEEN.search(str(value)), name
    plain, marked = (message.get_body((form,)) for form in ("plain", "html"))
    assert plain is not None and marked is not None
    assert not UNSEEN.search(plain.get_content())
    is_inert(marked.get_content(), allowed=frozenset({"style", "meta"}))
    return message


def test_mails_to_readers(update: Update) -> None:
    for language in ("da", "en"):
        message = is_sound(Renderer(factories.site(), MAILS).mail(update, language).payload)
        assert message["To"].count("@") <= 1
        # Only the unsubscription and preferences of the reader are put in when it is sent.
        assert message.as_string().count("syndicate-unsubscribe") <= 12


def test_mails_to_the_operator(payload: str) -> None:
    alert = Alert(1, payload.encode(errors="replace").decode(), payload, payload, payload, factories.NOON)
    is_sound(AlertMails(factories.site(), MAILS).alert("1", [alert], [alert], factories.NOON).payload)


def test_posts(update: Update) -> None:
    renderer = Renderer(factories.site(), MAILS)
    try:
        messages = renderer.messages(update, Account("x", "twitter", languages=("da", "en")), FakeChannel())
    except Permanent:  # it is told to the operator, and nothing cut is posted
        return
    for message in messages:
        post = json.loads(message.payload)
        assert set(post) == {"text", "link", "title", "description", "language", "reply_to"}
        assert post["link"] == factories.site().update_url(update.id)
        assert not any(UNSEEN.search(text) for text in post.values())


def feeds(update: Update) -> dict[str, bytes]:
    modules = {name: importlib.import_module(f"syndicate.feeds.{name}") for name in ("rss", "atom", "json")}
    formats = [FeedFormat(name, m.MEDIA_TYPE, m.render) for name, m in modules.items()]
    maker = FeedMaker(Renderer(factories.site(), MAILS).feed_view, formats)
    record = FeedRecord("all", factories.site().title)
    view = Renderer(factories.site(), MAILS).feed_view(record, [update], False)
    assert maker is not None
    return {name: module.render(view) for name, module in modules.items()}


def test_feeds(update: Update) -> None:
    made = feeds(update)
    assert max(map(len, made.values())) < MEGABYTE
    for name in ("rss", "atom"):
        root = etree.fromstring(made[name])  # strict: what no parser may forgive
        assert len(root.findall(".//{*}item") + root.findall(".//{*}entry")) == 1
        for element in root.iter(etree.Element):
            local = etree.QName(element).localname
            for address in (element.get("href"), element.text if local == "link" else None):
                assert urlsplit(address or "").scheme in ("http", "https", ""), address
            if local in ("encoded", "description") or element.get("type") == "html":
                is_inert(element.text or "")
            assert not UNSEEN.search(element.text or "")


def test_json_feeds_with_their_data(update: Update) -> None:
    feed = json.loads(feeds(update)["json"])
    (item,) = feed["items"]
    is_inert(item["content_html"])
    assert item["_syndicate"]["changes"]
    for text in _texts(feed):
        assert not UNSEEN.search(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


OURS = frozenset({"script", "link", "meta", "form", "input", "svg", "img"})
"""What our own pages have: from our own addresses only, which the policy sees to."""


def test_cards_and_pages(watcher: Watcher, update: Update, payload: str) -> None:
    client = site_of(watcher)
    for path in (f"/updates/{update.id}", f"/updates/{update.id}/print", "/status", "/documents/1"):
        root = html.fromstring(client.get(path).body)
        for element in root.iter("script", "img", "link"):
            address = element.get("src") or element.get("href") or ""
            assert (
                address.startswith(("/", "https://nyt.example.org/", "https://example.org/"))
                or element.get("rel") == "alternate"
            ), address
        for card in root.xpath("//meta[starts-with(@property, 'og:') or starts-with(@name, 'twitter:')]"):
            content = card.get("content", "")
            assert not UNSEEN.search(content) and len(content) < 3_000, path


PLACES = ("/updates?q={}", "/updates?topic={}", "/updates/{}", "/feeds/{}.rss", "/{}", "/confirm/{}")


def test_what_is_asked_for_comes_back_inert(watcher: Watcher, payload: str) -> None:
    client = site_of(watcher)
    asked = quote(payload[:150].encode(errors="replace"), safe="")
    for place in PLACES:
        reply = client.get(place.format(asked))
        assert reply.status in (200, 307, 400, 404)
        if reply.body:
            is_inert(reply.text, allowed=OURS)
            assert "alert(1)" not in "".join(html.fromstring(reply.body).xpath("//script/text()"))


def test_lists_for_programs(watcher: Watcher) -> None:
    client: Client = site_of(watcher)
    for path in ("/opml", "/sitemap.xml", "/sitemaps/pages.xml", "/sitemaps/updates-1.xml"):
        root = etree.fromstring(client.get(path).body)
        for element in root.iter(etree.Element):
            for text in (element.text or "", *map(str, element.attrib.values())):
                assert not UNSEEN.search(text)
            for name in ("xmlUrl", "htmlUrl", "url"):
                assert urlsplit(str(element.get(name, ""))).scheme in ("http", "https", "")
