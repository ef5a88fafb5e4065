"""What is read from PDF files: text as it was before it was set on paper."""

from __future__ import annotations

import pytest

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import BlockKind, Link, Version
from syndicate.parsers import read
from syndicate.ports import ReadOptions
from tests.paper import wide
from tests.pdf_writer import Area, Words, assemble, encrypted, set_lines, write_pdf

FULL = "Kommunen bør tilbyde alle beboere over fyrre år en gratis samtale om helbred"  # fills its column


def read_pdf(data: bytes) -> Version:
    return read(data, media_type="application/pdf", url="https://a.example/a.pdf", options=ReadOptions())


def texts(*pages: list[Words]) -> list[str]:
    return read_pdf(write_pdf(pages)).text.split("\n")


def refusal(data: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        read_pdf(data)
    return caught.value


# --- paragraphs ---------------------------------------------------------------------------------


def test_lines_of_one_paragraph_are_one_text() -> None:
    page = set_lines([FULL, "og samtalen bør holdes i området.", "", FULL, "igen og igen."])
    assert texts(page) == [f"{FULL} og samtalen bør holdes i området.", f"{FULL} igen og igen."]


def test_a_short_line_that_ends_a_sentence_ends_its_paragraph() -> None:
    page = set_lines(
        [
            FULL,
            "og mere.",
            "Det næste afsnit begynder uden luft over sig, men på en ny linje her",
            "og slutter.",
        ]
    )
    assert len(texts(page)) == 2


def test_broken_words_are_whole_again() -> None:
    page = set_lines([f"{FULL[:-8]} i bolig-", "området, efter Covid-", "19 og for børne-", "og ungelivet."])
    assert texts(page) == [f"{FULL[:-8]} i boligområdet, efter Covid-19 og for børne- og ungelivet."]


def test_a_sentence_goes_on_over_a_page_break() -> None:
    first = set_lines(["Et afsnit først.", "", FULL])
    second = set_lines(["som også gælder de unge.", "", "Et nyt afsnit."])
    assert texts(first, second) == ["Et afsnit først.", f"{FULL} som også gælder de unge.", "Et nyt afsnit."]


def test_a_new_sentence_on_a_new_page_is_a_new_paragraph() -> None:
    assert len(texts(set_lines([FULL, FULL + "."]), set_lines(["Nu om noget andet.", "", "Slut."]))) == 3


# --- headings, lists, tables --------------------------------------------------------------------


def test_headings_are_larger_or_bolder_and_ranked() -> None:
    page = [
        Words("Fælles anbefalinger", 70, 780, 22),
        Words("Baggrund", 70, 740, 15),
        *set_lines([FULL, FULL + " igen."], top=710),
        Words("Om metoden", 70, 660, 11, bold=True),
        *set_lines([FULL, FULL + "."], top=640),
    ]
    version = read_pdf(write_pdf([page]))
    headings = [(block.text, block.level) for block in version.blocks if block.kind is BlockKind.HEADING]
    assert headings == [("Fælles anbefalinger", 1), ("Baggrund", 2), ("Om metoden", 3)]
    assert version.title == "Fælles anbefalinger"
    assert version.blocks[-1].section == ("Fælles anbefalinger", "Baggrund", "Om metoden")


def test_a_heading_may_take_two_lines() -> None:
    page = [
        Words("Sundhed og beskæftigelse i", 70, 780, 20),
        Words("udsatte boligområder", 70, 754, 20),
        *set_lines([FULL, FULL + "."], top=715),
    ]
    assert texts(page)[0] == "Sundhed og beskæftigelse i udsatte boligområder"


def test_items_keep_their_printed_numbers() -> None:
    page = [
        *set_lines([FULL + ":"], top=780),
        *set_lines(
            ["1. Kommunen bør tilbyde alle beboere en samtale mindst hvert 3. år, og den"], top=755, left=88
        ),
        *set_lines(["bør holdes i området"], top=740, left=100),
        *set_lines(["2. Jobcentret bør stille lokaler til rådighed"], top=720, left=88),
        *set_lines(["• gratis", "a) hele året"], top=700, left=100),
    ]
    blocks = read_pdf(write_pdf([page])).blocks
    assert [(block.number, block.text) for block in blocks[1:]] == [
        ("1", "Kommunen bør tilbyde alle beboere en samtale mindst hvert 3. år, og den bør holdes i området"),
        ("2", "Jobcentret bør stille lokaler til rådighed"),
        ("", "gratis"),
        ("a", "hele året"),
    ]
    assert {block.kind for block in blocks[1:]} == {BlockKind.ITEM}


def grid(rows: list[list[str]], *, top: float = 700, step: float = 24) -> list[Words]:
    """Cells at three places; a line break inside a cell stands 13 points lower."""
    words = []
    for row in rows:
        for x, cell in zip((70, 250, 400), row, strict=True):
            words += [Words(line, x, top - 13 * n) for n, line in enumerate(cell.split("\n"))]
        top -= step + 13 * max(cell.count("\n") for cell in row)
    return words


@pytest.mark.parametrize("step", [13, 24])
def test_words_in_columns_are_rows_of_a_table(step: float) -> None:
    page = [
        *set_lines([FULL, FULL + "."]),
        *grid([["Indsats", "Ansvarlig", "Frist"], ["Samtaler", "Kommunen", "1. maj"]], step=step),
    ]
    version = read_pdf(write_pdf([page]))
    assert [block.text for block in version.blocks[1:]] == [
        "Indsats | Ansvarlig | Frist",
        "Samtaler | Kommunen | 1. maj",
    ]
    assert version.blocks[1].kind is BlockKind.ROW


def test_a_cell_of_two_lines_is_one_cell() -> None:
    rows = [
        ["Indsats", "Ansvarlig", "Frist"],
        ["Samtaler i\nområdet", "Kommunen", "1. maj\n2017"],
        ["Mål", "Alle", "2018"],
    ]
    page = [*grid(rows), *set_lines([FULL, FULL + "."], top=560)]
    assert texts(page)[:3] == [
        "Indsats | Ansvarlig | Frist",
        "Samtaler i området | Kommunen | 1. maj 2017",
        "Mål | Alle | 2018",
    ]


# --- what belongs to the paper ------------------------------------------------------------------


def running(number: int, of: int = 3) -> list[Words]:
    return [Words("Landsforeningen · Anbefalinger", 70, 810, 9), Words(f"Side {number} af {of}", 500, 30, 9)]


def test_running_heads_and_page_numbers_are_no_text() -> None:
    pages = [[*running(n), *set_lines([f"Afsnit {n}. {FULL}", "og slut."], top=760)] for n in (1, 2, 3)]
    assert texts(*pages) == [f"Afsnit {n}. {FULL} og slut." for n in (1, 2, 3)]


@pytest.mark.parametrize("number", ["7", "- 7 -", "Side 7", "Page 7 of 12", "7/12", "vii"])
def test_a_lone_page_number_is_no_text(number: str) -> None:
    assert texts([*set_lines([FULL, "og slut."]), Words(number, 300, 30, 9)]) == [f"{FULL} og slut."]


def test_a_number_in_the_middle_of_a_page_is_text() -> None:
    assert (
        texts([Words(FULL, 70, 700), Words("112", 70, 500), Words("Ring i nødstilfælde.", 70, 300)])[1]
        == "112"
    )


def test_the_same_sentence_on_two_pages_is_text() -> None:
    pages = [set_lines([f"Side {n} begynder.", "", "Ring altid 112."], top=600) for n in (1, 2, 3)]
    assert texts(*pages).count("Ring altid 112.") == 3


def test_a_file_exported_again_gives_an_equal_version() -> None:
    pages = [[*running(1, 1), *set_lines([FULL, FULL + ".", "", "1. Et", "2. To"], top=760)]]
    before = read_pdf(write_pdf(pages, stamp="20240101000000"))
    after = read_pdf(write_pdf(pages, stamp="20250707111111", compress=True))
    assert before == after


# --- what it says about itself ------------------------------------------------------------------


def test_links_are_those_one_can_click() -> None:
    page = set_lines([FULL, "Læs rapporten på siden."])
    area = Area("https://b.example/rapport", 95, 760, 139, 778)
    (block,) = read_pdf(write_pdf([page], areas=[[area]])).blocks
    assert block.links == (Link("rapporten", "https://b.example/rapport"),)


def test_language_and_title_are_the_declared_ones_where_the_text_says_nothing() -> None:
    version = read_pdf(write_pdf([set_lines(["Lorem ipsum."])], language="da-DK", title="Notat"))
    assert (version.language, version.title) == ("da", "Notat")


# --- what is refused ----------------------------------------------------------------------------


def test_a_file_with_a_password_is_encrypted() -> None:
    assert refusal(encrypted()).reason is ParseReason.ENCRYPTED


def test_pages_without_text_are_said_to_be_scanned() -> None:
    error = refusal(write_pdf([[]]))
    assert error.reason is ParseReason.NO_TEXT
    assert "scanned" in str(error)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n" + b"\0" * 1000,
        write_pdf([set_lines(["x"])])[:300],
        assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]),
        assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 200_000]),
    ],
    ids=["header", "zeros", "cut", "loop", "deep"],
)
def test_a_broken_file_is_damaged(data: bytes) -> None:
    assert refusal(data).reason in (ParseReason.DAMAGED, ParseReason.NO_TEXT)


def test_a_raised_mark_that_is_a_piece_of_its_own_is_no_text() -> None:
    """As browsers print them: well above the line, hardly smaller."""
    page = [
        Words("Luft ud hver time.", 70, 700),
        Words("1", 70 + wide("Luft ud hver time.", 11), 704.4, 9),
        Words("Gulvet er på 20 m", 70, 660),
        Words("2", 70 + wide("Gulvet er på 20 m", 11), 664.4, 9),
        Words("og derover.", 80 + wide("Gulvet er på 20 m", 11), 660),
    ]

    assert texts(page) == ["Luft ud hver time.", "Gulvet er på 20 m² og derover."]


def test_narrow_cells_are_cells_where_columns_begin() -> None:
    """Between the last two of a row there is no more than a space."""
    rows = [
        ("Rum", "Fra otte til tolv", "Målt"),
        ("Stue", "35 dB", "6 måneder"),
        ("Sal", "40 dB", "12 måneder"),
    ]
    places = (70, 140, 140 + wide("Fra otte til tolv ", 11))
    page = [
        Words(text, x, 700 - 20 * number)
        for number, row in enumerate(rows)
        for text, x in zip(row, places, strict=True)
    ]

    assert texts(page) == [" | ".join(row) for row in rows]


def test_a_note_stands_at_the_end_and_a_small_line_that_begins_with_a_number_does_not() -> None:
    text = [
        *set_lines([FULL, "og job, som lægen siger."]),
        Words("2", 70 + wide("og job, som lægen siger.", 11), 769, 6),
    ]
    dose, note = Words("1 tablet er 500 mg", 70, 120, 8), Words("2 Se side fire i hæftet", 70, 108, 8)
    second = set_lines(["Den næste side har et afsnit for sig selv."])

    assert texts([*text, dose, note], second) == [
        f"{FULL} og job, som lægen siger.",
        "1 tablet er 500 mg",
        "Den næste side har et afsnit for sig selv.",
        "Se side fire i hæftet",
    ]
