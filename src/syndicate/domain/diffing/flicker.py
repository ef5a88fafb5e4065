"""What older versions tell: some blocks come and go, and some counters never stand still."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from syndicate.domain import languages
from syndicate.domain.diffing.expressions import Grammar
from syndicate.domain.diffing.words import essence
from syndicate.domain.model import Block, FacetKind, Version

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_WARNING = re.compile(
    rf"(?<!\w)(?:{'|'.join(word for each in languages.every() for word in each.warnings)})(?!\w)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?<!\w)(?:{'|'.join(word for each in languages.every() for word in each.naming)})\W{{0,3}}\d",
    re.IGNORECASE,
)
"""A number that names something, or limits it, however often it grew."""
_SHORT = 12
_COUNT = 100
_ROUND = 5
_TIMES = 2
"""How often older versions must have shown the same restlessness."""


class Flicker:
    """Whether a difference is one of those that a resource shows all the time. Never a recommendation's.

    Silent about numbered blocks, demands, warnings, and numbers with a unit: those are always told.
    """

    def __init__(self, history: Sequence[Version], before: Version, grammar: Grammar) -> None:
        self._grammar = grammar
        self._versions = (*history, before) if len(history) >= _TIMES else ()
        # What was passed over does not move the base: then older versions are younger than `before`.
        self._base_is_older = before.fingerprint in {each.fingerprint for each in history}

    def explains(self, before: Block | None, after: Block | None) -> str:
        """What older versions show it to be: the same coming and going, the same counter; else ""."""
        if not self._versions:
            return ""
        blocks = [block for block in (before, after) if block]
        if len(blocks) == 2 and self._counts(*blocks):
            return "a counter: it grew in all older versions"
        if all(self._comes_and_goes(block) and not self._matters(block) for block in blocks):
            return "something that came and went in older versions"
        return ""

    @cached_property
    def _texts(self) -> list[list[str]]:
        """What the blocks of each version say. Versions have most of their blocks in common."""
        said: dict[str, str] = {}
        for version in self._versions:
            for block in version.blocks:
                if block.text not in said:
                    said[block.text] = essence(block.text)
        return [[said[block.text] for block in version.blocks] for version in self._versions]

    @cached_property
    def _sets(self) -> list[set[str]]:
        return [set(texts) for texts in self._texts]

    def _comes_and_goes(self, block: Block) -> bool:
        text = essence(block.text)
        there = [text in texts for texts in self._sets]
        return sum(one != there[at] for at, one in enumerate(there[1:])) >= _TIMES

    def _counts(self, before: Block, after: Block) -> bool:
        """A short line in which nothing but a bare number differs, which grew every time and is no limit.

        Limits are set by people: to numbers that are small, or round.
        """
        shape = _DIGITS.sub("0", essence(before.text))
        if shape != _DIGITS.sub("0", essence(after.text)) or len(shape.split()) > _SHORT:
            return False
        if _NAMED.search(after.text) or self._matters(before, numbers=False):
            return False
        if self._measures(before) or self._measures(after):
            return False
        seen = [[text for text in texts if _DIGITS.sub("0", text) == shape] for texts in self._texts]
        if self._base_is_older:
            seen.pop()
        if any(len(texts) > 1 for texts in seen):
            return False
        rows = [_counted(text) for texts in seen for text in texts]
        return len(rows) > _TIMES and _is_count([*rows, _counted(essence(after.text))])

    def _matters(self, block: Block, numbers: bool = True) -> bool:
        if block.number or _WARNING.search(block.text):
            return True
        kinds = {each.kind for each in self._grammar.find(block.text)}
        telling = {FacetKind.STRENGTH, FacetKind.NEGATION}
        return bool(kinds & (telling | {FacetKind.NUMBER, FacetKind.DATE} if numbers else telling))

    def _measures(self, block: Block) -> bool:
        found = self._grammar.find(block.text)
        return any(
            each.kind is FacetKind.DATE or " " in each.key
            for each in found
            if each.kind is not FacetKind.STRENGTH
        )


def _counted(text: str) -> list[int]:
    return [int(re.sub(r"\D", "", number)) for number in _DIGITS.findall(text)]


def _is_count(rows: Sequence[Sequence[int]]) -> bool:
    """Whether numbers that change do what only counters do: they grow, and are neither small nor round."""
    changing = [column for column in zip(*rows, strict=True) if len(set(column)) > 1]
    return bool(changing) and all(
        column[-1] >= _COUNT and any(value % _ROUND for value in column) and _grows(column)
        for column in changing
    )


def _grows(values: Sequence[int]) -> bool:
    return list(values) == sorted(set(values))
