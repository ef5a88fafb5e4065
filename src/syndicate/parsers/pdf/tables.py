"""Rows and cells, from where words stand: a PDF knows no tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from syndicate.parsers.pdf.layout import Cell, Line, Word

_EVEN = 1.2
"""A step between two lines this much larger than the smallest one begins a new row."""
_FEWEST_LINES = 2
_LIST_MARK = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*[.)]?|[A-Za-z][.)]|[ivx]{1,5}[.)])|[•‣◦▪●○■□▸►➢✓·–—-]")
_BESIDE = 8
"""So many lines on, the other cells of a row are looked for."""
_BULLETS = frozenset("•‣◦▪●○■□▸►➢✓")
_ROW = 1.6
"""Letter heights between two rows that a page end parts, where there are no others to learn it from."""
_FAR = 2.5
"""Lines that are further apart than so many usual steps stand in no common table."""
_AIR = 1.5
_EXACT = 2.0
_SPACE = 0.12
_TELLING_COLUMNS = 3
_APART = 0.45
"""Letter heights between two words from which a column may begin at the second."""
_LARGER = 1.1
"""A line in letters this much larger than the table's is the heading of what follows."""
_WIDEST = 0.8
"""A single cell that takes more of the table's width than this is a paragraph, not a cell."""


@dataclass(slots=True)
class Table:
    """The texts of the cells, row by row."""

    rows: list[list[str]] = field(default_factory=list)


class _Pages:
    """Sets the lines of a table that goes on over a page end below each other."""

    def __init__(self, page: int) -> None:
        self._page = page
        self._down = 0.0

    def follows(self, line: Line, columns: Sequence[Cell], others: Sequence[Line]) -> bool:
        """Whether a line stands on the page, or begins the next one as a row in the same columns."""
        if line.page == self._page:
            return True
        starts = [column.left for column in columns]
        in_columns = all(any(abs(cell.left - start) < _EXACT for start in starts) for cell in line.cells)
        is_row = len(line.cells) > 1 or any(abs(other.base - line.base) < 1 for other in others)
        return line.page == self._page + 1 and is_row and in_columns

    def below(self, line: Line, run: Sequence[Line]) -> Line:
        """The line as if there were no page end: the first of a page stands a row below the last."""
        if line.page != self._page:
            self._page = line.page
            bases = sorted({round(other.base, 1) for other in run})
            rows = sum(len(other.cells) > 1 for other in run)
            steps = [upper - lower for lower, upper in pairwise(bases)]
            step = max(steps) if rows > 1 and steps else _ROW * line.size
            self._down = line.base - bases[0] + step
        return replace(line, base=line.base - self._down) if self._down else line


def with_tables(lines: Sequence[Line], leading: float) -> list[Line | Table]:
    """The same, with runs of lines that stand in columns made tables."""
    lines = [_with_mark(line) for line in lines]
    parts: list[Line | Table] = []
    place = 0
    while place < len(lines):
        run = _run(lines, place, leading) if len(lines[place].cells) > 1 else []
        if sum(len(line.cells) > 1 for line in run) >= _FEWEST_LINES:
            parts.append(_table(run))
            place += len(run)
        else:
            parts.append(lines[place])
            place += 1
    return parts


def _with_mark(line: Line) -> Line:
    """The line with the bullet or number in its margin as a word of its text: it is no cell."""
    if len(line.cells) == 2 and _LIST_MARK.fullmatch(line.cells[0].text):
        return replace(line, cells=(Cell(line.cells[0].words + line.cells[1].words),))
    return line


def _begins_list(line: Line) -> bool:
    return len(line.cells) == 1 and line.cells[0].words[0].text in _BULLETS


def _run(lines: Sequence[Line], start: int, leading: float) -> list[Line]:
    """The lines from `start` on that stand in columns, in order; cells are cut where a column begins."""
    run = [lines[start]]
    columns = lines[start].cells
    pages = _Pages(lines[start].page)
    for place, line in enumerate(lines[start + 1 :], start + 1):
        if not pages.follows(line, columns, lines[place + 1 : place + 1 + _BESIDE]):
            break
        line = pages.below(line, run)
        lowest = min(other.base for other in run)
        near = lowest - line.base < _FAR * leading * line.size
        line = _cut(line, columns)
        if line.size > _LARGER * run[0].size or not near or not _fits(line, columns) or _begins_list(line):
            break
        if len(line.cells) > len(columns):
            columns = line.cells
        run.append(line)
    while (
        len(run[-1].cells) == 1
        and run[-1].base < min(line.base for line in run[:-1]) - _AIR * leading * run[-1].size
    ):
        run.pop()  # a paragraph that happens to begin below the table
    return run


def _cut(line: Line, columns: Sequence[Cell]) -> Line:
    """The line with its cells parted at words that stand exactly where a column begins.

    In a narrow table only a space is between two cells. Words may stand there by chance; not at every column,
    nor beside what is a cell for certain.
    """
    cells = _parted(line, columns, _APART)
    closer = _parted(line, columns, _SPACE)
    if len(line.cells) > 1 or (len(closer) == len(columns) >= _TELLING_COLUMNS):
        cells = closer
    return replace(line, cells=cells)


def _parted(line: Line, columns: Sequence[Cell], least: float) -> tuple[Cell, ...]:
    starts = [column.left for column in columns]
    cells: list[Cell] = []
    for cell in line.cells:
        words: list[Word] = []
        for word in cell.words:
            apart = bool(words) and word.left - words[-1].right > least * line.size
            if apart and any(abs(word.left - start) < _EXACT for start in starts):
                cells.append(Cell(tuple(words)))
                words = []
            words.append(word)
        cells.append(Cell(tuple(words)))
    return tuple(cells)


def _fits(line: Line, columns: Sequence[Cell]) -> bool:
    """Whether no cell of the line reaches from one column into another, nor out to the left of all."""
    for cell in line.cells:
        if sum(cell.left < column.right and column.left < cell.right for column in columns) > 1:
            return False
        if cell.left < columns[0].left - _EXACT:
            return False
    widest = columns[-1].right - columns[0].left
    return len(line.cells) > 1 or line.right - line.left < _WIDEST * widest


def _table(lines: Sequence[Line]) -> Table:
    widest = max(lines, key=lambda line: len(line.cells))
    lines = [_cut(line, widest.cells) if line is not widest else line for line in lines]
    columns = _columns(lines)
    table = Table()
    for group in _row_lines(lines, columns):
        texts = [""] * len(columns)
        for line in group:
            for cell in line.cells:
                place = _column_of(cell, columns)
                texts[place] = f"{texts[place]} {cell.text}".strip()
        if not table.rows or texts != table.rows[0] or lines[0].page == group[0].page:
            # The head is printed again on each page.
            table.rows.append(texts)
    return table


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """The columns of the table, from the lines that have most cells: overlapping cells are one column."""
    most = max(len(line.cells) for line in lines)
    spans: list[tuple[float, float]] = []
    for cell in sorted((cell for line in lines if len(line.cells) == most for cell in line.cells), key=_left):
        if spans and cell.left < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], cell.right))
        else:
            spans.append((cell.left, cell.right))
    return spans


def _left(cell: Cell) -> float:
    return cell.left


def _column_of(cell: Cell, columns: Sequence[tuple[float, float]]) -> int:
    """The column that a cell shares most width with, or stands nearest to."""
    shared = [min(cell.right, right) - max(cell.left, left) for left, right in columns]
    return shared.index(max(shared))


def _row_lines(lines: Sequence[Line], columns: Sequence[tuple[float, float]]) -> list[list[Line]]:
    """The lines of each row. Where all stand equally far apart, a text in the first column begins a row."""
    ordered = sorted(lines, key=lambda line: -line.base)
    bases = sorted({round(line.base, 1) for line in lines}, reverse=True)
    steps = [upper - lower for upper, lower in pairwise(bases) if upper - lower > 1]
    smallest = min(steps, default=0.0)
    even = max(steps, default=0.0) <= _EVEN * smallest
    rows: list[list[Line]] = []
    for line in ordered:
        step = rows[-1][-1].base - line.base if rows else 0.0
        in_first = any(_column_of(cell, columns) == 0 for cell in line.cells)
        begins = step > 1 and (in_first if even else step > _EVEN * smallest)
        if not rows or begins:
            rows.append([])
        rows[-1].append(line)
    return rows
