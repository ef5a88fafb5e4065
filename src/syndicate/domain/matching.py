"""Which attachment that a page links to now is which one that was known: its address is not its identity."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from syndicate.domain.diffing.links import target
from syndicate.domain.diffing.words import essence
from syndicate.domain.model import Attachment, Version

_WWW = re.compile(r"^//www\.")
_LIKE = 0.5
_SAME = 0.9
_ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]")
_SIZE = re.compile(r"\b\d+(?:[.,]\d+)?\s*(?:bytes?|k[ib]*b?|m[ib]*b|g[ib]*b)\b", re.IGNORECASE)
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_TYPE = re.compile(r"\b(?:pdf|docx?|odt|rtf|xlsx?|pptx?)\b", re.IGNORECASE)


def place_of_page(url: str) -> str:
    """What stays of an address when its site goes from http to https or gets a "www.", when a slash comes or
    goes at its end, and whoever is followed by its parameters. Two addresses of one place are one page."""
    return _WWW.sub("//", target(url))


def leads_elsewhere(old: str, new: str) -> bool:
    """Whether two addresses of a page differ in more than what follows a reader."""
    if target(old) != target(new):
        return True
    return old.partition("#")[0].partition("?")[0] != new.partition("#")[0].partition("?")[0]


@dataclass(frozen=True, slots=True)
class KnownAttachment:
    """An attachment as it was linked last; `id` is the resource's, `place` counts the page's attachments."""

    id: int
    label: str
    url: str
    place: int


@dataclass(frozen=True, slots=True)
class Matching:
    """`same` maps the id of a known attachment to its link now; `new` and `vanished` have no counterpart."""

    same: Mapping[int, Attachment]
    new: tuple[Attachment, ...]
    vanished: tuple[int, ...]


def match(known: Sequence[KnownAttachment], found: Sequence[Attachment]) -> Matching:
    """Pairs by address, then by label, then by place.

    A label counts without sizes, dates and types, and only where it is unique on both sides. A place counts
    when what stands before and behind is the same attachment, or when just one is left on each side of an
    equally long list.
    """
    matcher = _Matcher(known, found)
    matcher.pair_by(lambda each: target(each.url))
    matcher.pair_by(lambda each: _plain_label(each.label))
    matcher.pair_by_place()
    return matcher.result()


def alike(before: Version, after: Version) -> bool:
    """Whether two texts are versions of one: at least half of their different words in common."""
    return _likeness(before, after) >= _LIKE


def same_text(before: Version, after: Version) -> bool:
    """Whether a page elsewhere is surely the same text: nine tenths of their different words in common."""
    return _likeness(before, after) >= _SAME


def _likeness(before: Version, after: Version) -> float:
    old, new = set(essence(before.text).split()), set(essence(after.text).split())
    return 2 * len(old & new) / (len(old) + len(new)) if old and new else 0.0


class _Matcher:
    def __init__(self, known: Sequence[KnownAttachment], found: Sequence[Attachment]) -> None:
        self._known = sorted(known, key=lambda each: each.place)
        self._found = sorted(found, key=lambda each: each.place)
        self._now: dict[int, int] = {}

    def pair_by(self, name: Callable[[KnownAttachment | Attachment], str]) -> None:
        """Pairs what has the same name, where nothing else on either side has it."""
        olds, news = self._free()
        for i in olds:
            wanted = name(self._known[i])
            twins = [j for j in news if name(self._found[j]) == wanted]
            rivals = [k for k in olds if name(self._known[k]) == wanted]
            if wanted and len(twins) == len(rivals) == 1:
                self._now[i] = twins[0]

    def pair_by_place(self) -> None:
        olds, news = self._free()
        for i in olds:
            between = [j for j in news if self._same_neighbours(i, j)]
            if len(between) == 1:
                self._now[i] = between[0]
        olds, news = self._free()
        if len(olds) == len(news) == 1 and len(self._known) == len(self._found):
            self._now[olds[0]] = news[0]

    def result(self) -> Matching:
        olds, news = self._free()
        return Matching(
            {self._known[i].id: self._found[j] for i, j in sorted(self._now.items())},
            tuple(self._found[j] for j in news),
            tuple(self._known[i].id for i in olds),
        )

    def _free(self) -> tuple[list[int], list[int]]:
        taken = set(self._now.values())
        olds = [i for i in range(len(self._known)) if i not in self._now]
        return olds, [j for j in range(len(self._found)) if j not in taken]

    def _same_neighbours(self, i: int, j: int) -> bool:
        """Whether the same attachments stand right before and right behind (or both stand at the end)."""
        if len(self._known) == 1 or len(self._found) == 1:
            return False
        return self._at(i - 1) == self._there(j - 1) and self._at(i + 1) == self._there(j + 1)

    def _at(self, i: int) -> int | None:
        """Where the known attachment `i` is now; -1 beyond the ends, None when it is nowhere."""
        return self._now.get(i) if 0 <= i < len(self._known) else -1

    def _there(self, j: int) -> int:
        return j if 0 <= j < len(self._found) else -1


def _plain_label(label: str) -> str:
    for pattern in (_ASIDE, _SIZE, _DATE, _TYPE):
        label = pattern.sub(" ", label)
    return essence(label).casefold()
