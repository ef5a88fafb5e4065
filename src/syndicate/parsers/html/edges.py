"""What only the whole row of blocks tells: links away from the text ("Læs også"), numbers on their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from syndicate.domain.model import Block, BlockKind
from syndicate.parsers._shared import is_date
from syndicate.parsers.html.asides import link_share, without_asides
from syndicate.parsers.html.help_cards import without_help_cards
from syndicate.parsers.html.labels import without_labels

_DATE_LIST = 3
_WHOLLY = 0.9
_LONGEST_NUMBER = 3


def drop_ways_out(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without "Read also", lists of mere dates, and mere links around the text.

    Lists of links stay, unless a heading says that they lead away: they may be what the page is about.
    """
    inner = without_labels(_without_date_lists(without_help_cards(without_asides(blocks))))
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
    return block.kind is BlockKind.PARAGRAPH and link_share(block) >= _WHOLLY


def _without_date_lists(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without runs of mere dates: menus of older editions, told in the time of the server."""
    kept: list[Block] = []
    for dated, run in groupby(blocks, key=lambda block: is_date(block.text)):
        members = list(run)
        if not dated or len(members) < _DATE_LIST:
            kept += members
    return kept
