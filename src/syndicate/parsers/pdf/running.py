"""Running heads and feet, and page numbers: what stands on every page belongs to the paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from syndicate.parsers.pdf.layout import Line, Sheet

_EDGE = 0.12
"""The part of a page's height, at its top and at its bottom, in which they stand."""
_MOST = 0.5
"""On this share of the pages the same line must stand; on two pages at least."""
_GRAIN = 6.0
_SHORT = 60

_PAGE_NUMBER = re.compile(
    r"(?:(?:side|page|seite|s\.|p\.)\s*)?[-–]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–]?(?:\s*(?:/|af|of|von|de|\|)\s*\d{1,4})?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


def drop_running_heads(sheets: Sequence[Sheet]) -> list[Line]:
    """The lines of all pages without those that only number or name the pages."""
    counts = Counter(mark for sheet in sheets for mark in set(map(_mark, sheet.lines)))
    least = max(2, _MOST * len(sheets))
    running = {mark for mark, count in counts.items() if count >= least}
    return [line for sheet in sheets for line in _without(sheet, running)]


def _without(sheet: Sheet, running: set[tuple[str, int]]) -> list[Line]:
    """The lines of a page without the running ones at its edges; further in than a line of text none is."""
    upwards = sorted(sheet.lines, key=lambda line: line.base)
    foot = [line for line in upwards if line.base <= _EDGE * sheet.height]
    head = [line for line in reversed(upwards) if line.base >= (1 - _EDGE) * sheet.height]
    paper: set[Line] = set()
    for lines in (foot, head):
        paper.update(takewhile(lambda line: _mark(line) in running or _is_page_number(line, sheet), lines))
    return [line for line in sheet.lines if line not in paper]


def _mark(line: Line) -> tuple[str, int]:
    """What makes lines of several pages the same: words and height; in a short line digits may differ."""
    text = _DIGITS.sub("#", line.text) if len(line.text) < _SHORT else line.text
    return text, round(line.base / _GRAIN)


def _is_page_number(line: Line, sheet: Sheet) -> bool:
    """A number alone at the very edge of the page: nothing stands further out."""
    if len(sheet.lines) < 2 or not _PAGE_NUMBER.fullmatch(line.text):
        return False
    bases = [other.base for other in sheet.lines]
    return line.base in (min(bases), max(bases))
