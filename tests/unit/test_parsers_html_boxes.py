"""Boxes inside a text, folded panels and contacts: where a rule, a dose or a number to call may stand."""

from __future__ import annotations

import pytest

from syndicate import compare, read
from syndicate.domain.model import FacetKind, Version

LONG = "Kommunen samler her det, som borgere og ansatte spørger om, når nogen er syge derhjemme i lang tid."
LAST = "Samtalen varer en time, og den gentages efter et år, hvis beboeren ønsker det og selv beder om det."

RULES = [
    ("Alle patienter skal isoleres.", "Alle patienter bør isoleres."),
    ("Giv 500 mg paracetamol.", "Giv 1000 mg paracetamol."),
    ("Fristen er den 1. marts 2027.", "Fristen er den 15. marts 2027."),
    ("Ring på 38 12 45 67.", "Ring på 38 12 45 99."),
    ("Prisen er 450 kr. om året.", "Prisen er 475 kr. om året."),
    ("Tag 2 tabletter ad gangen.", "Tag 3 tabletter ad gangen."),
    ("Do not open the door within 4 hours.", "Do not open the door within 6 hours."),
]
BOXES = [
    '<aside class="recommendation-box"><p>{}</p></aside>',
    "<aside><h3>Husk</h3><p>{}</p></aside>",
    '<aside role="doc-footnote"><p>{}</p></aside>',
    '<div class="related-recommendations"><p>{}</p></div>',
    '<div class="recommended-dose"><p>{}</p></div>',
    '<div class="promo-box"><p>{}</p></div>',
    '<div class="widget"><h3>Råd</h3><p>{}</p></div>',
    '<div class="read-more"><p>{}</p></div>',
    '<table class="tags"><tr><td>Råd</td><td>{}</td></tr></table>',
    "<section><h3>Dosis</h3><p>Se nedenfor.</p><footer>{}</footer></section>",
    "<h3><button aria-controls=p1>Svar</button></h3><div id=p1 hidden><p>{}</p></div>",
    '<a href="#p2">Svar</a><div id=p2 style="display:none"><p>{}</p></div>',
    '<div role="tabpanel" aria-hidden="true"><p>{}</p></div>',
]


def page(inner: str) -> Version:
    """A page on which something stands between two paragraphs of its text."""
    text = f"<h1>Råd om feber</h1><p>{LONG}</p>{inner}<p>{LAST}</p><p>{LONG} {LAST}</p>"
    body = f"<main><article>{text}</article></main>"
    return read(f'<html lang="da"><body>{body}</body></html>'.encode(), media_type="text/html")


def end(inner: str) -> Version:
    """A page whose text ends with something."""
    body = f"<main><h1>Råd om feber</h1><p>{LONG}</p><p>{LAST}</p>{inner}</main>"
    url = "https://a.example/x"
    return read(f'<html lang="da"><body>{body}</body></html>'.encode(), media_type="text/html", url=url)


@pytest.mark.parametrize(("before", "after"), RULES)
@pytest.mark.parametrize("box", BOXES)
def test_what_one_acts_by_is_seen_in_any_box_of_the_text(box: str, before: str, after: str) -> None:
    changed = compare(page(box.format(before)), page(box.format(after)))

    assert changed.is_meaningful
    (change,) = changed.changes
    assert before in (change.before or "")
    assert after in (change.after or "")


@pytest.mark.parametrize("box", BOXES[:9])
def test_a_page_that_marks_no_text_keeps_a_box_between_its_lines(box: str) -> None:
    text = f"<div><h1>Råd om feber</h1><p>{LONG}</p>{box}<p>{LAST}</p><p>{LONG} {LAST}</p></div>"
    before, after = (
        read(f"<html lang=da><body>{text.format(rule)}</body></html>".encode(), media_type="text/html")
        for rule in RULES[0]
    )

    assert compare(before, after).is_meaningful


@pytest.mark.parametrize("box", BOXES)
def test_a_rule_that_goes_with_its_box_is_seen(box: str) -> None:
    assert compare(page(box.format(RULES[0][0])), page("")).is_meaningful


@pytest.mark.parametrize(
    "inner",
    [
        '<div class="newsletter-signup"><p>Tilmeld dig. Du skal være over 18 år.</p></div>',
        '<aside class="author-box"><p>Lægen har 20 års erfaring. Hun anbefaler motion til alle.</p></aside>',
        '<aside class="cookie-banner"><p>Du skal vælge, om vi må gemme noget i 30 dage.</p></aside>',
        '<div class="comments"><p>Man burde skrive, at alle skal have 500 mg.</p></div>',
        '<div class="survey"><p>Du skal blot svare. Det tager 2 minutter.</p></div>',
        '<aside><a href="/a">Alle skal sove 8 timer</a> <a href="/b">Alle skal drikke vand</a></aside>',
        "<aside><p>Læs også: Alle skal sove 8 timer, siger byens læger nu</p></aside>",
        "<figure><img src=p.jpg><figcaption>En markering, der varede 4 timer.</figcaption></figure>",
        "<button aria-controls=m1>Menu</button><div id=m1 hidden><a href=/a>Alle skal sove 8 timer</a></div>",
        "<div hidden>Siden bør indlæses igen.</div>",
    ],
)
def test_what_a_site_says_of_itself_goes_whatever_it_demands(inner: str) -> None:
    assert not compare(page(""), page(inner)).is_meaningful


def test_a_caption_with_a_dose_is_text() -> None:
    caption = "<figure><img src=p.jpg><figcaption>Giv {} mg ad gangen.</figcaption></figure>"

    assert compare(page(caption.format(5)), page(caption.format(10))).is_meaningful


def test_the_number_that_a_link_calls_is_a_fact() -> None:
    call = '<p>Ring til <a href="tel:+45{}">vagtlægen</a> ved feber.</p>'
    changed = compare(page(call.format("38124567")), page(call.format("38124599")))

    assert [facet.kind for change in changed.changes for facet in change.facets] == [FacetKind.LINK]


@pytest.mark.parametrize(
    "contact",
    [
        '<p><a href="tel:+4538124567">38 12 45 67</a></p>',
        '<h2>Kontakt</h2><p><a href="mailto:feber@a.example">feber@a.example</a></p>',
        '<div><a href="tel:+4538124567">38 12 45 67</a><br><a href="mailto:a@a.example">a@a.example</a><br>'
        '<a href="mailto:b@a.example">b@a.example</a></div>',
    ],
)
def test_a_contact_below_the_text_belongs_to_it(contact: str) -> None:
    changed = compare(end(contact), end(contact.replace("38", "39").replace("a.example<", "b.example<")))

    assert changed.is_meaningful


def test_a_mark_to_link_to_a_heading_is_no_part_of_it() -> None:
    marked = '<h2 id="b">Behandling <a href="#b">#</a></h2><p>Se her.</p>'

    assert page(marked).text == page("<h2>Behandling</h2><p>Se her.</p>").text
