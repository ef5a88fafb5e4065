"""What a text says of its own validity: that it no longer holds, and what stands in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syndicate.domain import languages
from syndicate.domain.languages import Language

_WORDS = 30
"""Longest note that is put in the place of a text which no longer holds."""


@dataclass(frozen=True, slots=True)
class Status:
    """The words that say it, and where they stand."""

    start: int
    end: int
    words: str


class _Standing:
    """Finds such words by the lexicons of all languages.

    A word such as "withdrawn" tells only where it is said of the text: at its start, in brackets, or of "the
    recommendation", and with nothing behind it that it could belong to ("a withdrawn door" tells nothing).
    """

    def __init__(self, known: tuple[Language, ...]) -> None:
        subjects = _either(known, "subjects")
        successors, lapsed = _either(known, "successors"), _either(known, "lapsed")
        self._pattern = re.compile(
            rf"(?<!\w)(?P<successor>{successors})(?!\w)"
            rf"|(?:\A\W{{0,3}}|[\[(]\s?|(?:\A|[.!?:;]\s)\W{{0,3}}(?:{subjects}))(?P<lapsed>{lapsed})"
            r"(?=\s?(?:[\])}.,:;!–—-]|\Z|(?:pr\.|den|fra|og|on|from|as\s+of|in|and)\s))",
            re.IGNORECASE,
        )

    def find(self, text: str) -> Iterator[Status]:
        """Each statement of `text`, in its order."""
        for found in self._pattern.finditer(text):
            name = found.lastgroup or ""
            yield Status(found.start(name), found.end(name), found[name])

    def is_note(self, text: str) -> bool:
        """Whether `text` is short and says that what stood here no longer holds."""
        return text.count(" ") < _WORDS and any(self.find(text))


def _either(known: tuple[Language, ...], name: str) -> str:
    return "|".join(pattern for each in known for pattern in getattr(each, name))


STANDING = _Standing(languages.every())
