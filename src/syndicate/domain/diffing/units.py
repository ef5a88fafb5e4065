"""What alignment works with: a block, or neighbours that the other text has as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from syndicate.domain.diffing.words import essence
from syndicate.domain.model import Block

_LONG = 3_000
"""Characters above which likeness is judged by words alone."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Blocks that stand together from the place `at` on; `essence` is that of all their words."""

    at: int
    blocks: tuple[Block, ...]
    essence: str

    @property
    def last(self) -> int:
        """The place of the last block."""
        return self.at + len(self.blocks) - 1

    @property
    def block(self) -> Block:
        """The one block, or the first with the words and links of all."""
        first = self.blocks[0]
        if len(self.blocks) == 1:
            return first
        links = tuple(link for block in self.blocks for link in block.links)
        text = " ".join([first.text, *map(_numbered, self.blocks[1:])])
        return Block(first.kind, text, first.section, first.number, first.level, links)

    @property
    def joining(self) -> str:
        """The essence where the unit follows in a joined one: there its number is part of the words."""
        number = essence(self.blocks[0].number)
        return f"{number} {self.essence}" if number else self.essence


def units(blocks: Sequence[Block]) -> list[Unit]:
    """One unit a block; blocks without a word are left out."""
    made = (Unit(at, (block,), essence(block.text)) for at, block in enumerate(blocks))
    return [unit for unit in made if unit.essence]


def glued(row: Sequence[Unit]) -> Unit:
    """Neighbours as one unit."""
    if len(row) == 1:
        return row[0]
    blocks = tuple(block for unit in row for block in unit.blocks)
    return Unit(row[0].at, blocks, " ".join([row[0].essence, *(unit.joining for unit in row[1:])]))


def likeness(old: str, new: str) -> float:
    """From 0 to 1: the share of words in common; for short texts that differ by letters, of letters."""
    first, second = old.split(), new.split()
    common = (Counter(first) & Counter(second)).total()
    by_words = 2 * common / max(len(first) + len(second), 1)
    if by_words >= 0.75 or max(len(old), len(new)) > _LONG:
        return by_words
    return max(by_words, fuzz.ratio(old, new, score_cutoff=75.0) / 100)


def _numbered(block: Block) -> str:
    return f"{block.number}. {block.text}" if block.number else block.text
