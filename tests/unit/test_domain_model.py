"""The model: what is stored comes back equal, and what people rely on is the same for everyone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.diffing import compare
from syndicate.domain.model import (
    Account,
    Attachment,
    Block,
    BlockKind,
    Change,
    ChangeKind,
    Comparison,
    DateRole,
    Edit,
    EditOp,
    Facet,
    FacetKind,
    FeedPlace,
    Link,
    Message,
    NotedChange,
    Recipe,
    Significance,
    StatedDate,
    Subject,
    Topic,
    UpdateText,
    Version,
    heaviest,
)
from syndicate.domain.posting import Post
from tests.factories import HEALTH, NOON, WORK, feed_entry, feed_view, site, update, version_of

EDITORIAL, SUBSTANTIVE, COSMETIC = Significance.EDITORIAL, Significance.SUBSTANTIVE, Significance.COSMETIC

# --- what is stored comes back equal ------------------------------------------------------------------

WORDS = st.text(max_size=12)
PATHS = st.lists(WORDS, max_size=3).map(tuple)
LINKS = st.builds(Link, label=WORDS, url=WORDS)
BLOCKS = st.builds(
    Block,
    kind=st.sampled_from(BlockKind),
    text=WORDS,
    section=PATHS,
    number=WORDS,
    level=st.integers(0, 6),
    links=st.lists(LINKS, max_size=2).map(tuple),
)
RECIPES = st.builds(Recipe, parser=WORDS, version=st.integers(1, 99), select=PATHS, ignore=PATHS)
VERSIONS = st.builds(
    Version,
    title=WORDS,
    language=WORDS,
    blocks=st.lists(BLOCKS, max_size=3).map(tuple),
    recipe=RECIPES,
    dates=st.lists(
        st.builds(StatedDate, role=st.sampled_from(DateRole), on=st.dates()),
        max_size=2,
    ).map(tuple),
    attachments=st.lists(
        st.builds(Attachment, label=WORDS, url=WORDS, place=st.integers(0, 99)), max_size=2
    ).map(tuple),
    canonical=WORDS,
)
CHANGES = st.builds(
    Change,
    kind=st.sampled_from(ChangeKind),
    section=PATHS,
    before=st.none() | WORDS,
    after=st.none() | WORDS,
    facets=st.lists(
        st.builds(Facet, kind=st.sampled_from(FacetKind), before=WORDS, after=WORDS, trend=WORDS), max_size=2
    ).map(tuple),
    edits=st.lists(st.builds(Edit, op=st.sampled_from(EditOp), text=WORDS), max_size=3).map(tuple),
    number_before=WORDS,
    number_after=WORDS,
    block=st.sampled_from(BlockKind),
    significance=st.sampled_from(Significance),
)
NOTED = st.builds(NotedChange, change=CHANGES, resource=WORDS, url=WORDS, role=WORDS, also_in=PATHS)
POSTS = st.builds(
    Post, text=WORDS, link=WORDS, title=WORDS, description=WORDS, language=WORDS, reply_to=WORDS
)


def through_json(data: Any) -> Any:
    """As a database hands it back: lists for tuples, and nothing but plain data."""
    return json.loads(json.dumps(data))


@given(VERSIONS)
def test_a_version_comes_back_equal(version: Version) -> None:
    back = Version.from_dict(through_json(version.as_dict()))
    assert back == version
    assert hash(back) == hash(version)  # its lists are tuples again
    assert back.fingerprint == version.fingerprint
    assert back.recipe.key == version.recipe.key


@given(CHANGES)
def test_a_change_comes_back_equal(change: Change) -> None:
    back = Change.from_dict(through_json(change.as_dict()))
    assert back == change
    assert hash(back) == hash(change)


@given(NOTED)
def test_a_noted_change_comes_back_equal(noted: NotedChange) -> None:
    back = NotedChange.from_dict(through_json(noted.as_dict()))
    assert back == noted
    assert hash(back) == hash(noted)


@given(POSTS)
def test_a_post_comes_back_equal(post: Post) -> None:
    assert Post.from_dict(through_json(post.as_dict())) == post


def test_a_version_that_an_older_release_kept_can_be_read() -> None:
    """Its rows have no `canonical`: they stay readable for as long as the archive is kept."""
    kept = {
        "title": "Råd",
        "language": "da",
        "recipe": ["html", 3, ["main"], [".dato"]],
        "blocks": [["item", "Spis frugt.", ["Råd", "Kost"], "3", 1, [["frugt", "https://a.example/frugt"]]]],
        "dates": [["updated", "2017-01-09"]],
        "attachments": [["Rapport", "https://a.example/r.pdf", 0]],
    }
    link = Link("frugt", "https://a.example/frugt")
    assert Version.from_dict(kept) == Version(
        "Råd",
        "da",
        (Block(BlockKind.ITEM, "Spis frugt.", ("Råd", "Kost"), "3", 1, (link,)),),
        Recipe("html", 3, ("main",), (".dato",)),
        (StatedDate(DateRole.UPDATED, date(2017, 1, 9)),),
        (Attachment("Rapport", "https://a.example/r.pdf", 0),),
    )


@pytest.mark.parametrize("missing", ["kind", "section", "before", "after", "facets", "numbers", "block"])
def test_a_change_without_one_of_its_fields_is_an_error(missing: str) -> None:
    data = update().changes[0].change.as_dict()
    del data[missing]
    with pytest.raises(KeyError, match=missing):
        Change.from_dict(data)


def test_a_kind_that_nobody_knows_is_an_error() -> None:
    data = update().changes[0].change.as_dict() | {"kind": "translated"}
    with pytest.raises(ValueError, match="translated"):
        Change.from_dict(data)


# --- when two versions are the same -------------------------------------------------------------------

TEXT = version_of(
    "## Råd", "3. Spis frugt.", Block(BlockKind.PARAGRAPH, "Se listen.", links=(Link("a", "u"),))
)


@pytest.mark.parametrize(
    "other",
    [
        replace(TEXT, title="Et andet navn"),
        replace(TEXT, language="en"),
        replace(TEXT, canonical="https://a.example/"),
        replace(TEXT, dates=(StatedDate(DateRole.UPDATED, date(2020, 1, 1)),)),
        replace(TEXT, attachments=(Attachment("R", "https://a.example/r.pdf", 0),)),
    ],
    ids=["title", "language", "canonical", "dates", "attachments"],
)
def test_what_no_comparison_sees_leaves_the_fingerprint_alone(other: Version) -> None:
    assert other.fingerprint == TEXT.fingerprint


@pytest.mark.parametrize(
    ("place", "about"),
    [
        (0, {"kind": BlockKind.PARAGRAPH}),
        (1, {"number": "4"}),
        (1, {"number": ""}),
        (1, {"text": "Spis  frugt."}),
        (2, {"links": (Link("a", "v"),)}),
        (2, {"links": ()}),
        (2, {"links": (Link("a", "u"), Link("a", "u"))}),
    ],
    ids=["kind", "number", "no number", "text", "target", "no link", "a second link"],
)
def test_what_a_comparison_sees_changes_the_fingerprint(place: int, about: dict[str, Any]) -> None:
    blocks = list(TEXT.blocks)
    blocks[place] = replace(blocks[place], **about)
    assert replace(TEXT, blocks=tuple(blocks)).fingerprint != TEXT.fingerprint


@given(VERSIONS, WORDS, st.integers(0, 6))
def test_nothing_differs_between_equal_fingerprints(version: Version, words: str, level: int) -> None:
    """Versions of equal fingerprints are never compared, so that no comparison may find anything there."""
    blocks = [
        replace(block, level=level, links=tuple(replace(link, label=words) for link in block.links))
        for block in version.blocks
    ]
    other = replace(version, blocks=tuple(blocks))
    assert other.fingerprint == version.fingerprint
    assert compare(version, other).changes == ()


def test_words_that_cross_a_border_are_another_text() -> None:
    """Joined without separators these would be one and the same."""
    pairs = [
        (version_of("Spis", "frugt"), version_of("Spisfrugt")),
        (version_of("a", "b"), version_of("b", "a")),
        (version_of("1. 2 æbler"), version_of("12. æbler")),
        (version_of(), version_of(Block(BlockKind.PARAGRAPH, ""))),
    ]
    for one, other in pairs:
        assert one.fingerprint != other.fingerprint


def test_a_recipe_is_known_by_all_that_it_does() -> None:
    recipes = [
        Recipe("html", 1),
        Recipe("html", 2),
        Recipe("pdf", 1),
        Recipe("html", 1, ("main",)),
        Recipe("html", 1, (), ("main",)),
        Recipe("html", 1, ("main", "nav")),
        Recipe("html", 1, ("main, nav",)),
        Recipe("html", 1, ("nav", "main")),
    ]
    assert len({recipe.key for recipe in recipes}) == len(recipes)
    assert Recipe("html", 1, ("main",)).key == Recipe("html", 1, ("main",)).key


def test_approval_binds_to_the_bytes_alone() -> None:
    message = Message(Subject.UPDATE, "u1", "linkedin", "li", "da", b"{}")
    assert message.sha256 == sha256(b"{}").hexdigest()
    assert replace(message, id=7, variant="kort").sha256 == message.sha256
    assert replace(message, payload=b"{ }").sha256 != message.sha256


# --- how much it matters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], COSMETIC),
        ([EDITORIAL, COSMETIC], EDITORIAL),
        ([COSMETIC, SUBSTANTIVE, EDITORIAL], SUBSTANTIVE),  # not by the alphabet
    ],
)
def test_the_heaviest_decides(values: list[Significance], expected: Significance) -> None:
    assert heaviest(values) is expected


@pytest.mark.parametrize(
    ("significance", "meaningful"), [(COSMETIC, False), (EDITORIAL, True), (SUBSTANTIVE, True)]
)
def test_only_what_a_reader_would_notice_is_a_change(significance: Significance, meaningful: bool) -> None:
    assert Comparison((), significance).is_meaningful is meaningful


@pytest.mark.parametrize(
    ("old", "new", "known_by"), [("3", "4", "4"), ("3", "", "3"), ("", "4", "4"), ("", "", "")]
)
def test_a_change_goes_by_the_newer_number(old: str, new: str, known_by: str) -> None:
    change = Change(ChangeKind.RENUMBERED, (), "a", "a", number_before=old, number_after=new)
    assert change.number == known_by


# --- who wants what -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "floor", "topics", "significance", "wanted"),
    [
        ((), SUBSTANTIVE, ("sundhed",), SUBSTANTIVE, True),
        ((), SUBSTANTIVE, (), SUBSTANTIVE, True),  # all topics: also what has none
        ((), SUBSTANTIVE, ("sundhed",), EDITORIAL, False),
        ((), EDITORIAL, ("sundhed",), EDITORIAL, True),
        ((), EDITORIAL, ("sundhed",), SUBSTANTIVE, True),
        ((), EDITORIAL, ("sundhed",), COSMETIC, False),
        (("sundhed",), SUBSTANTIVE, ("job", "sundhed"), SUBSTANTIVE, True),
        (("sundhed", "bolig"), SUBSTANTIVE, ("bolig",), SUBSTANTIVE, True),
        (("sundhed",), SUBSTANTIVE, ("job",), SUBSTANTIVE, False),
        (("sundhed",), SUBSTANTIVE, (), SUBSTANTIVE, False),
        (("sundhed",), SUBSTANTIVE, ("sundhed",), EDITORIAL, False),
    ],
)
def test_an_account_gets_its_topics_from_its_significance_up(
    chosen: tuple[str, ...],
    floor: Significance,
    topics: tuple[str, ...],
    significance: Significance,
    wanted: bool,
) -> None:
    account = Account("li", "linkedin", chosen, significance=floor)
    assert account.wants(topics, significance) is wanted


# --- names and addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["helbred", "sygdom", "sundhed"])
def test_a_topic_is_found_by_every_name_that_it_has_had(name: str) -> None:
    renamed = replace(HEALTH, was=("helbred", "sygdom"))
    assert site(topics=(WORK, renamed)).topic(name) is renamed


def test_a_topic_that_left_the_configuration_is_its_own_title() -> None:
    """Old updates name it for ever; showing them must not fail."""
    assert site().topic("trafik") == Topic("trafik", "trafik")


def test_the_id_of_an_entry_does_not_move_with_the_site() -> None:
    before, after = site(), site(base_url="https://et.andet.sted.example")
    assert before.entry_id("ab12") == after.entry_id("ab12") == "tag:example.org,2026:update/ab12"
    assert after.update_url("ab12") == "https://et.andet.sted.example/updates/ab12"


# --- texts in other languages -------------------------------------------------------------------------

DANISH, ENGLISH = UpdateText("da", "Titel", "Kort"), UpdateText("en", "Title", "Short")


@pytest.mark.parametrize(
    ("texts", "asked", "expected"),
    [
        ([DANISH, ENGLISH], "en", ENGLISH),
        ([ENGLISH, DANISH], "de", DANISH),  # the source's own before any other
        ([ENGLISH], "de", ENGLISH),
        ([], "de", UpdateText("da", "Råd", "")),
    ],
)
def test_an_update_always_has_something_to_say(
    texts: list[UpdateText], asked: str, expected: UpdateText
) -> None:
    told = update(texts={text.language: text for text in texts}, document_title="Råd")
    assert told.text(asked) == expected


# --- feeds --------------------------------------------------------------------------------------------


def test_a_feed_without_entries_was_updated_at_no_time_of_ours() -> None:
    assert feed_view().updated == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_feed_is_as_new_as_the_newest_of_its_entries_wherever_that_stands() -> None:
    later = NOON + timedelta(hours=1)
    assert feed_view(feed_entry(2), feed_entry(1, updated=later)).updated == later


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "https://nyt.example.org/feeds/all.rss?all=1"),
        (3, "https://nyt.example.org/feeds/all/archive/3.rss?all=1"),
    ],
)
def test_each_document_of_a_feed_has_one_address(number: int, expected: str) -> None:
    view = feed_view(query="?all=1", place=FeedPlace(number=number))
    assert view.self_url(".rss") == view.url(".rss", number) == expected
