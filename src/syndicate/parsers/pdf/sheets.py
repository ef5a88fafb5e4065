"""From PDFium's characters to lines. Few calls per word: each one crosses into C."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ctypes import byref, c_double, c_int, create_string_buffer
from dataclasses import replace
from typing import Any

from pypdfium2 import PdfDocument, raw

from syndicate.domain.model import Link
from syndicate.parsers._shared import fold, raised
from syndicate.parsers.pdf.layout import Cell, Line, Sheet, Word

_WIDE = 1.3
"""A gap between two words of this many letter heights parts two cells of a table."""
_SAME_BASE = 0.4
"""Lines whose bases differ by less than this many letter heights stand beside each other."""

_HYPHEN = "\ufffe"  # how PDFium marks a word that goes on in the next line
_BREAK = re.compile(rf"\r\n|\r|\n|{_HYPHEN}")
_WORD = re.compile(r"\S+")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_WEIGHT_OF_BOLD = 600
_MOST_LINKS = 2000
_MARKED = re.compile(r"(?P<word>.*[^\d\s])(?P<mark>\d{1,2}|[*†‡]{1,2})(?P<stop>[.,;:!?)»”]?)")
"""A word that may have a raised mark at its end."""
_MARK = re.compile(r"\d{1,2}|[*†‡]{1,2}")
_RAISED, _SMALLER = 0.12, 0.85
_LARGEST_MARK, _HIGHEST_MARK, _CLOSE = 0.9, 0.7, 0.5
"""Where a piece that is raised beside a text is told from another line, in letter heights of the text."""


def read_sheet(document: PdfDocument, number: int) -> Sheet:
    """The lines of one page, in the order in which PDFium reads it."""
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            lines = _side_by_side(_Letters(text_page, number).lines())
            links = list(_links(document, page, text_page))
            return Sheet(page.get_height(), tuple(_linked(line, links) for line in lines))
        finally:
            text_page.close()
    finally:
        page.close()


def document_language(document: PdfDocument) -> str:
    """The language tag that the document declares, or ""."""
    length = raw.FPDFCatalog_GetLanguage(document.raw, None, 0)
    if length <= 2:
        return ""
    buffer = (raw.FPDF_WCHAR * (length // 2 + 1))()
    raw.FPDFCatalog_GetLanguage(document.raw, buffer, length)
    return bytes(buffer).decode("utf-16-le", "ignore").rstrip("\0")


class _Letters:
    """One page's characters: their text, and where each stands."""

    def __init__(self, text_page: Any, number: int) -> None:
        self._page = text_page.raw
        self._number = number
        self._marks: set[str] = set()
        # PDFium counts UTF-16 units: what takes two of them gets an invisible second.
        self._text = _ASTRAL.sub("\\g<0>\u200b", text_page.get_text_range())
        # Unless some characters have no text, places in the text are PDFium's own.
        self._as_counted = text_page.count_chars() == len(self._text)
        self._box = (c_double(), c_double(), c_double(), c_double())
        self._references = tuple(map(byref, self._box))
        self._loose = raw.FS_RECTF()
        self._name = create_string_buffer(200)

    def lines(self) -> Iterator[Line]:
        start = 0
        for found in [*_BREAK.finditer(self._text), None]:
            end = found.start() if found else len(self._text)
            words = list(_WORD.finditer(self._text, start, end))
            if words:
                yield self._line(words, broken=found is not None and found[0] == _HYPHEN)
            start = found.end() if found else end

    def _line(self, words: list[re.Match[str]], *, broken: bool) -> Line:
        marked = len(words) > 1 and self._is_mark(words[0], words[1])
        words = words[1:] if marked else words
        first = self._index(words[0].start())
        # A ligature at the start of a line ("ﬂyttes") has a box of its own height.
        size = max(self._size(first), self._size(self._index(words[-1].end() - 1)))
        base = self._base(first)
        runs: list[list[Word]] = []
        self._marks = set()
        for found in words:
            word = self._word(found)
            if runs and word.left - runs[-1][-1].right < _WIDE * size:
                runs[-1].append(word)
            else:
                runs.append([word])
        cells = tuple(Cell(tuple(run)) for run in runs)
        return Line(
            self._number,
            cells,
            base,
            size,
            self._is_bold(first),
            broken,
            noted=marked,
            marks=frozenset(self._marks),
        )

    def _is_mark(self, found: re.Match[str], following: re.Match[str]) -> bool:
        """Whether a line begins with the raised mark of a note."""
        if not _MARK.fullmatch(found[0]):
            return False
        return self._is_raised(self._index(found.start()), self._index(following.start()))

    def _is_raised(self, mark: int, beside: int) -> bool:
        size = self._size(beside)
        raised = self._base(mark) - self._base(beside)
        return self._size(mark) < _SMALLER * size and raised > _RAISED * size

    def _shown(self, found: re.Match[str]) -> str:
        """The word without the raised mark of a note; a raised exponent stays raised."""
        marked = _MARKED.fullmatch(found[0])
        if marked is None or not self._is_raised(
            self._index(found.start() + marked.start("mark")), self._index(found.start())
        ):
            return found[0]
        self._marks.add(marked["mark"])
        return f"{marked['word']}{raised(marked['mark'], behind=marked['word'])}{marked['stop']}"

    def _index(self, position: int) -> int:
        if self._as_counted:
            return position
        index: int = raw.FPDFText_GetCharIndexFromTextIndex(self._page, position)
        return max(index, 0)

    def _word(self, found: re.Match[str]) -> Word:
        left, right = self._box[:2]
        raw.FPDFText_GetCharBox(self._page, self._index(found.start()), *self._references)
        begin = left.value
        raw.FPDFText_GetCharBox(self._page, self._index(found.end() - 1), *self._references)
        return Word(self._shown(found), begin, right.value)

    def _base(self, index: int) -> float:
        x, y = c_double(), c_double()
        raw.FPDFText_GetCharOrigin(self._page, index, byref(x), byref(y))
        return y.value

    def _size(self, index: int) -> float:
        raw.FPDFText_GetLooseCharBox(self._page, index, byref(self._loose))
        height: float = abs(self._loose.top - self._loose.bottom)
        return max(height, 1.0)

    def _is_bold(self, index: int) -> bool:
        flags = c_int()
        length = raw.FPDFText_GetFontInfo(self._page, index, self._name, len(self._name), byref(flags))
        weight: int = raw.FPDFText_GetFontWeight(self._page, index)
        return weight >= _WEIGHT_OF_BOLD or (length > 0 and _BOLD.search(self._name.value) is not None)


def _side_by_side(lines: Iterator[Line]) -> Iterator[Line]:
    """Joins pieces on one base that follow each other from left to right: the cells of a row."""
    last: Line | None = None
    for line in lines:
        if last is not None and _is_raised_beside(line, last, gap=line.left - last.right):
            last = _with_raised(last, line)
            continue
        if last is not None and _is_raised_beside(last, line, gap=line.left - last.right):
            last = replace(line, noted=True)
            continue
        beside = (
            last is not None
            and not last.broken
            and abs(last.base - line.base) < _SAME_BASE * min(last.size, line.size)
            and line.left >= last.right
        )
        if last is not None and beside:
            last = replace(last, cells=last.cells + line.cells, broken=line.broken)
        else:
            if last is not None:
                yield last
            last = line
    if last is not None:
        yield last


def _is_raised_beside(mark: Line, text: Line, *, gap: float) -> bool:
    """Whether a piece is the small raised mark of a note beside a text, or an exponent."""
    return (
        _MARK.fullmatch(mark.text) is not None
        and mark.size <= _LARGEST_MARK * text.size
        and _RAISED * text.size < mark.base - text.base < _HIGHEST_MARK * text.size
        and -1 < gap < _CLOSE * text.size
    )


def _with_raised(line: Line, mark: Line) -> Line:
    *cells, cell = line.cells
    *words, word = cell.words
    text = f"{word.text}{raised(mark.text, behind=word.text)}"
    cell = Cell((*words, Word(text, word.left, mark.right)))
    return replace(line, cells=(*cells, cell), marks=line.marks | {mark.text})


def _links(document: PdfDocument, page: Any, text_page: Any) -> Iterator[tuple[float, float, Link]]:
    """The links of a page to web addresses, each with the bottom and top of where it is clicked."""
    place, link, box = c_int(0), raw.FPDF_LINK(), raw.FS_RECTF()
    for _ in range(_MOST_LINKS):
        if not raw.FPDFLink_Enumerate(page.raw, byref(place), byref(link)):
            return
        url = _target(document, link)
        if url and raw.FPDFLink_GetAnnotRect(link, byref(box)):
            label = fold(text_page.get_text_bounded(box.left, box.bottom, box.right, box.top))
            if label:
                yield box.bottom, box.top, Link(label, url)


def _target(document: PdfDocument, link: Any) -> str:
    action = raw.FPDFLink_GetAction(link)
    length = raw.FPDFAction_GetURIPath(document.raw, action, None, 0) if action else 0
    if length <= 1:
        return ""
    buffer = create_string_buffer(length)
    raw.FPDFAction_GetURIPath(document.raw, action, buffer, length)
    url = buffer.value.decode("utf-8", "ignore").strip()
    return url if url.lower().startswith(("http:", "https:", "mailto:")) else ""


def _linked(line: Line, links: list[tuple[float, float, Link]]) -> Line:
    """The line with the links whose label stands in it."""
    middle = line.base + line.size / 3
    own = tuple(link for bottom, top, link in links if bottom <= middle <= top and link.label in line.text)
    return replace(line, links=own) if own else line
