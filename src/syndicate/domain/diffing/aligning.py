"""Which block of the older text is which block of the newer one."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicate.domain.diffing.anchors import equal_runs
from syndicate.domain.diffing.regrouping import belongs, mostly_inside, same_words
from syndicate.domain.diffing.standing import STANDING
from syndicate.domain.diffing.units import Unit, glued, likeness, units
from syndicate.domain.model import Block, BlockKind

_RARE = 12
"""A word in more blocks than this does not help to find where a block went."""
_SMALL = 24
"""Blocks on each side of a gap up to which all are compared with all."""
_MOST = 8
"""Blocks that may be given to a pair on each side of it."""
_ALIKE_NEAR, _ALIKE_IN_SECTION, _ALIKE_ANYWHERE = 0.5, 0.6, 0.75
"""How alike two blocks must be to be one, by how far apart they stand."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What became of a unit. One side is None for what came or went. `moved`: it changed places with others.

    `at` sorts pairs in the order of the newer text, what went standing after what it followed.
    """

    before: Block | None
    after: Block | None
    at: tuple[int, int]
    moved: bool = False


@dataclass(frozen=True, slots=True)
class _Gap:
    """Places between two neighbours that stayed, on both sides."""

    olds: range
    news: range


def align(before: Sequence[Block], after: Sequence[Block]) -> list[Pair]:
    """Every block of both sides in exactly one pair, in the order of the newer text.

    Equal words first (in order, then anywhere), then neighbours that were split or joined, then the most
    alike, then what of a block was cut off beside it. Blocks without a word are left out.
    """
    return _Alignment(units(before), units(after)).pairs()


class _Alignment:
    """One run: what is still free on each side, by its place in the row of units, and what was found."""

    def __init__(self, before: Sequence[Unit], after: Sequence[Unit]) -> None:
        self._before, self._after = before, after
        self._olds = dict(enumerate(before))
        self._news = dict(enumerate(after))
        self._found: list[tuple[Unit, Unit, bool]] = []

    def pairs(self) -> list[Pair]:
        gaps = self._pair_in_order()
        self._pair_anywhere()
        for gap in gaps:
            self._pair_runs(gap)
        self._pair_alike(gaps)
        for gap in gaps:
            self._pair_notes(gap)
        self._attach_the_cut_off()
        return sorted(self._all_pairs(), key=lambda pair: pair.at)

    def _take(self, olds: Sequence[int], news: Sequence[int], moved: bool = False) -> None:
        old = glued([self._olds.pop(i) for i in olds])
        self._found.append((old, glued([self._news.pop(j) for j in news]), moved))

    def _free(self, gap: _Gap) -> tuple[list[int], list[int]]:
        return [i for i in gap.olds if i in self._olds], [j for j in gap.news if j in self._news]

    # --- equal words ------------------------------------------------------------------------------

    def _pair_in_order(self) -> list[_Gap]:
        """Pairs what stands in the same order on both sides; gives the gaps between."""
        numbers: dict[str, int] = {}
        old = [numbers.setdefault(unit.essence, len(numbers)) for unit in self._before]
        new = [numbers.setdefault(unit.essence, len(numbers)) for unit in self._after]
        gaps, i, j = [], 0, 0
        for a, b, size in equal_runs(old, new):
            if i < a or j < b:
                gaps.append(_Gap(range(i, a), range(j, b)))
            for step in range(size):
                self._take([a + step], [b + step])
            i, j = a + size, b + size
        return gaps

    def _pair_anywhere(self) -> None:
        """Pairs equal words that stand in another place."""
        places: dict[str, deque[int]] = defaultdict(deque)
        for j, unit in self._news.items():
            places[unit.essence].append(j)
        for i, unit in list(self._olds.items()):
            if places[unit.essence]:
                self._take([i], [places[unit.essence].popleft()], moved=True)

    def _pair_runs(self, gap: _Gap) -> None:
        """Pairs neighbours that were split or joined."""
        for find in (same_words, mostly_inside):
            i, j = self._free(gap)
            for i1, i2, j1, j2 in find([self._olds[at] for at in i], [self._news[at] for at in j]):
                if all(at in self._olds for at in i[i1:i2]) and all(at in self._news for at in j[j1:j2]):
                    self._take(i[i1:i2], j[j1:j2])

    # --- alike words ------------------------------------------------------------------------------

    def _pair_alike(self, gaps: Sequence[_Gap]) -> None:
        """Pairs the most alike first, wherever they stand; near ones need to be less alike."""
        home = {i: number for number, gap in enumerate(gaps) for i in gap.olds}
        gap_of = {j: number for number, gap in enumerate(gaps) for j in gap.news}
        scored = []
        for i, j in dict.fromkeys([*self._neighbours(gaps), *self._sharing_rare_words()]):
            near = home[i] == gap_of[j]
            score = _score(self._olds[i], self._news[j], near)
            if score:
                scored.append((-score, abs(i - j), i, j, near))
        for _, _, i, j, near in sorted(scored):
            if i in self._olds and j in self._news:
                self._take([i], [j], moved=not near)
        for gap in gaps:
            self._pair_headings(gap)

    def _neighbours(self, gaps: Sequence[_Gap]) -> Iterator[tuple[int, int]]:
        """All of a small gap, else what has the same rank in it."""
        for gap in gaps:
            olds, news = self._free(gap)
            if len(olds) <= _SMALL and len(news) <= _SMALL:
                yield from ((i, j) for i in olds for j in news)
            else:
                yield from zip(olds, news, strict=False)

    def _sharing_rare_words(self) -> Iterator[tuple[int, int]]:
        holders: dict[str, list[int]] = defaultdict(list)
        for j, unit in self._news.items():
            for word in set(unit.essence.split()):
                holders[word].append(j)
        rare = {word: places for word, places in holders.items() if len(places) <= _RARE}
        for i, unit in self._olds.items():
            # A row, not a set: the order of a set of words differs from process to process.
            votes = Counter(j for word in dict.fromkeys(unit.essence.split()) for j in rare.get(word, ()))
            yield from ((i, j) for j, _ in votes.most_common(3))

    def _pair_headings(self, gap: _Gap) -> None:
        """A lone heading in the place of a lone heading of its level has another name, whatever the words."""
        olds, news = self._free(gap)
        if len(olds) == len(news) == 1:
            old, new = self._olds[olds[0]].block, self._news[news[0]].block
            if old.kind is new.kind is BlockKind.HEADING and old.level == new.level:
                self._take(olds, news)

    def _pair_notes(self, gap: _Gap) -> None:
        """A note that a text no longer holds is what became of the text in its place, under its number."""
        olds, news = self._free(gap)
        by_number = {self._label(self._news[j]): j for j in reversed(news)}
        for i in olds:
            j = by_number.pop(self._label(self._olds[i]), -1)
            if j >= 0 and _one_is_note(self._olds[i], self._news[j]):
                self._take([i], [j])

    @staticmethod
    def _label(unit: Unit) -> tuple[BlockKind, tuple[str, ...], str]:
        return unit.block.kind, unit.block.section, unit.block.number

    def _attach_the_cut_off(self) -> None:
        """Gives blocks that are left over to the pair beside them that has their words on its other side."""
        olds, news = _Loose(self._olds), _Loose(self._news)
        for index, (old, new, moved) in enumerate(self._found):
            if old.essence != new.essence and not moved:
                self._found[index] = (olds.grown(old, new), news.grown(new, old), moved)

    # --- the result -------------------------------------------------------------------------------

    def _all_pairs(self) -> Iterator[Pair]:
        place = {}
        for old, new, moved in self._found:
            place[old.at] = new.at
            yield Pair(old.block, new.block, (new.at, -1), moved)
        for new in self._news.values():
            yield Pair(None, new.block, (new.at, -1))
        free = {unit.at: unit for unit in self._olds.values()}
        last = -1
        for at in sorted([*place, *free]):
            last = place.get(at, last)
            if at in free:
                yield Pair(free[at].block, None, (last, at))


def _one_is_note(old: Unit, new: Unit) -> bool:
    return STANDING.is_note(old.block.text) != STANDING.is_note(new.block.text)


def _score(old: Unit, new: Unit, near: bool) -> float:
    """How alike two units are, from 0 to about 1; 0 when they are not the same block."""
    first, second = old.blocks[0], new.blocks[0]
    if (first.kind is BlockKind.HEADING) != (second.kind is BlockKind.HEADING):
        return 0.0
    same_section = first.section == second.section
    least = _ALIKE_NEAR if near else _ALIKE_IN_SECTION if same_section else _ALIKE_ANYWHERE
    score = likeness(old.essence, new.essence)
    return score + 0.05 * near + 0.02 * same_section if score >= least else 0.0


class _Loose:
    """Free units by where they begin and end."""

    def __init__(self, free: dict[int, Unit]) -> None:
        self._free = free
        self._begins = {unit.at: index for index, unit in free.items()}
        self._ends = {unit.last: index for index, unit in free.items()}

    def grown(self, own: Unit, other: Unit) -> Unit:
        """`own` with the free units right behind and before it that say what `other` says beyond it."""
        for _ in range(_MOST):
            part = self._at(self._begins, own.last + 1)
            if part is None or not belongs(part, own, other):
                break
            own = glued([own, self._free.pop(self._begins[part.at])])
        for _ in range(_MOST):
            part = self._at(self._ends, own.at - 1)
            if part is None or not belongs(part, own, other):
                break
            own = glued([self._free.pop(self._begins[part.at]), own])
        return own

    def _at(self, index_by_place: dict[int, int], place: int) -> Unit | None:
        return self._free.get(index_by_place.get(place, -1))
