"""What holds for any two texts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.domain.diffing import compare
from syndicate.domain.diffing.words import align, edits, essence, words
from syndicate.domain.model import Block, BlockKind, ChangeKind, EditOp, Link, Recipe, Version
from tests.factories import version_of

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

VOCABULARY = """
    kommunen bør skal ikke må uden 10 50 mg 1,5 1. jan. 2017 ≥ 18 år - – » « " ' , . ; børn 10-50 01-01-2017
    should must not Don’t % 3.000 i I WHO e-mail | § 5-årige uegnet egnet
"""
SENTENCES = st.lists(st.sampled_from(VOCABULARY.split()), max_size=14).map(" ".join)
TEXTS = st.one_of(SENTENCES, st.text(max_size=40))
BLOCKS = st.builds(
    Block,
    kind=st.sampled_from(BlockKind),
    text=TEXTS,
    section=st.lists(SENTENCES, max_size=2).map(tuple),
    number=st.sampled_from(["", "1", "2", "3.2", "a", "."]),
    level=st.integers(0, 6),
    links=st.lists(st.builds(Link, SENTENCES, st.text(max_size=20)), max_size=2).map(tuple),
)
VERSIONS = st.builds(
    Version,
    title=SENTENCES,
    language=st.sampled_from(["da", "en", "", "fr"]),
    blocks=st.lists(BLOCKS, max_size=8).map(tuple),
    recipe=st.just(Recipe("text", 1)),
)


def side(runs: tuple[tuple[EditOp, str], ...], op: EditOp) -> str:
    return "".join(text for kind, text in runs if kind in (EditOp.EQUAL, op))


@unhurried
@given(TEXTS, TEXTS)
def test_edits_join_to_both_sides(before: str, after: str) -> None:
    old, new = words(before), words(after)
    runs = tuple((edit.op, edit.text) for edit in edits(old, new, align(old, new)))
    assert side(runs, EditOp.DELETE) == before
    assert side(runs, EditOp.INSERT) == after
    assert all(text for _, text in runs)
    assert all(one[0] != other[0] for one, other in pairwise(runs))


@unhurried
@given(SENTENCES, SENTENCES)
def test_edits_cut_no_word_and_no_number(before: str, after: str) -> None:
    old, new = words(before), words(after)
    # Without the number before it, the dash of "10-50" reads as a sign.
    whole = {word.core.lstrip("-+") for word in (*old, *new)}
    for edit in edits(old, new, align(old, new)):
        assert {word.core.lstrip("-+") for word in words(edit.text) if word.core.strip()} <= whole | {""}


@unhurried
@given(TEXTS)
def test_words_join_to_the_text(text: str) -> None:
    assert "".join(word.lead + word.core for word in words(text)) == text
    assert all(text[word.start :].startswith(word.core) for word in words(text))


@unhurried
@given(SENTENCES)
def test_an_essence_is_its_own_essence(text: str) -> None:
    assert essence(essence(text)) == essence(text)


@unhurried
@given(VERSIONS)
def test_a_version_compared_with_itself_has_no_changes(version: Version) -> None:
    assert compare(version, version).changes == ()


@unhurried
@given(VERSIONS, VERSIONS, st.lists(VERSIONS, max_size=3))
def test_comparing_never_fails_and_keeps_its_promises(
    before: Version, after: Version, history: list[Version]
) -> None:
    comparison = compare(before, after, history=history)
    assert comparison.is_meaningful == bool(comparison.changes)
    for change in comparison.changes:
        assert (change.before is None) == (change.kind is ChangeKind.ADDED)
        assert (change.after is None) == (change.kind is ChangeKind.REMOVED)
        runs = tuple((edit.op, edit.text) for edit in change.edits)
        if runs:
            assert side(runs, EditOp.DELETE) == change.before
            assert side(runs, EditOp.INSERT) == change.after
    assert compare(before, after, history=history) == comparison


@unhurried
@given(VERSIONS, VERSIONS)
def test_both_ways_find_something_or_neither_does(before: Version, after: Version) -> None:
    there, back = compare(before, after), compare(after, before)
    if before.language == after.language:
        assert there.is_meaningful == back.is_meaningful


@unhurried
@given(st.lists(SENTENCES.filter(essence), min_size=1, max_size=12, unique_by=essence), st.randoms())
def test_a_permutation_of_items_only_moves(items: list[str], random: object) -> None:
    shuffle: Callable[[list[str]], None] = random.shuffle  # type: ignore[attr-defined]
    shuffled = list(items)
    shuffle(shuffled)
    before = version_of(*(f"- {item}" for item in items))
    after = version_of(*(f"- {item}" for item in shuffled))
    assert {change.kind for change in compare(before, after).changes} <= {ChangeKind.MOVED}


@unhurried
@given(VERSIONS, SENTENCES.filter(essence))
def test_a_new_recommendation_is_never_silent(version: Version, text: str) -> None:
    item = Block(BlockKind.ITEM, f"Alle bør huske dette: {text}", number="99", level=1)
    after = Version(version.title, version.language, (*version.blocks, item), version.recipe)
    assert any(change.kind is ChangeKind.ADDED for change in compare(version, after).changes)
