"""Blocks that are mere links away from the text: around it, and under headings such as "Læs også"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicate.domain.model import Block, BlockKind

_AWAY = re.compile(
    r"(?:læs også|læs mere|læs videre|se også|relatere\w+|mere om emnet|read (?:also|more|next)|see also|"
    r"related\b|recommended\b|more (?:on|from|about) |you (?:may|might) (?:also )?like|don.t miss|"
    r"lesen sie (?:auch|mehr)|mehr (?:zum thema|dazu|zu )|auch interessant|weitere (?:artikel|themen)|"
    r"lire aussi|à lire|voir aussi|sur le même sujet)",
    re.IGNORECASE,
)
_MOSTLY = 0.5
_WHOLLY = 0.9


def drop_ways_out(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without "Read also", and without mere links before the first or after the last text."""
    inner = _without_asides(blocks)
    start, end = 0, len(inner)
    while end > start and _linked(inner[end - 1]) >= _WHOLLY:
        end -= 1
    while start < end and _linked(inner[start]) >= _WHOLLY:
        start += 1
    while start < end < len(inner) and inner[end - 1].kind is BlockKind.HEADING:
        end -= 1  # the heading of the links that went
    return inner[start:end] or list(blocks)


def _without_asides(blocks: Sequence[Block]) -> list[Block]:
    kept: list[Block] = []
    in_aside = False
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            in_aside = _AWAY.match(block.text) is not None
            if not in_aside:
                kept.append(block)
        elif not _leads_away(block, in_aside):
            kept.append(block)
            in_aside = False  # text of its own: what follows belongs to it
    return kept


def _leads_away(block: Block, in_aside: bool) -> bool:
    linked = _linked(block)
    return (in_aside and linked >= _WHOLLY) or (linked >= _MOSTLY and _AWAY.match(block.text) is not None)


def _linked(block: Block) -> float:
    """The part of a block's text that is links; a heading that is one is still a heading."""
    if block.kind is BlockKind.HEADING:
        return 0.0
    return sum(len(link.label) for link in block.links) / len(block.text)
