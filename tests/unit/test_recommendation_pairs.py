"""The labelled set of recommendation texts is what docs/recommendation-pairs.md says it is."""

from __future__ import annotations

import pytest

from syndicate.domain.diffing import compare
from syndicate.domain.model import BlockKind, ChangeKind, FacetKind, Link, Significance
from tests.recommendation_pairs import FRESH, HALVES, Pair, load, told, version_with_links

AIM = 0.97
"""The share of pairs of which exactly the expected changes must be told."""


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return [pair for part in (*HALVES, FRESH) for pair in load(part)]


def test_the_set_is_large_full_of_traps_and_in_two_languages(pairs: list[Pair]) -> None:
    danish = sum(pair.language == "da" for pair in pairs)

    assert len(pairs) >= 120
    assert sum(pair.trap for pair in pairs) >= 0.4 * len(pairs)
    assert {pair.language for pair in pairs} == {"da", "en"}
    assert 0.5 <= danish / len(pairs) <= 0.7


def test_no_id_and_no_pair_stands_twice(pairs: list[Pair]) -> None:
    assert len({pair.id for pair in pairs}) == len(pairs)
    assert len({(pair.before, pair.after) for pair in pairs}) == len(pairs)


def test_the_halves_are_alike(pairs: list[Pair]) -> None:
    dev, final = (load(half) for half in HALVES)

    assert abs(len(dev) - len(final)) <= 2
    assert {(pair.of_class, pair.trap) for pair in dev} == {(pair.of_class, pair.trap) for pair in final}


@pytest.mark.parametrize("half", (*HALVES, FRESH))
def test_the_labels_use_the_words_of_the_model(half: str) -> None:
    for pair in load(half):
        for one in pair.expected:
            assert ChangeKind(one.kind)
            assert Significance(one.significance) is not Significance.COSMETIC, pair.id
            for facet in one.facets:
                kind, _, words = facet.partition(":")
                before, _, after = words.partition(">")
                assert FacetKind(kind)
                assert before != after, pair.id
                assert before in " ".join(pair.before), f"{pair.id}: {before} is not in the older text"
                assert after in " ".join(pair.after), f"{pair.id}: {after} is not in the newer text"


@pytest.mark.parametrize("half", (*HALVES, FRESH))
def test_each_line_is_a_block(half: str) -> None:
    for pair in load(half):
        assert 2 <= len(pair.before) <= 8, pair.id
        assert [len(version.blocks) for version in pair.versions] == [len(pair.before), len(pair.after)]


def test_a_link_is_taken_out_of_its_line() -> None:
    version = version_with_links(("## Råd", "1. Læs [siden om støv](https://viden.example.org/x)."), "da")

    assert version.blocks[1].kind is BlockKind.ITEM
    assert version.blocks[1].text == "Læs siden om støv."
    assert version.blocks[1].links == (Link("siden om støv", "https://viden.example.org/x"),)
    assert version.blocks[1].section == ("Råd",)


def test_dev_is_told_exactly() -> None:
    pairs = load("dev")
    wrong = [pair.id for pair in pairs if not _is_told_exactly(pair)]

    assert len(wrong) <= (1 - AIM) * len(pairs), wrong


def test_final_is_told_exactly() -> None:
    """Names no pair, so that nobody learns from the half that is held back."""
    pairs = load("final")
    right = sum(map(_is_told_exactly, pairs))

    assert right >= AIM * len(pairs)


def test_the_fresh_part_is_told_exactly() -> None:
    pairs = load(FRESH)
    wrong = [pair.id for pair in pairs if not _is_told_exactly(pair)]

    assert len(pairs) == 60
    assert sum(pair.trap for pair in pairs) >= 0.4 * len(pairs)
    assert len(wrong) <= (1 - AIM) * len(pairs), wrong


def _is_told_exactly(pair: Pair) -> bool:
    return told(compare(*pair.versions).changes) == pair.expected
