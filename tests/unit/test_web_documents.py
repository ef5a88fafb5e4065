"""A document's pages: as it reads, as it read once, its history, and two editions side by side."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicate.domain.model import Block, BlockKind, Recipe, Significance, UpdateState, Version
from syndicate.ports import ResourceView, Step
from syndicate.rendering.texts import load
from syndicate.web.comparing import side_by_side
from syndicate.web.context import contexts
from syndicate.web.timeline import timeline
from tests import factories
from tests.fakes_site import head
from tests.web_site import NOW, WebSite, document_view, filled, version

FIRST, SECOND = factories.NOON - timedelta(days=400), factories.NOON - timedelta(days=30)
OLD, MIDDLE, NEW = (
    "Kommunen kan tilbyde hjælp.",
    "Kommunen bør tilbyde hjælp.",
    "Kommunen skal tilbyde hjælp.",
)


def view(text: str | Version, **other: object) -> ResourceView:
    page = document_view().resources[0]
    read = version(text) if isinstance(text, str) else text
    digest = f"{abs(hash(read.text)):064x}"[:64]
    values: dict[str, object] = {"version": read, "sha256": digest}
    return replace(page, **values | other)  # type: ignore[arg-type]


@pytest.fixture
def web() -> WebSite:
    """A document with two published updates, followed for 400 days."""
    web = WebSite()
    web.archive.documents[1] = document_view(first_ok=FIRST, resources=(view(NEW),))
    web.add_update(factories.update(id="aaaa", sequence=40, detected_at=SECOND, published_at=SECOND))
    web.add_update(factories.update(id="bbbb", sequence=41, previous="aaaa"))
    for sequence, text in ((0, OLD), (40, MIDDLE), (41, NEW)):
        web.archive.editions[1, sequence] = (view(text),)
    return web


def page(web: WebSite, path: str) -> str:
    reply = web.client().get(path)
    assert reply.status == 200
    return reply.text


# --- as it read -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2025-01-27", OLD),
        ("2026-01-30", OLD),
        ("2026-01-31", MIDDLE),
        ("2026-01-31T11:54:59Z", OLD),
        ("2026-03-01", MIDDLE),
        ("2026-03-02", NEW),
        ("2026-03-02T11:54:00Z", MIDDLE),
        ("2026-03-02T12:55:00%2B01:00", NEW),
        ("2999-12-31", NEW),
    ],
)
def test_a_document_as_it_read_on_a_day(web: WebSite, at: str, text: str) -> None:
    shown = page(web, f"/documents/1?at={at}")
    assert text in shown
    assert "Sådan lød dokumentet" in shown and "Vis, hvordan det lyder nu" in shown
    assert not [other for other in {OLD, MIDDLE, NEW} - {text} if other in shown]


def test_a_day_before_we_followed_it_is_said(web: WebSite) -> None:
    shown = page(web, "/documents/1?at=2001-01-01")
    assert "Så langt tilbage rækker vores arkiv ikke" in shown and OLD in shown
    assert "Sådan lød" not in shown


def test_a_held_text_is_on_no_page(web: WebSite) -> None:
    held = factories.update(id="cccc", state=UpdateState.HELD, published_at=None, sequence=0)
    web.archive.updates.append(held)
    web.archive.known_steps["cccc"] = (Step("Side", "", version(NEW), version("Hemmeligt")),)
    for path in ("/documents/1", "/documents/1?at=2030-01-01", "/documents/1/compare"):
        shown = page(web, path)
        assert "Hemmeligt" not in shown and "cccc" not in shown
    for path in ("/documents/1/compare?a=cccc", "/documents/1/compare?b=cccc", "/updates/cccc/print"):
        assert web.client().get(path).status == 404


@pytest.mark.parametrize(
    "at",
    [
        *(
            "x",
            "2026-13-01",
            "2026-02-30",
            "20260302",
            "2026-W10-1",
            "0000-01-01",
            "2026-3-2",
            "%00",
            "9" * 400,
        ),
        *(
            "9999-12-31",
            "2026-03-02T",
            "2026-03-02T25:00:00Z",
            "2026-03-02T12:00",
            "2026-03-02%2012:00Z",
            "1e9",
        ),
        *("2026-03-02T12:00:00.0000000Z", "2026-03-02T12:00:00%2B99:99", "٢٠٢٦-٠٣-٠٢", "-001-01-01"),
        *("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "1899-12-31"),
    ],
)
def test_a_day_that_is_none_is_refused(web: WebSite, at: str) -> None:
    assert web.client().get(f"/documents/1?at={at}").status == 400


def test_the_form_for_a_day_knows_its_ends(web: WebSite) -> None:
    shown = page(web, "/documents/1?lang=en")
    assert 'type="date" id="at" name="at" required max="2026-03-02" min="2025-01-26"' in shown
    assert 'name="lang" value="en"' in shown


def test_a_document_that_is_followed_no_more_says_so(web: WebSite) -> None:
    web.archive.documents[1] = replace(web.archive.documents[1], ended_at=factories.NOON)
    text = page(web, "/documents/1")
    assert "holdt op med at følge dette dokument 2. marts 2026" in text
    assert "Den seneste tekst, vi har</h2>" in text and "Teksten, som den lyder nu" not in text


# --- the timeline ---------------------------------------------------------------------------------


def test_the_history_is_a_picture_with_words(web: WebSite) -> None:
    shown = page(web, "/documents/1")
    picture = re.search(r'<svg class="timeline-picture".*?</svg>', shown, re.S)
    assert picture and 'role="img"' in picture[0]
    assert 'aria-label="Tidslinje: 2 opdateringer fra 26. januar 2025 til 2. marts 2026.' in picture[0]
    assert picture[0].count('class="substantive"') == 2
    assert " style=" not in picture[0]
    assert 'href="/updates/aaaa"' in shown and 'href="/documents/1/compare?b=aaaa"' in shown


def test_marks_lie_where_their_time_is() -> None:
    updates = [
        head(factories.update(id=str(n), detected_at=FIRST + timedelta(days=100 * n))) for n in range(1, 4)
    ]
    line = timeline(FIRST, updates, FIRST + timedelta(days=400))
    assert line
    assert [mark.x for mark in line.marks] == [26.0, 50.0, 74.0]
    assert [(tick.x, tick.anchor) for tick in line.ticks][::4] == [(2.0, "start"), (98.0, "end")]


def test_a_line_without_length_has_its_marks_all_the_same() -> None:
    update = head(factories.update(detected_at=NOW, significance=Significance.EDITORIAL))
    line = timeline(None, [update], NOW)
    assert line and [(mark.x, mark.significance) for mark in line.marks] == [(2.0, "editorial")]
    assert timeline(NOW, [], NOW) is None


def test_a_clock_that_is_behind_draws_nothing_outside() -> None:
    line = timeline(NOW, [head(factories.update(detected_at=NOW + timedelta(days=1)))], NOW)
    assert line and all(2 <= mark.x <= 98 for mark in line.marks)


# --- side by side ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "left", "right"),
    [
        ("", "bør", "skal"),
        ("?b=aaaa", "kan", "bør"),
        ("?a=first&b=bbbb", "kan", "skal"),
        ("?a=bbbb&b=first", "skal", "kan"),
    ],
)
def test_two_editions_stand_side_by_side(web: WebSite, query: str, left: str, right: str) -> None:
    shown = page(web, f"/documents/1/compare{query}")
    assert f"Kommunen <del>{left}</del> tilbyde hjælp." in shown
    assert f"Kommunen <ins>{right}</ins> tilbyde hjælp." in shown
    assert shown.count('<span class="edition">') == 2


def test_an_edition_with_itself_is_the_same(web: WebSite) -> None:
    assert "Teksten er den samme" in page(web, "/documents/1/compare?a=aaaa&b=aaaa")
    assert "Teksten er den samme" in page(web, "/documents/1/compare?a=first&b=first")


def test_a_document_without_updates_is_compared_with_itself() -> None:
    web = filled()
    web.archive.documents[1] = document_view()
    assert "Teksten er den samme" in page(web, "/documents/1/compare")


def test_what_is_compared_is_not_for_search_machines(web: WebSite) -> None:
    assert '<meta name="robots" content="noindex">' in page(web, "/documents/1/compare")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/documents/1/compare?a=unknown", 404),
        ("/documents/1/compare?a=%00", 400),
        ("/documents/1/compare?a=../x&b=aaaa", 400),
        ("/documents/1/compare?b=" + "a" * 101, 400),
        ("/documents/2/compare", 404),
        ("/documents/x/compare", 404),
        ("/documents/" + "9" * 30 + "/compare", 404),
        ("/documents/1/nothing", 404),
    ],
)
def test_editions_that_are_not_there(web: WebSite, path: str, status: int) -> None:
    assert web.client().get(path).status == status


def compared(left: Version | None, right: Version | None) -> list[tuple[bool, int]]:
    (found,) = side_by_side([view(left)] if left else [], [view(right)] if right else [], load("da"))
    return [(stretch.folded, len(stretch.rows)) for stretch in found.stretches]


def test_what_did_not_change_is_folded() -> None:
    same = [f"Afsnit nummer {n} handler om noget for sig selv." for n in range(10)]
    assert compared(version(*same, "Sidste ord."), version(*same, "Helt andre slutninger.")) == [
        (True, 11),
        (False, 2),
    ]


def test_a_change_of_number_is_a_difference() -> None:
    old, new = version("Et", "To"), version("To")
    (found,) = side_by_side([view(old)], [view(new)], load("da"))
    rows = [row for stretch in found.stretches for row in stretch.rows]
    assert [(row.left, row.right, row.differs) for row in rows][1:] == [
        ("1. <del>Et</del>", None, True),
        ("2. To", "1. To", True),
    ]


def test_a_resource_that_came_or_went_is_said() -> None:
    (came,) = side_by_side([], [view(OLD)], load("da"))
    (went,) = side_by_side([view(OLD)], [], load("da"))
    assert (came.left, came.stretches, went.right, went.stretches) == (None, (), None, ())
    (unread,) = side_by_side([view(OLD, version=None, sha256="1")], [view(OLD)], load("da"))
    assert not unread.readable and not unread.same


def test_another_reader_is_said() -> None:
    old = replace(version(OLD), recipe=Recipe("html", 0))
    (found,) = side_by_side([view(old)], [view(NEW)], load("da"))
    assert not found.same_reader
    web = WebSite()
    web.archive.documents[1] = document_view()
    web.add_update(factories.update())
    web.archive.editions = {(1, 0): (view(old),), (1, 41): (view(NEW),)}
    assert "forskellige versioner af vores program" in page(web, "/documents/1/compare")


# --- context --------------------------------------------------------------------------------------

LINES = [f"Afsnit {n}." for n in range(1, 8)]


def around(change_text: str, blocks: list[str], **other: object) -> list[str] | None:
    change = factories.reworded(after=change_text, edits=(), **other)
    step = Step("Anbefalinger", factories.SOURCE_URL, version(*blocks), version(*blocks))
    (found,) = contexts(factories.update(change), [step])
    return [block.text for block in (*found.before, found.here, *found.after)] if found else None


def test_a_change_is_shown_among_its_neighbours() -> None:
    assert around("Afsnit 4.", LINES) == LINES[1:6]
    assert around("Afsnit 7.", LINES) == LINES[4:]
    assert around("Afsnit 1.", LINES) == ["Fælles anbefalinger", *LINES[:3]]


def test_what_was_taken_out_is_shown_where_it_stood() -> None:
    step = Step("Anbefalinger", factories.SOURCE_URL, version(*LINES), version("Noget andet"))
    (found,) = contexts(factories.update(factories.removed("Afsnit 4.")), [step])
    assert found and found.here.text == "Afsnit 4."


def test_of_equal_blocks_the_one_in_the_same_section_is_meant() -> None:
    blocks = tuple(Block(BlockKind.PARAGRAPH, "Ens", (section,)) for section in ("A", "B"))
    step = Step("", "", None, replace(version(), blocks=blocks))
    (found,) = contexts(factories.update(factories.reworded(after="Ens", section=("B",))), [step])
    assert found and found.here is blocks[1]


def test_neighbours_that_the_change_has_as_one_are_found() -> None:
    assert around("Afsnit 4. Afsnit 5.", LINES) == LINES[1:6]


def test_a_place_that_is_not_found_is_left_out(web: WebSite) -> None:
    assert around("Findes ikke", LINES) is None
    assert contexts(factories.update(), []) == [None]
    assert "Vis afsnittene omkring" not in page(web, "/updates/bbbb")


def test_the_page_folds_the_context_and_the_print_view_unfolds_it(web: WebSite) -> None:
    text = factories.reworded().after or ""
    read = version("Afsnit før.", text, "Afsnit efter.")
    web.archive.known_steps["bbbb"] = (Step("Anbefalinger", factories.SOURCE_URL, None, read),)
    shown, printed = page(web, "/updates/bbbb"), page(web, "/updates/bbbb/print")
    assert "Afsnit før." in shown and "Afsnit efter." in shown
    assert '<details class="context">' in shown and '<details class="context" open>' in printed
    assert "<details>" not in printed and "noindex" in printed
    assert '<link rel="canonical" href="https://nyt.example.org/updates/bbbb">' in printed
