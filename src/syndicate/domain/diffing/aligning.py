"""Which block of the older text is which block of the newer one."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from syndicate.domain.diffing.words import essence
from syndicate.domain.model import Block, BlockKind

_LONG = 3_000
"""Characters above which likeness is judged by words alone."""
_RARE = 12
"""A word in more blocks than this does not help to find where a block went."""
_SMALL = 24
"""Blocks on each side of a gap up to which all are compared with all."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One block, or neighbours that the other side has as one; `at` is the place of the first."""

    at: int
    blocks: tuple[Block, ...]
    essence: str

    @property
    def block(self) -> Block:
        """The block, or the first with the text of all."""
        first = self.blocks[0]
        if len(self.blocks) == 1:
            return first
        links = tuple(link for block in self.blocks for link in block.links)
        text = " ".join(block.text for block in self.blocks)
        return Block(first.kind, text, first.section, first.number, first.level, links)


@dataclass(frozen=True, slots=True)
class Pair:
    """What became of a unit. One side is None for what came or went; `moved`: it changed places with others.

    `at` sorts pairs in the order of the newer text, what went standing after what it followed.
    """

    before: Block | None
    after: Block | None
    at: tuple[int, int]
    moved: bool = False


def align(before: Sequence[Block], after: Sequence[Block]) -> list[Pair]:
    """Every block of both sides in exactly one pair, in the order of the newer text.

    Equal words first (in order, then anywhere), then neighbours that were split or joined, then the most
    alike. Blocks without a word are left out.
    """
    return _Alignment(_units(before), _units(after)).pairs()


def _units(blocks: Sequence[Block]) -> list[Unit]:
    units = (Unit(at, (block,), essence(block.text)) for at, block in enumerate(blocks))
    return [unit for unit in units if unit.essence]


class _Alignment:
    """One run: what is still free on each side, and the pairs found so far."""

    def __init__(self, before: Sequence[Unit], after: Sequence[Unit]) -> None:
        self._before, self._after = before, after
        self._free_before = dict(enumerate(before))
        self._free_after = dict(enumerate(after))
        self._found: list[tuple[Unit, Unit, bool]] = []

    def pairs(self) -> list[Pair]:
        gaps = self._pair_in_order()
        self._pair_anywhere()
        for gap in gaps:
            self._pair_regrouped(*gap)
        self._pair_alike(gaps)
        return sorted(self._all_pairs(), key=lambda pair: pair.at)

    def _take(self, i: int, j: int, moved: bool = False) -> None:
        self._found.append((self._free_before.pop(i), self._free_after.pop(j), moved))

    def _pair_in_order(self) -> list[tuple[range, range]]:
        """Pairs what stands in the same order on both sides; gives the gaps between."""
        gaps = []
        numbers: dict[str, int] = {}
        old = [numbers.setdefault(unit.essence, len(numbers)) for unit in self._before]
        new = [numbers.setdefault(unit.essence, len(numbers)) for unit in self._after]
        i = j = 0
        for run in LCSseq.opcodes(old, new).as_matching_blocks():
            if i < run.a or j < run.b:
                gaps.append((range(i, run.a), range(j, run.b)))
            for step in range(run.size):
                self._take(run.a + step, run.b + step)
            i, j = run.a + run.size, run.b + run.size
        return gaps

    def _pair_anywhere(self) -> None:
        """Pairs equal words that stand in another place."""
        places: dict[str, deque[int]] = defaultdict(deque)
        for j, unit in self._free_after.items():
            places[unit.essence].append(j)
        for i, unit in list(self._free_before.items()):
            if places[unit.essence]:
                self._take(i, places[unit.essence].popleft(), moved=True)

    def _pair_regrouped(self, before: range, after: range) -> None:
        """Pairs runs of neighbours with the same words in all, however they are cut into blocks."""
        starts = defaultdict(list)
        for j in after:
            if j in self._free_after:
                starts[self._free_after[j].essence.partition(" ")[0]].append(j)
        for i in before:
            if i not in self._free_before:
                continue
            for j in starts[self._free_before[i].essence.partition(" ")[0]]:
                olds, news = self._same_run(i, j)
                if olds:
                    self._glue(self._free_before, olds)
                    self._glue(self._free_after, news)
                    self._take(olds[0], news[0])
                    break

    def _same_run(self, i: int, j: int) -> tuple[list[int], list[int]]:
        """The shortest runs from `i` and `j` with the same words, or two empty ones."""
        olds, news = [i], [j]
        old, new = self._words(self._free_before, i), self._words(self._free_after, j)
        while old and new and old != new:
            if new.startswith(old):
                olds.append(olds[-1] + 1)
                more = self._words(self._free_before, olds[-1])
                old = old + " " + more if more else ""
            elif old.startswith(new):
                news.append(news[-1] + 1)
                more = self._words(self._free_after, news[-1])
                new = new + " " + more if more else ""
            else:
                return [], []
        return (olds, news) if old and new else ([], [])

    @staticmethod
    def _words(free: dict[int, Unit], index: int) -> str:
        return free[index].essence if index in free else ""

    @staticmethod
    def _glue(free: dict[int, Unit], run: Sequence[int]) -> None:
        """Make one unit of a run of neighbours."""
        units = [free.pop(index) for index in run]
        blocks = tuple(block for unit in units for block in unit.blocks)
        free[run[0]] = Unit(units[0].at, blocks, " ".join(unit.essence for unit in units))

    def _pair_alike(self, gaps: Sequence[tuple[range, range]]) -> None:
        """Pairs the most alike first, wherever they stand; near ones need to be less alike."""
        gap_of = {j: number for number, (_, after) in enumerate(gaps) for j in after}
        scored = []
        for i, j, near in self._candidates(gaps, gap_of):
            score = self._score(self._free_before[i], self._free_after[j], near)
            if score:
                scored.append((-score, not near, abs(i - j), i, j, near))
        for _, _, _, i, j, near in sorted(scored):
            if i in self._free_before and j in self._free_after:
                self._take(i, j, moved=not near)

    def _candidates(
        self, gaps: Sequence[tuple[range, range]], gap_of: dict[int, int]
    ) -> Iterator[tuple[int, int, bool]]:
        """Pairs worth a closer look: all of a small gap, else those that share rare words or their rank."""
        seen: set[tuple[int, int]] = set()
        home = {i: number for number, (before, _) in enumerate(gaps) for i in before}
        for i, j in [*self._neighbours(gaps), *self._sharing_rare_words()]:
            if (i, j) not in seen:
                seen.add((i, j))
                yield i, j, home.get(i, -1) == gap_of.get(j, -2)

    def _neighbours(self, gaps: Sequence[tuple[range, range]]) -> Iterator[tuple[int, int]]:
        for before, after in gaps:
            olds = [i for i in before if i in self._free_before]
            news = [j for j in after if j in self._free_after]
            if len(olds) <= _SMALL and len(news) <= _SMALL:
                yield from ((i, j) for i in olds for j in news)
            else:
                yield from zip(olds, news, strict=False)

    def _sharing_rare_words(self) -> Iterator[tuple[int, int]]:
        holders: dict[str, list[int]] = defaultdict(list)
        for j, unit in self._free_after.items():
            for word in set(unit.essence.split()):
                holders[word].append(j)
        for i, unit in self._free_before.items():
            votes = Counter(j for word in set(unit.essence.split()) for j in _rare(holders.get(word, ())))
            yield from ((i, j) for j, _ in votes.most_common(3))

    def _score(self, old: Unit, new: Unit, near: bool) -> float:
        """How alike two units are, from 0 to about 1; 0 when they are not the same block."""
        if (old.block.kind is BlockKind.HEADING) != (new.block.kind is BlockKind.HEADING):
            return 0.0
        score = likeness(old.essence, new.essence)
        same_section = old.block.section == new.block.section
        least = 0.5 if near else 0.6 if same_section else 0.75
        return score + 0.05 * near + 0.02 * same_section if score >= least else 0.0

    def _all_pairs(self) -> Iterator[Pair]:
        place = {}
        for old, new, moved in self._found:
            place[old.at] = new.at
            yield Pair(old.block, new.block, (new.at, -1), moved)
        for new in self._free_after.values():
            yield Pair(None, new.block, (new.at, -1))
        free = {unit.at: unit for unit in self._free_before.values()}
        last = -1
        for at in sorted([*place, *free]):
            last = place.get(at, last)
            if at in free:
                yield Pair(free[at].block, None, (last, at))


def _rare(holders: Sequence[int]) -> Iterable[int]:
    return holders if len(holders) <= _RARE else ()


def likeness(old: str, new: str) -> float:
    """From 0 to 1: the share of words in common; for short texts that differ by letters, of letters."""
    first, second = old.split(), new.split()
    common = (Counter(first) & Counter(second)).total()
    by_words = 2 * common / max(len(first) + len(second), 1)
    if by_words >= 0.75 or max(len(old), len(new)) > _LONG:
        return by_words
    by_letters = fuzz.ratio(old, new, score_cutoff=75.0) / 100
    return max(by_words, by_letters)
