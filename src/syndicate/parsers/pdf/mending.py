"""What a line, column or page end tore apart: broken words, notes, links, lettered lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise, takewhile

from syndicate.domain.model import Link
from syndicate.parsers.pdf.layout import Cell, Line, Word

_NOTE_SIZE = 0.93
"""Notes are set in letters smaller than this part of the text's."""
_MARK = re.compile(r"(?P<mark>\d{1,2}|[*†‡]{1,2})[.)]?\s+(?=[^\W\d_])")
_TORN = re.compile(r"[^\W\d_]-$")
_GOES_ON = re.compile(r"(?!(?:og|eller|samt|and|or|und|oder|et|ou)\b)[^\W\d_A-ZÆØÅÄÖÜ]")
_LETTER = re.compile(r"(?P<letter>[a-z])\.\s+\S")
_NEAR = 12
"""So many lines on, the next letter of a list is looked for."""


def part_notes(lines: Sequence[Line], size: float) -> tuple[list[Line], list[list[Line]]]:
    """The lines without the notes at page ends, and the lines of each note; `size` is the running text's.

    A note stands where its page happened to end: told at the end of all, it tears no sentence.
    """
    kept: list[Line] = []
    notes: list[list[Line]] = []
    everywhere = frozenset(mark for line in lines for mark in line.marks)
    for _, page in groupby(lines, lambda line: line.page):
        own = list(page)
        foot = _foot(own, size)
        begins = _begins(foot, frozenset(mark for line in own for mark in line.marks), everywhere)
        foot = foot[min(begins, default=len(foot)) :]
        kept += [line for line in own if line not in foot]
        first = min(begins, default=0)
        for at, line in enumerate(foot, first):
            if at in begins:
                notes.append([])
            notes[-1].append(_without_mark(line) if at in begins and not line.noted else line)
    return kept, notes


def _foot(lines: Sequence[Line], size: float) -> list[Line]:
    """The small lines below all others, top down."""
    upwards = sorted(lines, key=lambda line: line.base)
    small = list(takewhile(lambda line: line.size < _NOTE_SIZE * size and len(line.cells) == 1, upwards))
    return small[::-1] if len(small) < len(lines) else []


def _begins(foot: Sequence[Line], on_page: frozenset[str], everywhere: frozenset[str]) -> set[int]:
    """Where notes begin: at a raised mark, at one that stands raised on the page, at the next one after it.

    A small line that begins with another number ("1 tablet …") is text like any other.
    """
    begins: set[int] = set()
    last = ""
    for at, line in enumerate(foot):
        found = _MARK.match(line.text)
        mark = found["mark"] if found else ""
        follows = last.isdigit() and mark == str(int(last) + 1) and mark in everywhere
        if line.noted or mark in on_page or follows:
            begins.add(at)
            last = mark
    return begins


def _without_mark(line: Line) -> Line:
    first = line.cells[0]
    return replace(line, cells=(Cell(first.words[1:]), *line.cells[1:])) if len(first.words) > 1 else line


def whole_words(lines: Sequence[Line]) -> list[Line]:
    """The lines with words marked as broken that a page or column end parts; elsewhere PDFium marks them."""
    result = list(lines)
    for at, (upper, lower) in enumerate(pairwise(lines)):
        jumps = upper.page != lower.page or lower.base > upper.base + upper.size / 2
        if jumps and not upper.broken and _TORN.search(upper.text) and _GOES_ON.match(lower.text):
            result[at] = _broken(upper)
    return result


def _broken(line: Line) -> Line:
    *cells, last = line.cells
    *words, torn = last.words
    cut = Word(torn.text.removesuffix("-"), torn.left, torn.right)
    return replace(line, cells=(*cells, Cell((*words, cut))), broken=True)


def with_letters(lines: Sequence[Line]) -> list[Line]:
    """The lines with those marked that begin "a.", "b.", …: a letter alone may be an abbreviation."""
    found = {at: match["letter"] for at, line in enumerate(lines) if (match := _LETTER.match(line.text))}
    counted = set()
    for at, letter in found.items():
        after = chr(ord(letter) + 1)
        following = next((to for to in range(at + 1, at + _NEAR) if found.get(to) == after), None)
        if following is not None and (letter == "a" or at in counted):
            counted |= {at, following}
    return [replace(line, letter=True) if at in counted else line for at, line in enumerate(lines)]


def whole_links(group: Sequence[Line]) -> list[Link]:
    """The links of these lines; one that goes on in the next line, or was cut into words, is one."""
    links: list[Link] = []
    for link in (link for line in group for link in line.links):
        if links and links[-1].url == link.url:
            links[-1] = Link(f"{links[-1].label} {link.label}", link.url)
        else:
            links.append(link)
    return links
