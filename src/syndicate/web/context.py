"""What stands around a change: the blocks before and after it, as the document read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicate.domain.model import Block, NotedChange, Update, Version
from syndicate.ports import Step

NEIGHBOURS = 2
"""How many blocks are shown on either side."""


@dataclass(frozen=True, slots=True)
class Context:
    """The changed block, `here`, with its neighbours in reading order."""

    before: tuple[Block, ...]
    here: Block
    after: tuple[Block, ...]


def contexts(update: Update, steps: Sequence[Step]) -> list[Context | None]:
    """For each change of an update what stood around it: in the newer text, for what was taken out in the
    older one. None where the place is not found."""
    return [_context(noted, steps) for noted in update.changes]


def _context(noted: NotedChange, steps: Sequence[Step]) -> Context | None:
    change = noted.change
    text = change.before if change.after is None else change.after
    for version in _versions(noted, steps):
        place = _place(version.blocks, text or "", change.section, change.number)
        if place is not None:
            return Context(
                version.blocks[max(0, place - NEIGHBOURS) : place],
                version.blocks[place],
                version.blocks[place + 1 : place + 1 + NEIGHBOURS],
            )
    return None


def _versions(noted: NotedChange, steps: Sequence[Step]) -> Iterator[Version]:
    """Where the change may stand, the resource that it names first."""
    for step in sorted(steps, key=lambda step: (step.url != noted.url, step.label != noted.resource)):
        version = step.before if noted.change.after is None else step.after
        if version is not None:
            yield version


def _place(blocks: Sequence[Block], text: str, section: tuple[str, ...], number: str) -> int | None:
    """Which block has this text; among equals the one in the same section and with the same number."""
    places = [at for at, block in enumerate(blocks) if block.text == text]
    if not places:  # neighbours that the change has as one
        places = [at for at, block in enumerate(blocks) if block.text and text.startswith(f"{block.text} ")]
    if not places:
        return None
    return min(places, key=lambda at: (blocks[at].section != section, blocks[at].number != number, at))
