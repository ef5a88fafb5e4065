"""What somebody looks for, read from what was typed: the same on every database."""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import normalize

MAX_WORDS = 12
_QUOTED_OR_NOT = re.compile(r'"([^"]*)"|([^"\s]+)')
_WORD = re.compile(r"[^\W_]+")


class Term(NamedTuple):
    """Words that stand one after the other. `whole`: as they are; else the last may go on ("helbred…")."""

    words: tuple[str, ...]
    whole: bool


def terms(typed: str) -> list[Term]:
    """Every word by itself, what stands in quotation marks together; so many words and no more.

    Nothing that can be typed is an order to the database: what is no letter and no digit only parts words.
    """
    found: list[Term] = []
    room = MAX_WORDS
    for quoted, plain in _QUOTED_OR_NOT.findall(typed):
        words = words_of(quoted or plain)[:room]
        room -= len(words)
        if quoted and words:
            found.append(Term(tuple(words), True))
        else:
            found += [Term((word,), False) for word in words]
        if not room:
            break
    return found


def words_of(text: str) -> list[str]:
    """The words of a text in their order, in small letters, each letter with its marks as one character."""
    return _WORD.findall(normalize("NFC", text).lower())
