"""Automatic numbers as Word prints them: numbering.xml says how, and counters go along with the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from syndicate.parsers._shared import counter_text
from syndicate.parsers.docx.package import Package, W
from syndicate.parsers.docx.styles import value

_STYLES = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_UNNUMBERED = frozenset({"bullet", "none"})
_AROUND = re.compile(r"^[^\w%]+|[^\w%]+$")
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is shown: "%1.%2." with numbers in this format."""

    form: str
    shown: str
    start: int


@dataclass(slots=True)
class Numbering:
    """A document's lists and how far each has counted. Lists of one abstract definition count together."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    starts: dict[tuple[str, int], int] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def next(self, list_id: str, level: int) -> str:
        """The number of the next paragraph of that list and level, bare; "" for a bullet."""
        key = self.abstract.get(list_id, list_id)
        counts = self._counts.setdefault(key, {})
        shown = self.levels.get(key, {})
        if (list_id, level) in self.starts and (list_id, level) not in self._begun:
            counts[level] = self.starts[list_id, level] - 1
        self._begun.add((list_id, level))
        counts[level] = counts.get(level, self._start(shown, level) - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return self._text(shown, counts, level)

    def _start(self, shown: dict[int, _Level], level: int) -> int:
        return shown[level].start if level in shown else 1

    def _text(self, shown: dict[int, _Level], counts: dict[int, int], level: int) -> str:
        if level not in shown or shown[level].form in _UNNUMBERED:
            return ""
        text = shown[level].shown
        for place in range(_LEVELS):
            if f"%{place + 1}" in text:
                style = _STYLES.get(shown[place].form, "1") if place in shown else "1"
                number = counts.get(place, self._start(shown, place))
                text = text.replace(f"%{place + 1}", counter_text(number, style))
        return _AROUND.sub("", text)


def read_numbering(package: Package) -> Numbering:
    """The lists of the document; none where it has no part for them."""
    numbering = Numbering()
    for element in package.elements("word/numbering.xml", f"{W}abstractNum", f"{W}num"):
        if element.tag == f"{W}abstractNum":
            levels = {_place(level): _level(level) for level in element.iterfind(f"{W}lvl")}
            numbering.levels[element.get(f"{W}abstractNumId", "")] = levels
        else:
            _add_list(numbering, element)
    return numbering


def _add_list(numbering: Numbering, element: etree._Element) -> None:
    list_id = element.get(f"{W}numId", "")
    numbering.abstract[list_id] = value(element.find(f"{W}abstractNumId"))
    for override in element.iterfind(f"{W}lvlOverride"):
        start = value(override.find(f"{W}startOverride"))
        if start.isdigit():
            numbering.starts[list_id, _place(override)] = int(start)


def _place(element: etree._Element) -> int:
    place = element.get(f"{W}ilvl", "0")
    return int(place) if place.isdigit() else 0


def _level(element: etree._Element) -> _Level:
    start = value(element.find(f"{W}start"))
    form = value(element.find(f"{W}numFmt")) or "decimal"
    return _Level(form, value(element.find(f"{W}lvlText")), int(start) if start.isdigit() else 1)
