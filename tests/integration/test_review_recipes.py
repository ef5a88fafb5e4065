"""What is silent and what is told when the reader of a page changes: a better parser, or other selectors."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from syndicate.ports import NotModified, ReadOptions, Retrieved, Validators
from tests.docx_writer import paragraph, write_docx
from tests.watching import BASE, DOCX, PAGE, SHARPENED, Watcher, page

FAKTA = ("Fakta (Word)", "/fakta.docx")
RAPPORT = ("Rapport (Word)", "/rapport.docx")
TEXT = "Kommunen bør tilbyde alle beboere en samtale mindst hvert 3. år."
SEEN, HIDDEN = ReadOptions(), ReadOptions(ignore=("aside",))


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    """A page with one attachment, which stands beside the text."""
    watcher = Watcher(tmp_path)
    watcher.serve(page(*BASE, links=[FAKTA]))
    for _, address in (FAKTA, RAPPORT):
        watcher.serve(write_docx(paragraph(TEXT)), DOCX, f"https://kilde.example{address}")
    return watcher


def titles(watcher: Watcher) -> list[str]:
    return [update.text("da").title for update in watcher.updates()]


@pytest.mark.parametrize(("before", "after"), [(SEEN, HIDDEN), (HIDDEN, SEEN)])
def test_links_that_only_the_reader_makes_come_or_go_are_no_news(
    watcher: Watcher, before: ReadOptions, after: ReadOptions
) -> None:
    watcher.options = before
    watcher.visit()
    watcher.options = after
    watcher.serve(page(*BASE, links=[FAKTA], date="10. jan. 2017"))
    for _ in range(3):
        assert watcher.visit().outcome == "drop"
    assert titles(watcher) == []
    document = watcher.store.archive.document(1)
    assert document is not None
    assert len(document.resources) == (2 if after is SEEN else 1)


def test_an_attachment_that_another_reader_finds_is_watched_from_then_on(watcher: Watcher) -> None:
    watcher.options = HIDDEN
    watcher.visit()
    watcher.options = SEEN
    watcher.serve(page(*BASE, links=[FAKTA], date="10. jan. 2017"))
    watcher.visit()
    sharper = write_docx(paragraph(TEXT.replace("bør", "skal")))
    watcher.serve(sharper, DOCX, f"https://kilde.example{FAKTA[1]}")
    assert watcher.visit().outcome == "announce"
    assert len(titles(watcher)) == 1


def test_what_changes_when_the_reader_does_is_news_all_the_same(watcher: Watcher) -> None:
    watcher.visit()
    watcher.options = ReadOptions(ignore=("footer",))
    watcher.serve(page(*SHARPENED, links=[FAKTA, RAPPORT]))
    assert watcher.visit().outcome == "announce"
    (update,) = watcher.updates()
    told = {(noted.change.kind.value, noted.resource) for noted in update.changes}
    assert told == {("reworded", ""), ("added", RAPPORT[0])}


def test_another_reader_does_not_hide_that_a_link_was_taken_away(watcher: Watcher) -> None:
    watcher.serve(page(*BASE, links=[FAKTA, RAPPORT]))
    watcher.visit()
    watcher.options = ReadOptions(ignore=("footer",))
    watcher.serve(page(*BASE, links=[FAKTA]))
    assert watcher.visit().outcome == "announce"
    assert titles(watcher) == [f"Dokumentet »{RAPPORT[0]}« er fjernet"]


def test_a_doubt_that_is_older_than_the_reader_is_settled(watcher: Watcher) -> None:
    watcher.visit()
    watcher.serve(page(*SHARPENED, links=[FAKTA]))
    second = page(*BASE, links=[FAKTA], date="11. jan. 2017")
    whole, asked = watcher.web.retrieve, watcher.web.asked

    def wavers(address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        if asked.count(PAGE) == 2:  # the second answer of the second visit
            watcher.web.once[PAGE] = second
        return whole(address, validators, now)

    watcher.web.retrieve = wavers  # type: ignore[method-assign]
    assert watcher.visit().outcome == "doubt"
    watcher.options = ReadOptions(ignore=("main p",))
    assert watcher.visit().outcome == "announce"
