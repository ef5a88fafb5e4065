"""What is read from Word documents, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Block, BlockKind, DateRole, Link, StatedDate, Version
from syndicate.parsers import read
from syndicate.ports import ReadOptions
from tests.docx_writer import (
    abstract,
    level,
    listed,
    number_list,
    paragraph,
    style,
    styled,
    table,
    write_docx,
    write_zip,
)

DECIMAL = abstract(
    0, level(0, "decimal", "%1."), level(1, "decimal", "%1.%2"), level(2, "lowerLetter", "%3)")
)


def read_docx(data: bytes, url: str = "https://a.example/d.docx") -> Version:
    return read(data, media_type="", url=url, options=ReadOptions())


def told(version: Version) -> list[tuple[str, str]]:
    return [(block.number, block.text) for block in version.blocks]


def refusal(data: bytes) -> ParseReason:
    with pytest.raises(ParseError) as caught:
        read_docx(data)
    return caught.value.reason


# --- paragraphs and headings --------------------------------------------------------------------


@pytest.mark.parametrize(
    "styles",
    [
        style("Overskrift1", "heading 1") + style("Overskrift2", "heading 2"),
        style("Overskrift1", "Overskrift 1") + style("Overskrift2", "Overskrift 2"),
        style("Overskrift1", "Stor", '<w:outlineLvl w:val="0"/>')
        + style("Overskrift2", "Lille", '<w:outlineLvl w:val="1"/>'),
        style("Base1", "heading 1")
        + style("Overskrift1", "Egen", based_on="Base1")
        + style("Overskrift2", "heading 2"),
    ],
)
def test_headings_are_known_by_style_in_any_language(styles: str) -> None:
    body = (
        styled("Anbefalinger", "Overskrift1") + styled("Børn", "Overskrift2") + paragraph("Tilbyd søvnråd.")
    )
    version = read_docx(write_docx(body, styles=styles))
    assert version.title == "Anbefalinger"
    assert version.blocks == (
        Block(BlockKind.HEADING, "Anbefalinger", level=1),
        Block(BlockKind.HEADING, "Børn", ("Anbefalinger",), level=2),
        Block(BlockKind.PARAGRAPH, "Tilbyd søvnråd.", ("Anbefalinger", "Børn")),
    )


def test_below_a_title_headings_are_one_rank_deeper_as_on_a_page() -> None:
    styles = style("Titel", "Title") + style("H1", "heading 1")
    version = read_docx(write_docx(styled("Rapport", "Titel") + styled("Metode", "H1"), styles=styles))
    assert [(block.text, block.level) for block in version.blocks] == [("Rapport", 1), ("Metode", 2)]


def test_a_style_based_on_itself_does_not_hang() -> None:
    styles = style("A", "a", based_on="B") + style("B", "b", based_on="A")
    assert read_docx(write_docx(styled("Tekst", "A"), styles=styles)).text == "Tekst"


def test_tabs_breaks_and_odd_hyphens_read_as_they_look() -> None:
    runs = "<w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:softHyphen/><w:t>d</w:t>"
    body = f"<w:p><w:r>{runs}</w:r></w:p>"
    assert read_docx(write_docx(body)).text == "a b c-d"


# --- numbers ------------------------------------------------------------------------------------


def test_automatic_numbers_are_those_that_word_prints() -> None:
    body = (
        listed("Et")
        + listed("Et et", 1)
        + listed("Et to", 1)
        + listed("bogstav", 2)
        + listed("To")
        + listed("To et", 1)
    )
    version = read_docx(write_docx(body, numbering=DECIMAL + number_list(1, 0)))
    assert [(block.number, block.level) for block in version.blocks] == [
        ("1", 1), ("1.1", 2), ("1.2", 2), ("a", 3), ("2", 1), ("2.1", 2),
    ]  # fmt: skip


def test_lists_of_one_definition_count_on_unless_they_start_again() -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering = DECIMAL + number_list(1, 0) + number_list(2, 0) + number_list(3, 0, again)
    body = listed("a") + listed("b", list_id=2) + listed("c", list_id=3) + listed("d", list_id=3)
    assert [number for number, _ in told(read_docx(write_docx(body, numbering=numbering)))] == [
        "1",
        "2",
        "1",
        "2",
    ]


@pytest.mark.parametrize(
    ("form", "shown", "number"),
    [
        ("upperRoman", "%1.", "I"),
        ("lowerLetter", "(%1)", "a"),
        ("bullet", "\uf0b7", ""),
        ("none", "", ""),
        ("decimal", "Anbefaling %1:", "Anbefaling 1"),
    ],
)
def test_every_form_of_number(form: str, shown: str, number: str) -> None:
    numbering = abstract(0, level(0, form, shown)) + number_list(1, 0)
    assert told(read_docx(write_docx(listed("Tekst"), numbering=numbering))) == [(number, "Tekst")]


def test_a_list_may_start_anywhere_and_belong_to_a_style() -> None:
    numbering = abstract(0, level(0, "decimal", "%1.", start=4)) + number_list(7, 0)
    styles = style("L", "list", '<w:numPr><w:numId w:val="7"/></w:numPr>')
    body = styled("Fire", "L") + styled("Fem", "L")
    assert told(read_docx(write_docx(body, styles=styles, numbering=numbering))) == [
        ("4", "Fire"),
        ("5", "Fem"),
    ]


def test_a_numbered_heading_keeps_its_number_out_of_its_text() -> None:
    styles = style("H1", "heading 1", '<w:numPr><w:numId w:val="1"/></w:numPr>')
    version = read_docx(
        write_docx(styled("Metode", "H1"), styles=styles, numbering=DECIMAL + number_list(1, 0))
    )
    assert version.blocks == (Block(BlockKind.HEADING, "Metode", number="1", level=1),)


# --- tables, links, changes ---------------------------------------------------------------------


def test_rows_join_their_cells_and_a_table_of_one_column_is_no_table() -> None:
    version = read_docx(
        write_docx(table([["Alder", "Dosis"], ["5", "10 mg"]]) + table([["En boks med tekst."]]))
    )
    assert [(block.kind, block.text) for block in version.blocks] == [
        (BlockKind.ROW, "Alder | Dosis"),
        (BlockKind.ROW, "5 | 10 mg"),
        (BlockKind.PARAGRAPH, "En boks med tekst."),
    ]


def test_links_come_from_the_relationships() -> None:
    body = (
        '<w:p><w:r><w:t xml:space="preserve">Se </w:t></w:r>'
        '<w:hyperlink r:id="r1"><w:r><w:t>rapporten</w:t></w:r></w:hyperlink>'
        '<w:hyperlink r:id="r2"><w:r><w:t> her</w:t></w:r></w:hyperlink></w:p>'
    )
    links = {"r1": "https://a.example/r?x=1&y=2", "r2": "javascript:alert(1)"}
    block = read_docx(write_docx(body, links=links)).blocks[0]
    assert block.text == "Se rapporten her"
    assert block.links == (Link("rapporten", "https://a.example/r?x=1&y=2"),)


def test_tracked_changes_read_as_accepted() -> None:
    body = (
        '<w:p><w:r><w:t xml:space="preserve">Kommunen </w:t></w:r>'
        "<w:del><w:r><w:delText>bør</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>skal</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>væk</w:t></w:r></w:moveFrom></w:p>"
    )
    assert read_docx(write_docx(body)).text == "Kommunen skal"


def test_text_boxes_and_notes_are_text_once() -> None:
    box = f"<w:txbxContent>{paragraph('I boksen')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>Før</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:footnote w:type="separator">{paragraph("---")}</w:footnote>'
        f"<w:footnote>{paragraph('En note.')}</w:footnote>"
        "</w:footnotes>"
    )
    assert read_docx(write_docx(body, more={"word/footnotes.xml": notes})).text == "Før\nI boksen\nEn note."


def test_the_document_says_its_dates_and_language() -> None:
    core = (
        "<dc:title>Kladde</dc:title><dc:language>da-DK</dc:language>"
        "<dcterms:created>2014-10-03T08:00:00Z</dcterms:created><dcterms:modified>nonsens</dcterms:modified>"
    )
    version = read_docx(write_docx(paragraph("x"), core=core))
    assert (version.title, version.language) == ("Kladde", "da")
    assert version.dates == (StatedDate(DateRole.CREATED, date(2014, 10, 3)),)


# --- what is refused ----------------------------------------------------------------------------


def test_an_empty_document_holds_no_text() -> None:
    assert refusal(write_docx("<w:p/>")) is ParseReason.NO_TEXT


def test_a_document_packed_like_a_bomb_is_not_unpacked() -> None:
    assert refusal(write_docx("x", more={"word/media/a.xml": b"\0" * 50_000_000})) is ParseReason.TOO_LARGE


def test_too_many_files_are_too_many() -> None:
    assert refusal(write_docx("x", more={f"word/{n}": "" for n in range(2001)})) is ParseReason.TOO_LARGE


def test_entities_are_never_followed() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    for name in ("&b;", "&f;"):
        document = (
            f'{entities}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
            f"<w:p><w:r><w:t>{name}</w:t></w:r></w:p></w:body></w:document>"
        )
        assert refusal(write_docx("", more={"word/document.xml": document})) is ParseReason.DAMAGED


@pytest.mark.parametrize("cut", [10, 200, -30])
def test_a_cut_file_is_damaged(cut: int) -> None:
    data = write_docx(paragraph("Tekst " * 100))
    with pytest.raises(ParseError) as caught:
        read_docx(data[:cut])
    assert caught.value.reason in (ParseReason.DAMAGED, ParseReason.UNSUPPORTED)


def test_broken_xml_is_damaged() -> None:
    assert refusal(write_zip({"word/document.xml": "<w:document"})) is ParseReason.DAMAGED


@pytest.mark.parametrize(
    ("member", "content", "name"),
    [
        ("mimetype", "application/vnd.oasis.opendocument.text", "ODT"),
        ("xl/workbook.xml", "", "XLSX"),
        ("ppt/presentation.xml", "", "PPTX"),
        ("readme.txt", "", "ZIP"),
    ],
)
def test_other_formats_in_an_archive_are_named(member: str, content: str, name: str) -> None:
    with pytest.raises(ParseError, match=name) as caught:
        read_docx(write_zip({member: content}))
    assert caught.value.reason is ParseReason.UNSUPPORTED
