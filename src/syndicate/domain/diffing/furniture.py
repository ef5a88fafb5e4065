"""Lines of a page that are none of its text: what it states about itself, and what its buttons say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from syndicate.domain import languages
from syndicate.domain.diffing.expressions import Grammar
from syndicate.domain.diffing.words import essence
from syndicate.domain.model import Block, BlockKind, Version

_TITLE_PARTS = re.compile(r"\s[|–—·:-]\s")
"""What stands between the name of a page and that of its site."""
_LONG_LINE = 300
"""Characters from which a block is text and no line that a page states about itself."""
_LONG_CAPTIONS = 120
_TIME = re.compile(r"\b\d{1,2}[.:]\d{2}(?:[.:]\d{2})?\b")
_COPYRIGHT = re.compile(r"^\s*(?:©|\(c\)|copyright\b)", re.IGNORECASE)
_YEARS = re.compile(r"\b(?:19|20)\d{2}\b")


class Furniture:
    """Knows titles, dates of making, ages, counters, times to read, copyrights and captions of buttons."""

    def __init__(self, grammar: Grammar, before: Version, after: Version) -> None:
        self._grammar = grammar
        self._titles = _names(before.title) | _names(after.title) if before.title and after.title else set()

    def explains(self, before: Block | None, after: Block | None) -> str:
        """Why no reader is told of what there is of the two blocks, in words; "" where they are to be told.

        A title explains nothing but that it came or went on a page that had one before: another title is
        another name, and so is the first one.
        """
        blocks = [block for block in (before, after) if block]
        if len(blocks) == 1 and not blocks[0].number and essence(blocks[0].text) in self._titles:
            return "the title of the page"
        for reason, is_such in (
            ("a line about the page's own age", self._is_own_date),
            ("a counter or a time to read", _is_counter),
            ("the caption of a button or link", _is_caption),
        ):
            if all(len(block.text) <= _LONG_LINE and is_such(block) for block in blocks):
                return reason
        if before and after and _same_copyright(before.text, after.text):
            return "the year of a copyright line"
        return ""

    def _is_own_date(self, block: Block) -> bool:
        """A label and dates, nothing else: "Senest opdateret: 09. jan. 2017"; "Dato: 9. maj" is none."""
        aged = _AGE.sub(" ", block.text)
        dates = self._grammar.dates(aged)
        if aged == block.text and not (dates and _LABELS.search(aged)):
            return False
        for each in reversed(dates):
            aged = f"{aged[: each.start]} {aged[each.end :]}"
        return not re.search(r"\w", _WORDS.sub(" ", _LABELS.sub(" ", _TIME.sub(" ", aged))))


def _names(title: str) -> set[str]:
    return {name for part in (title, *_TITLE_PARTS.split(title)) if (name := essence(part))}


def _is_counter(block: Block) -> bool:
    """A whole line that counts visits. "Antal visninger | 5" in a table may count anything."""
    if block.number or block.kind is BlockKind.ROW:
        return False
    return _COUNTER.fullmatch(block.text) is not None


def _is_caption(block: Block) -> bool:
    """Captions and nothing else: "Vis mere", "Was this page helpful? Yes No"."""
    text = block.text
    if block.number or block.kind is BlockKind.ROW or len(text) > _LONG_CAPTIONS:
        return False
    return _CAPTION.fullmatch(text) is not None


def _same_copyright(before: str, after: str) -> bool:
    """Whether both are one copyright line of different years."""
    if max(len(before), len(after)) > _LONG_LINE:
        return False
    if not (_COPYRIGHT.match(before) and _COPYRIGHT.match(after)):
        return False
    return essence(_YEARS.sub("", before)) == essence(_YEARS.sub("", after))


def _alone(patterns: Iterable[str]) -> re.Pattern[str]:
    """Any of the patterns, not inside of a longer word."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


def _line_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """Any of the patterns as a whole line, whatever signs stand around it."""
    return re.compile(rf"\W*(?:{'|'.join(patterns)})\W*", re.IGNORECASE)


_KNOWN = languages.every()
_LABELS = _alone(label for each in _KNOWN for label in each.own_date_labels)
_WORDS = _alone(word for each in _KNOWN for word in each.own_date_words)
_AGE = _alone(languages.AGES)
_COUNTER = _line_of([*(counter for each in _KNOWN for counter in each.counters), *languages.READING_TIMES])
_ONE = "|".join(languages.CAPTIONS)
_CAPTION = re.compile(
    rf"\W*(?:(?:{_ONE})(?:\W*\?\W*(?:(?:{languages.ANSWERS})(?!\w)\W*){{1,2}}|\W*))+", re.IGNORECASE
)
