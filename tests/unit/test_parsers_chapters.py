"""Chapters that are numbered without a full stop, and headings that only begin with a number."""

from __future__ import annotations

import pytest

from syndicate.domain.diffing import compare
from syndicate.domain.model import BlockKind, ChangeKind, Significance, Version
from syndicate.parsers import read
from syndicate.ports import ReadOptions

LINE = "Kommunen bør tilbyde alle beboere en samtale om deres helbred."


def version(*headings: str) -> Version:
    parts = "".join(f"<h2>{heading}</h2><p>{LINE}</p>" for heading in headings)
    page = f"<html lang='da'><main><h1>Rapport</h1>{parts}</main></html>"
    return read(page.encode(), media_type="text/html", url="https://a.example/", options=ReadOptions())


def chapters(*headings: str) -> list[tuple[str, str]]:
    found = version(*headings).blocks
    return [(block.number, block.text) for block in found if block.kind is BlockKind.HEADING][1:]


def test_chapters_that_count_are_numbered() -> None:
    assert chapters("1 Indledning", "2 Anbefalinger", "3 Økonomi") == [
        ("1", "Indledning"),
        ("2", "Anbefalinger"),
        ("3", "Økonomi"),
    ]


def test_their_sections_have_the_titles_alone() -> None:
    found = version("1 Indledning", "2 Anbefalinger").blocks
    assert [block.section for block in found if block.kind is BlockKind.PARAGRAPH] == [
        ("Rapport", "Indledning"),
        ("Rapport", "Anbefalinger"),
    ]


@pytest.mark.parametrize(
    "headings",
    [
        ("1 Indledning", "3 Økonomi"),  # one is missing: it may have been withdrawn
        ("2 Anbefalinger", "3 Økonomi"),
        ("Forord", "1 Indledning", "2 Anbefalinger", "Bilag"),
    ],
)
def test_a_chapter_that_went_leaves_the_others_numbered(headings: tuple[str, ...]) -> None:
    assert {text for number, text in chapters(*headings) if number} == {
        heading[2:] for heading in headings if heading[0].isdigit()
    }


@pytest.mark.parametrize(
    "headings",
    [
        ("10 Råd om søvn", "12 Ting at huske"),
        ("1 Monat", "2 Monate", "3 Monate"),
        ("3 Måneder", "5 Måneder", "12 Måneder"),
        ("1 tablet", "2 glas vand"),
        ("1 Indledning",),
        ("2 Anbefalinger", "1 Indledning"),
        ("1 Indledning", "4 Økonomi", "9 Bilag"),
        ("1 A", "2 B"),
        ("2025 Budget", "2026 Regnskab"),
    ],
)
def test_other_numbers_stay_in_their_headings(headings: tuple[str, ...]) -> None:
    assert chapters(*headings) == [("", heading) for heading in headings]


def test_chapters_that_change_places_are_renumbered_and_no_news() -> None:
    found = compare(version("1 Indledning", "2 Økonomi"), version("1 Økonomi", "2 Indledning"))
    assert found.significance is Significance.EDITORIAL
    assert {change.kind for change in found.changes} <= {ChangeKind.RENUMBERED, ChangeKind.MOVED}


def test_a_number_that_a_chapter_is_about_is_news() -> None:
    before, after = version("1 Doser", "2 Højst 10 mg"), version("1 Doser", "2 Højst 50 mg")
    assert compare(before, after).significance is Significance.SUBSTANTIVE
