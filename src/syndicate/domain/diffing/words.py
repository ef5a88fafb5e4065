"""A text as words, and how one row of words became another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from syndicate.domain.model import Edit, EditOp

_NUMBER = r"(?:\d+|(?<![\w.,])\.\d+)(?:[.,]\d+)*"
_NAME = r"[^\W\d_]\w*(?:[-\u2010\u2011'’]\w+)*"
_CORE = rf"(?:{_NAME}|(?:(?<![^\s(\[])[-−+])?{_NUMBER}(?:-?{_NAME})?|\w+|[^\w\s]|\s+\Z)"
_CORES = re.compile(_CORE)
_WORD = re.compile(rf"(?P<lead>\s*)(?P<core>{_CORE})")
_GLUED_UNIT = re.compile(r"([-+]?\.?\d++(?:[.,]\d++)*)([^\W\d_]\w*)")
_ADDRESS_END = re.compile(r"(\b(?:https?://|www\.)[^\s<>()]{0,300}[^\s<>()/.,;:])/+(?=[\s<>().,;:]|\Z)")
"""An address as printed, with and without the slash at its end: one address."""
_STRAIGHT = {**dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"), "\u2019": "'"}
"""Every dash and minus as "-", the apostrophe as "'"."""

_MEANINGFUL = frozenset("%‰/§&#@*†‡")
"""Punctuation to Unicode, but a word to a reader."""

_MANY = 2_000_000_000
"""Pairs of words above which texts are only aligned when few of the words differ."""
_FEW = 10_000
_LONG = 20_000
"""Characters from which only the stretch that differs is looked at, word for word."""
_CONTEXT = 400
"""Characters around that stretch that belong to it: more than any expression has."""
TOO_MANY = 60_000
"""Words from which such a stretch is no longer told word for word."""
_SHORT = 3
"""Longest word that does not hold two edits apart."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or sign, with the white space before it and where it starts in the text."""

    lead: str
    core: str
    start: int


@dataclass(frozen=True, slots=True)
class Hunk:
    """Words `before[i1:i2]` stand where words `after[j1:j2]` stand; `same` when they are equal."""

    same: bool
    i1: int
    i2: int
    j1: int
    j2: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of two texts in which they differ; `head` and `tail` are what both have around it."""

    head: str
    before: str
    after: str
    tail: str

    def as_edits(self) -> tuple[Edit, ...]:
        """The stretch as one edit."""
        runs: list[Edit] = []
        _append(runs, EditOp.EQUAL, self.head)
        _append(runs, EditOp.DELETE, self.before)
        _append(runs, EditOp.INSERT, self.after)
        _append(runs, EditOp.EQUAL, self.tail)
        return tuple(runs)


def stretch(before: str, after: str) -> Stretch:
    """Where long texts differ, from one space to another, with some context; short texts are all of it."""
    shorter = min(len(before), len(after))
    if shorter < _LONG:
        return Stretch("", before, after, "")
    start = _equal_characters(shorter, lambda length: before[:length] == after[:length])
    start = before.rfind(" ", 0, max(start - _CONTEXT, 0)) + 1
    rest = shorter - start
    length = _equal_characters(rest, lambda size: before[-size:] == after[-size:])
    stop = before.find(" ", len(before) - max(length - _CONTEXT, 0))
    size = len(before) - stop if stop >= 0 else 0
    return Stretch(
        before[:start],
        before[start : len(before) - size],
        after[start : len(after) - size],
        after[len(after) - size :],
    )


def _equal_characters(most: int, is_equal: Callable[[int], bool]) -> int:
    """The largest number up to `most` of which `is_equal` is true, as it is of all smaller ones."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if is_equal(middle) else (least, middle - 1)
    return least


def words(text: str) -> list[Word]:
    """The words of `text`; their leads and cores join to it exactly."""
    return [Word(found["lead"], found["core"], found.start("core")) for found in _WORD.finditer(text)]


def essence(text: str) -> str:
    """What is left of `text` when all that no reader would call a change is taken out.

    White space, punctuation, the style of dashes and apostrophes, a capital at the start of a word. Two texts
    with equal essences differ cosmetically at most. A minus sign and a dash between two numbers stay.
    """
    if not text.isascii():
        for sign, straight in _STRAIGHT.items():  # several times as fast as str.translate
            text = text.replace(sign, straight)
    cores = _CORES.findall(_ADDRESS_END.sub(r"\1", text) if "://" in text or "www." in text else text)
    said = list(map(_essential, cores))
    if "-" in cores:
        for index, core in enumerate(cores):
            if core == "-" and _is_between_numbers(cores, index):
                said[index] = core
    return " ".join(filter(None, said))


@lru_cache(maxsize=32_768)
def _essential(core: str) -> str:
    """What a word, number or sign comes to on its own; "" for one that says nothing."""
    if core.isspace():
        return ""
    if core[0].isalpha():
        return _plain(core)
    if core[-1].isdigit() or core[0].isdigit():
        glued = _GLUED_UNIT.match(core)
        return f"{glued[1]} {core[glued.end(1) :]}" if glued else core
    return core if _is_word(core) else ""


def _plain(name: str) -> str:
    return name.lower() if name[1:].islower() or len(name) == 1 else name


def _is_word(sign: str) -> bool:
    return sign in _MEANINGFUL or not unicodedata.category(sign[0]).startswith(("P", "Z", "C"))


def _is_between_numbers(cores: Sequence[str], index: int) -> bool:
    if not 0 < index < len(cores) - 1:
        return False
    return cores[index - 1][-1].isdigit() and cores[index + 1][0].isdigit()


def align(before: Sequence[Word], after: Sequence[Word]) -> list[Hunk]:
    """Hunks that cover both rows of words in order; same and different ones take turns."""
    old, new = _numbered(before, after)
    if len(old) * len(new) > _MANY and Levenshtein.distance(old, new, score_cutoff=_FEW) > _FEW:
        return [Hunk(False, 0, len(old), 0, len(new))]
    hunks: list[Hunk] = []
    # The hint keeps the search in a narrow band first: texts of a megabyte with few edits take milliseconds.
    for op in Levenshtein.opcodes(old, new, score_hint=64):
        hunk = Hunk(op.tag == "equal", op.src_start, op.src_end, op.dest_start, op.dest_end)
        if hunks and not hunks[-1].same and not hunk.same:
            hunk = _joined(hunks.pop(), hunk)
        hunks.append(hunk)
    return hunks


def _numbered(before: Sequence[Word], after: Sequence[Word]) -> tuple[list[int], list[int]]:
    numbers: dict[str, int] = {}
    old = [numbers.setdefault(word.core, len(numbers)) for word in before]
    return old, [numbers.setdefault(word.core, len(numbers)) for word in after]


def _joined(first: Hunk, second: Hunk, same: bool = False) -> Hunk:
    return Hunk(same, first.i1, second.i2, first.j1, second.j2)


def edits(
    before: Sequence[Word], after: Sequence[Word], hunks: Sequence[Hunk], head: str = "", tail: str = ""
) -> tuple[Edit, ...]:
    """The runs of words to show: EQUAL and DELETE join to the old text, EQUAL and INSERT to the new one.

    `head` and `tail` are what both texts have around the words.
    """
    runs: list[Edit] = []
    _append(runs, EditOp.EQUAL, head)
    for hunk in _readable(before, hunks):
        if hunk.same:
            for old, new in zip(before[hunk.i1 : hunk.i2], after[hunk.j1 : hunk.j2], strict=True):
                _write(runs, old.lead, new.lead)
                _append(runs, EditOp.EQUAL, old.core)
        else:
            _write(runs, _join(before[hunk.i1 : hunk.i2]), _join(after[hunk.j1 : hunk.j2]))
    _append(runs, EditOp.EQUAL, tail)
    return tuple(_merged(runs))


def _join(row: Sequence[Word]) -> str:
    return "".join(word.lead + word.core for word in row)


def _write(runs: list[Edit], old: str, new: str) -> None:
    """Append what stands for what, with the white space that both start with kept out of it."""
    if old == new:
        _append(runs, EditOp.EQUAL, old)
        return
    if old[:1] == new[:1] == " ":
        _append(runs, EditOp.EQUAL, " ")
        old, new = old[1:], new[1:]
    _append(runs, EditOp.DELETE, old)
    _append(runs, EditOp.INSERT, new)


def _append(runs: list[Edit], op: EditOp, text: str) -> None:
    if text:
        runs.append(Edit(op, text))


def _merged(runs: Sequence[Edit]) -> Iterator[Edit]:
    """Neighbours of one kind as one run."""
    start = 0
    while start < len(runs):
        stop = start
        while stop < len(runs) and runs[stop].op is runs[start].op:
            stop += 1
        yield Edit(runs[start].op, "".join(run.text for run in runs[start:stop]))
        start = stop


def _readable(before: Sequence[Word], hunks: Sequence[Hunk]) -> list[Hunk]:
    """The hunks with those joined that only a sign or a short word holds apart: crumbs cannot be read."""
    if _kept(hunks) < 0.25:
        return [_joined(hunks[0], hunks[-1])] if hunks else []
    result: list[Hunk] = []
    for hunk in hunks:
        if len(result) > 1 and not hunk.same and result[-1].same and _is_crumb(before, result[-1]):
            crumb, first = result.pop(), result.pop()
            hunk = _joined(_joined(first, crumb), hunk)
        result.append(hunk)
    return result


def _kept(hunks: Sequence[Hunk]) -> float:
    """The share of the words on the longer side that stayed."""
    if not hunks:
        return 1.0
    same = sum(hunk.i2 - hunk.i1 for hunk in hunks if hunk.same)
    return same / max(hunks[-1].i2, hunks[-1].j2, 1)


def _is_crumb(before: Sequence[Word], hunk: Hunk) -> bool:
    row = [word.core for word in before[hunk.i1 : hunk.i2] if word.core.isalnum()]
    return len(row) == 0 or (len(row) == 1 and len(row[0]) <= _SHORT and not row[0].isdigit())
