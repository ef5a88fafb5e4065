"""The sample site is what the service is shown and tested on: it must have what real pages have."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest
from lxml import etree, html

from tests.data.sample.build import HERE, SITE, article_of
from tests.data.sample.docx import docx_from_markdown

PAGE = (SITE / "index.html").read_text()
DOCUMENTS = {
    "Download anbefalingerne": "media/1041/anbefalinger.pdf",
    "Download fakta": "media/1042/fakta.pdf",
    "Download rapporten": "media/1043/rapport.docx",
}


def words(text: str) -> str:
    """Text with white space folded, as a reader sees it."""
    return " ".join(text.split())


def pdf_text(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return words(" ".join(page.get_textpage().get_text_range() for page in document))


def test_the_page_has_a_numbered_list_of_ten_recommendations() -> None:
    items = re.findall(r"<li>(.+?)</li>", article_of(PAGE))
    assert len(items) == 10
    assert sum("bør" in item for item in items) >= 8


def test_the_recommendations_have_numbers_deadlines_and_negations_to_change() -> None:
    article = words(unescape(article_of(PAGE)))
    for phrase in ("over 40 år", "10 timer om ugen", "14 dage", "5 procent", "bør ikke", "den 1. april"):
        assert phrase in article, phrase


@pytest.mark.parametrize("label", DOCUMENTS)
def test_each_document_is_linked_from_the_box_beside_the_text(label: str) -> None:
    assert f'href="{DOCUMENTS[label]}">{label}</a>' in PAGE.partition("<aside")[2]
    assert label not in article_of(PAGE)
    assert 1_000 < (SITE / DOCUMENTS[label]).stat().st_size < 200_000


@pytest.mark.parametrize(
    "chrome",
    ["Print", "Tip en ven", "LinkedIn", "Facebook", "Twitter", "RSS", "Søger du bolig? Klik her", "Annonce"],
)
def test_the_page_carries_what_must_never_be_announced(chrome: str) -> None:
    assert f">{chrome}</" in PAGE
    assert f">{chrome}</" not in article_of(PAGE)


def test_the_date_line_and_the_visitor_counter_stand_outside_the_text() -> None:
    assert "Oprettet: 03. okt. 2014, Senest opdateret: 09. jan. 2017" in PAGE.partition("</article>")[2]
    assert "Siden er vist <span>18.402</span> gange" in PAGE.partition("</article>")[2]


def test_every_local_link_of_the_page_answers() -> None:
    targets = re.findall(r'(?:href|src|action)="([^"]+)"', PAGE)
    local = [urlsplit(target).path for target in targets if not urlsplit(target).scheme]
    assert len(local) > 15
    for path in local:
        assert not path.startswith("/"), f"{path} would leave the folder that the sandbox serves"
        assert (SITE / path).exists(), path


def test_the_page_says_that_it_is_made_up() -> None:
    assert "Organisationer, tal og anbefalinger er opdigtede" in PAGE


def test_the_first_pdf_is_another_edition_of_the_page() -> None:
    pdf = pdf_text(SITE / DOCUMENTS["Download anbefalingerne"])
    article = html.fragment_fromstring(article_of(PAGE), create_parent="article")
    for block in article.iter("h1", "h2", "p", "li"):
        assert words(block.text_content()) in pdf


def test_the_second_pdf_says_what_its_source_says() -> None:
    pdf = pdf_text(SITE / DOCUMENTS["Download fakta"])
    source = html.fragment_fromstring((HERE / "fakta.html").read_text(), create_parent="article")
    for block in source.iter("h1", "h2", "p", "li", "td"):
        assert words(block.text_content()) in pdf


def test_the_report_is_made_from_its_source() -> None:
    # Compared unpacked: another build of zlib may pack the same parts differently.
    made = zipfile.ZipFile(io.BytesIO(docx_from_markdown((HERE / "rapport.md").read_text())))
    with zipfile.ZipFile(SITE / DOCUMENTS["Download rapporten"]) as committed:
        assert committed.namelist() == made.namelist()
        for name in committed.namelist():
            assert committed.read(name) == made.read(name), f"{name} differs: run `make sample`"


def test_the_report_has_headings_automatic_numbers_and_a_table() -> None:
    with zipfile.ZipFile(SITE / DOCUMENTS["Download rapporten"]) as archive:
        parts = {name: etree.fromstring(archive.read(name)) for name in archive.namelist()}
    document = etree.tostring(parts["word/document.xml"], encoding="unicode")
    assert document.count("Overskrift2") == 5
    assert document.count("<w:numId") == 3
    assert document.count("<w:tr>") == 5


def test_a_document_says_the_same_bytes_for_the_same_text() -> None:
    text = "# En\n\n1. to\n2. tre & <fire>\n\n| a | b |\n|---|---|\n| c | d |\n"
    assert docx_from_markdown(text) == docx_from_markdown(text)
    assert docx_from_markdown(text) != docx_from_markdown(text.replace("tre", "3"))


def test_a_page_without_an_article_is_refused() -> None:
    with pytest.raises(SystemExit, match="nothing to print"):
        article_of("<main>no article here</main>")
