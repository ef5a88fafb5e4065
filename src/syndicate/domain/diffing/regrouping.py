"""Blocks that were only cut in another way: a paragraph split in two, lines joined to one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from syndicate.domain.diffing.units import Unit
from syndicate.domain.model import BlockKind

Run = tuple[int, int, int, int]
"""`olds[i1:i2]` are `news[j1:j2]`."""

_TRIES = 20
"""Places with the same first word that are tried for a block."""
_FEW = 8
"""Blocks on one side of a gap up to which each may hold many of the other side."""
_WORDS = 3
"""Words from which a block that stands inside another tells something."""
_MOSTLY = 0.8


def same_words(olds: Sequence[Unit], news: Sequence[Unit]) -> Iterator[Run]:
    """Runs that have the same words in all, however they are cut into blocks."""
    starts: dict[str, list[int]] = defaultdict(list)
    for j in range(len(news) - 1, -1, -1):  # The first place stands last, to be taken off.
        starts[_first_word(news[j])].append(j)
    i, taken = 0, 0
    while i < len(olds):
        rows = starts[_first_word(olds[i])]
        while rows and rows[-1] < taken:
            rows.pop()
        places = rows[: -_TRIES - 1 : -1]
        run = next((found for j in places if (found := _same_run(olds, i, news, j))), None)
        if run:
            yield run
            i, taken = run[1], run[3]
        else:
            i += 1


def _first_word(unit: Unit) -> str:
    return unit.essence.partition(" ")[0]


def _same_run(olds: Sequence[Unit], i: int, news: Sequence[Unit], j: int) -> Run | None:
    """The shortest runs from `i` and `j` on with the same words."""
    old, new = olds[i].essence, news[j].essence
    i2, j2, a, b = i + 1, j + 1, 0, 0
    while True:
        length = min(len(old) - a, len(new) - b)
        if old[a : a + length] != new[b : b + length]:
            return None
        a, b = a + length, b + length
        if a == len(old) and b == len(new):
            return i, i2, j, j2
        if a == len(old):
            if i2 == len(olds):
                return None
            old, a, i2 = f" {olds[i2].joining}", 0, i2 + 1
        else:
            if j2 == len(news):
                return None
            new, b, j2 = f" {news[j2].joining}", 0, j2 + 1


def mostly_inside(olds: Sequence[Unit], news: Sequence[Unit]) -> Iterator[Run]:
    """Single blocks on one side with the run on the other side whose blocks make up most of them."""
    if len(news) <= _FEW:
        for j, new in enumerate(news):
            for i1, i2 in _inside(new, olds):
                yield i1, i2, j, j + 1
    if len(olds) <= _FEW:
        for i, old in enumerate(olds):
            for j1, j2 in _inside(old, news):
                yield i, i + 1, j1, j2


def _inside(whole: Unit, parts: Sequence[Unit]) -> Iterator[tuple[int, int]]:
    text, at = f" {whole.essence} ", 0
    found: list[int] = []
    for index, part in enumerate(parts):
        if part.essence.count(" ") < _WORDS - 1:
            continue
        # Behind the first, a printed number is part of the words.
        words = part.joining if found else part.essence
        place = text.find(f" {words} ", at)
        if place >= 0:
            at = place + len(words)
            found.append(index)
    if len(found) > 1 and sum(len(parts[index].essence) for index in found) >= len(text) / 2:
        yield found[0], found[-1] + 1


def belongs(part: Unit, own: Unit, other: Unit) -> bool:
    """Whether `part`, which stands beside `own`, says what `other` says beyond `own`.

    A list item does not: it is told as one that came or went, with its number.
    """
    if part.blocks[0].kind is BlockKind.ITEM:
        return False
    words = Counter(part.joining.split())
    beyond = Counter(other.essence.split()) - Counter(own.essence.split())
    return (words & beyond).total() >= _MOSTLY * words.total()
