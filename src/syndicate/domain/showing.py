"""How much of a foreign text is told on: the one place, before an update is made of its changes.

What is left out here is in no stored update, so that no way out can show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from syndicate.domain.model import (
    BlockKind,
    Change,
    ChangeKind,
    Edit,
    EditOp,
    FacetKind,
    NotedChange,
    ShowText,
)

AROUND = 8
"""Words that are shown on either side of what changed."""
LEFT_OUT = "[…]"

_NAMES = (FacetKind.ATTACHMENT, FacetKind.STRENGTH, FacetKind.STATUS)
"""Facets whose words are labels, or the few words of strength and validity that every text has."""


def shown(changes: Sequence[NotedChange], show_text: ShowText) -> tuple[NotedChange, ...]:
    """The changes as they may be told: whole, with a few words around what changed, or without any text."""
    if show_text is ShowText.FULL:
        return tuple(changes)
    cut = _only_changes if show_text is ShowText.CHANGES else _no_text
    return tuple(replace(noted, change=cut(noted.change)) for noted in changes)


def _no_text(change: Change) -> Change:
    """What happened where. Names stay: a heading's, an attachment's."""
    facets = tuple(facet for facet in change.facets if facet.kind in _NAMES)
    if change.block is BlockKind.HEADING or any(f.kind is FacetKind.ATTACHMENT for f in facets):
        return replace(change, facets=facets)
    return replace(change, before=None, after=None, edits=(), facets=facets)


def _only_changes(change: Change) -> Change:
    if change.kind in (ChangeKind.MOVED, ChangeKind.RENUMBERED) and not change.edits:
        return replace(change, before=_beginning(change.before), after=_beginning(change.after))
    if not change.edits:
        return change
    last = len(change.edits) - 1
    edits = tuple(_around(edit, number == 0, number == last) for number, edit in enumerate(change.edits))
    return replace(change, edits=edits, before=_side(edits, EditOp.DELETE), after=_side(edits, EditOp.INSERT))


def _around(edit: Edit, first: bool, last: bool) -> Edit:
    """A run that stays the same, with only the words next to what changed."""
    words = edit.text.split()
    kept = AROUND * (2 - first - last)
    if edit.op is not EditOp.EQUAL or len(words) <= kept:
        return edit
    head = "" if first else _margin(edit.text, start=True) + " ".join(words[:AROUND]) + " "
    tail = "" if last else " " + " ".join(words[-AROUND:]) + _margin(edit.text, start=False)
    return Edit(edit.op, f"{head}{LEFT_OUT}{tail}")


def _margin(text: str, *, start: bool) -> str:
    return " " if text[0 if start else -1].isspace() else ""


def _beginning(text: str | None) -> str | None:
    words = (text or "").split()
    return text if len(words) <= AROUND else f"{' '.join(words[:AROUND])} {LEFT_OUT}"


def _side(edits: Sequence[Edit], side: EditOp) -> str:
    return "".join(edit.text for edit in edits if edit.op in (EditOp.EQUAL, side))
