"""Two versions as one page."""

from __future__ import annotations

from syndicate.domain.model import Change, Comparison, Recipe, Significance, Version
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
