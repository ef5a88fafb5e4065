"""What holds for every parser: four forms of one text read alike, and bytes raise ParseError at most."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from textwrap import wrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

import syndicate
from syndicate import parsers
from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import BlockKind, Recipe, Version
from syndicate.ports import ReadOptions
from tests.data.sample.docx import docx_from_markdown
from tests.docx_writer import abstract as abstract_list
from tests.docx_writer import level as list_level
from tests.docx_writer import listed, number_list, paragraph, write_docx
from tests.pdf_writer import Words, set_lines, write_pdf

TITLE = "Anbefalinger om søvn"
INTRO = "Rådene gælder for børn og unge, som sover for lidt, og for de voksne omkring dem."
RULE = "Børn bør sove mindst ni timer, og skolen bør ikke begynde før klokken ni om morgenen."
OTHER = "Unge bør lægge skærmen fra sig en time før sengetid."
CHAPTER = "Baggrund"
WHY = "For lidt søvn gør det sværere at lære, og det mærkes mest om vinteren, når det er mørkt."
ROWS = (("Alder", "Timer"), ("6 år", "10"), ("12 år", "9"))

MARKDOWN = f"""# {TITLE}

{INTRO}

1. {RULE}
2. {OTHER}

## {CHAPTER}

{WHY}

| {" | ".join(ROWS[0])} |
|---|---|
| {" | ".join(ROWS[1])} |
| {" | ".join(ROWS[2])} |
"""
HTML = (
    f"<!doctype html><html lang=da><title>{TITLE} | Foreningen</title><main><h1>{TITLE}</h1><p>{INTRO}</p>"
    f"<ol><li>{RULE}<li>{OTHER}</ol><h2>{CHAPTER}</h2><p>{WHY}</p><table>"
    + "".join(f"<tr><td>{left}<td>{right}" for left, right in ROWS)
    + "</table></main>"
)


def pdf() -> bytes:
    """The same text as it is printed: lines broken, a number on the page."""
    return write_pdf(
        [
            [
                Words(TITLE, 70, 780, 20, bold=True),
                *set_lines(wrap(INTRO, 50), top=745),
                *set_lines(wrap(f"1. {RULE}", 60), top=710, left=85),
                *set_lines([f"2. {OTHER}"], top=675, left=85),
                Words(CHAPTER, 70, 640, 14, bold=True),
                *set_lines(wrap(WHY, 50), top=615),
                *(
                    Words(cell, x, 570 - 22 * line)
                    for line, row in enumerate(ROWS)
                    for x, cell in zip((70, 250), row, strict=True)
                ),
                Words("1", 300, 30, 9),
            ]
        ],
        language="da",
    )


EDITIONS: dict[str, Callable[[], bytes]] = {
    "text": MARKDOWN.encode,
    "html": HTML.encode,
    "docx": lambda: docx_from_markdown(MARKDOWN),
    "pdf": pdf,
}


def read(data: bytes, url: str = "") -> Version:
    return parsers.read(data, media_type="", url=url, options=ReadOptions())


@pytest.mark.parametrize("name", EDITIONS)
def test_four_editions_of_one_text_read_alike(name: str) -> None:
    version = read(EDITIONS[name]())
    below, deeper = (TITLE,), (TITLE, CHAPTER)
    assert version.recipe.parser == name
    assert (version.title, version.language) == (TITLE, "da")
    assert [(block.kind, block.number, block.text, block.section) for block in version.blocks] == [
        (BlockKind.HEADING, "", TITLE, ()),
        (BlockKind.PARAGRAPH, "", INTRO, below),
        (BlockKind.ITEM, "1", RULE, below),
        (BlockKind.ITEM, "2", OTHER, below),
        (BlockKind.HEADING, "", CHAPTER, below),
        (BlockKind.PARAGRAPH, "", WHY, deeper),
        *((BlockKind.ROW, "", " | ".join(row), deeper) for row in ROWS),
    ]


@pytest.mark.parametrize("name", EDITIONS)
def test_reading_is_repeatable_and_survives_json(name: str) -> None:
    data = EDITIONS[name]()
    version = read(data)
    assert read(data) == version
    assert Version.from_dict(json.loads(json.dumps(version.as_dict()))) == version


@pytest.mark.parametrize("name", EDITIONS)
def test_the_recipe_is_the_current_one(name: str) -> None:
    options = ReadOptions(ignore=(".x",))
    version = parsers.read(EDITIONS[name](), media_type="", url="", options=options)
    assert (
        version.recipe
        == parsers.current_recipe(name, options)
        == Recipe(name, version.recipe.version, (), (".x",))
    )


def test_every_parser_is_covered_here() -> None:
    assert set(EDITIONS) == set(parsers.parser_names())


@pytest.mark.parametrize("name", EDITIONS)
def test_every_parser_says_what_it_reads(name: str) -> None:
    parser = parsers.load(name)
    assert parser.__doc__ and parser.VERSION >= 1 and parser.MEDIA_TYPES
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in parser.SUFFIXES)


def test_nested_numbers_agree_between_word_and_web() -> None:
    numbering = abstract_list(
        0, list_level(0, "decimal", "%1."), list_level(1, "lowerLetter", "%2)")
    ) + number_list(1, 0)
    word = read(
        write_docx(paragraph(INTRO) + listed(RULE) + listed(OTHER, 1) + listed(WHY), numbering=numbering)
    )
    web = read(f"<p>{INTRO}</p><ol><li>{RULE}<ol type=a><li>{OTHER}</ol><li>{WHY}</ol>".encode())
    assert word.blocks == web.blocks


# --- what is what -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "media_type", "url", "name"),
    [
        (b"%PDF-1.4", "text/html", "a.html", "pdf"),
        (b"\n\nheader\n%PDF-1.4", "application/pdf", "", "pdf"),
        (b"<!DOCTYPE html>", "application/pdf", "a.pdf", "html"),
        (b"\xef\xbb\xbf <!-- saved -->\n<html>", "", "", "html"),
        ("<html>".encode("utf-16"), "", "", "html"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "", "", "html"),
        (b"<p>x", "", "", "html"),
        (b"plain", "text/html; charset=utf-8", "", "html"),
        (b"plain", "TEXT/MARKDOWN", "", "text"),
        (b"plain", "application/octet-stream", "https://a.example/A.MD?x=1", "text"),
        (b"plain", "", "", "text"),
        (b"", "text/html", "", "html"),
    ],
)
def test_content_decides_then_type_then_suffix(data: bytes, media_type: str, url: str, name: str) -> None:
    assert parsers.detect(data, media_type, url) == name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word"),
        (b"{\\rtf1", "RTF"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"<?xml version='1.0'?><feed/>", "XML"),
        (b"\x00\x01\x02" * 100, "unknown"),
        (b"PK\x03\x04", "ZIP"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, name: str) -> None:
    with pytest.raises(ParseError, match=name) as caught:
        parsers.detect(data)
    assert caught.value.reason is ParseReason.UNSUPPORTED
    assert "PDF" in caught.value.hint


def test_the_library_reads_with_the_same_parsers() -> None:
    assert syndicate.read(HTML.encode(), url="https://a.example/") == read(
        HTML.encode(), "https://a.example/"
    )


# --- foreign bytes ------------------------------------------------------------------------------

PIECES = [
    "<div>", "</div>", "<p>", "</p>", "<li>", "<ol type=i start=-5>", "</ol>", "<table>", "<tr>", "<td>",
    "</table>", "<h1>", "</h2>", "<a href='a.pdf'>", "<a href='//[x'>", "</a>", "<br><br>", "<b hidden>",
    "<main>", "<article>", "<base href='x'>", "<dl><dt>x<dd>", "&shy;&#0;&#xD800;&nbsp;", "tekst ",
    "3. ", "é", "Opdateret 1. maj 2020 ", "&#1;", "\0", "# ", "|a|b|\n", "\n\n", "[a](b)", "* ", "```\n",
    "<svg><p>", "<!--", "<select><option>x", "<form class=nav>", "</main>", "<iframe>",
    "<base href='//['>",
]  # fmt: skip


def survives(data: bytes, media_type: str = "") -> None:
    try:
        version = parsers.read(data, media_type=media_type, url="https://a.example/x", options=ReadOptions())
    except ParseError as error:
        assert error.message
    else:
        json.dumps(version.as_dict()).encode("utf-8")
        assert all(block.text == " ".join(block.text.split()) and block.text for block in version.blocks)


@given(st.binary(max_size=2000), st.sampled_from(["", "text/html", "text/plain", "application/pdf"]))
def test_no_bytes_raise_anything_but_parse_errors(data: bytes, media_type: str) -> None:
    survives(data, media_type)


@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["text/html", "text/plain"]))
def test_no_mixture_of_markup_does(pieces: list[str], media_type: str) -> None:
    survives("".join(pieces).encode("utf-8"), media_type)


@pytest.mark.parametrize("name", ["docx", "pdf"])
@given(seed=st.integers(0, 10_000))
def test_no_damage_to_a_document_does(name: str, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(EDITIONS[name]())
    for _ in range(chance.randrange(1, 30)):
        place = chance.randrange(8, len(data))
        data[place : place + chance.randrange(3)] = bytes(
            chance.randrange(256) for _ in range(chance.randrange(4))
        )
    survives(bytes(data))
