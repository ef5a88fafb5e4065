"""Lines that stand in the text of a page and are not of it, and those that look alike and are."""

from __future__ import annotations

import pytest

from syndicate.parsers import read
from syndicate.ports import ReadOptions

LONG = "Kommunen bør tilbyde alle beboere en gratis samtale om deres helbred, og den bør holdes i området."
LAST = "Samtalen varer en time, og den kan gentages efter et år, hvis beboeren ønsker det."


def texts(body: str) -> list[str]:
    page = f'<!doctype html><html lang="da"><head></head><body>{body}</body></html>'
    version = read(page.encode(), media_type="text/html", url="https://a.example/x", options=ReadOptions())
    return version.text.split("\n")


def between(inner: str) -> list[str]:
    """What is read of something that stands between two paragraphs of a text."""
    found = texts(f"<main><p>{LONG}</p>{inner}<p>{LAST}</p></main>")
    assert (found[0], found[-1]) == (LONG, LAST)
    return found[1:-1]


def below(inner: str) -> list[str]:
    """What is read of something that stands below a text."""
    found = texts(f"<main><p>{LONG}</p><p>{LAST}</p>{inner}</main>")
    assert found[:2] == [LONG, LAST]
    return found[2:]


# --- links away ---------------------------------------------------------------------------------

TEASERS = "".join(
    f'<h3><a href="/{n}">En anden side {n}</a></h3><p>Det handler om andet, nummer {n}.</p><p>Avisen</p>'
    for n in range(3)
)


@pytest.mark.parametrize(
    "label", ["Anbefalet til dig:", "Recommended for You", "Mehr zum Thema", "Sur le même sujet", "Most read"]
)
def test_teasers_below_their_label_are_no_text(label: str) -> None:
    assert below(f"<p><b>{label}</b></p>{TEASERS}") == []
    assert between(f"<h2>{label}</h2>{TEASERS}<h2>Tid</h2>") == ["Tid"]


def test_teasers_that_no_label_announces_are_text() -> None:
    assert len(below(TEASERS)) == 9


def test_the_text_that_goes_on_after_one_link_stays() -> None:
    link = '<p><a href="/1">Sådan falder børn i søvn</a></p>'
    assert between(f"<p>Mehr zum Thema</p>{link}<p>Det er tre råd.</p><p>De er nye.</p>") == [
        "Det er tre råd.",
        "De er nye.",
    ]


def test_a_teaser_that_demands_something_is_text() -> None:
    demand = f'<p><a href="/1">Søvn</a></p><p>Børn bør sove ni timer.</p>{TEASERS}'
    assert below(f"<p>Most read</p>{demand}")[0] == "Børn bør sove ni timer."


def test_a_heading_that_only_begins_like_a_label_keeps_its_text() -> None:
    assert below("<h2>More about doses</h2><p>Ten milligrams a day.</p>") == [
        "More about doses",
        "Ten milligrams a day.",
    ]


@pytest.mark.parametrize(
    "words", ["SEE MORE:", "[Læs også:", "Auch lesen:", "Lire aussi :", "Nachfolgebeitrag:"]
)
def test_a_line_that_leads_to_another_page_is_no_text(words: str) -> None:
    assert between(f'<p>{words} <a href="/1">Sådan falder børn i søvn om aftenen</a></p>') == []


@pytest.mark.parametrize(
    "words", ["Le puede interesar:", "Czytaj też:", "Dowiedz się więcej:", "Leggi anche:"]
)
def test_the_same_in_languages_without_rules_of_their_own(words: str) -> None:
    assert between(f'<p>{words} <a href="/1">Otra página sobre el sueño</a></p>') == []


def test_where_a_guideline_can_be_read_is_text() -> None:
    text = "Lesen Sie hier die vollständige Leitlinie"
    assert between(f'<p>{text[:14]} <a href="/1">{text[15:]}</a></p>') == [text]


# --- calls --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        'Tilmeld dig vores <a href="/n">nyhedsbrev</a>.',
        'Følg os på <a href="https://facebook.example">Facebook</a>.',
        'Subscribe to our <a href="/n">newsletter</a> for more.',
        'Never miss a story: follow us on <a href="/x">Twitter</a>.',
        'Keine Neuigkeiten mehr verpassen: <a href="/n">Newsletter</a> abonnieren.',
        'Abonnez-vous à notre <a href="/n">newsletter</a>.',
    ],
)
def test_a_call_to_follow_the_page_elsewhere_is_no_text(call: str) -> None:
    assert between(f"<p>{call}</p>") == []


@pytest.mark.parametrize(
    "text",
    [
        "Tilmeld barnet til vaccination hos lægen.",
        "Følg vaccinationsprogrammet.",
        "Sign up for screening before you are fifty.",
        "Subscribe to the newsletter only where you must give your address.",
        "Folge den Regeln der Klinik.",
        "Ne manquez pas le rendez-vous.",
    ],
)
def test_an_instruction_that_begins_like_a_call_is_text(text: str) -> None:
    assert between(f'<p>{text[:-1]}<a href="/mere">.</a></p>') == [text]


def test_a_call_in_a_list_of_rights_is_text() -> None:
    item = "Subscribe to the newsletter, and we keep your address."
    assert between(f'<ul><li>{item[:-1]}<a href="/n">.</a></ul>') == [item]


# --- lines of the page --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Annonce", "Advertisement", "ANZEIGE:", "Publicité", "Story continues below", "Til toppen",
        "Back to top",
        "Nach oben", "Haut de page", "Print this page", "Del artiklen på Facebook", "Share this on WhatsApp",
        "Artikel teilen", "Partager cet article", "Skriv en kommentar", "Leave a comment", "No comments yet",
        "Bisher keine Kommentare", "Laisser un commentaire", "Var artiklen nyttig?",
        "Fandt du det, du søgte?",
        "Was this page helpful?", "War dieser Artikel hilfreich?", "Cette page vous a-t-elle été utile ?",
        "© 2026 Foreningen", "Copyright © 2026 Foreningen. All rights reserved.", "© Getty Images",
    ],
)  # fmt: skip
def test_a_line_of_the_page_is_no_text(line: str) -> None:
    assert between(f"<p>{line}</p>") == below(f"<div>{line}</div>") == []


@pytest.mark.parametrize("words", ["Af", "By", "Von", "Par"])
def test_who_wrote_it_is_no_text(words: str) -> None:
    assert between(f'<p>{words} <a href="/om/nina">Nina Nord</a></p>') == []


@pytest.mark.parametrize("words", ["Emneord:", "Tags", "Schlagwörter:", "Mots-clés :"])
def test_the_tags_of_a_page_are_no_text(words: str) -> None:
    links = ", ".join(f'<a href="/tag/{n}">Søvn hos børn {n}</a>' for n in range(9))
    assert between(f"<p>{words} {links}</p>") == []
    assert between(f"<p>{words} sidder på skjortens krave.</p>") == [f"{words} sidder på skjortens krave."]


@pytest.mark.parametrize(
    "label", ["Emneord:", "Tags", "3 comments", "Kommentarer", "Schlagwörter", "Mots-clés"]
)
def test_a_label_above_nothing_is_no_text(label: str) -> None:
    assert below(f"<p>{label}</p>") == below(f"<h3>{label}</h3>") == []


@pytest.mark.parametrize(
    "line",
    [
        "(Article 15.1(c))",
        "© is the sign of a protected work",
        "Copyright 2026 notices must not be removed.",
        "By e-mail: post@a.example",
        "Share your data",
        "Del medicinen i to",
        "Er screening nyttig?",
        "Ad hoc",
        "Foto af huden sendes til lægen",
        "Sidst på dagen",
    ],
)
def test_a_line_of_the_text_that_looks_alike_stays(line: str) -> None:
    assert between(f"<p>{line}</p>") == [line]


def test_the_same_words_in_a_list_or_a_table_are_text() -> None:
    assert between("<ul><li>Comments<li>Share<li>Tags</ul>") == ["Comments", "Share", "Tags"]
    assert between("<table><tr><td>Print<td>10<tr><td>Share<td>20</table>") == ["Print | 10", "Share | 20"]


@pytest.mark.parametrize("label", ["Kommentarer", "Emneord", "Topics"])
def test_a_label_above_a_text_is_text(label: str) -> None:
    assert below(f"<p>{label}</p><p>{LAST}</p>") == [label, LAST]


def test_how_to_write_to_the_author_is_text() -> None:
    assert between('<p>By <a href="mailto:a@b.example">Nina Nord</a></p>') == ["By Nina Nord"]
