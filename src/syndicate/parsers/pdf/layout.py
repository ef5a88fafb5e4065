"""What stands where on a page. Points, with y growing upwards, as in the PDF itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from syndicate.domain.model import Link
from syndicate.parsers._shared import fold


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A run of words without a wide gap inside."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return self.words[-1].right


@dataclass(frozen=True)
class Line:
    """One printed line. `size` is the height of its letters' boxes, which no scaling of the font distorts.

    `broken` says that its last word goes on in the next line (the hyphen is not in the text), `noted` that a
    raised mark stood before its first word, `letter` that it begins an item with a letter ("b. …").
    `marks` are the raised marks of notes that were taken out of it.
    """

    page: int
    cells: tuple[Cell, ...]
    base: float
    size: float
    bold: bool
    broken: bool = False
    links: tuple[Link, ...] = ()
    noted: bool = False
    letter: bool = False
    marks: frozenset[str] = frozenset()

    @cached_property
    def text(self) -> str:
        return fold(" ".join(cell.text for cell in self.cells))

    @property
    def left(self) -> float:
        return min(cell.left for cell in self.cells)

    @property
    def right(self) -> float:
        return max(cell.right for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its lines in reading order."""

    height: float
    lines: tuple[Line, ...]


def common(values: Iterable[tuple[float, int]], grain: float, default: float) -> float:
    """The value with the greatest weight, values being held equal within `grain`."""
    weights: dict[int, int] = {}
    for value, weight in values:
        weights[round(value / grain)] = weights.get(round(value / grain), 0) + weight
    return max(weights, key=lambda step: (weights[step], -step)) * grain if weights else default
