"""What to do about a visit: the judge sees all comparisons of a document together."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.domain.composing.noting import JudgedResource as JudgedResource
from syndicate.domain.composing.noting import note
from syndicate.domain.model import Change, Decision, FacetKind, Significance, Verdict, heaviest


def judge(
    comparisons: Sequence[JudgedResource],
    *,
    review: bool,
    waiting_for: Sequence[str] = (),
    unreadable: Sequence[str] = (),
) -> Verdict:
    """The verdict on one visit.

    `review` says that a person approves every update of this source. `waiting_for` names new attachments that
    could not be fetched yet, `unreadable` attachments whose bytes changed and that cannot be read: what they
    say may be anything, so a person decides.
    """
    changes = tuple(noted.change for noted in note(comparisons))
    significance = heaviest([change.significance for change in changes])
    if unreadable:
        reason = f"{_names(unreadable)} changed and cannot be read; a person has to look at it."
        return Verdict(Decision.HOLD, reason, significance, changes)
    if not changes:
        return Verdict(Decision.DROP, _why_nothing(comparisons))
    if waiting_for:
        reason = (
            f"{_told(changes)} {_names(waiting_for)} is new and could not be fetched yet; looking again soon."
        )
        return Verdict(Decision.DOUBT, reason, significance, changes)
    if review:
        reason = f"{_told(changes)} This source is reviewed before publication."
        return Verdict(Decision.HOLD, reason, significance, changes)
    return Verdict(Decision.ANNOUNCE, _told(changes), significance, changes)


def _names(labels: Sequence[str]) -> str:
    return ", ".join(f'"{label}"' for label in labels)


def _told(changes: Sequence[Change]) -> str:
    """How many changes there are and what they are about."""
    count = f"{len(changes)} change" + ("s" if len(changes) > 1 else "")
    kinds = dict.fromkeys(change.kind.value for change in changes)
    facets = dict.fromkeys(facet.kind.value for change in changes for facet in change.facets)
    only = ", none of substance" if _weightless(changes) else ""
    about = f"; {', '.join(facets)}" if facets else ""
    return f"{count} ({', '.join(kinds)}{about}){only}."


def _weightless(changes: Sequence[Change]) -> bool:
    return all(change.significance is not Significance.SUBSTANTIVE for change in changes)


def _why_nothing(comparisons: Sequence[JudgedResource]) -> str:
    changes = [change for each in comparisons for change in each.comparison.changes]
    if any(facet.kind is FacetKind.LINK for change in changes for facet in change.facets):
        return "Only the address of an attachment differs; its text is the same."
    return "Only white space, typography, a date line or a counter differs."
