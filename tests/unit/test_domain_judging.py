"""What is done about a visit, and why, in words for the operator."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.domain.diffing import compare
from syndicate.domain.judging import JudgedResource, judge
from syndicate.domain.model import Comparison, Decision, FacetKind, Significance, Version
from tests.factories import version_of

BEFORE = version_of("1. Kommunen bør hjælpe alle.", "2. Alle er velkomne i huset.")
AFTER = version_of("1. Kommunen skal hjælpe alle.", "2. Alle er velkomne i huset.")
MENDED = version_of("1. Kommunen bør hjælpe alle.", "2. Alle er velkommne i huset.")


def page(before: Version = BEFORE, after: Version = AFTER) -> JudgedResource:
    return JudgedResource("Råd", "https://kilde.example.org/", "page", compare(before, after))


def attachment(label: str = "Fakta", **other: Any) -> JudgedResource:
    values: dict[str, Any] = {"comparison": Comparison(), "url": f"https://kilde.example.org/{label}.pdf"}
    return JudgedResource(label=label, role="attachment", **values | other)


def test_a_meaningful_change_is_announced() -> None:
    verdict = judge([page()], review=False)
    assert verdict.decision is Decision.ANNOUNCE
    assert verdict.significance is Significance.SUBSTANTIVE
    assert verdict.reason == "1 change (reworded; strength)."
    assert [change.after for change in verdict.changes] == ["Kommunen skal hjælpe alle."]


def test_an_editorial_change_is_announced_as_such() -> None:
    verdict = judge([page(MENDED, BEFORE)], review=False)
    assert (verdict.decision, verdict.significance) == (Decision.ANNOUNCE, Significance.EDITORIAL)
    assert "none of substance" in verdict.reason


def test_nothing_meaningful_is_dropped_with_a_reason() -> None:
    dated = [*("Senest opdateret: 9. maj 2017", "Senest opdateret: 8. juni 2017")]
    verdict = judge([page(*map(version_of, dated)), attachment()], review=False)
    assert (verdict.decision, verdict.significance) == (Decision.DROP, Significance.COSMETIC)
    assert "date line" in verdict.reason
    assert verdict.changes == ()


def test_nothing_at_all_is_dropped() -> None:
    assert judge([], review=True).decision is Decision.DROP


def test_a_reviewed_source_holds() -> None:
    verdict = judge([page()], review=True)
    assert verdict.decision is Decision.HOLD
    assert "reviewed" in verdict.reason


def test_a_reviewed_source_holds_nothing_where_there_is_nothing() -> None:
    assert judge([page(BEFORE, BEFORE)], review=True).decision is Decision.DROP


@pytest.mark.parametrize("review", [True, False])
def test_an_attachment_that_cannot_be_read_is_held(review: bool) -> None:
    verdict = judge([page(BEFORE, BEFORE)], review=review, unreadable=["Rapport"])
    assert verdict.decision is Decision.HOLD
    assert '"Rapport"' in verdict.reason


def test_unreadable_weighs_more_than_waiting() -> None:
    assert judge([page()], review=False, unreadable=["A"], waiting_for=["B"]).decision is Decision.HOLD


def test_an_announcement_waits_for_a_new_attachment() -> None:
    verdict = judge([page()], review=False, waiting_for=["Bilag"])
    assert verdict.decision is Decision.DOUBT
    assert '"Bilag"' in verdict.reason


def test_nothing_waits_where_nothing_is_to_be_announced() -> None:
    assert judge([page(BEFORE, BEFORE)], review=False, waiting_for=["Bilag"]).decision is Decision.DROP


def test_a_new_and_a_gone_attachment_are_announced() -> None:
    for each in (attachment(is_new=True), attachment(is_gone=True)):
        verdict = judge([page(BEFORE, BEFORE), each], review=False)
        assert verdict.decision is Decision.ANNOUNCE
        assert [facet.kind for facet in verdict.changes[0].facets] == [FacetKind.ATTACHMENT]


def test_the_same_change_in_two_editions_is_judged_once() -> None:
    verdict = judge([page(), attachment(comparison=compare(BEFORE, AFTER))], review=False)
    assert len(verdict.changes) == 1
