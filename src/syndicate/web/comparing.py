"""Two editions of a document side by side: block beside block, with the words that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from syndicate.domain.diffing.aligning import Pair, align
from syndicate.domain.diffing.words import align as align_words
from syndicate.domain.diffing.words import edits, words
from syndicate.domain.model import Block, Change, ChangeKind
from syndicate.ports import ResourceView
from syndicate.rendering.texts import Texts
from syndicate.rendering.wordings import wordings_html
from syndicate.web.foreign import printable

FEW = 3
"""So many equal blocks in a row are shown; more are folded."""


@dataclass(frozen=True, slots=True)
class Row:
    """A block on the left and what became of it on the right; None where there is none."""

    left: Markup | None
    right: Markup | None
    heading: bool
    differs: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that follow each other, all of which differ or none of which does; `folded` when nobody looks
    for them."""

    rows: tuple[Row, ...]
    folded: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One resource in two editions. `stretches` are empty where both are the same or one is missing.

    `readable` is False where a side could not be read. `same_reader` is False where another version of the
    program read the one than the other, so that small differences may be its own.
    """

    label: str
    role: str
    left: ResourceView | None
    right: ResourceView | None
    stretches: tuple[Stretch, ...]
    same: bool
    readable: bool
    same_reader: bool


def side_by_side(
    left: Sequence[ResourceView], right: Sequence[ResourceView], texts: Texts
) -> list[SideBySide]:
    """Every resource that is in either edition, in the order of the right one."""
    olds, news = ({view.id: view for view in views} for views in (left, right))
    return [_resource(olds.get(key), news.get(key), texts) for key in dict.fromkeys([*news, *olds])]


def _resource(left: ResourceView | None, right: ResourceView | None, texts: Texts) -> SideBySide:
    shown = right or left
    assert shown is not None
    old, new = (view.version if view else None for view in (left, right))
    same = bool(left and right and left.sha256 == right.sha256)
    stretches: tuple[Stretch, ...] = ()
    if old and new and not same:
        stretches = tuple(_stretches(align(old.blocks, new.blocks), texts))
        same = not any(row.differs for stretch in stretches for row in stretch.rows)
    return SideBySide(
        label=shown.label,
        role=shown.role,
        left=left,
        right=right,
        stretches=() if same else stretches,
        same=same,
        readable=all(view.version is not None for view in (left, right) if view),
        same_reader=not (old and new) or old.recipe == new.recipe,
    )


def _stretches(pairs: Sequence[Pair], texts: Texts) -> Iterator[Stretch]:
    rows = [_row(pair, texts) for pair in pairs]
    for differs, group in groupby(rows, key=lambda row: row.differs):
        found = tuple(group)
        yield Stretch(found, folded=not differs and len(found) > FEW)


def _row(pair: Pair, texts: Texts) -> Row:
    before, after = pair.before, pair.after
    block = after or before
    assert block is not None
    heading = block.kind == "heading"
    if before and after and before.text == after.text:
        number_differs = before.number != after.number
        return Row(_numbered(before), _numbered(after), heading, differs=number_differs)
    left, right = wordings_html(_change(before, after), texts)
    return Row(_numbered(before, left), _numbered(after, right), heading, differs=True)


def _change(before: Block | None, after: Block | None) -> Change:
    old, new = (words(block.text) if block else [] for block in (before, after))
    both = before is not None and after is not None
    return Change(
        ChangeKind.REWORDED if both else ChangeKind.ADDED if after else ChangeKind.REMOVED,
        (),
        before.text if before else None,
        after.text if after else None,
        edits=edits(old, new, align_words(old, new)) if both else (),
    )


def _numbered(block: Block | None, text: Markup | None = None) -> Markup | None:
    """The block as a reader sees it: its number, and `text` or else its own words."""
    if block is None:
        return None
    shown = Markup.escape(printable(block.text)) if text is None else text
    return Markup("{}. {}").format(printable(block.number), shown) if block.number else shown
