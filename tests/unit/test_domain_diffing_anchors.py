"""Two long rows: what they have in common, found exactly while that is cheap, and cheaply beyond."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.diffing import anchors

ROWS = st.lists(st.integers(0, 12), max_size=40)
LENGTHS = st.sampled_from([0, 4, 40, 10_000])


@given(old=ROWS, new=ROWS, most=LENGTHS)
def test_runs_are_equal_in_order_and_reach_the_ends(old: list[int], new: list[int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anchors, "_MOST", most)
        runs = anchors.equal_runs(old, new)
    assert runs[-1] == (len(old), len(new), 0)
    ends = [(0, 0), *((a + size, b + size) for a, b, size in runs)]
    for (a, b, size), (end_a, end_b) in zip(runs, ends, strict=False):
        assert a >= end_a and b >= end_b
        assert old[a : a + size] == new[b : b + size]


@given(row=st.lists(st.integers(0, 5), min_size=1, max_size=60), at=st.integers(0, 59))
def test_one_change_in_a_huge_row_is_one_change(row: list[int], at: int) -> None:
    at %= len(row)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anchors, "_MOST", 0)
        runs = anchors.equal_runs(row, [*row[:at], -1, *row[at + 1 :]])
    assert sum(size for *_, size in runs) == len(row) - 1


def test_numbers_that_stand_once_hold_a_huge_row_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "_MOST", 100)
    old = [n if n % 5 else -n for n in range(1000)]
    new = [n if n % 5 else -1 for n in range(1000)]
    runs = anchors.equal_runs([7, *old, 8], [9, *new, 10])
    assert sum(size for *_, size in runs) == 800


def test_two_huge_texts_without_a_common_word_take_little_memory() -> None:
    """A table of all pairs would take five gigabytes: no page may be able to end the service like that."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from syndicate.domain.diffing.anchors import equal_runs\n"
        "print(equal_runs(range(200_000), range(200_000, 400_000)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[(200000, 200000, 0)]", done.stderr
