"""What two long rows have in the same order, within bounded memory."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import LCSseq

_MOST = 400_000_000
"""Pairs of places of which the exact search keeps a bit each: 50 MB."""

Run = tuple[int, int, int]
"""Where it begins in the one row and in the other, and how long it is."""


def equal_runs(old: Sequence[int], new: Sequence[int]) -> list[Run]:
    """Runs of equal numbers in the order of both rows; the last is empty and stands at their ends.

    The longest common subsequence; of rows that would need too much memory for it what begins and ends them,
    and what lies between numbers that both have once.
    """
    return [*(run for run in _runs(old, new, 0, 0) if run[2]), (len(old), len(new), 0)]


def _runs(old: Sequence[int], new: Sequence[int], i: int, j: int) -> Iterator[Run]:
    if len(old) * len(new) <= _MOST:
        yield from _exact(old, new, i, j)
        return
    head = _same_start(old, new)
    tail = _same_start(old[:head:-1], new[:head:-1])
    yield i, j, head
    yield from _between(old[head : len(old) - tail], new[head : len(new) - tail], i + head, j + head)
    yield i + len(old) - tail, j + len(new) - tail, tail


def _exact(old: Sequence[int], new: Sequence[int], i: int, j: int) -> Iterator[Run]:
    if len(old) * len(new) <= _MOST:
        for run in LCSseq.opcodes(old, new).as_matching_blocks():
            yield i + run.a, j + run.b, run.size


def _between(old: Sequence[int], new: Sequence[int], i: int, j: int) -> Iterator[Run]:
    """From one number that both have once to the next."""
    a0 = b0 = 0
    for a, b in [*_anchors(old, new), (len(old), len(new))]:
        yield from _exact(old[a0:a], new[b0:b], i + a0, j + b0)
        if a < len(old):
            yield i + a, j + b, 1
        a0, b0 = a + 1, b + 1


def _anchors(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    """The longest chain of numbers that stand once in each row, and in the same order (patience)."""
    once = {number for number, count in Counter(old).items() if count == 1}
    once &= {number for number, count in Counter(new).items() if count == 1}
    place = {number: b for b, number in enumerate(new) if number in once}
    tops: list[int] = []
    chain: list[tuple[int, int, int]] = []  # its place on both sides, and which link came before
    heads: list[int] = []
    for a, number in enumerate(old):
        if number in once:
            b = place[number]
            pile = bisect_left(tops, b)
            chain.append((a, b, heads[pile - 1] if pile else -1))
            tops[pile : pile + 1], heads[pile : pile + 1] = [b], [len(chain) - 1]
    found, link = [], heads[-1] if heads else -1
    while link >= 0:
        a, b, link = chain[link]
        found.append((a, b))
    return found[::-1]


def _same_start(old: Sequence[int], new: Sequence[int]) -> int:
    return next(
        (n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
