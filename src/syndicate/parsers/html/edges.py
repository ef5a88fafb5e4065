"""What only the whole row of blocks tells: links away from the text ("Læs også"), numbers on their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from syndicate.domain.model import Block, BlockKind
from syndicate.parsers._shared import is_date

_AWAY = re.compile(
    r"(?:læs også|læs mere|læs videre|se også|relatere\w+|mere om emnet|read (?:also|more|next)|see also|"
    r"related\b|recommended\b|more (?:on|from|about) |you (?:may|might) (?:also )?like|don.t miss|"
    r"lesen sie (?:auch|mehr)|mehr (?:zum thema|dazu|zu )|auch interessant|weitere (?:artikel|themen)|"
    r"lire aussi|à lire|voir aussi|sur le même sujet)",
    re.IGNORECASE,
)
_DATE_LIST = 3
_MOSTLY = 0.5
_WHOLLY = 0.9
_LONGEST_NUMBER = 3


def drop_ways_out(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without "Read also", lists of mere dates, and mere links around the text.

    Lists of links stay, unless a heading says that they lead away: they may be what the page is about.
    """
    inner = _without_date_lists(_without_asides(blocks))
    start, end = 0, len(inner)
    while end > start and _is_loose_link(inner[end - 1]):
        end -= 1
    while start < end and _is_loose_link(inner[start]):
        start += 1
    while start < end < len(inner) and inner[end - 1].kind is BlockKind.HEADING:
        end -= 1  # the heading of the links that went
    return inner[start:end] or list(blocks)


def join_numbers(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with each number of a list that stands in a paragraph of its own joined to its item.

    Only numbers that count 1, 2, … are a list's: "10" on its own may be a dose.
    """
    lone = [place for place in range(len(blocks) - 1) if _is_lone_number(blocks[place])]
    counted = [int(blocks[place].text) for place in lone]
    counts = len(lone) > 1 and counted == list(range(1, len(lone) + 1))
    if not counts or not all(_is_unnumbered(blocks[place + 1]) for place in lone):
        return list(blocks)
    numbers = {place + 1: blocks[place].text for place in lone}
    return [
        replace(block, kind=BlockKind.ITEM, level=1, number=numbers[place]) if place in numbers else block
        for place, block in enumerate(blocks)
        if place + 1 not in numbers
    ]


def _is_lone_number(block: Block) -> bool:
    text = block.text
    return block.kind is BlockKind.PARAGRAPH and len(text) < _LONGEST_NUMBER and text.isdecimal()


def _is_unnumbered(block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH and not _is_lone_number(block)


def _is_loose_link(block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH and _linked(block) >= _WHOLLY


def _without_date_lists(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without runs of mere dates: menus of older editions, told in the time of the server."""
    kept: list[Block] = []
    for dated, run in groupby(blocks, key=lambda block: is_date(block.text)):
        members = list(run)
        if not dated or len(members) < _DATE_LIST:
            kept += members
    return kept


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
