"""A change as people read it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.model import Change, ChangeKind, Edit, EditOp
from syndicate.rendering import load, redline_html, redline_text, wordings_html
from syndicate.rendering.wordings import CONTEXT, LONGEST_CHANGE, LONGEST_RUN, bounded, runs, shortened
from tests.factories import added, removed, reworded

DA, EN = load("da"), load("en")

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "</del></ins></p><iframe src=javascript:alert(1)>",
    "<!--><script>alert(1)</script-->",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{display:none}</style>",
]


class Tags(HTMLParser):
    """The tags and the text that a browser would make of a fragment."""

    def __init__(self, fragment: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def moved() -> Change:
    same = "Det samme."
    return reworded(kind=ChangeKind.MOVED, before=same, after=same, edits=(), facets=())


class TestInOne:
    def test_the_deleted_stands_before_the_added_and_both_in_words(self) -> None:
        assert redline_html(reworded(), DA) == (
            'Kommunen <del><span class="visually-hidden">slettet: </span>bør</del> '
            '<ins><span class="visually-hidden">tilføjet: </span>skal</ins>'
            " tilbyde et helbredstjek i opgangen."
        )

    def test_the_words_are_those_of_the_reader(self) -> None:
        assert "deleted: </span>bør" in redline_html(reworded(), EN)

    def test_one_side_alone_is_wholly_marked(self) -> None:
        assert redline_html(added("Nyt."), DA).startswith("<ins>")
        assert redline_html(removed("Gammelt."), DA).startswith("<del>")

    def test_what_only_moved_is_not_marked(self) -> None:
        assert redline_html(moved(), DA) == "Det samme."


class TestSideBySide:
    def test_each_side_shows_its_own_part(self) -> None:
        before, after = wordings_html(reworded(), DA)

        assert before == "Kommunen <del>bør</del> tilbyde et helbredstjek i opgangen."
        assert after == "Kommunen <ins>skal</ins> tilbyde et helbredstjek i opgangen."

    def test_a_side_that_does_not_exist_is_none(self) -> None:
        assert wordings_html(added("Nyt."), DA) == (None, "<ins>Nyt.</ins>")
        assert wordings_html(removed("Gammelt."), DA) == ("<del>Gammelt.</del>", None)

    def test_without_a_difference_there_are_no_sides(self) -> None:
        assert wordings_html(moved(), DA) == (None, None)

    def test_texts_without_word_edits_are_marked_whole(self) -> None:
        assert wordings_html(reworded(before="A.", after="B.", edits=()), DA) == (
            "<del>A.</del>",
            "<ins>B.</ins>",
        )


class TestPlain:
    def test_old_and_new_have_a_line_each(self) -> None:
        assert redline_text(reworded(), DA) == (
            "Før: Kommunen bør tilbyde et helbredstjek i opgangen.\n"
            "Nu: Kommunen skal tilbyde et helbredstjek i opgangen."
        )

    def test_one_side_alone_has_one_line(self) -> None:
        assert redline_text(added("Nyt."), DA) == "Nu: Nyt."
        assert redline_text(removed("Old."), EN) == "Before: Old."

    def test_what_only_moved_says_so(self) -> None:
        assert redline_text(moved(), DA) == "Teksten er uændret: Det samme."

    def test_writing_from_right_to_left_keeps_to_itself(self) -> None:
        assert (
            redline_text(added("\u05e9\u05dc\u05d5\u05dd"), DA) == "Nu: \u2068\u05e9\u05dc\u05d5\u05dd\u2069"
        )


class TestHostile:
    @pytest.mark.parametrize("text", XSS)
    def test_markup_of_a_source_is_text(self, text: str) -> None:
        change = reworded(before=text, after=f"x{text}", edits=())
        before, after = wordings_html(change, DA)

        assert set(Tags(redline_html(change, DA)).tags) == {"del", "ins", "span"}
        assert Tags(str(before)).tags == ["del"]
        assert Tags(str(after)).text == f"x{text}"

    def test_orders_to_turn_the_line_round_are_gone(self) -> None:
        change = reworded(
            edits=(Edit(EditOp.DELETE, "a\u202eb"), Edit(EditOp.INSERT, "c\u2066d\x00")), before="", after=""
        )

        assert [edit.text for edit in runs(change)] == ["ab", "cd"]
        assert not re.search("[\x00\u202e\u2066]", redline_html(change, DA) + redline_text(change, DA))

    def test_a_word_of_a_megabyte_breaks_nothing(self) -> None:
        change = added("a" * 1_000_000)

        assert Tags(redline_html(change, DA)).text.endswith("aaa")
        assert redline_text(change, DA, short=True) == "Nu: […]"


class TestShort:
    def test_a_change_of_usual_length_stays_whole(self) -> None:
        assert shortened(reworded().edits, "…") == reworded().edits

    def test_much_of_what_stays_the_same_is_left_out_on_both_sides_of_an_edit(self) -> None:
        same = "ens " * 1000
        edits = (
            Edit(EditOp.EQUAL, same),
            Edit(EditOp.DELETE, "10 mg"),
            Edit(EditOp.EQUAL, f" {same}"),
            Edit(EditOp.INSERT, "50 mg"),
            Edit(EditOp.EQUAL, f" {same}"),
        )

        short = shortened(edits, "[…]")

        assert [edit.text for edit in short if edit.op is not EditOp.EQUAL] == ["10 mg", "50 mg"]
        assert short[0].text.startswith(" […] ens")
        assert short[2].text.count("[…]") == 1
        assert short[-1].text.endswith("ens […] ")
        assert sum(len(edit.text) for edit in short) < 5 * CONTEXT

    def test_endless_edits_come_to_an_end(self) -> None:
        edits = tuple(Edit(op, "ord " * 50) for op in (EditOp.DELETE, EditOp.INSERT) for _ in range(500))

        short = shortened(edits, "[…]")

        assert sum(len(edit.text) for edit in short) < LONGEST_CHANGE + LONGEST_RUN
        assert short[-1] == Edit(EditOp.EQUAL, " […]")

    @given(st.lists(st.sampled_from(["ikke", "10", "mg", "må", "á"]), max_size=60), st.integers(1, 80))
    def test_words_are_left_out_whole(self, words: list[str], length: int) -> None:
        text = " ".join(words)

        kept = bounded(text, length, "|").split()

        assert kept in (words, [*words[: len(kept) - 1], "|"])
        assert text == bounded(text, length, "|") or len(" ".join(kept[:-1])) <= length
