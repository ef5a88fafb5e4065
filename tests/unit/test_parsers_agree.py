"""A page, its PDF and its Word document: one text, one set of changes, however it is printed; F8, F14."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from random import Random
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.domain.diffing import compare
from syndicate.domain.model import Change, Version
from tests.docx_writer import paragraph, write_zip
from tests.edition_texts import EDITS, PAIRS, Text
from tests.editions import as_docx, as_html, read_docx, read_html, read_pdf
from tests.paper import A4, Paper, as_pdf

PAPERS = {
    "A4": A4,
    "A5": Paper(
        420, 595, 40, 10, "Råd, {page}", "Udskrevet 3. maj 2026 – side {page} af {pages}", hyphens=True
    ),
    "two columns": Paper(612, 500, 40, 9, foot="{page}", hyphens=True, columns=2),
}

FOOTS = ("", "{page}", "Side {page} af {pages}", "Udskrevet 27.11.2026 kl. 10.15 – side {page}")

ONE_COLUMN = st.builds(
    Paper,
    width=st.sampled_from([420, 480, 595, 612]),
    height=st.sampled_from([420, 595, 700, 792, 842]),
    margin=st.sampled_from([36, 50, 70]),
    size=st.sampled_from([9, 10, 11, 12]),
    head=st.sampled_from(["", "Gode råd {page}", "Udskrevet den 27. november 2026"]),
    foot=st.sampled_from(FOOTS),
    hyphens=st.booleans(),
    stamp=st.sampled_from(["20240101000000", "20261127101500"]),
    compress=st.booleans(),
)
TWO_COLUMNS = st.builds(
    Paper,
    width=st.just(612),
    height=st.sampled_from([500, 700]),
    margin=st.just(40),
    size=st.sampled_from([9, 10]),
    foot=st.sampled_from(FOOTS),
    hyphens=st.booleans(),
    columns=st.just(2),
)
ANY_PAPER = st.one_of(ONE_COLUMN, ONE_COLUMN, ONE_COLUMN, TWO_COLUMNS)

thorough = settings(deadline=None, max_examples=60, derandomize=True)


def told(before: Version, after: Version) -> list[Change]:
    """The changes; how deep a section lies is the business of each format."""
    return [replace(change, section=change.section[-1:]) for change in compare(before, after).changes]


def in_html(text: Text, language: str) -> Version:
    return read_html(as_html(text, language=language))


def in_docx(text: Text, language: str) -> Version:
    return read_docx(as_docx(text, language=language))


def in_pdf(text: Text, language: str, paper: Paper = A4) -> Version:
    return read_pdf(as_pdf(text, paper, language=language))


@pytest.mark.parametrize("language", PAIRS)
def test_the_editions_of_a_text_have_the_same_blocks(language: str) -> None:
    text = PAIRS[language]
    page, document, paper = in_html(text, language), in_docx(text, language), in_pdf(text, language)

    assert page.blocks == document.blocks
    assert page.blocks == paper.blocks


@pytest.mark.parametrize("name", EDITS)
def test_word_tells_what_the_page_tells(name: str) -> None:
    language, edit = EDITS[name]
    before, after = PAIRS[language], edit(PAIRS[language])

    changes = told(in_html(before, language), in_html(after, language))

    assert changes
    assert told(in_docx(before, language), in_docx(after, language)) == changes


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", EDITS)
def test_a_pdf_tells_what_the_page_tells(name: str, paper: str) -> None:
    language, edit = EDITS[name]
    before, after = PAIRS[language], edit(PAIRS[language])

    changes = told(in_html(before, language), in_html(after, language))

    assert told(in_pdf(before, language, PAPERS[paper]), in_pdf(after, language, PAPERS[paper])) == changes


@thorough
@given(st.sampled_from(sorted(EDITS)), ANY_PAPER, ANY_PAPER)
def test_a_change_is_told_alike_when_the_paper_changes_too(name: str, old: Paper, new: Paper) -> None:
    language, edit = EDITS[name]
    before, after = PAIRS[language], edit(PAIRS[language])

    changes = told(in_html(before, language), in_html(after, language))

    assert told(in_pdf(before, language, old), in_pdf(after, language, new)) == changes


@thorough
@given(st.sampled_from(sorted(PAIRS)), ANY_PAPER, ANY_PAPER)
def test_other_paper_alone_is_no_change(language: str, old: Paper, new: Paper) -> None:
    assert told(in_pdf(PAIRS[language], language, old), in_pdf(PAIRS[language], language, new)) == []


@pytest.mark.parametrize("language", PAIRS)
def test_another_spelling_of_the_same_letters_is_no_change(language: str) -> None:
    text = PAIRS[language]
    data = as_html(text, language=language).decode()
    spellings = [
        unicodedata.normalize("NFD", data),
        data.replace("fi", "ﬁ").replace("fl", "ﬂ"),
        data.replace("ventilation", "venti\u00adlation")
        .replace("lokaler", "lo\u00adkaler")
        .replace(" 10 ", "\u00a010 "),
        data.replace("lokaler", f"lo{html.unescape('&shy;')}kaler"),
    ]

    for spelling in spellings:
        assert told(in_html(text, language), read_html(spelling.encode())) == []


def test_another_note_before_it_changes_no_text() -> None:
    before = read_html(
        b"<main><p>Giv vand.<sup>1</sup></p><p>Giv salt.<sup><a href='#n2'>[2]</a></sup></p></main>"
    )
    after = read_html(
        b"<main><p>Giv vand.<sup>3</sup></p><p>Giv salt.<sup><a href='#n4'>[4]</a></sup></p></main>"
    )

    assert told(before, after) == []


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>9</sup> celler pr. m<sup>2</sup>", "10⁹ celler pr. m²"),
        ("Ca<sup>2+</sup> i vandet", "Ca²⁺ i vandet"),
        ("den 1<sup>st</sup> maj", "den 1st maj"),
        ("hver time<sup>1,2</sup>.", "hver time."),
    ],
)
def test_what_is_raised_is_an_exponent_or_the_mark_of_a_note(markup: str, text: str) -> None:
    version = read_html(f"<main><p>Der er {markup} Det er et helt afsnit af en tekst.</p></main>".encode())

    assert version.blocks[0].text.startswith(f"Der er {text}")


def saved_again(data: bytes, random: Random) -> bytes:
    """As a word processor saves it after some work on it: torn runs, traces of the editor, other letters."""
    with ZipFile(BytesIO(data)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    body = RUN.sub(lambda found: torn(html.unescape(found[1]), random), files["word/document.xml"])
    files["word/document.xml"] = body.replace("<w:p>", '<w:p w:rsidR="00A4" w:rsidRDefault="00B1">')
    files["word/header1.xml"] = f'<w:hdr xmlns:w="{WORD}">{paragraph("Udkast 3 – 27.11.2026")}</w:hdr>'
    files["docProps/app.xml"] = f"<Properties><TotalTime>{random.randint(1, 999)}</TotalTime></Properties>"
    return write_zip(files)


def torn(text: str, random: Random) -> str:
    """The same text in several runs."""
    text = unicodedata.normalize(random.choice(("NFC", "NFD")), text)
    cuts = sorted(random.sample(range(len(text) + 1), k=min(3, len(text))))
    pieces = [text[start:stop] for start, stop in pairwise([0, *cuts, len(text)])]
    trace = random.choice(
        (
            '<w:proofErr w:type="spellStart"/>',
            '<w:bookmarkStart w:id="7" w:name="x"/>',
            "<w:r><w:softHyphen/></w:r>",
        )
    )
    look = '<w:rPr><w:rFonts w:ascii="Garamond"/><w:sz w:val="19"/></w:rPr>'
    runs = (
        f'<w:r>{look}<w:t xml:space="preserve">{html.escape(piece, quote=False)}</w:t></w:r>'
        for piece in pieces
    )
    return trace.join(f"{run}<w:r><w:lastRenderedPageBreak/></w:r>" for run in runs)


RUN = re.compile(r'<w:r><w:t xml:space="preserve">([^<]*)</w:t></w:r>')
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@thorough
@given(st.sampled_from(sorted(PAIRS)), st.randoms(use_true_random=False))
def test_a_word_document_saved_again_is_no_change(language: str, random: Random) -> None:
    data = as_docx(PAIRS[language], language=language)

    assert told(read_docx(data), read_docx(saved_again(data, random))) == []


@thorough
@given(st.sampled_from(sorted(EDITS)), st.randoms(use_true_random=False))
def test_a_change_in_a_word_document_saved_again_is_told_alike(name: str, random: Random) -> None:
    language, edit = EDITS[name]
    before, after = PAIRS[language], edit(PAIRS[language])
    old, new = (as_docx(text, language=language) for text in (before, after))

    changes = told(in_html(before, language), in_html(after, language))

    assert told(read_docx(old), read_docx(saved_again(new, random))) == changes
