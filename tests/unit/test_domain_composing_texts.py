"""Titles and summaries: the weightiest first, each fact once, whole parts or none."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.domain.composing import JudgedResource, compose, note
from syndicate.domain.composing.texts import TITLE_LIMIT
from syndicate.domain.diffing import compare
from syndicate.domain.model import Comparison, NotedChange, UpdateText
from tests.factories import version_of

TITLE = "Sundhed i boligområder"
BASE = (
    "# Sundhed",
    "## Anbefalinger",
    "1. Kommunen bør tilbyde 10 mg hver dag.",
    "2. Jobcentret kan holde møder i området.",
    "3. Beboere bør inddrages i alle planer.",
    "4. Der må gerne ryges udenfor.",
    "## Baggrund",
    "En lang tekst om området. Den har flere sætninger. Her er den sidste.",
    "Alder | Dosis",
    "5 år | 10 mg",
)


def swapped(*pairs: tuple[str, str]) -> tuple[str, ...]:
    lines: tuple[str, ...] = BASE
    for old, new in pairs:
        assert any(old in line for line in lines)
        lines = tuple(line.replace(old, new) for line in lines)
    return tuple(line for line in lines if line)


def told(after: tuple[str, ...], *others: JudgedResource, language: str = "da") -> UpdateText:
    page = JudgedResource(
        "Råd", "https://kilde.example.org/", "page", compare(version_of(*BASE), version_of(*after))
    )
    return compose(note([page, *others]), TITLE, language)


def in_pdf(after: tuple[str, ...], **other: Any) -> JudgedResource:
    comparison = compare(version_of(*BASE), version_of(*after))
    return JudgedResource("Fakta", "https://kilde.example.org/f.pdf", "attachment", comparison, **other)


CASES = {
    "stronger": (
        swapped(("bør tilbyde", "skal tilbyde")),
        "Anbefaling 1 er skærpet: »bør« er blevet til »skal«",
        "Recommendation 1 has been strengthened: “bør” became “skal”",
    ),
    "weaker": (
        swapped(("3. Beboere bør", "3. Beboere kan")),
        "Anbefaling 3 er lempet: »bør« er blevet til »kan«",
        "Recommendation 3 has been weakened: “bør” became “kan”",
    ),
    "withdrawn": (
        swapped(("Jobcentret kan holde møder i området", "Udgået")),
        "Anbefaling 2 gælder ikke længere: »Udgået«",
        "Recommendation 2 no longer applies: “Udgået”",
    ),
    "replaced": (
        swapped(("Jobcentret kan holde møder i området", "Denne anbefaling er afløst af anbefaling 7")),
        "Anbefaling 2 gælder ikke længere: »afløst af anbefaling 7«",
        "Recommendation 2 no longer applies: “afløst af anbefaling 7”",
    ),
    "turned round": (
        swapped(("må gerne", "må ikke")),
        "Anbefaling 4 er ændret: »må gerne« er blevet til »må ikke«",
        "Recommendation 4 has changed: “må gerne” became “må ikke”",
    ),
    "a dose": (
        swapped(("tilbyde 10 mg", "tilbyde 50 mg")),
        "Anbefaling 1 er ændret: »10 mg« er blevet til »50 mg«",
        "Recommendation 1 has changed: “10 mg” became “50 mg”",
    ),
    "stronger, and a dose": (
        swapped(("bør tilbyde 10", "skal tilbyde 50")),
        "Anbefaling 1 er skærpet: »bør« er blevet til »skal«, »10 mg« er blevet til »50 mg«",
        "Recommendation 1 has been strengthened: “bør” became “skal”, “10 mg” became “50 mg”",
    ),
    "a new one": (
        (*BASE[:6], "5. Børn skal have mad.", *BASE[6:]),
        "Ny anbefaling 5",
        "New recommendation 5",
    ),
    "a withdrawn one": (
        swapped((BASE[5], "")),
        "Anbefaling 4 er trukket tilbage",
        "Recommendation 4 has been withdrawn",
    ),
    "a sentence": (
        swapped(("flere sætninger", "mange sætninger")),
        "Teksten i »Baggrund« er ændret: »flere« er blevet til »mange«",
        "The text in “Baggrund” has changed: “flere” became “mange”",
    ),
    "a cell": (
        swapped(("5 år | 10 mg", "5 år | 15 mg")),
        "Tabellen i »Baggrund« er ændret: »10 mg« er blevet til »15 mg«",
        "The table in “Baggrund” has changed: “10 mg” became “15 mg”",
    ),
    "a heading": (
        swapped(("## Baggrund", "## Hvorfor")),
        "Overskriften »Baggrund« er ændret: »Baggrund« er blevet til »Hvorfor«",
        "The heading “Baggrund” has changed: “Baggrund” became “Hvorfor”",
    ),
    "a section": (
        (*BASE, "## Frister", "Første frist er 1. maj.", "Anden frist er i juni."),
        "Nyt afsnit: »Frister«",
        "New section: “Frister”",
    ),
    "a paragraph": (
        (*BASE, "Skemaet gælder for alle."),
        "Ny tekst i »Baggrund«",
        "New text in “Baggrund”",
    ),
    "a typing error": (
        swapped(("flere sætninger", "flere sætningr")),
        "Teksten i »Baggrund« er rettet sprogligt: »sætninger« er blevet til »sætningr«",
        "The text in “Baggrund” was corrected (spelling): “sætninger” became “sætningr”",
    ),
    "two": (
        swapped(("må gerne", "må ikke"), ("flere sætninger", "mange sætninger")),
        "Anbefaling 4 er ændret: »må gerne« er blevet til »må ikke« – og 1 ændring mere",
        "Recommendation 4 has changed: “må gerne” became “må ikke” – and 1 more change",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_title_says_what_happened(name: str) -> None:
    after, danish, english = CASES[name]
    assert told(after).title == danish
    assert told(after, language="en").title == english


def test_a_summary_quotes_before_and_after_in_the_sources_words() -> None:
    text = told(swapped(("må gerne", "må ikke"), ("flere sætninger", "mange sætninger")))
    assert text.summary == (
        "Anbefaling 4 er ændret: »må gerne« er blevet til »må ikke«. Ny ordlyd: »Der må ikke ryges udenfor«. "
        "Teksten i »Baggrund« er ændret: »flere« er blevet til »mange«. Ny ordlyd: »Den har mange sætninger«."
    )


def test_a_summary_quotes_what_is_new_and_what_is_gone() -> None:
    assert told((*BASE[:6], "5. Børn skal have mad.", *BASE[6:])).summary == (
        "Ny anbefaling 5: »Børn skal have mad«."
    )
    assert told(swapped((BASE[5], ""))).summary == (
        "Anbefaling 4 er trukket tilbage: »Der må gerne ryges udenfor«."
    )


def test_a_language_that_nobody_wrote_is_told_in_english() -> None:
    text = told(swapped(("må gerne", "må ikke")), language="fo")
    assert text.title.startswith("Recommendation 4")
    assert text.language == "fo"


# --- documents ------------------------------------------------------------------------------------


def test_documents_have_their_own_words() -> None:
    assert told(BASE, in_pdf(BASE, is_new=True)).title == "Nyt dokument: »Fakta«"
    assert told(BASE, in_pdf(BASE, is_gone=True)).title == "Dokumentet »Fakta« er fjernet"
    both = (in_pdf(BASE, is_new=True), in_pdf(BASE, is_gone=True))
    assert told(BASE, *both).title == "Dokumentet »Fakta« er udskiftet"
    assert told(BASE, *both, language="en").title == "The document “Fakta” was replaced"


def test_a_change_in_a_document_names_it() -> None:
    title = told(BASE, in_pdf(swapped(("bør tilbyde", "skal tilbyde")))).title
    assert title == "Anbefaling 1 i »Fakta« er skærpet: »bør« er blevet til »skal«"


def test_a_change_in_page_and_document_is_told_once() -> None:
    after = swapped(("bør tilbyde", "skal tilbyde"))
    text = told(after, in_pdf(after))
    assert text.title == "Anbefaling 1 er skærpet: »bør« er blevet til »skal«"
    assert text.summary.endswith("(også i »Fakta«).")


def test_many_changes_in_a_document_are_one_fact() -> None:
    after = swapped(
        ("bør tilbyde", "skal tilbyde"),
        ("kan holde", "bør holde"),
        ("bør inddrages", "skal inddrages"),
        ("må gerne", "må ikke"),
    )
    assert told(BASE, in_pdf(after)).title == "Dokumentet »Fakta« er ændret 4 steder"


# --- groups and limits ----------------------------------------------------------------------------


def test_new_numbers_are_told_in_one_breath() -> None:
    after = (
        *BASE[:2],
        "1. Børn skal have mad.",
        *(f"{n}. {line[3:]}" for n, line in enumerate(BASE[2:6], 2)),
        *BASE[6:],
    )
    assert told(after).title == "Ny anbefaling 1; 4 punkter har fået nye numre"


def test_a_number_in_a_list_of_references_is_no_recommendation() -> None:
    before, after = (
        version_of("## Referencer", "1. Bog om mad."),
        version_of("## Referencer", "1. Bog om søvn."),
    )
    page = JudgedResource("Råd", "https://kilde.example.org/", "page", compare(before, after))
    assert compose(note([page]), TITLE, "da").title.startswith("Punkt 1 er ændret")


def test_a_numbered_paragraph_under_recommendations_is_one() -> None:
    page = JudgedResource("Råd", "https://kilde.example.org/", "page", Comparison())
    assert compose(note([page]), TITLE, "da").summary == ""


def test_more_than_five_facts_are_counted() -> None:
    lines = [f"{number}. Råd {number} om mad bør følges." for number in range(1, 10)]
    after = [line.replace("bør", "skal") for line in lines]
    page = JudgedResource(
        "Råd", "https://x.example.org/", "page", compare(version_of(*lines), version_of(*after))
    )
    text = compose(note([page]), TITLE, "da")
    assert text.title == "Anbefaling 1 er skærpet: »bør« er blevet til »skal« – og 8 ændringer mere"
    assert text.summary.count("er skærpet") == 4
    assert text.summary.endswith("Desuden er der 5 ændringer mere.")


def test_a_title_leaves_out_whole_parts() -> None:
    long = " ".join(["meget"] * 30)
    before, after = (version_of(f"## {long}", f"Alt {word} {long} her.") for word in ("om", "uden"))
    page = JudgedResource("Råd", "https://kilde.example.org/", "page", compare(before, after))
    assert (
        compose(note([page]), TITLE, "da").title
        == f"Teksten i »{TITLE}« er ændret: »om« er blevet til »uden«"
    )
    assert compose(note([page]), "Om " * 60, "da").title == "1 ændring"


VOCABULARY = "bør skal ikke må uden kun 10 50 mg år børn voksne hver dag. Derfor"
WORDS = st.lists(
    st.sampled_from(VOCABULARY.split()),
    min_size=1,
    max_size=80,
).map(" ".join)
LINES = st.lists(
    st.tuples(st.sampled_from(["", "1. ", "2. ", "- ", "## ", "a | "]), WORDS).map("".join), max_size=6
)
QUOTED = re.compile("»([^«]*)«")


@settings(deadline=None)
@given(LINES, LINES, st.text(max_size=150), st.sampled_from(["da", "en"]))
def test_nothing_is_cut_and_nothing_is_made_up(
    before: list[str], after: list[str], name: str, language: str
) -> None:
    comparison = compare(version_of(*before), version_of(*after))
    noted = note([JudgedResource("Råd", "https://kilde.example.org/", "page", comparison)])
    text = compose(noted, name, language)
    assert len(text.title) <= TITLE_LIMIT
    if language == "da" and "»" not in name and "«" not in name:
        for quote in QUOTED.findall(f"{text.title} {text.summary}"):
            assert any(_holds_whole(each, quote) for each in noted) or quote == name


def _holds_whole(noted: NotedChange, quote: str) -> bool:
    """Whether the quote stands in a change, with no word and no number of it cut."""
    change = noted.change
    texts = (change.before or "", change.after or "", *change.section)
    pattern = re.compile(rf"(?<![\w.,]){re.escape(quote)}(?!\w)")
    return any(pattern.search(text) for text in texts)
