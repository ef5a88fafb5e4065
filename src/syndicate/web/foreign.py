"""Foreign texts and addresses on our pages: quoted faithfully, and inert."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from syndicate.domain.model import Block, BlockKind

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without what no page may hold: control characters, orders of direction, lone surrogates.

    Isolates (U+2066 to U+2069) stay: they end where the element around them does.
    """
    return text if text.isprintable() else _UNSEEN.sub("", text)  # most are, and that is quick to tell


def masked(address: str) -> str:
    """An address as its owner knows it again, and nobody else learns it: "r…@example.org"."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if local else ""


@dataclass(frozen=True, slots=True)
class Share:
    """Plain links that pass a page on; no script of anybody is asked."""

    mail: str
    linkedin: str
    facebook: str
    x: str


def share_links(url: str, title: str, body: str) -> Share:
    """`body` is the text of the mail that the reader's own mail program opens with."""
    link, words = quote(printable(url), safe=""), quote(printable(title), safe="")
    return Share(
        mail=f"mailto:?subject={words}&body={quote(printable(body), safe='')}",
        linkedin=f"https://www.linkedin.com/sharing/share-offsite/?url={link}",
        facebook=f"https://www.facebook.com/sharer/sharer.php?u={link}",
        x=f"https://x.com/intent/tweet?text={words}&url={link}",
    )


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring blocks of one kind: a heading, a paragraph, a whole list or a whole table.

    `level` is that of a heading on our page, where the document's own title is level 2: never more than
    one deeper than the heading before it, and at most 6.
    """

    kind: BlockKind
    blocks: tuple[Block, ...]
    level: int = 0

    @property
    def rows(self) -> list[list[str]]:
        return [block.text.split(" | ") for block in self.blocks]


def passages(blocks: Sequence[Block]) -> Iterator[Passage]:
    """A version's blocks, put together as a page shows them."""
    level = 2
    for kind, group in _runs(blocks):
        if kind is BlockKind.HEADING:
            level = min(level + 1, max(3, group[0].level + 2), 6)
        yield Passage(kind, group, level if kind is BlockKind.HEADING else 0)


def _runs(blocks: Iterable[Block]) -> Iterator[tuple[BlockKind, tuple[Block, ...]]]:
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        if kind in (BlockKind.ITEM, BlockKind.ROW):
            yield kind, tuple(group)
        else:
            yield from ((kind, (block,)) for block in group)
