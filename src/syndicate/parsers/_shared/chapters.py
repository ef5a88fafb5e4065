"""Chapters numbered without a full stop: "1 Indledning", "2 Anbefalinger".

One such heading alone says nothing: "10 råd om søvn" counts advice. Only headings that count together are
numbered, so that a report reads alike where its numbers are printed and where its editor keeps them apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from syndicate.domain.model import Block, BlockKind

_PRINTED = re.compile(r"(?P<number>\d{1,2}) (?P<title>[^\W\d_]\w.*)")
_FEWEST = 2
_FIRST = 2
"""The number from which chapters count at the latest: the first one may be missing."""
_GAPS = 1
_STEM = 4
"""Letters in which titles differ; "1 Monat", "2 Monate" are measures."""

Path = tuple[str, ...]


def number_chapters(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the printed numbers of chapters told from their titles, in headings and sections."""
    groups: dict[tuple[int, Path], list[tuple[int, int, str]]] = defaultdict(list)
    for place, block in enumerate(blocks):
        found = (
            None if block.kind is not BlockKind.HEADING or block.number else _PRINTED.fullmatch(block.text)
        )
        if found and found["title"][0].isupper():
            groups[block.level, block.section].append((place, int(found["number"]), found["title"]))
    numbered = {place: group for group in groups.values() if _counts(group) for place in group}
    return list(blocks) if not numbered else _renamed(blocks, {each[0]: each for each in numbered})


def _counts(group: Sequence[tuple[int, int, str]]) -> bool:
    """Whether the numbers go up by one, but for a gap, from the beginning, above titles that differ."""
    numbers = [number for _, number, _ in group]
    stems = {title[:_STEM].lower() for _, _, title in group}
    rising = all(after > before for before, after in pairwise(numbers))
    gaps = numbers[-1] - numbers[0] + 1 - len(numbers)
    return (
        len(group) >= _FEWEST
        and rising
        and numbers[0] <= _FIRST
        and gaps <= _GAPS
        and len(stems) == len(group)
    )


def _renamed(blocks: Sequence[Block], numbered: dict[int, tuple[int, int, str]]) -> list[Block]:
    """All blocks, with the numbered headings and the sections below them under their titles alone."""
    titles: dict[Path, Path] = {}
    renamed: list[Block] = []
    for place, block in enumerate(blocks):
        section = _section(block.section, titles)
        new = block if section == block.section else replace(block, section=section)
        if place in numbered:
            _, number, title = numbered[place]
            titles[(*block.section, block.text)] = (*section, title)
            new = replace(new, text=title, number=str(number))
        renamed.append(new)
    return renamed


def _section(section: Path, titles: dict[Path, Path]) -> Path:
    for length in range(len(section), 0, -1):
        if section[:length] in titles:
            return (*titles[section[:length]], *section[length:])
    return section
