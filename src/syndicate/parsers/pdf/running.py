"""Running heads and page numbers: what stands on every page belongs to the paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from syndicate.parsers._shared import split_number
from syndicate.parsers.pdf.layout import Line, Sheet, common

_EDGE = 0.12
"""The part of a page's height, at its top and at its bottom, in which they stand."""
_VERY_EDGE = 0.09
_MOST = 0.33
"""On this share of the pages the same line must stand (left and right pages differ); on two at least."""
_GRAIN = 6.0
_SHORT = 60
_SMALL = 0.93
"""Letters smaller than this part of the text's may name the paper."""

_PAGE_NUMBER = re.compile(
    r"(?:(?:side|page|seite|s\.|p\.)\s*)?[-–]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–]?(?:\s*(?:/|af|of|von|de|\|)\s*\d{1,4})?",
    re.IGNORECASE,
)
_OF_PAPER = re.compile(
    r"\b(?:side|page|seite|s\.|p\.)\s*\d+|\b\d+\s*(?:/|af|of|von)\s*\d+\b|"
    r"\b(?:udskrevet|udskrift|printet|printed|retrieved|gedruckt)\b",
    re.IGNORECASE,
)
_NOTE = re.compile(r"(?:\d{1,2}|[*†‡]{1,2})[.)]?\s+[^\W\d_]")
_DIGITS = re.compile(r"\d+")


def drop_running_heads(sheets: Sequence[Sheet]) -> list[Line]:
    """The lines of all pages without those that only number or name the pages."""
    paper = _Paper(sheets)
    return [line for sheet in sheets for line in paper.text_of(sheet)]


class _Paper:
    """What all pages of a document have at their edges."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        counts = Counter(mark for sheet in sheets for mark in set(map(_mark, sheet.lines)))
        least = max(2, _MOST * len(sheets))
        self._running = {mark for mark, count in counts.items() if count >= least}
        lines = [line for sheet in sheets for line in sheet.lines]
        self._size = common(((line.size, len(line.text)) for line in lines), 0.25, 12.0)
        self._headings = {_name(line.text) for line in lines if line.size > self._size or line.bold}
        self._is_single = len(sheets) == 1

    def text_of(self, sheet: Sheet) -> list[Line]:
        """The lines of a page without those at its edges; further in than a line of text none is."""
        upwards = sorted(sheet.lines, key=lambda line: line.base)
        foot = [line for line in upwards if line.base <= _EDGE * sheet.height]
        head = [line for line in reversed(upwards) if line.base >= (1 - _EDGE) * sheet.height]
        dropped = {
            line
            for edge in (foot, head)
            for line in takewhile(lambda line: self._names_paper(line, sheet), edge)
        }
        return [line for line in sheet.lines if line not in dropped]

    def _names_paper(self, line: Line, sheet: Sheet) -> bool:
        if _mark(line) in self._running or _is_page_number(line, sheet):
            return True
        return self._is_small_print(line, sheet) and (
            self._is_single or _name(line.text) in self._headings or bool(_OF_PAPER.search(line.text))
        )

    def _is_small_print(self, line: Line, sheet: Sheet) -> bool:
        """A short line in small letters at the very edge, no sentence and no note.

        On a document of one page, and at the head of a chapter, no second page shows that it names the paper.
        """
        is_edge = not _VERY_EDGE * sheet.height < line.base < (1 - _VERY_EDGE) * sheet.height
        is_small = line.size < _SMALL * self._size and len(line.text) < _SHORT
        is_note = line.noted or _NOTE.match(line.text)
        return is_edge and is_small and not is_note and not line.text.endswith((".", ";"))


def _name(text: str) -> str:
    """What two prints of one heading have in common: without its number and capitals."""
    return split_number(text.casefold(), listed=True)[1]


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
