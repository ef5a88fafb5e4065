"""The rules that all parsers share: spelling, numbers, dates, languages."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Attachment, Block, BlockKind, DateRole, Link, Recipe, StatedDate
from syndicate.parsers._shared import (
    Outline,
    counter_text,
    decode_text,
    find_dates,
    fold,
    guess_language,
    make_version,
    primary_subtag,
    split_number,
)
from syndicate.parsers._shared.outline import LONGEST_TITLE, MOST_BLOCKS

RECIPE = Recipe("text", 1)


# --- fold ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        "Børn bør få hjælp",
        unicodedata.normalize("NFD", "Børn bør få hjælp"),
        "Bør\u00adn bør få hjælp",
        "Børn\u00a0bør\u2009få\u202fhjælp",
        "  Børn \n\t bør få\r\nhjælp ",
        "Bø\u200brn bør\x07 få hj\ufeffælp\x00",
    ],
)
def test_spellings_that_look_the_same_are_the_same(spelling: str) -> None:
    assert fold(spelling) == "Børn bør få hjælp"


def test_ligatures_are_spelled_out_but_signs_that_mean_something_stay() -> None:
    assert fold("ﬁre eﬀekter, 10 m², ½ tablet, 5 ≥ 3") == "fire effekter, 10 m², ½ tablet, 5 ≥ 3"


def test_what_cannot_be_stored_is_gone() -> None:
    fold("a\ud800b\uffff").encode("utf-8")


@pytest.mark.parametrize("line", ["{}ab", "a{}b", "ab{}", "å{}b", "a{}ø"])
def test_no_line_keeps_what_cannot_be_seen(line: str) -> None:
    unseen = [*range(0x09), *range(0x0E, 0x1C), 0x7F, 0xAD, 0x34F, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E]
    unseen += [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xD800]
    for code in unseen:
        assert fold(line.format(chr(code))) == line.format(""), hex(code)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


# --- charsets -----------------------------------------------------------------------------------

DANISH = "Søvn, kål og ærter: 5 € – »bør«"


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (DANISH.encode(), ("utf-8",)),
        (DANISH.encode(), ("iso-8859-1",)),
        (DANISH.encode(), ("no-such-charset", "rot13")),
        (DANISH.encode("cp1252"), ("iso-8859-1",)),
        (DANISH.encode("cp1252"), ("utf-8",)),
        (DANISH.encode("cp1252"), ()),
        (DANISH.encode("cp1252"), ("", "windows-1252")),
        (DANISH.encode("utf-16"), ()),
        (b"\xef\xbb\xbf" + DANISH.encode(), ("iso-8859-1",)),
        (DANISH.encode("utf-16-le"), ("utf-16le",)),
    ],
)
def test_every_charset_gives_the_same_text(data: bytes, declared: tuple[str, ...]) -> None:
    assert decode_text(data, declared) == DANISH


def test_other_alphabets_follow_their_declaration() -> None:
    assert decode_text("zażółć".encode("iso-8859-2"), ("iso-8859-2",)) == "zażółć"
    assert decode_text("日本語".encode("shift_jis"), ("shift_jis",)) == "日本語"


def test_one_broken_byte_does_not_spoil_a_text_in_utf8() -> None:
    assert decode_text("ærlig ".encode() * 5 + b"\xff", ("utf-8",)).startswith("ærlig ærlig")


@given(st.binary(), st.text())
def test_decoding_never_fails(data: bytes, declared: str) -> None:
    decode_text(data, (declared,))


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("3. Tilbyd samtale", "3", "Tilbyd samtale"),
        ("3) tilbyd samtale", "3", "tilbyd samtale"),
        ("(3) Tilbyd samtale", "3", "Tilbyd samtale"),
        ("3.2. Tilbyd", "3.2", "Tilbyd"),
        ("3.2 Tilbyd", "3.2", "Tilbyd"),
        ("10.2.1 Tilbyd", "10.2.1", "Tilbyd"),
        ("a) tilbyd", "a", "tilbyd"),
        ("(iv) tilbyd", "iv", "tilbyd"),
    ],
)
def test_a_printed_number_is_taken_out(text: str, number: str, rest: str) -> None:
    assert split_number(text) == (number, rest)


@pytest.mark.parametrize(
    "text",
    [
        "3. oktober 2014 træder reglerne i kraft",
        "1. linje er altid samtale",
        "2. trimester",
        "3.2 mg dagligt",
        "50 borgere deltog",
        "2017. Det år",
        "A. Hansens metode",
        "1,5 g",
        "3.",
        "10:30 begynder mødet",
        "",
    ],
)
def test_what_only_looks_like_a_number_stays(text: str) -> None:
    assert split_number(text) == ("", text)


def test_in_a_list_letters_with_a_full_stop_are_numbers() -> None:
    assert split_number("B. Tilbyd", listed=True) == ("B", "Tilbyd")


@pytest.mark.parametrize(
    ("value", "style", "shown"),
    [
        (3, "1", "3"),
        (3, "a", "c"),
        (28, "a", "ab"),
        (4, "A", "D"),
        (4, "i", "iv"),
        (1994, "I", "MCMXCIV"),
        (0, "a", "0"),
    ],
)
def test_counters_are_shown_as_browsers_do(value: int, style: str, shown: str) -> None:
    assert counter_text(value, style) == shown


# --- dates --------------------------------------------------------------------------------------

CREATED, UPDATED, PUBLISHED = DateRole.CREATED, DateRole.UPDATED, DateRole.PUBLISHED


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        (
            "Oprettet: 03. okt. 2014, Senest opdateret: 09. jan. 2017",
            [(CREATED, date(2014, 10, 3)), (UPDATED, date(2017, 1, 9))],
        ),
        ("Last updated 3 March 2024", [(UPDATED, date(2024, 3, 3))]),
        ("Last updated: March 3rd, 2024 at 10:30 am", [(UPDATED, date(2024, 3, 3))]),
        ("Sidst revideret den 1. maj 2020", [(UPDATED, date(2020, 5, 1))]),
        ("Seneste opdatering: 01-05-2020", [(UPDATED, date(2020, 5, 1))]),
        ("Opdateret d. 12.10.2021 kl. 14.05", [(UPDATED, date(2021, 10, 12))]),
        (
            "Publiceret 2021-02-28 | Opdateret 2021-03-01",
            [(PUBLISHED, date(2021, 2, 28)), (UPDATED, date(2021, 3, 1))],
        ),
        ("Page last reviewed: 25 November 2022", [(UPDATED, date(2022, 11, 25))]),
        (
            "PUBLISHED: 10:48, Tue, Mar 19, 2024 | UPDATED: 11:05 am, 20 March 2024",
            [(PUBLISHED, date(2024, 3, 19)), (UPDATED, date(2024, 3, 20))],
        ),
        ("Publiziert: 03.04.2020, 12:35", [(PUBLISHED, date(2020, 4, 3))]),
        ("(Published on 03/25/2024)", [(PUBLISHED, date(2024, 3, 25))]),
        ("Zuletzt aktualisiert am 3. März 2024", [(UPDATED, date(2024, 3, 3))]),
        ("Mis à jour le 1er août 2023", [(UPDATED, date(2023, 8, 1))]),
        ("Date de la dernière révision : 20 décembre 2020", [(UPDATED, date(2020, 12, 20))]),
        ("Oprettet | 03. okt. 2014", [(CREATED, date(2014, 10, 3))]),
    ],
)
def test_a_line_of_the_pages_own_dates_is_understood(line: str, dates: list[tuple[DateRole, date]]) -> None:
    assert find_dates(line) == tuple(StatedDate(role, day) for role, day in dates)


@pytest.mark.parametrize(
    "line",
    [
        "Rådet blev oprettet 3. oktober 2014 og har siden haft ti medlemmer.",
        "Vaccinen gives fra 1. oktober 2024",
        "Senest opdateret: i går",
        "Opdateret 31. februar 2020",
        "The guideline was updated on 3 March 2024 because new trials appeared.",
        "Ansøgningsfrist: 3. marts 2024",
        "",
    ],
)
def test_a_sentence_with_a_date_stays_text(line: str) -> None:
    assert find_dates(line) == ()


def test_a_label_and_its_date_in_two_blocks_are_one_statement() -> None:
    outline = Outline()
    for line in ("Teksten selv.", "Senest opdateret", "9. januar 2017"):
        outline.paragraph(line)
    version = make_version(outline.blocks, RECIPE)
    assert version.text == "Teksten selv."
    assert version.dates == (StatedDate(UPDATED, date(2017, 1, 9)),)


# --- outline ------------------------------------------------------------------------------------


def test_sections_are_the_path_of_headings_above() -> None:
    outline = Outline()
    outline.heading("Anbefalinger", 1)
    outline.heading("1.1 Børn", 3)
    outline.paragraph("Om børn.")
    outline.heading("Voksne", 2)
    outline.paragraph("Om voksne.")
    assert [(block.section, block.number) for block in outline.blocks] == [
        ((), ""),
        (("Anbefalinger",), "1.1"),
        (("Anbefalinger", "Børn"), ""),
        (("Anbefalinger",), ""),
        (("Anbefalinger", "Voksne"), ""),
    ]


def test_a_paragraph_with_a_printed_number_or_bullet_is_an_item() -> None:
    outline = Outline()
    outline.paragraph("3. Tilbyd samtale")
    outline.paragraph("• Tilbyd råd")
    outline.paragraph("-5 grader")
    assert [(block.kind, block.number, block.text) for block in outline.blocks] == [
        (BlockKind.ITEM, "3", "Tilbyd samtale"),
        (BlockKind.ITEM, "", "Tilbyd råd"),
        (BlockKind.PARAGRAPH, "", "-5 grader"),
    ]


def test_a_printed_number_wins_over_the_counted_one() -> None:
    outline = Outline()
    outline.item("4.1 Tilbyd samtale", 1, number="1")
    assert outline.blocks[0].number == "4.1"


def test_no_text_is_an_error_that_says_so() -> None:
    with pytest.raises(ParseError) as caught:
        make_version([], RECIPE, nothing="Nothing here.")
    assert caught.value.reason is ParseReason.NO_TEXT


def test_more_than_any_document_has_is_refused() -> None:
    """Holding two such texts against each other is work for the service itself, not for a limited child."""
    row = Block(BlockKind.PARAGRAPH, "Råd")
    assert len(make_version([row] * MOST_BLOCKS, RECIPE).blocks) == MOST_BLOCKS
    with pytest.raises(ParseError) as caught:
        make_version([row] * (MOST_BLOCKS + 1), RECIPE)
    assert caught.value.reason is ParseReason.TOO_LARGE


# --- language -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Det er vigtigt, at børn og unge ikke får for lidt søvn, og at de har det godt.", "da"),
        ("It is important that children and young people sleep for enough of the night.", "en"),
        ("Es ist wichtig, dass die Kinder und der Arzt mit den Eltern sprechen.", "de"),
        ("Il est important que les enfants et les parents ne dorment pas trop dans le jour.", "fr"),
        ("Det er viktig at barn ikke får for lite søvn, og at de blir sett av voksne etter skolen.", "no"),
        ("xyz", ""),
    ],
)
def test_the_language_is_guessed_from_small_words(text: str, language: str) -> None:
    assert guess_language([text]) == language


@pytest.mark.parametrize(
    ("tag", "primary"),
    [("da-DK", "da"), ("EN", "en"), ("da_DK.utf8", "da"), ("", ""), ("x", ""), ("danish", "")],
)
def test_a_language_tag_is_shortened(tag: str, primary: str) -> None:
    assert primary_subtag(tag) == primary


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("  Råd  om søvn ", "Råd om søvn"),
        ("ord " * 75, ("ord " * 75).strip()),
        ("ord " * 100, "ord " * 75 + "…"),
        ("O" * 1_000_000, "O" * LONGEST_TITLE + " …"),
    ],
)
def test_a_title_has_an_end(title: str, shown: str) -> None:
    blocks = [Block(BlockKind.PARAGRAPH, "Råd")]
    assert make_version(blocks, RECIPE, title=title).title == shown


@pytest.mark.parametrize("address", ["https://a.example/\0", "https://a.example/\x1b[31m", "/x\x7f"])
def test_an_address_with_a_control_character_is_no_link(address: str) -> None:
    outline = Outline()
    outline.paragraph("Råd her", links=[Link("Råd", address), Link("her", "https://a.example/")])
    version = make_version(
        outline.blocks, RECIPE, attachments=[Attachment("Rapport", address, 0)], canonical=address
    )
    assert [link.label for block in version.blocks for link in block.links] == ["her"]
    assert (version.attachments, version.canonical) == ((), "")
