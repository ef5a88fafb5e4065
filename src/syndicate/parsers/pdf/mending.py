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
_MARK = re.compile(r"(?:\d{1,2}|[*†‡]{1,2})[.)]?\s+(?=[^\W\d_])")
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
    for _, page in groupby(lines, lambda line: line.page):
        own = list(page)
        foot = _foot(own, size)
        kept += [line for line in own if line not in foot]
        for line in foot:
            marked = line.noted or _MARK.match(line.text)
            if marked or not notes:
                notes.append([])
            notes[-1].append(line if line.noted or not marked else _without_mark(line))
    return kept, notes


def _foot(lines: Sequence[Line], size: float) -> list[Line]:
    """The small lines below all others, from the first that begins with a mark, top down."""
    upwards = sorted(lines, key=lambda line: line.base)
    small = list(takewhile(lambda line: line.size < _NOTE_SIZE * size and len(line.cells) == 1, upwards))
    down = small[::-1]
    begin = next((at for at, line in enumerate(down) if line.noted or _MARK.match(line.text)), len(down))
    return down[begin:] if len(small) < len(lines) else []


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
