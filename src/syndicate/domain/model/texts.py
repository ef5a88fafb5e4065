"""What a parser read: blocks, links, dates, a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"


class DateRole(StrEnum):
    """What a page says of itself in a line such as "Senest opdateret: 09. jan. 2017"."""

    CREATED = "created"
    UPDATED = "updated"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Link:
    """A link inside a block: the words that carry it and its absolute target."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A link to a document (PDF, DOCX, …), found anywhere on a page.

    `place` counts the page's attachments from 0 in document order; `label` is the visible text with
    white space folded; `url` is absolute and has no fragment.
    """

    label: str
    url: str
    place: int


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date that the page itself states about the text, not a date that the text is about."""

    role: DateRole
    on: date


@dataclass(frozen=True, slots=True)
class Block:
    """One unit of text in reading order.

    `text` is one line: NFC, white space folded, soft hyphens and control characters gone; the cells
    of a table row are joined by " | ". `section` is the path of headings above, outermost first (a
    heading is not part of its own path). `number` is the number as a reader sees it, without its
    punctuation ("3", "3.2", "a"), taken out of `text` where it was printed there, so that the HTML,
    PDF and DOCX edition of one text give the same blocks. `level` is 1 to 6 for a heading, the depth
    from 1 for a list item, else 0.
    """

    kind: BlockKind
    text: str
    section: tuple[str, ...] = ()
    number: str = ""
    level: int = 0
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """How bytes became a version. Two versions are only ever compared when their recipes are equal.

    `version` is raised whenever a parser reads the same bytes differently.
    """

    parser: str
    version: int
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A text that is equal exactly when the recipes are."""
        options = sha256(repr((self.select, self.ignore)).encode()).hexdigest()[:12]
        return f"{self.parser}/{self.version}/{options}"


@dataclass(frozen=True, slots=True)
class Version:
    """What a parser read from one snapshot.

    `language` is a lower-case primary subtag ("da"), or "" where nothing tells it. `blocks` hold the
    main text only; `attachments` come from the whole page. `canonical` is the address that a page gives as
    its own, or "".
    """

    title: str
    language: str
    blocks: tuple[Block, ...]
    recipe: Recipe
    dates: tuple[StatedDate, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    canonical: str = ""

    @property
    def text(self) -> str:
        """The main text, a block a line."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all that a comparison can see, hexadecimal: equal when nothing can differ."""
        digest = sha256()
        for block in self.blocks:
            targets = "\x1f".join(link.url for link in block.links)
            digest.update(f"{block.kind}\x1e{block.number}\x1e{block.text}\x1e{targets}\x1d".encode())
        return digest.hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON, short keys, nothing lost: `from_dict` gives back an equal version."""
        return {
            "title": self.title,
            "language": self.language,
            "recipe": [
                self.recipe.parser,
                self.recipe.version,
                list(self.recipe.select),
                list(self.recipe.ignore),
            ],
            "blocks": [
                [
                    b.kind.value,
                    b.text,
                    list(b.section),
                    b.number,
                    b.level,
                    [[x.label, x.url] for x in b.links],
                ]
                for b in self.blocks
            ],
            "dates": [[d.role.value, d.on.isoformat()] for d in self.dates],
            "attachments": [[a.label, a.url, a.place] for a in self.attachments],
            "canonical": self.canonical,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Version:
        """The version that `as_dict` was made from."""
        parser, number, select, ignore = data["recipe"]
        return cls(
            title=data["title"],
            language=data["language"],
            recipe=Recipe(parser, number, tuple(select), tuple(ignore)),
            blocks=tuple(
                Block(
                    BlockKind(kind), text, tuple(section), label, level, tuple(Link(*link) for link in links)
                )
                for kind, text, section, label, level, links in data["blocks"]
            ),
            dates=tuple(StatedDate(DateRole(role), date.fromisoformat(on)) for role, on in data["dates"]),
            attachments=tuple(Attachment(*item) for item in data["attachments"]),
            canonical=data.get("canonical", ""),  # versions kept by older releases have none
        )
