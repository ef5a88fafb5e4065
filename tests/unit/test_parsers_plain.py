"""What is read from plain text and Markdown."""

from __future__ import annotations

import pytest

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import BlockKind, Link, Version
from syndicate.parsers import read
from syndicate.ports import ReadOptions

HEADING, PARAGRAPH, ITEM, ROW = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW


def read_text(text: str | bytes, media_type: str = "text/plain") -> Version:
    data = text.encode() if isinstance(text, str) else text
    return read(data, media_type=media_type, url="https://a.example/d/råd.md", options=ReadOptions())


def told(text: str) -> list[tuple[BlockKind, str, str]]:
    return [(block.kind, block.number, block.text) for block in read_text(text).blocks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# Råd\n## 2.1 Børn ##\nTekst",
            [(HEADING, "", "Råd"), (HEADING, "2.1", "Børn"), (PARAGRAPH, "", "Tekst")],
        ),
        (
            "Råd\n===\nBørn\n---\nTekst",
            [(HEADING, "", "Råd"), (HEADING, "", "Børn"), (PARAGRAPH, "", "Tekst")],
        ),
        (
            "En linje\nog dens næste\n\nNyt afsnit",
            [(PARAGRAPH, "", "En linje og dens næste"), (PARAGRAPH, "", "Nyt afsnit")],
        ),
        (
            "1. Et\n2) To\n   går videre\n\na) Tre",
            [(ITEM, "1", "Et"), (ITEM, "2", "To går videre"), (ITEM, "a", "Tre")],
        ),
        ("- Et\n* To\n• Tre", [(ITEM, "", "Et"), (ITEM, "", "To"), (ITEM, "", "Tre")]),
        ("| A | B |\n|---|:-:|\n| 1 | 2 |", [(ROW, "", "A | B"), (ROW, "", "1 | 2")]),
        ("> Et citat\n> går videre", [(PARAGRAPH, "", "Et citat går videre")]),
        ("Før\n\n---\n\n***\nEfter", [(PARAGRAPH, "", "Før"), (PARAGRAPH, "", "Efter")]),
        (
            "```\n# ingen overskrift\n```\nTekst",
            [(PARAGRAPH, "", "# ingen overskrift"), (PARAGRAPH, "", "Tekst")],
        ),
        (
            "**Bør** og *kan* og `kode` 2 * 3 * 4 snake_case_navn \\*",
            [(PARAGRAPH, "", "Bør og kan og kode 2 * 3 * 4 snake_case_navn *")],
        ),
        ("Et ![billede](a.png) her", [(PARAGRAPH, "", "Et her")]),
        ("3. oktober begynder det", [(PARAGRAPH, "", "3. oktober begynder det")]),
    ],
)
def test_markup_becomes_blocks(text: str, expected: list[tuple[BlockKind, str, str]]) -> None:
    assert told(text) == expected


def test_indented_items_are_deeper() -> None:
    blocks = read_text("1. Et\n   - Under\n     - Dybt\n2. To\n\nTekst\n\n- Ny").blocks
    assert [(block.text, block.level) for block in blocks] == [
        ("Et", 1), ("Under", 2), ("Dybt", 3), ("To", 1), ("Tekst", 0), ("Ny", 1),
    ]  # fmt: skip


def test_links_are_absolute() -> None:
    (block,) = read_text('Se [rapporten](../r.pdf "PDF") og <https://b.example/x>.').blocks
    assert block.text == "Se rapporten og https://b.example/x."
    assert block.links == (
        Link("rapporten", "https://a.example/r.pdf"),
        Link("https://b.example/x", "https://b.example/x"),
    )


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("<span style='color:#c00'>Rød</span> betyder nej.", "Rød betyder nej."),
        ("Ring&nbsp;til os &amp; hør&#33;", "Ring til os & hør!"),
        ("Et<br>to<BR/>tre", "Et to tre"),
        ("<!-- et udkast --><b>Børn</b> bør sove.", "Børn bør sove."),
        ("Giv <5 mg og >2 mg, men ikke <navn>.", "Giv <5 mg og >2 mg, men ikke <navn>."),
        ("a < b og b > c & så videre; AT&T", "a < b og b > c & så videre; AT&T"),
    ],
)
def test_html_in_a_text_is_no_text(line: str, text: str) -> None:
    assert read_text(line).text == text


def test_a_link_in_html_is_a_link() -> None:
    (block,) = read_text("Se <a class='x' href='../r.pdf'>rapporten</a>.").blocks
    assert (block.text, block.links) == ("Se rapporten.", (Link("rapporten", "https://a.example/r.pdf"),))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "iso-8859-1"])
def test_line_ends_and_charsets_are_no_change(newline: str, charset: str) -> None:
    text = f"# Råd{newline}{newline}Børn bør sove.{newline}"
    assert read_text(text.encode(charset), f"text/plain; charset={charset}").text == "Råd\nBørn bør sove."


def test_the_first_heading_is_the_title() -> None:
    assert read_text("Forord\n\n## Råd\n\nTekst").title == "Råd"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", ParseReason.NO_TEXT),
        (b" \n\n", ParseReason.NO_TEXT),
        (b"\x00\x01\x02\x03" * 50, ParseReason.DAMAGED),
        (b"x" * (21 * 1024 * 1024), ParseReason.TOO_LARGE),
    ],
    ids=["empty", "blank", "binary", "huge"],
)
def test_what_is_no_text_is_refused(data: bytes, reason: ParseReason) -> None:
    with pytest.raises(ParseError) as caught:
        read_text(data)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "*" * 50_000, "_a" * 50_000, "[a](" * 20_000, "| " * 50_000, "<https://" * 9_000]
)
def test_markup_made_to_be_slow_is_not(text: str) -> None:
    read_text(f"Tekst {text}")
