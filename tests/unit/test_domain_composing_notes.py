"""Each change of a document is told once, wherever it was seen; the id of an update."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.composing import JudgedResource, note, update_id
from syndicate.domain.diffing import compare
from syndicate.domain.model import Block, BlockKind, ChangeKind, Comparison, FacetKind, Link, Version
from tests.factories import version_of

HOST = "https://kilde.example.org"
BEFORE = version_of("## Anbefalinger", "1. Kommunen bør hjælpe alle.", "2. Alle får 10 mg hver dag.")
AFTER = version_of("## Anbefalinger", "1. Kommunen skal hjælpe alle.", "2. Alle får 10 mg hver dag.")
IN_PDF = (
    version_of("## Råd", "1. Kommunen  bør hjælpe alle", "2. Alle får 10 mg hver dag.", "Side om tal."),
    version_of("## Råd", "1. Kommunen  skal hjælpe alle", "2. Alle får 10 mg hver dag.", "Side om mål."),
)


def page(before: Version = BEFORE, after: Version = AFTER) -> JudgedResource:
    return JudgedResource("Råd", f"{HOST}/raad", "page", compare(before, after))


def document(
    label: str,
    comparison: Comparison | None = None,
    *,
    url: str = "",
    is_new: bool = False,
    is_gone: bool = False,
) -> JudgedResource:
    url = url or f"{HOST}/{label}.pdf"
    return JudgedResource(label, url, "attachment", comparison or Comparison(), is_new, is_gone)


def test_the_same_change_in_several_editions_is_told_once() -> None:
    pdf, docx = document("PDF", compare(*IN_PDF)), document("DOCX", compare(BEFORE, AFTER))
    noted = note([pdf, docx, page()])
    assert [(each.resource, each.role, each.also_in) for each in noted] == [
        ("Råd", "page", ("PDF", "DOCX")),
        ("PDF", "attachment", ()),
    ]
    assert noted[1].change.after == "Side om mål."


def test_the_same_words_twice_in_one_text_are_two_changes() -> None:
    twice = compare(
        version_of("Spis 10 mg.", "## Børn", "Spis 10 mg."), version_of("Spis 9 mg.", "## Børn", "Spis 9 mg.")
    )
    noted = note([JudgedResource("Råd", HOST, "page", twice), document("PDF", twice)])
    assert [each.also_in for each in noted] == [("PDF",), ("PDF",)]


def test_a_new_attachment_is_one_added_change() -> None:
    (noted,) = note([page(BEFORE, BEFORE), document("Bilag", compare(BEFORE, AFTER), is_new=True)])
    change = noted.change
    assert (change.kind, change.before, change.after) == (ChangeKind.ADDED, None, "Bilag")
    assert [(each.kind, each.before, each.after) for each in change.facets] == [
        (FacetKind.ATTACHMENT, "", "Bilag")
    ]


def test_a_gone_attachment_is_one_removed_change() -> None:
    (noted,) = note([document("Bilag", is_gone=True)])
    assert (noted.change.kind, noted.change.before, noted.change.after) == (ChangeKind.REMOVED, "Bilag", None)


def test_gone_and_new_under_one_label_is_replaced() -> None:
    (noted,) = note([document("Fakta", is_gone=True), document("Fakta", url=f"{HOST}/ny.pdf", is_new=True)])
    assert noted.change.kind is ChangeKind.REWORDED
    assert noted.url == f"{HOST}/ny.pdf"
    assert [each.kind for each in noted.change.facets] == [FacetKind.ATTACHMENT]


def linked(name: str) -> Version:
    link = Link("fakta", f"{HOST}/{name}")
    return version_of(Block(BlockKind.PARAGRAPH, "Hent fakta her.", links=(link,)))


def test_a_replaced_file_with_the_same_text_is_nothing() -> None:
    moved = document("Fakta", url=f"{HOST}/fakta-2.pdf")
    assert note([page(linked("fakta.pdf"), linked("fakta-2.pdf")), moved]) == ()


def test_a_replaced_file_with_another_text_is_told_by_its_text_alone() -> None:
    moved = document("Fakta", compare(BEFORE, AFTER), url=f"{HOST}/fakta-2.pdf")
    noted = note([page(linked("fakta.pdf"), linked("fakta-2.pdf")), moved])
    assert [(each.resource, each.change.after) for each in noted] == [("Fakta", "Kommunen skal hjælpe alle.")]


def test_a_link_to_elsewhere_is_told() -> None:
    noted = note([page(linked("fakta.pdf"), linked("andet")), document("Fakta")])
    assert [facet.kind for each in noted for facet in each.change.facets] == [FacetKind.LINK]


def test_the_line_that_links_a_new_attachment_is_not_told_beside_it() -> None:
    after = version_of(*(block for block in BEFORE.blocks), "Download bilaget")
    noted = note([page(BEFORE, after), document("Download bilaget", is_new=True)])
    assert [each.role for each in noted] == ["attachment"]
    noted = note([page(after, BEFORE), document("Download bilaget", is_gone=True)])
    assert [each.role for each in noted] == ["attachment"]


def test_an_id_is_twenty_hexadecimal_digits_and_always_the_same() -> None:
    assert update_id("", "kilde/side", ["page:1f"]) == update_id("", "kilde/side", ["page:1f"])
    assert update_id("", "kilde/side", ["page:1f"]) == "85ac923b93dbbe483671"


@given(st.lists(st.tuples(st.text(), st.text(), st.lists(st.text())), min_size=2, max_size=2, unique_by=repr))
def test_different_contents_have_different_ids(contents: list[tuple[str, str, list[str]]]) -> None:
    one, other = (update_id(*content) for content in contents)
    assert one != other
    assert len(one) == len(other) == 20
    assert set(one + other) <= set("0123456789abcdef")
