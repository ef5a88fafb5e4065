"""Texts as PDF files: set in lines on pages, with running heads, broken words, columns and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from tests.editions import INLINE, Part, parts, plain
from tests.pdf_writer import Area, Words, write_pdf


@dataclass(frozen=True)
class Paper:
    """How a text is set: page and margins in points, letters, furniture, and how words are broken."""

    width: float = 595
    height: float = 842
    margin: float = 70
    size: float = 11
    head: str = ""
    foot: str = ""
    """With "{page}" and "{pages}" where they stand."""
    hyphens: bool = False
    columns: int = 1
    stamp: str = "20240101000000"
    compress: bool = False


A4 = Paper()
_HEADINGS = {1: 1.8, 2: 1.35, 3: 1.15}
_WIDTHS = dict.fromkeys("ijl'", 222) | dict.fromkeys(" !.,:;/\\[]ftI", 278) | dict.fromkeys("r-()`", 333)
_WIDTHS |= dict.fromkeys("cksvxyzJ", 500) | dict.fromkeys("ABEKPSVXY&", 667) | dict.fromkeys("CDHNRUw", 722)
_WIDTHS |= {
    "m": 833,
    "M": 833,
    "W": 944,
    "æ": 889,
    "Æ": 1000,
    "ø": 611,
    "F": 611,
    "T": 611,
    "Z": 611,
    "G": 778,
}
_WIDTHS |= {"%": 889, "O": 778, "Q": 778, "–": 556, "•": 350, "»": 556, "«": 556}
_TOKEN = re.compile(r"\S+")


def wide(text: str, size: float) -> float:
    """The width of `text` in Helvetica, in points."""
    return sum(_WIDTHS.get(char, 556) for char in text) * size / 1000


@dataclass(frozen=True)
class _Piece:
    """A word with what is raised behind it (a note's mark), and where it leads."""

    text: str
    raised: str = ""
    url: str = ""


class _Setter:
    """Sets parts on pages, from the top down, column by column."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self.pages: list[list[Words]] = [[]]
        self.areas: list[list[Area]] = [[]]
        self._column = 0
        self._notes: list[Part] = []
        self._reserved = 0.0
        self._y = self._top

    @property
    def _top(self) -> float:
        return self._paper.height - self._paper.margin - (20 if self._paper.head else 0)

    @property
    def _column_width(self) -> float:
        whole = self._paper.width - 2 * self._paper.margin
        return (whole - 30 * (self._paper.columns - 1)) / self._paper.columns

    @property
    def _left(self) -> float:
        return self._paper.margin + self._column * (self._column_width + 30)

    def room(self, height: float) -> None:
        """Goes on in the next column or page where `height` points do not fit."""
        if self._y - height > self._paper.margin + 20 + self._reserved:
            return
        if self._column + 1 < self._paper.columns:
            self._column += 1
            self._y = self._top
        else:
            self.end_page()
            self.pages.append([])
            self.areas.append([])

    def end_page(self) -> None:
        """Sets the notes of the page at its end."""
        self._column, y = 0, self._paper.margin + 5 + self._reserved
        small = self._paper.size * 0.8
        for note in self._notes:
            for line in self._lines(f"{note.mark} {note.text}", small, self._column_width):
                y -= small * 1.3
                self._words(line, self._left, y, small)
        self._notes, self._reserved, self._y = [], 0.0, self._top

    def heading(self, part: Part) -> None:
        size = self._paper.size * _HEADINGS[part.depth]
        lines = list(self._lines(part.text, size, self._column_width))
        self.room(size * 1.4 * len(lines) + 4 * self._paper.size)
        self._y -= size * 0.6
        for line in lines:
            self._y -= size * 1.25
            self._words(line, self._left, self._y, size, bold=True)
        self._y -= size * 0.4

    def text(self, part: Part, mark: str, notes: Sequence[Part]) -> None:
        size, indent = self._paper.size, 18.0 * part.depth if part.kind == "item" else 0.0
        own = [note for note in notes if f"[^{note.mark}]" in part.text]
        needed = sum(
            len(list(self._lines(note.text, size * 0.8, self._column_width))) * size * 1.04 + 6
            for note in own
        )
        lines = list(self._lines(part.text, size, self._column_width - indent))
        if own:  # a note stands on the page of its mark
            self.room(size * 1.3 * len(lines) + needed)
        self._reserved += needed
        self._notes += own
        for index, line in enumerate(lines):
            self.room(size * 1.3)
            self._y -= size * 1.3
            if index == 0 and mark:
                self._show(Words(mark, self._left + indent - 18, self._y, size))
            self._words(line, self._left + indent, self._y, size)
        self._y -= size * 0.7

    def rows(self, group: Sequence[Part]) -> None:
        size = self._paper.size
        cells = [[plain(cell) for cell in part.text.split(" | ")] for part in group]
        step = self._column_width / len(cells[0])
        if self._paper.columns > 1:
            self.room(size * 1.6 * 3 * len(cells))
        for row in cells:
            broken = [list(self._lines(cell, size, step - 20)) for cell in row]
            self.room(size * 1.25 * max(map(len, broken)) + 6)
            top = self._y - size * 1.25
            for place, lines in enumerate(broken):
                for index, line in enumerate(lines):
                    self._words(line, self._left + place * step, top - index * size * 1.25, size)
            self._y = top - size * 1.25 * (max(map(len, broken)) - 1) - 6
        self._y -= size * 0.7

    def _words(self, line: Sequence[_Piece], x: float, y: float, size: float, *, bold: bool = False) -> None:
        """One line: as one string, but for what is raised or leads somewhere."""
        text = ""
        begin = x
        for index, piece in enumerate(line):
            shown = piece.text + (" " if index < len(line) - 1 and not piece.raised else "")
            if piece.url:
                left = begin + wide(text, size)
                right = left + wide(piece.text.rstrip(".,;"), size)
                last = self.areas[-1][-1] if self.areas[-1] else None
                if last and last.url == piece.url and last.bottom == y - 2:
                    left = self.areas[-1].pop().left
                self.areas[-1].append(Area(piece.url, left, y - 2, right, y + size))
            text += shown
            if piece.raised:
                self._show(Words(text, begin, y, size, bold))
                begin, text = begin + wide(text, size), ""
                self._show(Words(piece.raised, begin, y + size * 0.35, size * 0.6))
                begin += wide(piece.raised, size * 0.6) + (wide(" ", size) if index < len(line) - 1 else 0)
        if text:
            self._show(Words(text, begin, y, size, bold))

    def _show(self, words: Words) -> None:
        self.pages[-1].append(words)

    def _lines(self, text: str, size: float, width: float) -> Iterator[list[_Piece]]:
        line: list[_Piece] = []
        used = 0.0
        for piece in _pieces(text):
            needed = wide(piece.text, size) + (wide(" ", size) if line else 0)
            if line and used + needed > width:
                head, tail = _hyphenated(piece, width - used - wide(" -", size), size, self._paper.hyphens)
                yield [*line, head] if head else line
                line, used, piece = [], 0.0, tail
                needed = wide(piece.text, size)
            line.append(piece)
            used += needed
        if line:
            yield line


def _pieces(text: str) -> Iterator[_Piece]:
    """The words of a text; a link's words keep its address."""
    shown, spans = "", []
    marks: dict[int, str] = {}
    done = 0
    for found in INLINE.finditer(text):
        shown += text[done : found.start()]
        if found["note"]:
            marks[len(shown)] = found["note"]
        else:
            spans.append((len(shown), len(shown) + len(found["words"]), found["url"]))
            shown += found["words"]
        done = found.end()
    shown += text[done:]
    for found in _TOKEN.finditer(shown):
        url = next((url for start, stop, url in spans if start <= found.start() < stop), "")
        at = next((place for place in marks if found.start() < place <= found.end()), -1)
        if at < 0:
            yield _Piece(found[0], url=url)
        elif at == found.end():
            yield _Piece(found[0], marks[at], url)
        else:
            yield _Piece(shown[found.start() : at], marks[at], url)
            yield _Piece(shown[at : found.end()], url=url)


def _hyphenated(piece: _Piece, width: float, size: float, allowed: bool) -> tuple[_Piece | None, _Piece]:
    """A long word in two, the first with a hyphen; (None, piece) where it stays whole."""
    if not allowed or len(piece.text) < 9 or not piece.text.isalpha() or piece.raised or piece.url:
        return None, piece
    keep = next(
        (length for length in range(len(piece.text) - 3, 2, -1) if wide(piece.text[:length], size) <= width),
        0,
    )
    if not keep:
        return None, piece
    return _Piece(piece.text[:keep] + "-"), _Piece(piece.text[keep:])


def as_pdf(lines: Sequence[str], paper: Paper = A4, *, language: str = "da") -> bytes:
    """A PDF set on this paper, with its furniture and its notes at the page ends."""
    read = parts(lines)
    notes = [part for part in read if part.kind == "note"]
    setter = _Setter(paper)
    for kind, found in groupby((part for part in read if part.kind != "note"), lambda part: part.kind):
        group = list(found)
        if kind == "row":
            setter.rows(group)
        for part in group if kind != "row" else ():
            if kind == "heading":
                setter.heading(part)
            else:
                setter.text(part, f"{part.mark}." if part.mark else "•" if kind == "item" else "", notes)
    setter.end_page()
    pages = [
        [*words, *_furniture(paper, number, len(setter.pages))]
        for number, words in enumerate(setter.pages, 1)
    ]
    return write_pdf(
        pages,
        areas=setter.areas,
        language=language,
        stamp=paper.stamp,
        compress=paper.compress,
        size=(paper.width, paper.height),
    )


def _furniture(paper: Paper, number: int, pages: int) -> Iterator[Words]:
    for text, y in ((paper.head, paper.height - 40), (paper.foot, 30)):
        if text:
            yield Words(text.format(page=number, pages=pages), paper.margin, y, 8)
