"""Readers that fail for a while, and documents that vanish or move while their page stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import ChangeKind, Update, UpdateState, Version
from syndicate.ports import ReadOptions
from tests.data.sample.docx import docx_from_markdown
from tests.watching import BASE, DOCX, SHARPENED, Watcher, page

FACTS, REPORT = "https://kilde.example/fakta.docx", "https://kilde.example/rapport.docx"
LINKS = (("Download fakta", "/fakta.docx"), ("Download rapporten", "/rapport.docx"))
TEXT = "# {}\n\nDer er mange ord i dette dokument om {}, og de fleste af dem bliver stående.\n\n{}\n"


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


def paper(about: str, recommendation: str) -> bytes:
    return docx_from_markdown(TEXT.format(about, about, recommendation))


def with_documents(watcher: Watcher) -> Watcher:
    """After the first reading of a page with two documents."""
    watcher.serve(page(*BASE, links=LINKS))
    watcher.serve(paper("fakta", "Kommunen bør måle."), DOCX, FACTS)
    watcher.serve(paper("rapporten", "Staten bør betale."), DOCX, REPORT)
    watcher.visit()
    return watcher


def held(watcher: Watcher) -> Update:
    (update,) = watcher.store.archive.waiting()
    return update


def told(update: Update) -> list[tuple[str, str]]:
    return sorted((noted.change.kind.value, noted.resource) for noted in update.changes)


# --- bytes that could not be read for a while ---------------------------------------------------------


def test_a_page_whose_reader_was_killed_is_read_again_though_its_bytes_stay(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine out of breath for a minute must not lose a change for good."""

    def out_of_breath(data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:
        raise ParseError(ParseReason.LIMIT, "The document held its reader for more than 30 s.")

    watcher.visit()
    watcher.serve(page(*SHARPENED))
    whole = watcher.reader.read
    monkeypatch.setattr(watcher.reader, "read", out_of_breath)
    assert watcher.visit().outcome == "failed"
    assert watcher.visit().outcome == "failed"
    monkeypatch.setattr(watcher.reader, "read", whole)
    assert watcher.visit().outcome == "announce"
    assert watcher.problem == ""


# --- attachments that are gone, while the page stays as it is -----------------------------------------


def test_a_removed_document_stays_in_a_held_update_when_another_one_changes(tmp_path: Path) -> None:
    watcher = with_documents(Watcher(tmp_path, review=True))
    watcher.serve(page(*BASE, links=LINKS[1:]))
    assert watcher.visit().outcome == "hold"
    removed = told(held(watcher))
    assert ("removed", "Download fakta") in removed
    watcher.serve(paper("rapporten", "Staten skal betale."), DOCX, REPORT)  # and the page as it was
    assert watcher.visit().outcome == "hold"
    assert told(held(watcher)) == sorted([*removed, ("reworded", "Download rapporten")])


def test_a_held_removal_is_not_weighed_again_at_every_visit(tmp_path: Path) -> None:
    watcher = with_documents(Watcher(tmp_path, review=True))
    watcher.serve(page(*BASE, links=LINKS[1:]))
    watcher.visit()
    assert watcher.visit().outcome == "drop"
    assert held(watcher).state is UpdateState.HELD


def test_a_document_that_was_renamed_and_edited_later_is_not_told_as_new(watcher: Watcher) -> None:
    """First the same text under another name (told to nobody), then an edit of it, the page untouched."""
    with_documents(watcher)
    moved = "https://kilde.example/2017/notat-om-tal.docx"
    links = (("Læs om tallene bag", "/2017/notat-om-tal.docx"), ("Bilag", "/bilag.docx"), LINKS[1])
    watcher.serve(paper("fakta", "Kommunen bør måle."), DOCX, moved)
    watcher.serve(paper("bilag", "Noget ganske andet, som intet har med resten at gøre."), DOCX, LINKS[1][1])
    watcher.serve(
        docx_from_markdown("# Bilag\n\nEn liste over møder.\n"), DOCX, "https://kilde.example/bilag.docx"
    )
    watcher.serve(page(*BASE, links=links))
    watcher.visit()
    before = len(watcher.updates())
    watcher.serve(paper("fakta", "Kommunen skal måle."), DOCX, moved)
    assert watcher.visit().outcome == "announce"
    newest = watcher.updates()[0]
    assert len(watcher.updates()) == before + 1
    assert [noted.change.kind for noted in newest.changes] == [ChangeKind.REWORDED]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (LINKS[:1], (), ("removed", "Download fakta")),
        ((), LINKS[1:], ("added", "Download rapporten")),
    ],
)
def test_a_page_that_shrank_for_good_has_the_links_that_it_has_now(
    watcher: Watcher,
    before: tuple[tuple[str, str], ...],
    after: tuple[tuple[str, str], ...],
    change: tuple[str, str],
) -> None:
    long = [f"Kommunen bør gøre dette og hint nummer {n} for alle." for n in range(40)]
    watcher.serve(paper("fakta", "Kommunen bør måle."), DOCX, FACTS)
    watcher.serve(paper("rapporten", "Staten bør betale."), DOCX, REPORT)
    watcher.serve(page(*long, links=before))
    watcher.visit()
    watcher.serve(page(BASE[0], links=after))
    assert watcher.visit().outcome == "doubt"
    assert watcher.visit().outcome == "hold"
    assert change in told(held(watcher))
