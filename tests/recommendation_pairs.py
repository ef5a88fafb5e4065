"""The labelled before/after pairs of recommendation texts; docs/recommendation-pairs.md has the rules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from syndicate.domain.model import Change, Link, Significance, Version
from tests.factories import version_of

FOLDER = Path(__file__).parent / "data" / "recommendation_pairs"
HALVES = ("dev", "final")
FRESH = "fresh"
"""The part that was written later, against the finished rules."""
LINK = re.compile(r"\[([^\]]+)\]\((https://[^)\s]+)\)")


@dataclass(frozen=True, order=True, slots=True)
class Told:
    """One change as the labels write it: facets as "kind:before>after", sorted."""

    kind: str
    number: str
    facets: tuple[str, ...]
    significance: str


@dataclass(frozen=True, slots=True)
class Pair:
    id: str
    of_class: str
    trap: bool
    language: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    expected: tuple[Told, ...]

    @property
    def versions(self) -> tuple[Version, Version]:
        return version_with_links(self.before, self.language), version_with_links(self.after, self.language)


def load(half: str) -> list[Pair]:
    """The pairs of one part: a half, "dev" or "final", or "fresh"."""
    data = tomllib.loads((FOLDER / f"{half}.toml").read_text(encoding="utf-8"))
    return [_pair(entry) for entry in data["pairs"]]


def told(changes: Iterable[Change]) -> tuple[Told, ...]:
    """What a reader is told, in the words of the labels: what is cosmetic is not told."""
    return tuple(
        sorted(
            Told(
                change.kind.value,
                change.number,
                tuple(sorted(f"{facet.kind.value}:{facet.before}>{facet.after}" for facet in change.facets)),
                change.significance.value,
            )
            for change in changes
            if change.significance is not Significance.COSMETIC
        )
    )


def version_with_links(lines: Iterable[str], language: str) -> Version:
    """`version_of` with links written as "[words](https://…)"; soft hyphens go, as in every parser."""
    lines = tuple(line.replace("\u00ad", "") for line in lines)
    version = version_of(*(LINK.sub(r"\1", line) for line in lines), language=language)
    links = [tuple(Link(*found) for found in LINK.findall(line)) for line in lines]
    blocks = zip(version.blocks, links, strict=True)
    return replace(version, blocks=tuple(replace(block, links=found) for block, found in blocks))


def _pair(entry: dict[str, Any]) -> Pair:
    return Pair(
        id=entry["id"],
        of_class=entry["class"],
        trap=entry["trap"],
        language=entry["language"],
        before=tuple(entry["before"]),
        after=tuple(entry["after"]),
        expected=tuple(
            sorted(
                Told(one["kind"], one["number"], tuple(sorted(one["facets"])), one["significance"])
                for one in entry["expected"]
            )
        ),
    )
