"""Holding two versions of one resource against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from syndicate.domain.diffing.aligning import Pair, align
from syndicate.domain.diffing.effect import effective_dates
from syndicate.domain.diffing.expressions import Grammar
from syndicate.domain.diffing.facets import facets
from syndicate.domain.diffing.flicker import Flicker
from syndicate.domain.diffing.furniture import Furniture
from syndicate.domain.diffing.links import link_facets, same_beside_links
from syndicate.domain.diffing.standing import STANDING
from syndicate.domain.diffing.units import likeness
from syndicate.domain.diffing.weighing import (
    is_mended,
    is_sentence_number,
    only_another_form,
    same_demands,
)
from syndicate.domain.diffing.words import TOO_MANY, Stretch, edits, essence, stretch, words
from syndicate.domain.diffing.words import align as align_words
from syndicate.domain.model import (
    Block,
    Change,
    ChangeKind,
    Comparison,
    Facet,
    FacetKind,
    Ignored,
    Significance,
    Version,
    heaviest,
)

_CELL = " | "
_TYPOGRAPHY = "the same words, typed otherwise"
_KEPT = 0.5
"""How much of a text is left where a note stands beside it, and not in its place."""


def compare(before: Version, after: Version, *, history: Sequence[Version] = ()) -> Comparison:
    """What differs between two versions that the same recipe read.

    `changes` stand in the order of the newer text; cosmetic ones are left out. `history` are older versions
    of the resource, oldest first: what they show to come and go all the time is cosmetic too, but never a
    recommendation, a demand, a number with a unit or a date. Never raises; near-linear in the length.
    """
    if before.fingerprint == after.fingerprint:
        return Comparison()
    comparer = _Comparer(before, after, history)
    found = [comparer.change(pair) for pair in align(before.blocks, after.blocks)]
    changes = tuple(each for each in found if isinstance(each, Change))
    ignored = tuple(each for each in found if isinstance(each, Ignored))
    return Comparison(changes, heaviest([change.significance for change in changes]), ignored)


class _Comparer:
    """What is the same for all pairs of one comparison."""

    def __init__(self, before: Version, after: Version, history: Sequence[Version]) -> None:
        self._versions = (before, after)
        self._language = after.language or before.language
        self._grammar = Grammar(self._language)
        self._furniture = Furniture(self._grammar, before, after)
        self._flicker = Flicker(history, before, self._grammar)
        self._counted: Counter[str] | None = None

    def change(self, pair: Pair) -> Change | Ignored | None:
        """The change that a pair shows, or why no reader is told of it; None where nothing differs."""
        before, after = _spoken(pair.before), _spoken(pair.after)
        if before == after and not pair.moved:
            return None
        reason = self._furniture.explains(before, after)
        if before is None or after is None:
            change: Change | None = _one_sided(before, after)
        else:
            change = None if reason else self._two_sided(before, after, pair.moved)
        if not reason:
            reason = self._flicker.explains(before, after) if change else _TYPOGRAPHY
        if change is None or reason:
            return _ignored(reason, before, after)
        return replace(change, effective=self._effective(change))

    def _effective(self, change: Change) -> tuple[str, ...]:
        """From when the newer wording says that it holds; what was only mended or moved tells nothing new."""
        new = change.kind is ChangeKind.ADDED or bool(change.edits)
        if not new or change.after is None or change.significance is not Significance.SUBSTANTIVE:
            return ()
        return effective_dates(change.after, self._language)

    def _two_sided(self, before: Block, after: Block, moved: bool) -> Change | None:
        change = Change(
            ChangeKind.REWORDED,
            section=after.section,
            before=before.text,
            after=after.text,
            number_before=before.number,
            number_after=after.number,
            block=after.kind,
            came_from=before.section if moved and before.section[-1:] != after.section[-1:] else (),
        )
        differs = stretch(before.text, after.text)
        if not _same_words(differs) and not same_beside_links(before, after):
            return self._reworded(change, before, after, differs)
        links = tuple(link_facets(before, after))
        if links:
            return replace(change, facets=links)
        renumbered = _renumbered(before.number, after.number)
        if renumbered and before.section == after.section:
            # In a numbered list the number is the place.
            return replace(change, kind=ChangeKind.RENUMBERED, significance=Significance.EDITORIAL)
        if moved:
            return replace(change, kind=ChangeKind.MOVED, significance=Significance.EDITORIAL)
        if renumbered:
            return replace(change, kind=ChangeKind.RENUMBERED, significance=Significance.EDITORIAL)
        return None

    def _reworded(self, change: Change, before: Block, after: Block, differs: Stretch) -> Change | None:
        links = tuple(link_facets(before, after))
        old, new = words(differs.before), words(differs.after)
        if max(len(old), len(new)) > TOO_MANY:
            return replace(change, facets=links, edits=differs.as_edits())
        hunks = align_words(old, new)
        expressions = self._grammar.find(differs.before), self._grammar.find(differs.after)
        found: tuple[Facet, ...] = facets(old, new, hunks, *expressions) + links
        if STANDING.is_note(differs.before) != STANDING.is_note(differs.after):
            found = _only_status(found, differs)
        if not found and only_another_form(differs.before, differs.after, self._grammar):
            return None
        mended = not found and (
            is_mended(old, new, hunks, self._uses)
            or same_demands(differs.before, differs.after, self._grammar)
        )
        significance = Significance.EDITORIAL if mended else Significance.SUBSTANTIVE
        shown = edits(old, new, hunks, differs.head, differs.tail)
        return replace(change, facets=found, edits=shown, significance=significance)

    def _uses(self) -> Counter[str]:
        if self._counted is None:
            blocks = (block for version in self._versions for block in version.blocks)
            self._counted = Counter(word.core for block in blocks for word in words(block.text))
        return self._counted


def _ignored(reason: str, before: Block | None, after: Block | None) -> Ignored | None:
    """None where only places, links or numbers differ: there is no text to show."""
    old, new = (block.text if block else None for block in (before, after))
    return Ignored(reason, old, new) if old != new else None


def _same_words(differs: Stretch) -> bool:
    """Whether no word differs. A row that has fewer cells, none of them empty, was only cut otherwise."""
    before, after = differs.before, differs.after
    empty = "| |" in before or "| |" in after
    if before.count(_CELL) != after.count(_CELL) and not empty:
        before, after = before.replace(_CELL, " "), after.replace(_CELL, " ")
    return essence(before) == essence(after)


def _only_status(found: tuple[Facet, ...], differs: Stretch) -> tuple[Facet, ...]:
    """What a text said goes with it when a note takes its place: then the note is the fact."""
    if likeness(essence(differs.before), essence(differs.after)) >= _KEPT:
        return found
    return tuple(facet for facet in found if facet.kind is FacetKind.STATUS) or found


def _spoken(block: Block | None) -> Block | None:
    """The block with its number put back where it is part of the sentence."""
    if block is not None and is_sentence_number(block):
        return replace(block, text=f"{block.number}. {block.text}", number="")
    return block


def _one_sided(before: Block | None, after: Block | None) -> Change:
    block = after or before
    assert block is not None
    return Change(
        ChangeKind.ADDED if after else ChangeKind.REMOVED,
        section=block.section,
        before=before.text if before else None,
        after=after.text if after else None,
        number_before=before.number if before else "",
        number_after=after.number if after else "",
        block=block.kind,
    )


def _renumbered(before: str, after: str) -> bool:
    """Whether a number became another. A list that only got or lost its numbers looks different, no more."""
    return bool(before and after) and essence(before) != essence(after)
