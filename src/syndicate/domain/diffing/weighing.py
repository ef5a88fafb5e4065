"""How much one difference matters to a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from rapidfuzz.distance import OSA

from syndicate.domain.diffing.expressions import Grammar
from syndicate.domain.diffing.words import Hunk, Word, essence
from syndicate.domain.model import Block, BlockKind

_LONG_WORD = 6
"""Letters from which one wrong letter can be told from another word."""


def only_another_form(before: str, after: str, grammar: Grammar) -> bool:
    """Whether two texts differ in how dates and numbers are written, and in nothing that they say."""
    return essence(grammar.normal(before)) == essence(grammar.normal(after))


def same_demands(before: str, after: str, grammar: Grammar) -> bool:
    """Whether two texts differ in the words of their orders and advice, and in nothing that they say."""
    return essence(grammar.demands(before)) == essence(grammar.demands(after))


def is_sentence_number(block: Block) -> bool:
    """Whether the printed number belongs to the sentence ("5. dag efter …") and is no label."""
    in_text = block.kind in (BlockKind.PARAGRAPH, BlockKind.ROW)
    return in_text and bool(block.number) and block.text[:1].islower()


def is_mended(
    before: Sequence[Word],
    after: Sequence[Word],
    hunks: Sequence[Hunk],
    uses: Callable[[], Counter[str]],
) -> bool:
    """Whether every hunk mends a typing error: one letter inside a long word, a gap in a compound, capitals.

    `uses` counts the words of both versions. A wrong form that stands anywhere else is no typing error but
    another word.
    """
    mended: list[str] = []
    for hunk in hunks:
        if hunk.same:
            continue
        old = [word.core for word in before[hunk.i1 : hunk.i2] if _letters(word.core)]
        new = [word.core for word in after[hunk.j1 : hunk.j2] if _letters(word.core)]
        if _letters("".join(old)).lower() == _letters("".join(new)).lower() and not _has_digits(old + new):
            continue
        if len(old) != len(new) or not all(map(_one_letter_apart, old, new)):
            return False
        mended += [first for first, second in zip(old, new, strict=True) if first != second]
    return not mended or all(uses()[word] == mended.count(word) for word in mended)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum() or char in "%‰/§&+<>=≤≥±°")


def _has_digits(row: Sequence[str]) -> bool:
    return any(char.isdigit() for word in row for char in word)


def _one_letter_apart(old: str, new: str) -> bool:
    """One slip of a finger, not at the start, where "un-", "a-" and "hypo-" make another word of it."""
    if old == new:
        return True
    if not (old.isalpha() and new.isalpha() and min(len(old), len(new)) >= _LONG_WORD):
        return False
    return old[:2].lower() == new[:2].lower() and OSA.distance(old, new, score_cutoff=1) <= 1
