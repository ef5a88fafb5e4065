"""How much one difference matters to a reader."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz.distance import OSA

from syndicate.domain import languages
from syndicate.domain.diffing.expressions import Grammar
from syndicate.domain.diffing.words import Hunk, Word, essence
from syndicate.domain.model import Block, BlockKind

_TITLE_PARTS = re.compile(r"\s[|–—·:-]\s")
"""What stands between the name of a page and that of its site."""
_LONG_LINE = 300
"""Characters from which a block is text and no line that a page states about itself."""
_LONG_WORD = 6
"""Letters from which one wrong letter can be told from another word."""


def only_another_form(before: str, after: str, grammar: Grammar) -> bool:
    """Whether two texts differ in how dates and numbers are written, and in nothing that they say."""
    return essence(grammar.normal(before)) == essence(grammar.normal(after))


def same_demands(before: str, after: str, grammar: Grammar) -> bool:
    """Whether two texts differ in the words of their orders and advice, and in nothing that they say."""
    return essence(grammar.demands(before)) == essence(grammar.demands(after))


class Furniture:
    """Knows lines that a page states about itself: its title, dates of its making, counters, copyrights."""

    _TIME = re.compile(r"\b\d{1,2}[.:]\d{2}(?:[.:]\d{2})?\b")
    _COPYRIGHT = re.compile(r"^\s*(?:©|\(c\)|copyright\b)", re.IGNORECASE)
    _YEARS = re.compile(r"\b(?:19|20)\d{2}\b")

    def __init__(self, grammar: Grammar, titles: Sequence[str]) -> None:
        self._grammar = grammar
        self._titles = {essence(part) for title in titles for part in (title, *_TITLE_PARTS.split(title))}
        known = languages.every()
        self._labels = _alone(label for each in known for label in each.own_date_labels)
        self._words = _alone(word for each in known for word in each.own_date_words)
        counters = "|".join(counter for each in known for counter in each.counters)
        self._counter = re.compile(rf"\W*(?:{counters})\W*", re.IGNORECASE)

    def explains(self, before: Block | None, after: Block | None) -> bool:
        """Whether what there is of the two blocks is such lines from end to end.

        A title explains nothing but that it came or went: another title is another name.
        """
        blocks = [block for block in (before, after) if block]
        texts = [block.text for block in blocks]
        if len(blocks) == 1 and not blocks[0].number and essence(texts[0]) in self._titles:
            return True
        return all(map(self._is_furniture, blocks)) or (len(texts) == 2 and self._same_copyright(*texts))

    def _is_furniture(self, block: Block) -> bool:
        if len(block.text) > _LONG_LINE:
            return False
        return self._is_own_date(block.text) or self._is_counter(block)

    def _is_counter(self, block: Block) -> bool:
        """A whole line that counts visits. "Antal visninger | 5" in a table may count anything."""
        if block.number or block.kind is BlockKind.ROW:
            return False
        return self._counter.fullmatch(block.text) is not None

    def _is_own_date(self, text: str) -> bool:
        """A label and dates, nothing else: "Senest opdateret: 09. jan. 2017"; "Dato: 9. maj" is none."""
        dates = self._grammar.dates(text)
        if not dates or not self._labels.search(text):
            return False
        for each in reversed(dates):
            text = f"{text[: each.start]} {text[each.end :]}"
        text = self._words.sub(" ", self._labels.sub(" ", self._TIME.sub(" ", text)))
        return not re.search(r"\w", text)

    def _same_copyright(self, before: str, after: str) -> bool:
        """Whether both are one copyright line of different years."""
        if (
            max(len(before), len(after)) > _LONG_LINE
            or not self._COPYRIGHT.match(before)
            or not self._COPYRIGHT.match(after)
        ):
            return False
        return essence(self._YEARS.sub("", before)) == essence(self._YEARS.sub("", after))


def _alone(patterns: Iterable[str]) -> re.Pattern[str]:
    """Any of the patterns, not inside of a longer word."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


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
