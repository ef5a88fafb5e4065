"""What others wrote stays inert on every page, and our limits and words hold."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.domain.model import Block, BlockKind, Link, Proof, Topic, UpdateText
from syndicate.ports import DocumentStatus, SourceView, Step
from syndicate.web.foreign import Passage, masked, passages, printable, share_links
from syndicate.web.limits import HourlyLimit
from syndicate.web.texts import load_texts
from tests import factories
from tests.web_site import WebSite, document_status, document_view, filled, version

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "</blockquote></main><svg/onload=alert(1)>",
    "{{ 7*7 }}{% raw %}<b>",
    "&lt;script&gt;&#60;script&#62;",
    "javascript:alert(1)",
    "<!-- --><![CDATA[<script>]]>",
    "\x00\x08\x0b\x1b[31m\x7f\x9b\ufffe\uffff",
    "\u202egnp.exe \u202d\u2066\u2067",
    "\ud800lone\udfff",
    "A" * 100_000,
]


OUR_OWN = re.compile(
    r'<svg class="timeline-picture".*?</svg>|<script src="/static/site\.[0-9a-f]{12}\.js" defer></script>',
    re.S,
)
"""The only picture and the only script that pages have."""


def poisoned(text: str) -> WebSite:
    """A site in which everything that comes from outside is `text`."""
    web = WebSite()
    web.site = replace(web.site, topics=(Topic("emne", text),))
    change = factories.reworded(before=text, after=text + "!", edits=(), section=(text,), number_after=text)
    noted = factories.noted(change, resource=text, url=text, role="attachment", also_in=(text,))
    update = factories.update(
        id="abcd",
        changes=(noted,),
        topics=("emne", text),
        document_title=text,
        document_url=text,
        texts={"da": UpdateText("da", text, text)},
        proofs=(Proof(text, text, text, text, factories.NOON),),
    )
    blocks = tuple(
        Block(kind, text, (text,), text, 1, (Link(text, text),)) for kind in BlockKind for _ in range(2)
    )
    page, pdf = document_view().resources
    read = replace(version(), title=text, blocks=blocks)
    web.archive.documents[1] = document_view(
        title=text,
        url=text,
        topics=(text,),
        resources=(
            replace(page, label=text, url=text, version=read),
            replace(pdf, label=text, url=text, version=read),
        ),
    )
    web.add_update(update)
    web.archive.documents[1] = replace(web.archive.documents[1], title=text, url=text)
    web.archive.statuses = [_status(text)]
    web.archive.known_sources = [SourceView("kilde", text), SourceView("anden", text)]
    web.archive.known_steps["abcd"] = (Step(text, text, read, replace(read, blocks=blocks[:3])),)
    older = replace(read, blocks=tuple(replace(block, text=f"x{block.text} y") for block in blocks))
    web.archive.editions[1, 0] = (replace(page, label=text, url=text, version=older, sha256="0"),)
    web.archive.editions[1, 41] = web.archive.documents[1].resources
    return web


def _status(text: str) -> DocumentStatus:
    return document_status(title=text, url=text, problem=text, problem_since=factories.NOON)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/updates",
        "/updates?topic=emne",
        "/updates/abcd",
        "/updates/abcd/print",
        "/documents/1",
        "/documents/1?at=2026-03-02",
        "/documents/1/compare",
        "/feeds",
        "/subscribe",
        "/status",
    ],
)
def test_no_foreign_text_becomes_active(text: str, path: str) -> None:
    reply = poisoned(text).client().get(path)
    assert reply.status == 200
    assert not re.search('<script[^>]+src=(?!"/static/)', reply.text)
    inside = OUR_OWN.sub("", reply.text.partition("<body>")[2])
    tags = set(re.findall(r"<(\w+)", OUR_OWN.sub("", reply.text)))
    assert not tags & {"script", "img", "svg", "b", "iframe", "object", "style"}
    assert not re.search(r"<[^>]+\son\w+\s*=", re.sub(r'"[^"]*"', '""', inside))
    assert not re.search(r'(?:href|src|action)="\s*(?:javascript|data|vbscript):', reply.text, re.IGNORECASE)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]", reply.text)
    assert text != HOSTILE[5] or "{{ 7*7 }}{% raw %}&lt;b&gt;" in inside or path in ("/feeds", "/status")
    assert reply.text.count("</main>") == 1


@pytest.mark.parametrize("text", HOSTILE[:6], ids=range(6))
def test_hostile_queries_come_back_inert(text: str) -> None:
    client = filled().client()
    for path in ("/", "/updates", "/subscribe", "/nowhere"):
        reply = client.get(f"{path}?lang=en&x={'%22%3E%3Cscript%3E'}&topic=%3Cscript%3E")
        assert reply.status in (200, 400, 404)
        assert "<script>" not in reply.text


@pytest.mark.parametrize(
    ("address", "shown"),
    [("reader@example.org", "r…@example.org"), ("x@example.org", "x…@example.org"), ("", "")],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_printable_keeps_what_people_write() -> None:
    text = "Æøå é\n\t– »ord« \u2068שלום\u2069 👋🏽 a\u0301"
    assert printable(text) == text


def test_share_links_of_strange_titles() -> None:
    links = share_links("https://nyt.example.org/updates/1", "A & B? #3\r\nCc: x\ud800", "Æ\n1")
    assert "\r" not in links.mail and "\n" not in links.mail and " " not in links.x
    assert "A%20%26%20B%3F%20%233" in links.x
    assert links.mail.endswith("&body=%C3%86%0A1")


def test_passages_put_lists_and_tables_together() -> None:
    kinds = [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ITEM]
    kinds += [BlockKind.ROW, BlockKind.ROW, BlockKind.ITEM]
    found = list(passages([Block(kind, "a | b", level=1) for kind in kinds]))
    assert [(passage.kind.value, len(passage.blocks)) for passage in found] == [
        ("heading", 1),
        ("paragraph", 1),
        ("paragraph", 1),
        ("item", 2),
        ("row", 2),
        ("item", 1),
    ]
    assert found[4].rows == [["a", "b"], ["a", "b"]]


@pytest.mark.parametrize(
    ("levels", "shown"),
    [((1, 2, 3), [3, 4, 5]), ((3, 3), [3, 4]), ((1, 6, 6), [3, 4, 5]), ((2, 1), [3, 3]), ((0,), [3])],
)
def test_headings_never_skip_a_level(levels: tuple[int, ...], shown: list[int]) -> None:
    blocks = [Block(BlockKind.HEADING, "x", level=level) for level in levels]
    assert [passage.level for passage in passages(blocks)] == shown


def test_nothing_read_shows_nothing() -> None:
    assert list[Passage](passages([])) == []


# --- limits ---------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 23, 9, 59, tzinfo=UTC)


def test_one_household_is_one_client() -> None:
    limit = HourlyLimit(per_client=1, overall=10)
    assert limit.allow("2001:db8:1:2::3", NOW)
    assert not limit.allow("2001:db8:1:2:ffff::4", NOW)
    assert limit.allow("2001:db8:1:3::3", NOW)
    assert limit.allow("192.0.2.1", NOW) and limit.allow("192.0.2.2", NOW)
    assert limit.allow("", NOW) and not limit.allow("", NOW)


def test_a_flood_of_clients_takes_no_memory() -> None:
    limit = HourlyLimit(per_client=1, overall=5)
    allowed = sum(limit.allow(f"192.0.2.{n % 250}.{n}", NOW) for n in range(10_000))
    assert allowed == 5
    assert len(limit._seen) <= 5 + 1


def test_the_next_hour_begins_anew() -> None:
    limit = HourlyLimit(per_client=1, overall=1)
    assert limit.allow("192.0.2.1", NOW) and not limit.allow("192.0.2.1", NOW)
    assert limit.allow("192.0.2.1", NOW + timedelta(minutes=1))


# --- words ----------------------------------------------------------------------------------------


def test_an_operator_changes_single_entries_and_files(tmp_path: Path) -> None:
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "da.po").write_text('msgid "newest.title"\nmsgstr "Seneste nyt"\n', "utf-8")
    (tmp_path / "site" / "static").mkdir(parents=True)
    (tmp_path / "site" / "static" / "style.css").write_text("body { color: navy }", "utf-8")
    web = filled()
    web.folders = [tmp_path]
    client = web.client()
    text = client.get("/").text
    assert "<h1>Seneste nyt</h1>" in text and "Se hele arkivet" in text
    style = re.search(r'href="(/static/style[^"]+)"', text)
    assert style and client.get(style[1]).text == "body { color: navy }"


def test_a_language_without_a_catalogue_speaks_english() -> None:
    texts = load_texts(factories.site(language="de", languages=("de",)))
    assert texts["de"]("nav.updates") == "Archive"
    assert texts["de"].month(NOW) == "November 2026"


def test_dates_are_those_of_the_place() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    texts = load_texts(factories.site())
    assert texts["da"].moment(late) == "1. januar 2027 kl.\u00a000.30"
    assert texts["en"].moment(late) == "1 January 2027 at\u00a000:30"
    assert texts["da"].day(late) == "1. januar 2027"
    assert texts["en"].count("update.changes", 1) == "1 change"
    assert texts["da"].count("update.changes", 1200) == "1.200 ændringer"
    assert (texts["da"].name_of("da"), texts["da"].name_of("en")) == ("Dansk", "English")
