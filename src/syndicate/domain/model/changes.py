"""What differs between two versions, and what the judge makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from syndicate.domain.model.texts import BlockKind


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    MOVED = "moved"
    RENUMBERED = "renumbered"


class FacetKind(StrEnum):
    STRENGTH = "strength"
    NUMBER = "number"
    DATE = "date"
    NEGATION = "negation"
    LINK = "link"
    ATTACHMENT = "attachment"
    STATUS = "status"


class Significance(StrEnum):
    """How much a difference matters to a reader.

    COSMETIC: no reader would call it a change (white space, typography, a page's own date line).
    EDITORIAL: the wording differs, the meaning does not (a typing error, a move, a new number).
    SUBSTANTIVE: what is recommended, or what is said about it, differs.
    """

    COSMETIC = "cosmetic"
    EDITORIAL = "editorial"
    SUBSTANTIVE = "substantive"

    @property
    def rank(self) -> int:
        return ("cosmetic", "editorial", "substantive").index(self.value)


def heaviest(values: list[Significance]) -> Significance:
    """The most significant of `values`; COSMETIC for an empty list."""
    return max(values, key=lambda value: value.rank, default=Significance.COSMETIC)


@dataclass(frozen=True, slots=True)
class Facet:
    """One deterministic aspect of a change, with the words that show it ("" where one side lacks it).

    For STATUS the words say that a unit no longer holds or what stands in its place ("Udgået", "replaced by
    recommendation 9").

    For STRENGTH the words are the strength words ("bør", "skal"); `trend` is then "stronger",
    "weaker" or "" and else "".
    """

    kind: FacetKind
    before: str
    after: str
    trend: str = ""


class EditOp(StrEnum):
    EQUAL = "equal"
    DELETE = "delete"
    INSERT = "insert"


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of words. The EQUAL and DELETE runs of a change join to `before`, EQUAL and INSERT to `after`."""

    op: EditOp
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One typed difference.

    `before` is None for ADDED, `after` is None for REMOVED. `section` is the path in the newer version
    (in the older one for REMOVED), `came_from` the path in the older one of what stands under another heading
    now, else (). `edits` are empty unless both sides exist and their texts differ.
    `effective` are the dates from which the newer wording says that it holds: ISO form, with what is not
    said left out ("2027-01-01", "2027-01", "2027").
    """

    kind: ChangeKind
    section: tuple[str, ...]
    before: str | None
    after: str | None
    facets: tuple[Facet, ...] = ()
    edits: tuple[Edit, ...] = ()
    number_before: str = ""
    number_after: str = ""
    block: BlockKind = BlockKind.PARAGRAPH
    significance: Significance = Significance.SUBSTANTIVE
    effective: tuple[str, ...] = ()
    came_from: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The number a reader knows this by: the newer one, else the older."""
        return self.number_after or self.number_before

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `from_dict` gives back an equal change."""
        return {
            "kind": self.kind.value,
            "section": list(self.section),
            "before": self.before,
            "after": self.after,
            "facets": [[f.kind.value, f.before, f.after, f.trend] for f in self.facets],
            "edits": [[e.op.value, e.text] for e in self.edits],
            "numbers": [self.number_before, self.number_after],
            "block": self.block.value,
            "significance": self.significance.value,
            "effective": list(self.effective),
            "came_from": list(self.came_from),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Change:
        """The change that `as_dict` was made from."""
        return cls(
            kind=ChangeKind(data["kind"]),
            section=tuple(data["section"]),
            before=data["before"],
            after=data["after"],
            facets=tuple(Facet(FacetKind(kind), old, new, trend) for kind, old, new, trend in data["facets"]),
            edits=tuple(Edit(EditOp(op), text) for op, text in data["edits"]),
            number_before=data["numbers"][0],
            number_after=data["numbers"][1],
            block=BlockKind(data["block"]),
            significance=Significance(data["significance"]),
            effective=tuple(data.get("effective", ())),  # older records lack these
            came_from=tuple(data.get("came_from", ())),
        )


@dataclass(frozen=True, slots=True)
class Ignored:
    """A difference that no reader is told of; `reason` says what it is, in words for the operator."""

    reason: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one resource held against each other; `changes` in the order of the newer text.

    `ignored` are the differences that are none of the changes, in the same order.
    """

    changes: tuple[Change, ...] = ()
    significance: Significance = Significance.COSMETIC
    ignored: tuple[Ignored, ...] = ()

    @property
    def is_meaningful(self) -> bool:
        """True when a reader would call it a change."""
        return self.significance is not Significance.COSMETIC


class Decision(StrEnum):
    DROP = "drop"
    DOUBT = "doubt"
    HOLD = "hold"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of one visit to a document; `reason` is a sentence for the operator."""

    decision: Decision
    reason: str
    significance: Significance = Significance.COSMETIC
    changes: tuple[Change, ...] = field(default=())
