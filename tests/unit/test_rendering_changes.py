"""Changes in the words of a language."""

from __future__ import annotations

import json

import pytest

from syndicate.domain.model import BlockKind, Change, ChangeKind, Facet, FacetKind
from syndicate.rendering import load
from syndicate.rendering.changes import LONGEST_LIST, LONGEST_NAME, change_data, change_views, short_list
from tests.factories import SOURCE_URL, added, noted, removed, reworded, update

DA, EN = load("da"), load("en")


def notes(change: Change, **other: object) -> tuple[str, ...]:
    (view,) = change_views(update(changes=(noted(change, **other),)), DA)
    return view.notes


def test_a_change_is_told_in_words() -> None:
    (view,) = change_views(update(), DA)

    assert (view.kind, view.label, view.significance) == ("reworded", "Ændret ordlyd", "substantive")
    assert view.place == "Anbefalinger › Sundhed › Punkt 3"
    assert view.before == "Kommunen <del>bør</del> tilbyde et helbredstjek i opgangen."
    assert view.after == "Kommunen <ins>skal</ins> tilbyde et helbredstjek i opgangen."
    assert view.text.startswith("Før: Kommunen bør")
    assert (view.resource, view.role, view.url, view.language) == ("Anbefalinger", "page", SOURCE_URL, "da")


def test_the_title_of_the_document_is_no_place_in_it() -> None:
    change = reworded(section=("Fælles anbefalinger om sundhed og beskæftigelse", "Anbefalinger"))

    (view,) = change_views(update(change), DA)

    assert view.place == "Anbefalinger › Punkt 3"


def test_every_kind_has_a_view() -> None:
    same = {"before": "Det samme.", "after": "Det samme.", "edits": (), "facets": ()}
    changes = [
        reworded(),
        added(),
        removed(),
        reworded(kind=ChangeKind.MOVED, **same),
        reworded(kind=ChangeKind.RENUMBERED, number_after="5", **same),
    ]

    views = change_views(update(*changes), EN)

    assert [view.label for view in views] == [
        "Changed wording",
        "New text",
        "Deleted text",
        "Moved",
        "New number",
    ]
    assert [(view.before is None, view.after is None) for view in views] == [
        (False, False),
        (True, False),
        (False, True),
        (True, True),
        (True, True),
    ]
    assert views[4].notes == ("Number 3 is now number 5",)


@pytest.mark.parametrize(
    ("facet", "note"),
    [
        (
            Facet(FacetKind.STRENGTH, "bør", "skal", "stronger"),
            "Styrke: »bør« er blevet til »skal« (skærpet)",
        ),
        (Facet(FacetKind.STRENGTH, "skal", "kan", "weaker"), "Styrke: »skal« er blevet til »kan« (lempet)"),
        (Facet(FacetKind.NUMBER, "10 mg", "50 mg"), "Tal: »10 mg« er blevet til »50 mg«"),
        (Facet(FacetKind.NEGATION, "", "ikke"), "Nægtelse: »ikke« er tilføjet"),
        (Facet(FacetKind.ATTACHMENT, "Fakta", ""), "Dokument: »Fakta« er slettet"),
    ],
)
def test_what_is_special_is_a_sentence(facet: Facet, note: str) -> None:
    assert notes(reworded(facets=(facet,))) == (note,)


@pytest.mark.parametrize(
    ("days", "note"),
    [
        (("2027-01-01",), "Gælder fra 1. januar 2027"),
        (("2027-01", "2028"), "Gælder fra januar 2027, 2028"),
    ],
)
def test_from_when_it_holds_is_a_sentence(days: tuple[str, ...], note: str) -> None:
    assert notes(reworded(facets=(), effective=days)) == (note,)


def test_other_editions_with_the_same_change_are_named() -> None:
    assert notes(added(), also_in=("Rapporten", "Fakta")) == ("Samme ændring står også i: Rapporten, Fakta",)


def test_a_name_is_never_endless() -> None:
    endless = "ord " * 1000
    facet = Facet(FacetKind.LINK, endless, endless)
    change = reworded(section=(endless,), number_after=endless, facets=(facet,))
    (view,) = change_views(update(changes=(noted(change, resource=endless),)), DA)

    assert max(map(len, (view.place, view.resource))) < 2 * LONGEST_NAME + 50
    assert max(map(len, view.notes)) < 2 * LONGEST_NAME + 50


def test_the_page_has_all_and_the_short_list_a_part() -> None:
    long = update(*(added(f"{number} " + "ord " * 2000) for number in range(LONGEST_LIST + 3)))

    everything, (first, more) = change_views(long, DA), short_list(long, DA)

    assert (len(everything), len(first), more) == (LONGEST_LIST + 3, LONGEST_LIST, 3)
    assert len(everything[0].text) > 8000
    assert len(first[0].text) < 2000


def test_a_change_is_plain_data_for_programs() -> None:
    change = reworded(block=BlockKind.ITEM)
    data = json.loads(json.dumps(change_data(noted(change, also_in=("Rapporten",)), DA)))

    assert data == {
        "kind": "reworded",
        "significance": "substantive",
        "section": ["Anbefalinger", "Sundhed"],
        "number": "3",
        "before": change.before,
        "after": change.after,
        "facets": [{"kind": "strength", "before": "bør", "after": "skal", "trend": "stronger"}],
        "resource": "Anbefalinger",
        "url": SOURCE_URL,
        "also_in": ["Rapporten"],
        "effective": [],
        "came_from": [],
    }
    assert change_data(noted(added()), DA)["before"] is None
