"""Collects the blocks of a text in reading order and knows the section that each stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Attachment, Block, BlockKind, Link, Recipe, StatedDate, Version
from syndicate.parsers._shared.chapters import number_chapters
from syndicate.parsers._shared.language import guess_language
from syndicate.parsers._shared.numbering import split_bullet, split_number
from syndicate.parsers._shared.stated_dates import take_dates
from syndicate.parsers._shared.text import fold

CELL_BREAK = " | "
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""No address has one; to be asked for it is refused, and a NUL is an error to some databases."""


class Outline:
    """A text under construction. All texts are folded here, and empty ones left out.

    A paragraph with a printed number or bullet is an item: a PDF has no other lists, and all editions
    of one text must give the same blocks.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._path: list[tuple[int, str]] = []

    def heading(self, text: str, level: int, *, number: str = "", links: Sequence[Link] = ()) -> None:
        """A heading of `level` 1 to 6; it ends all sections of the same and deeper levels."""
        level = min(max(level, 1), 6)
        printed, line = split_number(fold(text), listed=True)
        if not line:
            return
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._add(BlockKind.HEADING, line, printed or number, level, links)
        self._path.append((level, line))

    def paragraph(self, text: str, *, links: Sequence[Link] = ()) -> None:
        line = fold(text)
        number, rest = split_number(line)
        bulleted, rest = (False, rest) if number else split_bullet(rest)
        if number or bulleted:
            self._add(BlockKind.ITEM, rest, number, 1, links)
        else:
            self._add(BlockKind.PARAGRAPH, line, "", 0, links)

    def item(self, text: str, level: int, *, number: str = "", links: Sequence[Link] = ()) -> None:
        """A list item of depth `level` from 1; a number printed in the text wins over `number`."""
        _, line = split_bullet(fold(text))
        printed, line = split_number(line, listed=True)
        self._add(BlockKind.ITEM, line, printed or number, level, links)

    def row(self, cells: Sequence[str], *, links: Sequence[Link] = ()) -> None:
        line = fold(CELL_BREAK.join(map(fold, cells))).strip(CELL_BREAK)
        self._add(BlockKind.ROW, line, "", 0, links)

    def _add(self, kind: BlockKind, line: str, number: str, level: int, links: Sequence[Link]) -> None:
        if line:
            section = tuple(text for _, text in self._path)
            sound = tuple(link for link in links if not _CONTROL.search(link.url))
            self.blocks.append(Block(kind, line, section, number, level, sound))


MOST_BLOCKS = 50_000
"""A law of a thousand pages has half of it; two that differ throughout are held together for seconds."""


LONGEST_TITLE = 300
"""What is longer is no title: it would stand in every list, feed, mail and share link."""


def short_title(text: str) -> str:
    """The title folded, or its first whole words."""
    title = fold(text)
    if len(title) <= LONGEST_TITLE:
        return title
    return (title[:LONGEST_TITLE].rpartition(" ")[0] or title[:LONGEST_TITLE]) + " …"


def make_version(
    blocks: Sequence[Block],
    recipe: Recipe,
    *,
    title: str = "",
    language: str = "",
    dates: Sequence[StatedDate] = (),
    attachments: Sequence[Attachment] = (),
    canonical: str = "",
    nothing: str = "The document holds no text.",
) -> Version:
    """The finished version: chapters that count are numbered, lines that state the page's own age become
    dates, a missing language is guessed.

    Without a title the first heading is one. Raises ParseError(NO_TEXT), worded `nothing`, for no blocks, and
    TOO_LARGE for more than any document has.
    """
    if len(blocks) > MOST_BLOCKS:
        message = f"The document has {len(blocks):,} paragraphs; {MOST_BLOCKS:,} are read at most."
        raise ParseError(ParseReason.TOO_LARGE, message)
    kept, stated = take_dates(number_chapters(blocks))
    if not kept:
        raise ParseError(ParseReason.NO_TEXT, nothing)
    heading = next((block.text for block in kept if block.kind is BlockKind.HEADING), "")
    return Version(
        title=short_title(title) or short_title(heading),
        language=language or guess_language(block.text for block in kept),
        blocks=kept,
        recipe=recipe,
        dates=tuple(dict.fromkeys((*stated, *dates))),
        attachments=tuple(found for found in attachments if not _CONTROL.search(found.url)),
        canonical="" if _CONTROL.search(canonical) else canonical,
    )
