"""How much of a foreign text is told on."""

from __future__ import annotations

import json

import pytest

from syndicate.domain import composing
from syndicate.domain.model import (
    BlockKind,
    Change,
    ChangeKind,
    Edit,
    EditOp,
    Facet,
    FacetKind,
    NotedChange,
    ShowText,
)
from syndicate.domain.showing import shown
from syndicate.rendering.changes import change_data, change_view
from syndicate.rendering.texts import load
from tests.factories import added, noted, removed, reworded

SECRET = "hemmelighed"
LONG = " ".join(f"{SECRET}{number}" for number in range(30))


def long_edit() -> Change:
    edits = (
        Edit(EditOp.EQUAL, f"{LONG} kommunen "),
        Edit(EditOp.DELETE, "bør"),
        Edit(EditOp.INSERT, "skal"),
        Edit(EditOp.EQUAL, f" {LONG} "),
        Edit(EditOp.INSERT, "altid "),
        Edit(EditOp.EQUAL, f"møde {LONG}"),
    )
    before = "".join(edit.text for edit in edits if edit.op is not EditOp.INSERT)
    after = "".join(edit.text for edit in edits if edit.op is not EditOp.DELETE)
    return reworded(before=before, after=after, edits=edits)


def only(change: Change, show_text: ShowText) -> Change:
    (one,) = shown([noted(change)], show_text)
    return one.change


def test_a_text_that_may_be_told_is_told_whole() -> None:
    changes = (noted(long_edit()), noted(added()))
    assert shown(changes, ShowText.FULL) == changes


class TestChanges:
    def test_what_changed_keeps_a_few_words_around_it(self) -> None:
        cut = only(long_edit(), ShowText.CHANGES)
        words = f"{SECRET}23 {SECRET}24 {SECRET}25 {SECRET}26 {SECRET}27 {SECRET}28 {SECRET}29 kommunen"
        assert cut.after is not None and cut.after.startswith(f"[…] {words} skal {SECRET}0 ")
        assert "[…]" in cut.after and cut.after.endswith("[…]")
        assert len(cut.after.split()) < 50

    def test_the_edits_still_join_to_both_wordings(self) -> None:
        cut = only(long_edit(), ShowText.CHANGES)
        sides = {
            op: "".join(edit.text for edit in cut.edits if edit.op in (EditOp.EQUAL, op))
            for op in (EditOp.DELETE, EditOp.INSERT)
        }
        assert (cut.before, cut.after) == (sides[EditOp.DELETE], sides[EditOp.INSERT])
        assert "kommunen bør hemmelighed0" in (cut.before or "")

    def test_short_texts_and_new_ones_stay(self) -> None:
        for change in (reworded(), added(LONG), removed(LONG)):
            assert only(change, ShowText.CHANGES) == change

    @pytest.mark.parametrize("kind", [ChangeKind.MOVED, ChangeKind.RENUMBERED])
    def test_what_only_moved_is_named_by_its_beginning(self, kind: ChangeKind) -> None:
        cut = only(Change(kind, ("Et",), LONG, LONG), ShowText.CHANGES)
        assert cut.before == cut.after == " ".join(LONG.split()[:8]) + " […]"


class TestNone:
    CHANGES = (
        long_edit(),
        added(f"{SECRET} er ny."),
        removed(f"{SECRET} er væk."),
        reworded(
            before=f"{SECRET} 5", after=f"{SECRET} 6", facets=(Facet(FacetKind.NUMBER, SECRET, SECRET),)
        ),
        Change(ChangeKind.MOVED, ("Et",), SECRET, SECRET),
    )

    @pytest.mark.parametrize("change", CHANGES)
    @pytest.mark.parametrize("language", ["da", "en"])
    def test_nothing_of_the_text_is_left_anywhere(self, change: Change, language: str) -> None:
        cut = shown([noted(change)], ShowText.NONE)
        text = composing.compose(cut, "Anbefalinger", language)
        view = change_view(cut[0], "Anbefalinger", "da", load(language))
        everything = json.dumps(change_data(cut[0], load(language))) + repr((cut, text, view))
        assert SECRET not in everything
        assert text.title and view.label and view.text

    def test_it_still_says_what_happened_where(self) -> None:
        cut = shown([noted(long_edit())], ShowText.NONE)
        assert cut[0].change.facets == reworded().facets
        text = composing.compose(cut, "Anbefalinger", "da")
        assert text.title.startswith("Anbefaling 3 er skærpet")
        view = change_view(cut[0], "", "da", load("da"))
        assert (view.before, view.after) == (None, None)
        assert str(view.redline) == view.text == load("da")["text_not_shown"]

    def test_names_stay(self) -> None:
        heading = added("Sundhed", block=BlockKind.HEADING)
        attachment = added("Download rapporten", facets=(Facet(FacetKind.ATTACHMENT, "", "ab12"),))
        for change in (heading, attachment):
            assert only(change, ShowText.NONE).after == change.after


def test_changes_keep_their_places() -> None:
    changes = [NotedChange(added(str(n)), "r", "u", "attachment", ("x",)) for n in range(3)]
    cut = shown(changes, ShowText.NONE)
    assert [(n.resource, n.url, n.role, n.also_in) for n in cut] == [("r", "u", "attachment", ("x",))] * 3
