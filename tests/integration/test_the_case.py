"""The case that must work, on the page itself: which edits are changes, and which reach nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

import syndicate
from syndicate.domain.model import Change, ChangeKind, FacetKind, Significance, Version
from tests.data.sample.build import HERE, SITE
from tests.data.sample.docx import docx_from_markdown

PAGE = (SITE / "index.html").read_text()
URL = "http://127.0.0.1:8025/site/"

NINTH = PAGE[
    PAGE.index("          <li>Beboere, der mistrives") : PAGE.index("          <li>Parterne bør hvert år")
]
SHARE = PAGE[
    PAGE.index('      <li><a class="share__linkedin"') : PAGE.index('      <li><a class="share__twitter"')
]
FACEBOOK = SHARE[SHARE.index('      <li><a class="share__facebook"') :]

COSMETIC = {
    "the date line": ("Senest opdateret: 09. jan. 2017", "Senest opdateret: 14. feb. 2017"),
    "both dates": ("Oprettet: 03. okt. 2014, Senest", "Oprettet: 04. okt. 2014, Senest"),
    "the visitor counter": ("18.402", "18.977"),
    "the advert": (
        "Bliv klar til vinteren: Få tjekket ejendommens varmeanlæg",
        "Nye vinduer til hele ejendommen",
    ),
    "the banner": ("Søger du bolig? Klik her", "Mangler du en bolig? Klik her"),
    "the banner gone": ('<a href="./?side=boligsoegning">Søger du bolig? Klik her</a>', ""),
    "the menu": ("Kurser</a></li>", 'Kurser</a></li>\n      <li><a href="./?side=job">Job hos os</a></li>'),
    "the menu beside the text": ("Renovering</a>", "Renovering og byggeri</a>"),
    "the breadcrumb": ("<span>Sundhed og beskæftigelse</span>", "<span>Sundhed</span>"),
    "the order of the share links": (SHARE, FACEBOOK + SHARE.removesuffix(FACEBOOK)),
    "the related links": ("Fritidsjob: fem gode råd", "Fritidsjob: seks gode råd"),
    "the foot": ("Telefon 00 00 00 00", "Telefon 00 00 00 01"),
    "white space": ("<li>Kommunen bør have", "<li>\n   Kommunen  bør\thave"),
    "soft hyphens": ("sundhedsmedarbejder", "sundheds\u00admed\u00adarbejder"),
    "an entity for a letter": ("bør stille", "b&oslash;r stille"),
    "the style": ('class="recommendations"', 'class="anbefalinger" style="margin:0"'),
}

MEANINGFUL = {
    "bør became skal": (
        "Boligorganisationen bør stille",
        "Boligorganisationen skal stille",
        FacetKind.STRENGTH,
    ),
    "skal for kan": ("Boligorganisationen kan stille", "Boligorganisationen skal stille", FacetKind.STRENGTH),
    "a number": ("mindst 10 timer om ugen", "mindst 15 timer om ugen", FacetKind.NUMBER),
    "a deadline in days": ("senest 14 dage", "senest 7 dage", FacetKind.NUMBER),
    "an age": ("over 40 år en gratis", "over 50 år en gratis", FacetKind.NUMBER),
    "a date": ("den&nbsp;1.&nbsp;april.", "den&nbsp;1.&nbsp;marts.", FacetKind.DATE),
    "a date in the table": ("<td>1. maj 2017</td>", "<td>1. juni 2017</td>", FacetKind.DATE),
    "a negation gone": ("De bør ikke afvises", "De bør afvises", FacetKind.NEGATION),
}


def edited(before: str, after: str) -> str:
    assert PAGE.count(before) == 1, f"the page must have this exactly once: {before}"
    return PAGE.replace(before, after)


def changes(page: str) -> tuple[Change, ...]:
    before, after = (syndicate.read(text.encode(), media_type="text/html", url=URL) for text in (PAGE, page))
    comparison = syndicate.compare(before, after)
    assert comparison.is_meaningful == bool(comparison.changes)
    return comparison.changes


@pytest.mark.parametrize("what", COSMETIC)
def test_reaches_nobody(what: str) -> None:
    assert changes(edited(*COSMETIC[what])) == ()


def test_all_of_it_at_once_reaches_nobody() -> None:
    page = PAGE
    for before, after in COSMETIC.values():
        page = page.replace(before, after)
    assert page != PAGE
    assert changes(page) == ()


@pytest.mark.parametrize("what", MEANINGFUL)
def test_is_one_substantive_change_with_its_facet(what: str) -> None:
    before, after, facet = MEANINGFUL[what]
    (change,) = changes(edited(before, after))
    assert change.kind is ChangeKind.REWORDED
    assert change.significance is Significance.SUBSTANTIVE
    assert facet in {found.kind for found in change.facets}


def test_an_edited_sentence_is_one_change_in_its_section() -> None:
    (change,) = changes(edited("De gælder for boligområder", "De er skrevet til boligområder"))
    assert change.kind is ChangeKind.REWORDED
    assert change.section[-1] == "Baggrund"


def test_a_new_recommendation_is_added_and_the_others_stay() -> None:
    new = "<li>Kommunen bør tilbyde en lokal idrætsvejleder mindst 2 dage om ugen.</li></ol>"
    (change,) = changes(edited("        </ol>", new))
    assert (change.kind, change.number_after) == (ChangeKind.ADDED, "11")


def test_a_withdrawn_recommendation_is_removed_and_the_next_one_renumbered() -> None:
    found = {change.kind: change for change in changes(edited(NINTH, ""))}
    assert found[ChangeKind.REMOVED].number_before == "9"
    assert found.keys() <= {ChangeKind.REMOVED, ChangeKind.RENUMBERED}


def test_two_recommendations_that_change_places_are_not_removed_and_added() -> None:
    kinds = {
        change.kind
        for change in changes(edited("        </ol>", f"{NINTH}        </ol>").replace(NINTH, "", 1))
    }
    assert kinds <= {ChangeKind.MOVED, ChangeKind.RENUMBERED}


def test_a_document_under_another_file_name_changes_nothing_in_the_text() -> None:
    page = edited("media/1041/anbefalinger.pdf", "media/1187/anbefalinger-2017.pdf")
    assert changes(page) == ()
    version = syndicate.read(page.encode(), media_type="text/html", url=URL)
    assert version.attachments[0].url == f"{URL}media/1187/anbefalinger-2017.pdf"
    assert version.attachments[0].label == "Download anbefalingerne"


# --- the linked documents ---------------------------------------------------------------------------


def pdf(path: Path) -> Version:
    return syndicate.read(path.read_bytes(), media_type="application/pdf", url=f"{URL}media/1041/{path.name}")


RECOMMENDATIONS = SITE / "media" / "1041" / "anbefalinger.pdf"


def test_a_pdf_exported_again_with_the_same_text_reaches_nobody() -> None:
    again = HERE / "anbefalinger-again.pdf"
    assert again.read_bytes() != RECOMMENDATIONS.read_bytes()
    assert syndicate.compare(pdf(RECOMMENDATIONS), pdf(again)).changes == ()


def test_a_word_changed_in_the_pdf_is_one_change_with_its_number() -> None:
    (change,) = syndicate.compare(pdf(RECOMMENDATIONS), pdf(HERE / "anbefalinger-skal.pdf")).changes
    assert (change.kind, change.number_after) == (ChangeKind.REWORDED, "3")
    (strength,) = (facet for facet in change.facets if facet.kind is FacetKind.STRENGTH)
    assert (strength.before, strength.after, strength.trend) == ("bør", "skal", "stronger")


def test_page_and_pdf_number_the_recommendations_alike() -> None:
    page = syndicate.read(PAGE.encode(), media_type="text/html", url=URL)
    numbered = [
        [(block.number, block.text, block.section[-1:]) for block in version.blocks if block.number]
        for version in (page, pdf(RECOMMENDATIONS))
    ]
    assert len(numbered[0]) == 10
    assert numbered[0] == numbered[1]


def test_the_report_reads_like_its_source() -> None:
    docx = syndicate.read((SITE / "media" / "1043" / "rapport.docx").read_bytes())
    markdown = syndicate.read(
        (HERE / "rapport.md").read_bytes(), media_type="text/markdown", url="rapport.md"
    )
    assert [(b.kind, b.number, b.text) for b in docx.blocks] == [
        (b.kind, b.number, b.text) for b in markdown.blocks
    ]


def test_a_number_changed_in_the_report_is_one_change() -> None:
    source = (HERE / "rapport.md").read_text()
    before, after = (
        syndicate.read(docx_from_markdown(text))
        for text in (source, source.replace("60.000 kr.", "75.000 kr."))
    )
    (change,) = syndicate.compare(before, after).changes
    assert FacetKind.NUMBER in {facet.kind for facet in change.facets}
    assert change.section[-1] == "Økonomi"
