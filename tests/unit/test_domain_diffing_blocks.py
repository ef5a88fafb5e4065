"""Which block is which: added, removed, moved, renumbered, split, joined; F1, F2, F9, F14, M2, M5."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicate.domain.diffing import compare
from syndicate.domain.model import (
    Block,
    BlockKind,
    Change,
    ChangeKind,
    FacetKind,
    Link,
    Significance,
    Version,
)
from tests.factories import version_of

LIST = (
    "# Sundhed",
    "## Anbefalinger",
    "1. Kommunen bør tilbyde alle en samtale hvert år.",
    "2. Jobcentret kan holde møder i boligområdet.",
    "3. Beboere bør inddrages i alle planer.",
    "4. Der bør være gratis lokaler til foreninger.",
    "## Baggrund",
    "Området har 1.200 boliger og mange unge.",
)


def changes(before: Version, after: Version) -> tuple[Change, ...]:
    return compare(before, after).changes


def edited(*steps: tuple[int, str | None]) -> Version:
    """The list with lines replaced, or left out where the new line is None."""
    lines: list[str | None] = list(LIST)
    for index, line in steps:
        lines[index] = line
    return version_of(*(line for line in lines if line is not None))


def told(found: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(change.kind.value, change.number_before, change.number_after) for change in found]


def test_the_same_version_has_no_changes() -> None:
    assert compare(version_of(*LIST), version_of(*LIST)).changes == ()


def test_a_new_item_is_added_and_the_rest_renumbered() -> None:
    after = version_of(*LIST[:3], "2. Børn skal have mad i skolen.", *_numbered_from(3, LIST[3:6]), *LIST[6:])
    found = changes(version_of(*LIST), after)
    assert told(found) == [
        ("added", "", "2"),
        ("renumbered", "2", "3"),
        ("renumbered", "3", "4"),
        ("renumbered", "4", "5"),
    ]
    assert found[0].after == "Børn skal have mad i skolen."
    assert found[0].before is None
    assert found[0].section == ("Sundhed", "Anbefalinger")
    assert [each.significance for each in found] == [Significance.SUBSTANTIVE, *[Significance.EDITORIAL] * 3]


def test_a_withdrawn_item_is_removed_where_it_stood() -> None:
    found = changes(version_of(*LIST), edited((4, None), (7, "Området har 1.300 boliger og mange unge.")))
    assert told(found) == [("removed", "3", ""), ("reworded", "", "")]
    assert found[0].before == "Beboere bør inddrages i alle planer."
    assert found[0].after is None


def test_renumbered_and_reworded_at_once() -> None:
    after = version_of(
        *LIST[:3],
        "2. Beboere skal inddrages i alle planer.",
        "3. Der bør være gratis lokaler til foreninger.",
        *LIST[6:],
    )
    found = changes(version_of(*LIST), after)
    assert told(found) == [("removed", "2", ""), ("reworded", "3", "2"), ("renumbered", "4", "3")]
    assert found[1].facets[0].trend == "stronger"


def test_reordering_is_moving_at_most() -> None:
    """F2."""
    items = [f"- Råd om {word} til alle" for word in ("mad", "søvn", "motion", "tobak", "alkohol")]
    found = changes(version_of(*items), version_of(items[4], *items[:4]))
    assert told(found) == [("moved", "", "")]
    assert found[0].after == "Råd om alkohol til alle"
    assert found[0].significance is Significance.EDITORIAL


def test_a_moved_and_sharpened_item_is_one_rewording() -> None:
    after = version_of(
        *LIST[:2],
        *LIST[3:6],
        "1. Kommunen skal tilbyde alle en samtale hvert år.",
        *LIST[6:],
    )
    assert told(changes(version_of(*LIST), after)) == [("reworded", "1", "1")]


def test_a_number_in_another_style_is_nothing() -> None:
    bullets = [line.partition(" ")[2] if line[0].isdigit() else line for line in LIST]
    bullets = [f"- {new}" if new != old else new for new, old in zip(bullets, LIST, strict=True)]
    assert changes(version_of(*LIST), version_of(*bullets)) == ()


def test_a_number_that_belongs_to_the_sentence_is_a_number() -> None:
    def version(number: str) -> Version:
        return version_of(Block(BlockKind.PARAGRAPH, "dag efter fødslen tages prøven.", number=number))

    (change,) = changes(version("5"), version("7"))
    assert (change.kind, change.significance) == (ChangeKind.REWORDED, Significance.SUBSTANTIVE)
    assert [facet.kind for facet in change.facets] == [FacetKind.NUMBER]


def test_another_heading_is_one_rewording_and_nothing_below_it() -> None:
    found = changes(version_of(*LIST), edited((6, "## Hvorfor")))
    assert told(found) == [("reworded", "", "")]
    assert found[0].block is BlockKind.HEADING


def test_a_heading_made_bold_instead_is_nothing() -> None:
    assert changes(version_of(*LIST), edited((6, "Baggrund"))) == ()


def test_changes_stand_in_the_order_of_the_newer_text() -> None:
    after = edited(
        (2, "1. Kommunen skal tilbyde alle en samtale hvert år."), (3, None), (7, "Noget helt andet.")
    )
    kinds = [change.kind for change in changes(version_of(*LIST), after)]
    assert kinds[:2] == [ChangeKind.REWORDED, ChangeKind.REMOVED]
    assert set(kinds[2:]) == {ChangeKind.ADDED, ChangeKind.REMOVED}


A, B, C = "Kommunen holder møde.", "Alle er velkomne hver gang.", "Der er kaffe og brød til alle."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([f"{A} {B}"], [A, B]),
        ([A, B, C], [f"{A} {B} {C}"]),
        ([f"{A} {B}", C], [A, f"{B} {C}"]),
        (["Før", f"{A} {B}", "Efter"], ["Før", A, B, "Efter"]),
    ],
)
def test_blocks_that_were_only_cut_otherwise_are_no_change(before: list[str], after: list[str]) -> None:
    assert changes(version_of(*before), version_of(*after)) == ()
    assert changes(version_of(*after), version_of(*before)) == ()


def test_a_rewording_in_a_split_block_is_one_rewording() -> None:
    (change,) = changes(version_of(f"{A} {B} {C}"), version_of(A, B.replace("Alle", "Børn"), C))
    assert change.kind is ChangeKind.REWORDED
    assert change.after == f"{A} Børn er velkomne hver gang. {C}"
    assert [edit.text for edit in change.edits if edit.op != "equal"] == ["Alle", "Børn"]


def test_a_number_that_vanishes_in_a_joined_item_is_told() -> None:
    before = version_of("1. Hold møder.", "2. Sov godt.")
    assert changes(before, version_of("1. Hold møder. Sov godt.")) != ()


def test_an_item_that_was_split_is_reworded_and_another_added() -> None:
    before = version_of("1. Patienten bør tilbydes en samtale om medicin, og egen læge orienteres.")
    after = version_of("1. Patienten bør tilbydes en samtale om medicin.", "2. Egen læge orienteres.")
    assert told(changes(before, after)) == [("reworded", "1", "1"), ("added", "", "2")]
    assert told(changes(after, before)) == [("reworded", "1", "1"), ("removed", "2", "")]
    assert all(change.facets == () for change in changes(before, after))


def test_a_repeated_line_that_goes_once_is_removed_once() -> None:
    before = version_of("Ja | Nej", "Spis frugt", "Ja | Nej", "Drik vand")
    assert told(changes(before, version_of("Ja | Nej", "Spis frugt", "Drik vand"))) == [("removed", "", "")]


def test_a_cell_of_a_table() -> None:
    (change,) = changes(
        version_of("Alder | Dosis", "5 år | 10 mg"), version_of("Alder | Dosis", "5 år | 15 mg")
    )
    assert change.block is BlockKind.ROW
    assert [(facet.before, facet.after) for facet in change.facets] == [("10 mg", "15 mg")]


def test_a_value_that_moved_to_another_column_is_told() -> None:
    (change,) = changes(version_of("Børn | ja | nej"), version_of("Børn | nej | ja"))
    assert change.significance is Significance.SUBSTANTIVE


def test_one_digit_in_a_long_line_is_a_small_edit() -> None:
    """F9."""
    rows = [f"Punkt {number}: giv {number % 7} mg hver dag." for number in range(8_000)]
    before = " ".join(rows)
    rows[4_000] = rows[4_000].replace("giv 3 mg", "giv 8 mg")
    (change,) = changes(version_of(before), version_of(" ".join(rows)))
    assert (change.before, change.after) == (before, " ".join(rows))
    assert [edit.text for edit in change.edits if edit.op != "equal"] == ["3", "8"]
    assert [(facet.before, facet.after) for facet in change.facets] == [("3 mg", "8 mg")]


def test_a_long_line_is_looked_at_only_where_it_differs() -> None:
    rows = [f"Punkt {number}: giv {number % 7} mg hver dag." for number in range(40_000)]
    before = " ".join(rows)
    rows[100], rows[101] = rows[100].replace("giv", "kog"), rows[101].replace("3 mg", "9 mg")
    after = " ".join(rows)
    (change,) = changes(version_of(before), version_of(after))
    assert [(facet.before, facet.after) for facet in change.facets] == [("3 mg", "9 mg")]
    assert "".join(edit.text for edit in change.edits if edit.op != "insert") == before
    assert "".join(edit.text for edit in change.edits if edit.op != "delete") == after


def test_long_lines_that_differ_all_over_are_one_edit() -> None:
    before = " ".join(str(number % 9) for number in range(70_000))
    after = " ".join(str(number % 7) for number in range(70_001))
    (change,) = changes(version_of(before), version_of(after))
    assert change.significance is Significance.SUBSTANTIVE
    assert len(change.edits) <= 4
    assert "".join(edit.text for edit in change.edits if edit.op != "insert") == before


@pytest.mark.parametrize("digits", ["7", "1,", "§ 1", "stk 11 "])
def test_a_megabyte_of_digits_ends(digits: str) -> None:
    before = "x " + digits * (1_000_000 // len(digits))
    assert changes(version_of(before), version_of(f"{before} 8")) != ()


def test_five_thousand_blocks_of_which_one_changed() -> None:
    lines = [f"{number}. Regel {number} gælder for hus {number * 7}." for number in range(1, 5_001)]
    after = [*lines[:2_500], "2501. Regel 2501 gælder for alle huse.", *lines[2_501:]]
    assert told(changes(version_of(*lines), version_of(*after))) == [("reworded", "2501", "2501")]


@pytest.mark.parametrize(
    "line",
    [
        "Senest opdateret: 9. maj 2017",
        "Opdateret for 3 dage siden",
        "Vist 17 gange",
        "1.234 visninger",
        "5 min read",
        "Vis mere",
        "Voir moinsEn savoir plus",
        "Print denne side · Del siden",
        "Was this page helpful? Yes No",
        "Zum Hauptinhalt springen",
        "…",
        "",
    ],
)
def test_furniture_may_come_and_go(line: str) -> None:
    """F1."""
    assert changes(version_of(*LIST), version_of(*LIST, line)) == ()
    assert changes(version_of(*LIST, line), version_of(*LIST)) == ()


@pytest.mark.parametrize(
    "line",
    [
        "Ja",
        "Vis ikke mere hensyn",
        "Læs mere om vaccinen",
        "3. Print denne side",
        "Stop",
        "Kun nødvendige",
        "Luk op",
        "Smittet for 3 dage siden",
        "Søg læge",
    ],
)
def test_what_only_sounds_like_a_caption_is_told(line: str) -> None:
    assert len(changes(version_of(*LIST), version_of(*LIST, line))) == 1


def test_what_is_not_told_is_listed_with_the_reason() -> None:
    after = version_of(*LIST[:-1], f"{LIST[-1]}!", "Vis mere", "Senest opdateret: 9. maj 2017", "Hør os.")
    found = compare(version_of(*LIST), after)
    assert [change.after for change in found.changes] == ["Hør os."]
    assert [(each.reason, each.before, each.after) for each in found.ignored] == [
        ("the same words, typed otherwise", LIST[-1], f"{LIST[-1]}!"),
        ("the caption of a button or link", None, "Vis mere"),
        ("a line about the page's own age", None, "Senest opdateret: 9. maj 2017"),
    ]


def test_the_first_title_of_a_page_is_told() -> None:
    """M: a page without any name of its own that gets one."""
    bare = replace(version_of(*LIST), title="")
    assert len(changes(bare, replace(version_of("# Sund mad", *LIST), title="Sund mad"))) == 1


@pytest.mark.parametrize("line", ["# Sund mad", "By og Liv", "Sund mad | By og Liv"])
def test_the_title_of_the_page_may_come_and_go(line: str) -> None:
    bare = replace(version_of(*LIST), title="Sund mad | By og Liv")
    named = replace(version_of(line, *LIST), title="Sund mad | By og Liv")
    assert changes(bare, named) == ()
    assert changes(named, bare) == ()


def test_another_title_is_told() -> None:
    before, after = version_of("# Sund mad", *LIST), version_of("# Sund søvn", *LIST)
    found = changes(replace(before, title="Sund mad"), replace(after, title="Sund søvn"))
    assert [change.kind for change in found if change.block is BlockKind.HEADING] == [ChangeKind.REWORDED]


def test_cells_that_were_not_told_apart_before_are_no_change() -> None:
    row = Block(BlockKind.ROW, "Aspirin | 10 mg | to gange")
    flat = Block(BlockKind.ROW, "Aspirin 10 mg to gange")
    other = Block(BlockKind.ROW, "Aspirin 20 mg to gange")
    assert changes(version_of(flat), version_of(row)) == ()
    assert changes(version_of(other), version_of(row)) != ()


def test_an_address_with_a_slash_at_its_end_is_the_same_address() -> None:
    assert changes(version_of(f"Læs mere på {HOST}/mad."), version_of(f"Læs mere på {HOST}/mad/.")) == ()
    assert changes(version_of("Højst 10 mg/ dag"), version_of("Højst 10 mg dag")) != ()


# --- links ----------------------------------------------------------------------------------------

HOST = "https://kilde.example.org"


def linked(url: str, text: str = "Læs vejledningen om mad.") -> Version:
    return version_of(Block(BlockKind.PARAGRAPH, text, links=(Link("vejledningen", url),)))


@pytest.mark.parametrize(
    "url",
    [
        f"{HOST}/mad#top",
        f"{HOST}/mad?utm_source=brev&utm_medium=mail",
        f"{HOST}/mad?fbclid=abc",
        f"{HOST}/mad/",
        "http://kilde.example.org/mad",
        "https://KILDE.example.org/mad",
        f"{HOST}/mad;jsessionid=1F",
        f"{HOST}/mad?locale2=da_DK",
        f"{HOST}/kilde.example.org/mad",
        "https://count.example.com/go?h=Ab1&url=https%3A%2F%2Fkilde.example.org%2Fmad&s=2",
    ],
)
def test_a_link_that_leads_to_the_same_place_is_no_change(url: str) -> None:
    assert changes(linked(f"{HOST}/mad"), linked(url)) == ()


@pytest.mark.parametrize("url", [f"{HOST}/ny", f"{HOST}/mad?side=2", "https://andre.example.org/mad"])
def test_a_link_to_another_document_is_a_change(url: str) -> None:
    (change,) = changes(linked(f"{HOST}/mad"), linked(url))
    assert (change.kind, change.significance) == (ChangeKind.REWORDED, Significance.SUBSTANTIVE)
    assert [(each.kind, each.before, each.after) for each in change.facets] == [
        (FacetKind.LINK, f"{HOST}/mad", url)
    ]
    assert change.edits == ()


def test_a_link_beside_other_words_is_one_of_the_facets() -> None:
    (change,) = changes(linked(f"{HOST}/a"), linked(f"{HOST}/b", "Læs altid vejledningen om mad."))
    assert [each.kind for each in change.facets] == [FacetKind.LINK]
    assert change.edits != ()


def test_words_that_only_became_a_link_are_no_change() -> None:
    plain = version_of("Læs vejledningen om mad.")
    assert changes(plain, linked(f"{HOST}/a")) == ()


def test_a_space_at_the_edge_of_a_link_is_markup() -> None:
    label, url = "vores regler", "https://kilde.example/regler"
    apart = Block(BlockKind.PARAGRAPH, "Læs om vores regler her.", links=(Link(label, url),))
    joined = replace(apart, text="Læs omvores regler her.")
    assert changes(version_of(apart), version_of(joined)) == ()
    assert changes(version_of(apart), version_of(replace(joined, links=()))) == ()
    number = replace(apart, text="Giv 10 50 mg.", links=(Link("50 mg", url),))
    assert changes(version_of(number), version_of(replace(number, text="Giv 1050 mg."))) != ()


# --- history --------------------------------------------------------------------------------------

TEASER, OTHER = "Mød vores frivillige i byens hus.", "Kom til koncert under åben himmel."


def with_teaser(*lines: str) -> Version:
    return version_of(*LIST, *lines)


def test_a_block_that_comes_and_goes_is_left_out_when_history_shows_it() -> None:
    history = [with_teaser(TEASER), with_teaser(), with_teaser(TEASER)]
    assert compare(with_teaser(), with_teaser(TEASER), history=history).changes == ()


def test_rotating_teasers_are_left_out_when_history_shows_them() -> None:
    history = [with_teaser(TEASER), with_teaser(OTHER), with_teaser(TEASER)]
    assert compare(with_teaser(OTHER), with_teaser(TEASER), history=history).changes == ()


def test_going_back_once_is_news() -> None:
    """M2: A, B, A are two events."""
    found = compare(with_teaser(), with_teaser(TEASER), history=[with_teaser(TEASER)])
    assert [change.kind for change in found.changes] == [ChangeKind.ADDED]


@pytest.mark.parametrize(
    "line",
    [
        "5. Mød beboerne i byens hus.",
        "Kommunen bør møde beboerne i byens hus.",
        "Mød ikke beboerne i byens hus.",
        "Mød 10 beboere i byens hus.",
        "Mød beboerne 1. maj 2017.",
    ],
)
def test_what_matters_is_told_however_often_it_comes_and_goes(line: str) -> None:
    """M5."""
    history = [with_teaser(line), with_teaser(), with_teaser(line), with_teaser(), with_teaser(line)]
    assert [each.kind for each in compare(with_teaser(), with_teaser(line), history=history).changes] == [
        ChangeKind.ADDED
    ]


def test_a_counter_that_never_stood_still_is_left_out() -> None:
    def at(number: int) -> Version:
        return with_teaser(f"Indtil nu har {number} skrevet under")

    history = [at(96), at(104), at(119)]
    assert compare(at(123), at(131), history=history).changes == ()
    assert compare(at(123), at(131)).changes != ()
    assert compare(at(123), at(119), history=history).changes != ()
    assert compare(at(119), at(146), history=[*history, at(131)]).changes == ()  # 131 was passed over


@pytest.mark.parametrize(
    "numbers",
    [(10, 50, 100, 500, 1000), (12, 13, 14, 16, 18), (512, 498, 133, 257, 101)],
    ids=["round", "small", "up and down"],
)
def test_a_number_that_people_set_is_told_however_often_it_changed(numbers: tuple[int, ...]) -> None:
    *history, before, after = [with_teaser(f"Antal deltagere: {number}") for number in numbers]
    assert compare(before, after, history=history).changes != ()


def test_a_dose_that_changed_every_time_is_told_again() -> None:
    def at(number: int) -> Version:
        return with_teaser(f"Giv {number} mg hver dag")

    assert compare(at(40), at(50), history=[at(10), at(20), at(30)]).changes != ()


def test_another_language_of_the_page_is_no_obstacle() -> None:
    before = replace(version_of("You should rest."), language="en")
    after = replace(version_of("You must rest."), language="en-GB")
    assert changes(before, after)[0].facets[0].trend == "stronger"


def _numbered_from(start: int, lines: tuple[str, ...]) -> list[str]:
    return [f"{number}. {line.partition(' ')[2]}" for number, line in enumerate(lines, start)]


def test_a_note_that_a_text_no_longer_holds_is_what_became_of_the_text() -> None:
    before = version_of("## Råd", "1. Sov i mørke.", "2. Undgå kaffe efter frokost.", "3. Stå tidligt op.")
    after = version_of("## Råd", "1. Sov i mørke.", "2. Bortfaldet.", "3. Stå tidligt op.")

    (change,) = compare(before, after).changes

    assert (change.kind, change.number) == (ChangeKind.REWORDED, "2")
    assert [(facet.kind, facet.before, facet.after) for facet in change.facets] == [
        (FacetKind.STATUS, "", "Bortfaldet")
    ]


def test_another_text_under_a_number_is_no_note() -> None:
    before = version_of("## Råd", "1. Sov i mørke.", "2. Undgå kaffe efter frokost.")
    after = version_of("## Råd", "1. Sov i mørke.", "2. Gardinet er tilbagetrukket om dagen.")

    assert {change.kind for change in compare(before, after).changes} == {
        ChangeKind.ADDED,
        ChangeKind.REMOVED,
    }


def test_another_place_in_a_numbered_list_is_another_number() -> None:
    before = version_of("## Råd", "1. Sov i mørke.", "2. Luft ud.", "3. Stå tidligt op.")
    after = version_of("## Råd", "1. Stå tidligt op.", "2. Sov i mørke.", "3. Luft ud.")

    assert [(change.kind, change.number) for change in compare(before, after).changes] == [
        (ChangeKind.RENUMBERED, "1"),
        (ChangeKind.RENUMBERED, "2"),
        (ChangeKind.RENUMBERED, "3"),
    ]


def test_what_was_moved_knows_where_it_came_from() -> None:
    before = version_of("# Inde", "- Luft ud hver dag.", "- Støv af.", "# Ude", "- Fej trappen.")
    after = version_of("# Inde", "- Støv af.", "# Ude", "- Fej trappen.", "- Luft ud hver dag.")

    (change,) = compare(before, after).changes

    assert (change.kind, change.section, change.came_from) == (ChangeKind.MOVED, ("Ude",), ("Inde",))
    assert Change.from_dict(change.as_dict()) == change


def test_a_row_that_was_cut_into_other_cells_says_the_same() -> None:
    assert compare(version_of("Rum | Grænse Målt"), version_of("Rum | Grænse | Målt")).changes == ()


def test_a_value_in_another_column_is_a_change() -> None:
    (change,) = compare(version_of("Børn | 10 mg | –"), version_of("Børn | | 10 mg")).changes

    assert change.kind is ChangeKind.REWORDED
