"""Two versions as one page."""

from __future__ import annotations

from dataclasses import replace

from syndicate.domain.model import (
    Change,
    ChangeKind,
    Comparison,
    Facet,
    FacetKind,
    Recipe,
    Significance,
    Version,
)
from syndicate.rendering.redline import redline_page
from tests.factories import added, removed, reworded

BEFORE = Version("Anbefalinger fra før", "da", (), Recipe("html", 1))
AFTER = Version("Anbefalinger <nu>", "da", (), Recipe("html", 1))


def page(*changes: Change, language: str = "da") -> str:
    return redline_page(BEFORE, AFTER, Comparison(changes, Significance.SUBSTANTIVE), language)


def test_it_shows_every_change_under_the_newer_title() -> None:
    html = page(reworded(), added("Nyt punkt."), removed("Gammelt punkt."))

    assert "Anbefalinger &lt;nu&gt;</h1>" in html
    assert "Kommunen <del>bør</del> tilbyde" in html
    assert "Kommunen <ins>skal</ins> tilbyde" in html
    assert "<ins>Nyt punkt.</ins>" in html
    assert "<del>Gammelt punkt.</del>" in html


def test_long_texts_are_shown_whole() -> None:
    assert "ord " * 5000 in page(added("ord " * 5000))


def test_house_words_and_source_words_have_their_languages() -> None:
    html = page(reworded(), language="en")

    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "Struck-through text was deleted." in html
    assert '<p class="side-text" lang="da" dir="auto">Kommunen' in html


def test_without_changes_it_says_so() -> None:
    assert "Der er ingen ændringer." in page()


def test_it_stands_alone_and_markup_of_a_source_is_text() -> None:
    html = page(added("<script src=//evil.example></script>\u202e"))

    assert "<script" not in html
    assert "\u202e" not in html
    assert "src=//evil" in html  # as text
    assert "<link" not in html


def test_what_was_moved_says_from_where_in_words() -> None:
    moved = Change(ChangeKind.MOVED, ("Råd", "Ude"), "Luft ud.", "Luft ud.", (), (), "4")

    html = page(replace(moved, came_from=("Råd", "Inde")))

    assert "<h3>Flyttet</h3>" in html
    assert '<bdi lang="da">Råd › Ude</bdi>' in html
    assert "Flyttet fra Råd › Inde › Punkt 4" in html
    assert "<del>" not in html and "<ins>" not in html


def test_a_link_that_leads_elsewhere_is_no_changed_wording() -> None:
    facet = Facet(FacetKind.LINK, "https://kilde.example.org/a", "https://kilde.example.org/b")
    html = page(Change(ChangeKind.REWORDED, (), "Læs mere.", "Læs mere.", facets=(facet,)))

    assert "<h3>Link fører et andet sted hen</h3>" in html
