"""A part of the tree as blocks in reading order. Walks with a stack of its own: pages nest thousands deep."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.etree import iterwalk

from syndicate.domain.model import Block, Link
from syndicate.parsers._shared import Outline, counter_text, fold, raised
from syndicate.parsers.html.links import content_target, is_control
from syndicate.parsers.html.page import Page
from syndicate.parsers.html.tables import is_data_table
from syndicate.parsers.html.tags import BLOCKS, CELLS, HEADINGS, LISTS
from syndicate.parsers.html.tree import Element

_UNNUMBERED = re.compile(r"list-style(-type)?\s*:[^;]*none", re.IGNORECASE)


@dataclass(slots=True)
class _List:
    """A list that is open. `step` is -1 for a reversed one; `style` is "" for one without numbers."""

    style: str
    value: int
    step: int


@dataclass(slots=True)
class _Row:
    """A table row that is open."""

    cells: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    in_cell: bool = False


@dataclass(slots=True)
class _Run:
    """The inline text since the last block boundary, and its links."""

    parts: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    open_links: list[tuple[str, int]] = field(default_factory=list)
    open_raised: list[int] = field(default_factory=list)
    controls: int = 0  # letters of links that only do something with the page
    breaks: int = 0

    @property
    def is_fresh(self) -> bool:
        return not (self.parts or self.open_links or self.breaks)


def read_blocks(part: Element, page: Page, outline: Outline) -> list[Block]:
    """All blocks of `outline` after those of `part` were added to it."""
    walker = _Walker(page, outline)
    for event, element in iterwalk(part, events=("start", "end")):
        if event == "start":
            walker.start(element)
        else:
            walker.end(element, element.tail if element is not part else None)
    walker.flush()
    return outline.blocks


class _Walker:
    def __init__(self, page: Page, outline: Outline) -> None:
        self.outline = outline
        self._page = page
        self._run = _Run()
        self._heading = 0
        self._lists: list[_List] = []
        self._item: str | None = None  # the number of an item whose text has not begun; None outside
        self._rows: list[_Row | None] = []  # None: a row of a table that only does layout
        self._tables: list[bool] = []

    def start(self, element: Element) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self.flush()
            self._open(element, tag)
        elif tag == "br":
            self._break()
        elif tag == "a":
            self._run.open_links.append((element.get("href", ""), len(self._run.parts)))
        elif tag == "sup":
            self._run.open_raised.append(len(self._run.parts))
        self._text(element.text)

    def end(self, element: Element, tail: str | None) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self.flush()
            self._close(tag)
        elif tag == "a":
            self._end_link()
        elif tag == "sup":
            self._end_raised()
        self._text(tail)

    def flush(self) -> None:
        """Ends the inline run: what it holds becomes a block, or a part of the open table cell."""
        if self._run.is_fresh:
            return
        run, self._run = self._run, _Run()
        text = fold("".join(run.parts))
        if not text or (run.controls and run.controls == _letters(text)):
            return
        row = self._rows[-1] if self._rows else None
        if self._heading:
            self.outline.heading(text, self._heading, links=run.links)
        elif row is not None and row.in_cell:
            row.cells[-1] = f"{row.cells[-1]} {text}"
            row.links += run.links
        elif self._item is not None:
            self.outline.item(text, max(len(self._lists), 1), number=self._item, links=run.links)
            self._item = None
        else:
            self.outline.paragraph(text, links=run.links)

    def _text(self, text: str | None) -> None:
        if text:
            self._run.parts.append(text)
            if self._run.breaks and not text.isspace():
                self._run.breaks = 0

    def _break(self) -> None:
        """One <br> is a space, two begin a new paragraph."""
        self._run.breaks += 1
        if self._run.breaks > 1:
            self.flush()
        self._run.parts.append(" ")

    def _end_link(self) -> None:
        if not self._run.open_links:
            return
        href, begin = self._run.open_links.pop()
        label = fold("".join(self._run.parts[begin:]))
        if self._heading and href.startswith("#") and not _letters(label):
            del self._run.parts[begin:]  # "#", "¶": where to link to this heading
            return
        url = content_target(self._page, href) if label else ""
        if url:
            self._run.links.append(Link(label, url))
        elif is_control(href):
            self._run.controls += _letters(label)

    def _end_raised(self) -> None:
        """The mark of a note goes, so that another note before it changes no text."""
        if self._run.open_raised:
            begin = self._run.open_raised.pop()
            text = fold("".join(self._run.parts[begin:]))
            if text:
                self._run.parts[begin:] = [raised(text, behind="".join(self._run.parts[:begin]))]

    def _open(self, element: Element, tag: str) -> None:
        if tag in HEADINGS:
            self._heading = HEADINGS[tag]
        elif tag in LISTS:
            self._lists.append(_open_list(element))
        elif tag == "li":
            self._item = self._next_number(element)
        elif tag == "dd":
            self._item = ""
        elif tag == "table":
            self._tables.append(is_data_table(element))
        elif tag == "tr":
            self._rows.append(_Row() if self._tables and self._tables[-1] else None)
        elif tag in CELLS and self._rows and (row := self._rows[-1]) is not None:
            row.cells.append("")
            row.in_cell = True
        if element.get("role") == "heading":
            self._heading = _aria_level(element)

    def _close(self, tag: str) -> None:
        if tag in HEADINGS:
            self._heading = 0
        elif tag in LISTS and self._lists:
            self._lists.pop()
        elif tag in ("li", "dd"):
            self._item = None
        elif tag == "table" and self._tables:
            self._tables.pop()
        elif tag == "tr" and self._rows:
            self._end_row()
        elif tag in CELLS and self._rows and (row := self._rows[-1]) is not None:
            row.in_cell = False

    def _end_row(self) -> None:
        row = self._rows.pop()
        if row is not None:
            self.outline.row(row.cells, links=row.links)

    def _next_number(self, item: Element) -> str:
        if not self._lists:
            return ""
        numbers = self._lists[-1]
        numbers.value = _integer(item.get("value"), numbers.value)
        shown = counter_text(numbers.value, numbers.style) if numbers.style else ""
        numbers.value += numbers.step
        return shown


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _open_list(element: Element) -> _List:
    if element.tag != "ol" or _UNNUMBERED.search(element.get("style", "")):
        return _List("", 1, 1)
    style = element.get("type", "1")
    reverse = element.get("reversed") is not None
    first = sum(child.tag == "li" for child in element) if reverse else 1
    return _List(
        style if style in "aAiI1" and style else "1",
        _integer(element.get("start"), first),
        -1 if reverse else 1,
    )


def _integer(text: str | None, default: int) -> int:
    try:
        return max(-(10**6), min(int(text), 10**6)) if text else default
    except ValueError:
        return default


def _aria_level(element: Element) -> int:
    return _integer(element.get("aria-level"), 2)
