"""Small builders for tests: a sound thing by default, of which a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from syndicate.domain.model import (
    Block,
    BlockKind,
    Change,
    ChangeKind,
    Edit,
    EditOp,
    Facet,
    FacetKind,
    FeedEntry,
    FeedView,
    NotedChange,
    Recipe,
    Significance,
    Site,
    Topic,
    Update,
    UpdateKind,
    UpdateState,
    UpdateText,
    Version,
)

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)

SOURCE_URL = "https://source.example.org/anbefalinger"

HEALTH = Topic("sundhed", "Sundhed i boligområder")
WORK = Topic("beskaeftigelse", "Beskæftigelse")


def site(**other: Any) -> Site:
    values: dict[str, Any] = {
        "title": "Anbefalinger",
        "base_url": "https://nyt.example.org",
        "feed_id": "tag:example.org,2026:",
        "language": "da",
        "languages": ("da", "en"),
        "publisher": "Foreningen for Åben Rådgivning",
        "contact": "redaktion@example.org",
        "topics": (HEALTH, WORK),
    }
    return Site(**values | other)


def reworded(**other: Any) -> Change:
    """Recommendation 3, sharpened from "bør" to "skal"."""
    values: dict[str, Any] = {
        "kind": ChangeKind.REWORDED,
        "section": ("Anbefalinger", "Sundhed"),
        "before": "Kommunen bør tilbyde et helbredstjek i opgangen.",
        "after": "Kommunen skal tilbyde et helbredstjek i opgangen.",
        "facets": (Facet(FacetKind.STRENGTH, "bør", "skal", "stronger"),),
        "edits": (
            Edit(EditOp.EQUAL, "Kommunen "),
            Edit(EditOp.DELETE, "bør"),
            Edit(EditOp.INSERT, "skal"),
            Edit(EditOp.EQUAL, " tilbyde et helbredstjek i opgangen."),
        ),
        "number_before": "3",
        "number_after": "3",
    }
    return Change(**values | other)


def added(text: str = "Bydelsmødre inddrages i arbejdet.", **other: Any) -> Change:
    values: dict[str, Any] = {
        "kind": ChangeKind.ADDED,
        "section": ("Anbefalinger",),
        "before": None,
        "after": text,
        "number_after": "7",
    }
    return Change(**values | other)


def removed(text: str = "Der holdes et årligt møde.", **other: Any) -> Change:
    values: dict[str, Any] = {
        "kind": ChangeKind.REMOVED,
        "section": ("Anbefalinger",),
        "before": text,
        "after": None,
        "number_before": "4",
    }
    return Change(**values | other)


def noted(change: Change | None = None, **other: Any) -> NotedChange:
    values: dict[str, Any] = {
        "change": change or reworded(),
        "resource": "Anbefalinger",
        "url": SOURCE_URL,
    }
    return NotedChange(**values | other)


def update(*changes: Change, **other: Any) -> Update:
    """A published update of one document; without `changes` recommendation 3 is sharpened."""
    values: dict[str, Any] = {
        "id": "0f1e2d3c4b5a",
        "kind": UpdateKind.CHANGE,
        "state": UpdateState.PUBLISHED,
        "source_id": "anbefalinger",
        "document_id": 1,
        "document_title": "Fælles anbefalinger om sundhed og beskæftigelse",
        "document_url": SOURCE_URL,
        "language": "da",
        "topics": (HEALTH.id,),
        "significance": Significance.SUBSTANTIVE,
        "changes": tuple(noted(change) for change in changes or (reworded(),)),
        "detected_at": NOON - timedelta(minutes=5),
        "reason": "The wording of a recommendation changed.",
        "published_at": NOON,
        "sequence": 41,
        "texts": {
            "da": UpdateText(
                "da",
                "Anbefaling 3 er skærpet: »bør« er blevet til »skal«",
                "Anbefaling 3 om sundhed er skærpet. Før: »bør tilbyde«. Nu: »skal tilbyde«.",
            ),
            "en": UpdateText(
                "en",
                "Recommendation 3 is stronger: “bør” became “skal”",
                "Recommendation 3 on health is stronger. Before: “bør tilbyde”. Now: “skal tilbyde”.",
            ),
        },
    }
    return Update(**values | other)


def feed_entry(number: int = 1, **other: Any) -> FeedEntry:
    values: dict[str, Any] = {
        "id": f"tag:example.org,2026:update/{number}",
        "url": f"https://nyt.example.org/updates/{number}",
        "title": f"Anbefaling {number} er skærpet",
        "summary": "»bør« er blevet til »skal«.",
        "html": "<p>Kommunen <del>bør</del> <ins>skal</ins> tilbyde et helbredstjek.</p>",
        "published": NOON,
        "updated": NOON,
        "sequence": number,
        "language": "da",
        "significance": Significance.SUBSTANTIVE,
        "topics": (HEALTH,),
        "source_url": SOURCE_URL,
        "source_title": "Fælles anbefalinger",
        "previous_url": "https://nyt.example.org/updates/0",
        "changes": ({"kind": "reworded", "before": "bør", "after": "skal"},),
    }
    return FeedEntry(**values | other)


def feed_view(*entries: FeedEntry, **other: Any) -> FeedView:
    values: dict[str, Any] = {
        "id": "tag:example.org,2026:feed/all",
        "title": "Anbefalinger",
        "subtitle": "Ændringer i de anbefalinger, som vi følger.",
        "base_url": "https://nyt.example.org",
        "path": "/feeds/all",
        "home_url": "https://nyt.example.org/updates",
        "language": "da",
        "publisher": "Foreningen for Åben Rådgivning",
        "topic_scheme": "tag:example.org,2026:topics",
        "entries": entries,
    }
    return FeedView(**values | other)


def version_of(*lines: str | Block, language: str = "da", title: str = "Anbefalinger") -> Version:
    """A version from lines: "## Heading", "3. numbered item", "- bullet", "cell | cell", else a paragraph."""
    blocks: list[Block] = []
    path: tuple[str, ...] = ()
    for line in lines:
        block = line if isinstance(line, Block) else _block_of(line, path)
        if block.kind is BlockKind.HEADING:
            path = (*path[: block.level - 1], block.text)
        blocks.append(block)
    return Version(title, language, tuple(blocks), Recipe("text", 1))


def _block_of(line: str, path: tuple[str, ...]) -> Block:
    head, _, rest = line.partition(" ")
    if head and set(head) == {"#"}:
        return Block(BlockKind.HEADING, rest, path[: len(head) - 1], level=len(head))
    if head == "-":
        return Block(BlockKind.ITEM, rest, path, level=1)
    if head[-1:] == "." and head[:-1].replace(".", "").isdigit():
        return Block(BlockKind.ITEM, rest, path, head[:-1], 1)
    return Block(BlockKind.ROW if " | " in line else BlockKind.PARAGRAPH, line, path)
