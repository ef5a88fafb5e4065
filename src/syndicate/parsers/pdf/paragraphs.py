"""From lines to paragraphs, headings, items and rows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from syndicate.parsers._shared import Outline, split_bullet, split_number
from syndicate.parsers.pdf.layout import Line, common
from syndicate.parsers.pdf.mending import part_notes, whole_links, whole_words, with_letters
from syndicate.parsers.pdf.tables import Table, with_tables

_LONGEST_HEADING = 200
_LARGER = 1.1
"""How much larger than the running text a heading is set."""
_SHORT = 0.85
"""A line that ends before this part of the column's width was ended, not broken."""
_AIR = 1.25
"""How much more than the usual leading parts two paragraphs."""

_COLUMN = 60.0
"""Lines that begin within so many points of each other stand in one column."""
_LEADING = 1.2
"""Letter heights from line to line, where there are fewer than `_TELLING` steps to learn it from."""
_TELLING = 5
_STEP, _RARE = 0.05, 0.2

_ENDS = re.compile(r"[.!?:;»”\")]$")
_AFTER_HYPHEN = re.compile(r"(?:og|eller|samt|and|or|und|oder|et|ou)\b")


@dataclass(frozen=True, slots=True)
class _Style:
    """How the running text of the document is set."""

    size: float
    bold: bool
    leading: float
    rights: Mapping[int, float]

    def right(self, line: Line) -> float:
        """Where the column ends that a line stands in."""
        return self.rights.get(round(line.left / _COLUMN), line.right)


def build_outline(lines: Sequence[Line]) -> Outline:
    """The text of these lines, which stand in reading order."""
    style = _style(lines)
    lines, notes = part_notes(lines, style.size)
    lines = with_letters(whole_words(lines))
    groups = list(_groups(with_tables(lines, style.leading), style))
    ranks = _ranks(groups, style)
    outline = Outline()
    for group in groups:
        if isinstance(group, Table):
            for row in group.rows:
                outline.row(row)
        else:
            text, links = _joined(group), whole_links(group)
            if rank := ranks.get(_look(group)) if _may_be_heading(group, text, style) else None:
                outline.heading(text, rank, links=links)
            elif group[0].letter:
                outline.item(text, 2, links=links)
            else:
                outline.paragraph(text, links=links)
    for note in notes:
        outline.paragraph(_joined(note), links=whole_links(note))
    return outline


def _style(lines: Sequence[Line]) -> _Style:
    size = common(((line.size, len(line.text)) for line in lines), 0.25, 12.0)
    body = [line for line in lines if abs(line.size - size) < 0.3]
    bold = sum(len(line.text) for line in body if line.bold) * 2 > sum(len(line.text) for line in body)
    steps = [
        (upper.base - lower.base) / size
        for upper, lower in pairwise(body)
        if upper.page == lower.page and 0.5 * size < upper.base - lower.base < 3 * size
    ]
    leading = _usual_leading(steps) if len(steps) >= _TELLING else _LEADING
    return _Style(size, bold, leading, _rights(body))


def _usual_leading(steps: Sequence[float]) -> float:
    """The least step from line to line that is not rare: the others part paragraphs, and may be more."""
    counts = Counter(round(step / _STEP) for step in steps)
    least = min(place for place, count in counts.items() if count >= _RARE * max(counts.values()))
    near = [step for step in steps if abs(step - least * _STEP) <= _STEP]
    return sum(near) / len(near)


def _rights(lines: Sequence[Line]) -> dict[int, float]:
    """Where lines end that begin about there: columns beside each other have ends of their own."""
    rights: dict[int, list[float]] = defaultdict(list)
    for line in lines:
        place = round(line.left / _COLUMN)
        for near in range(place - 1, place + 2):
            rights[near].append(line.right)
    return {place: sorted(ends)[int(len(ends) * 0.95)] for place, ends in rights.items()}


def _groups(parts: Sequence[Line | Table], style: _Style) -> Iterator[list[Line] | Table]:
    """Lines that belong together; tables as they are."""
    group: list[Line] = []
    for part in parts:
        if group and (isinstance(part, Table) or _begins(part, group, style)):
            yield group
            group = []
        if isinstance(part, Table):
            yield part
        else:
            group.append(part)
    if group:
        yield group


def _begins(line: Line, group: Sequence[Line], style: _Style) -> bool:
    """Whether a line begins something new after the lines of `group`."""
    last = group[-1]
    if last.broken:
        return False
    if abs(line.size - last.size) > 0.08 * style.size or line.bold != last.bold:
        return not _goes_on_inline(last, line, style)
    ended = _ENDS.search(last.text) is not None
    step = (last.base - line.base) / line.size
    if line.page != last.page or step < -0.5:
        return ended or not line.text[:1].islower()
    short = last.right - last.left < _SHORT * (style.right(last) - last.left)
    if step > _AIR * max(style.leading, 1.0):
        return True
    if line.letter or _is_marked(line.text):
        return ended or short or line.left < group[0].left + 1.0
    return (ended and short) or (ended and line.left > last.left + 0.8 * line.size and len(group) > 1)


def _goes_on_inline(last: Line, line: Line, style: _Style) -> bool:
    """A line that merely begins with a bold word, or after one: same size, usual leading, sentence open."""
    same_size = abs(line.size - last.size) <= 0.08 * style.size
    close = 0 < (last.base - line.base) / line.size <= _AIR * max(style.leading, 1.0)
    full = last.right - last.left >= _SHORT * (style.right(last) - last.left)
    return same_size and close and full and line.page == last.page and not _is_marked(line.text)


def _is_marked(text: str) -> bool:
    return bool(split_number(text)[0]) or split_bullet(text)[0]


def _joined(group: Sequence[Line]) -> str:
    """One text; a word that was broken is whole again."""
    text = ""
    for line in group:
        text += line.text if text.endswith("-\0") or not text else f" {line.text}"
        if line.broken:
            text += "-\0"
    return _mend(text)


def _mend(text: str) -> str:
    """Decides for each broken word whether its hyphen belongs to it: "Covid-19", "børne- og ungeliv"."""
    parts = text.split("-\0")
    whole = parts[0]
    for part in parts[1:]:
        if _AFTER_HYPHEN.match(part):
            whole += f"- {part}"
        elif part[:1].isupper() or part[:1].isdigit():
            whole += f"-{part}"
        else:
            whole += part
    return whole


def _look(group: Sequence[Line]) -> tuple[float, bool]:
    """What headings of one rank have in common: size in half points, weight."""
    return round(group[0].size * 2) / 2, group[0].bold


def _may_be_heading(group: Sequence[Line], text: str, style: _Style) -> bool:
    if len(text) > _LONGEST_HEADING or not any(map(str.isalpha, text)) or text.endswith((".", ",", ";")):
        return False
    size = group[0].size
    bolder = group[0].bold and not style.bold and all(line.bold for line in group)
    return size > _LARGER * style.size or (bolder and size > 0.95 * style.size and not text.endswith(":"))


def _ranks(groups: Sequence[list[Line] | Table], style: _Style) -> dict[tuple[float, bool], int]:
    """The rank of each look that headings have, the largest first."""
    looks = {
        _look(group)
        for group in groups
        if not isinstance(group, Table) and _may_be_heading(group, _joined(group), style)
    }
    return {look: rank for rank, look in enumerate(sorted(looks, reverse=True), start=1)}
