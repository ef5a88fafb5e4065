"""From when a text says that it holds: "gælder fra 1. januar 2027", "effective from 1 January 2027".

Not every date is one: a deadline, a day of publication and a day on which something held long ago are told
apart by the words around them. Where these are in doubt, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from syndicate.domain import languages
from syndicate.domain.diffing.expressions import Expression, Grammar
from syndicate.domain.languages import Language

_AHEAD = 200
"""How far before a date the words may begin that make it one of effect, in characters."""
_YEAR = re.compile(r"(?<![\w.,/-])(?:19|20)\d\d(?=\s*(?:[.,;:)|]|$))")
_SENTENCE = re.compile(r"[.!?;:|]\s+|\n")
_CLAUSE = re.compile(r",\s*")
_WORD = re.compile(r"\w[\w-]*")
_NEAR = 3
"""Among how many words before the statement a negation turns it round."""


def effective_dates(text: str, language: str) -> tuple[str, ...]:
    """The dates from which the text says that it holds, in its order, each once.

    In ISO form, with what is not said left out: "2027-01-01", "2027-01", "2027". A date without a year is
    none. `language` is that of the text; one that nobody has written is read by all of them.
    """
    found = dict.fromkeys(key for each in _readers(language) for key in each.find(text))
    return tuple(found)


@lru_cache(8)
def _readers(language: str) -> tuple[_Reader, ...]:
    grammar = Grammar(language)
    return tuple(_Reader(each, grammar) for each in languages.readings(language))


class _Reader:
    """Reads by the words of one language."""

    def __init__(self, language: Language, grammar: Grammar) -> None:
        self._grammar = grammar
        effect = language.effect
        joint = rf"\s*[*†]?\s*[:|–-]?\s*(?:(?:{_any(effect.joints)})\s+)*"
        ignore = re.IGNORECASE
        self._before = re.compile(rf"(?<![\w-])(?:{_any(effect.before)}){joint}\Z", ignore)
        self._opening = re.compile(rf"(?:{_any(effect.openings)}){joint}\Z", ignore)
        self._behind = re.compile(rf"(?:,\s*|\s+)(?:{_any(effect.behind)})(?!\w)", ignore)
        self._hint = re.compile(_any((*effect.before, *effect.behind)), ignore)
        self._denied = re.compile(_words((*language.negations, *effect.denials)), ignore)
        self._others = re.compile(_words(effect.others), ignore)
        self._referred = re.compile(_words(effect.referred), ignore)
        self._relative = re.compile(rf"(?:{_any(effect.relatives)})(?!\w)", ignore)

    def find(self, text: str) -> Iterator[str]:
        if not self._hint.search(text):
            return
        for start, end, key in _dates(text, self._grammar):
            if self._begins_before(text, start) or self._goes_on_behind(text, start, end):
                yield key

    def _begins_before(self, text: str, start: int) -> bool:
        """Whether the words before the date make it one of effect."""
        ahead = text[max(0, start - _AHEAD) : start]
        found = self._before.search(ahead)
        return found is not None and not self._denied.search(found[0]) and self._holds(ahead[: found.start()])

    def _goes_on_behind(self, text: str, start: int, end: int) -> bool:
        """Whether a sentence begins with the date and goes on with words that make it one of effect."""
        ahead, behind = text[max(0, start - _AHEAD) : start], text[end : end + _AHEAD]
        opening = self._opening.fullmatch(_last(_SENTENCE, ahead).lstrip())
        found = self._behind.match(behind) if opening else None
        if found is None:
            return False
        next_words = " ".join(_WORD.findall(behind[found.end() :])[:2])
        return not self._denied.search(f"{found[0]} {next_words}")

    def _holds(self, ahead: str) -> bool:
        """Whether nothing before the statement denies it or shows that it speaks of something else."""
        sentence = _last(_SENTENCE, ahead)
        clause = _last(_CLAUSE, sentence)
        near = " ".join(_WORD.findall(clause)[-_NEAR:])
        if self._denied.search(near) or self._others.search(clause):
            return False
        relative = self._relative.match(clause.lstrip())
        return not (relative and (self._referred.search(sentence) or self._others.search(sentence)))


def _dates(text: str, grammar: Grammar) -> Iterator[tuple[int, int, str]]:
    """Where the dates of a known year stand, and what they are."""
    found = grammar.dates(text)
    ends = {each.end for each in found}  # a date of more than a year ends with it
    years = [(year.start(), year.end(), year[0]) for year in _YEAR.finditer(text) if year.end() not in ends]
    yield from sorted([(each.start, each.end, each.key) for each in found if _is_known(each)] + years)


def _is_known(each: Expression) -> bool:
    """Whether the date has a year, and its day exists."""
    if each.key.startswith("-"):
        return False
    try:
        return bool(date.fromisoformat(each.key if len(each.key) > len("2027-01") else f"{each.key}-01"))
    except ValueError:
        return False


def _last(separator: re.Pattern[str], text: str) -> str:
    """What stands behind the last separator."""
    end = max((found.end() for found in separator.finditer(text)), default=0)
    return text[end:]


def _any(patterns: tuple[str, ...]) -> str:
    return "|".join(patterns)


def _words(patterns: tuple[str, ...]) -> str:
    return rf"(?<!\w)(?:{_any(patterns)})(?!\w)"
