"""Days in the life of a site: its lists are empty, short, renamed, dressed up; its pages are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.domain.errors import FetchReason
from syndicate.domain.model import ChangeKind, Update
from tests.watching import HTML, Watcher, page

OLD = "http://kilde.example"
NAMES = ("samtale", "kursus", "flytning", "tandpleje")


def texts(name: str) -> tuple[str, ...]:
    return (
        f"Kommunen bør tilbyde {name} til alle beboere i området.",
        f"Borgere, der har brug for {name}, skal have svar inden for 14 dage.",
        f"Regionen følger hvert år op på, hvor mange der har fået {name}.",
    )


class Days:
    """A site of four pages that are known, and what happens to it."""

    def __init__(self, folder: Path, *, lists_all: bool) -> None:
        self.watcher = Watcher(folder)
        self.watcher.web.lists_all = lists_all
        self.stand_at([f"{OLD}/{name}" for name in NAMES])
        self.watcher.day()
        assert self.updates() == []

    def stand_at(self, urls: list[str]) -> None:
        """The list and the pages themselves, at these addresses and at no others."""
        self.watcher.web.documents = urls
        self.watcher.web.bodies.clear()
        for name, url in zip(NAMES, urls, strict=False):
            self.watcher.serve(page(*texts(name)), HTML, url)

    def pass_by(self, days: int = 3) -> None:
        for _ in range(days):
            self.watcher.day()

    def updates(self) -> list[Update]:
        return self.watcher.updates()

    def documents(self) -> int:
        return len(self.watcher.store.archive.status(self.watcher.now).documents)

    def sharpen(self, url: str, name: str) -> None:
        first, *others = texts(name)
        self.watcher.serve(page(first.replace("bør", "skal"), *others), HTML, url)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path, lists_all=True)


OTHERWISE = {
    "by https": [f"https://kilde.example/{name}" for name in NAMES],
    "with a slash at the end": [f"{OLD}/{name}/" for name in NAMES],
    "with www": [f"https://www.kilde.example/{name}" for name in NAMES],
    "by https with a slash": [f"https://kilde.example/{name}/" for name in NAMES],
    "with what follows a reader": [f"{OLD}/{name}?utm_source=kort&utm_campaign=uge48" for name in NAMES],
}


@pytest.mark.parametrize("how", OTHERWISE)
def test_a_site_that_names_its_pages_otherwise_has_the_same_pages(days: Days, how: str) -> None:
    days.stand_at(OTHERWISE[how])

    days.pass_by()

    assert (days.updates(), days.documents(), days.watcher.errors) == ([], 4, [])
    days.sharpen(OTHERWISE[how][1], NAMES[1])
    days.watcher.web.bodies.pop(f"{OLD}/{NAMES[1]}", None)
    if how == "with what follows a reader":  # it is asked for where it was known, without that
        days.sharpen(f"{OLD}/{NAMES[1]}", NAMES[1])
    days.pass_by()
    (update,) = days.updates()
    assert update.document_id == 2
    assert [noted.change.kind for noted in update.changes] == [ChangeKind.REWORDED]


def test_both_names_of_a_page_in_one_list_are_one_page(days: Days) -> None:
    both = [*(f"{OLD}/{name}" for name in NAMES), *(f"https://kilde.example/{name}/" for name in NAMES)]
    days.watcher.web.documents = both

    days.pass_by()

    assert (days.documents(), days.updates()) == (4, [])


def test_a_list_that_is_empty_for_a_day_says_nothing(days: Days) -> None:
    days.watcher.web.documents = []
    days.pass_by(1)
    assert "leaves out 4 of 4 known pages" in str(days.watcher.errors[0])

    days.stand_at([f"{OLD}/{name}" for name in NAMES])
    days.pass_by()

    assert (days.updates(), days.watcher.errors, days.documents()) == ([], [], 4)


def test_a_list_that_is_short_for_a_day_removes_nothing(days: Days) -> None:
    days.watcher.web.documents = [f"{OLD}/{name}" for name in NAMES[1:]]
    days.pass_by(1)
    days.watcher.web.documents = [f"{OLD}/{name}" for name in NAMES]
    days.pass_by()

    assert days.updates() == []


def test_a_page_that_is_gone_is_told_after_it_was_gone_twice(days: Days) -> None:
    days.watcher.web.documents = [f"{OLD}/{name}" for name in NAMES[1:]]
    days.watcher.web.down[f"{OLD}/{NAMES[0]}"] = FetchReason.GONE
    days.pass_by(1)
    assert days.updates() == []

    days.pass_by(1)

    (update,) = days.updates()
    assert [noted.change.kind for noted in update.changes] == [ChangeKind.REMOVED]


def test_a_page_that_moves_to_another_place_and_by_https_is_the_same(days: Days) -> None:
    """The address is another one altogether: the text tells."""
    new = [f"https://kilde.example/{name}" for name in NAMES]
    new[2] = "https://kilde.example/raad/at-flytte"
    days.stand_at(new)

    days.pass_by(4)
    days.sharpen(new[2], NAMES[2])
    days.pass_by()

    (update,) = days.updates()
    assert (update.document_id, update.document_url) == (3, new[2])


def test_a_feed_that_drops_old_entries_and_goes_to_https_loses_nothing(tmp_path: Path) -> None:
    days = Days(tmp_path, lists_all=False)
    days.watcher.web.documents = [f"https://kilde.example/{NAMES[3]}/"]
    days.watcher.serve(page(*texts(NAMES[3])), HTML, f"https://kilde.example/{NAMES[3]}/")
    days.pass_by()
    assert (days.updates(), days.documents()) == ([], 4)

    days.sharpen(f"{OLD}/{NAMES[0]}", NAMES[0])
    days.pass_by()

    (update,) = days.updates()
    assert update.document_url == f"{OLD}/{NAMES[0]}"


def test_an_address_that_is_dressed_otherwise_each_day_costs_no_whole_page(days: Days) -> None:
    for week in (1, 2, 3):
        days.watcher.web.documents = [f"{OLD}/{name}?utm_campaign=uge{week}" for name in NAMES]
        days.watcher.web.asked.clear()
        days.watcher.day(hours=7)
        assert set(days.watcher.web.asked) == {f"{OLD}/{name}" for name in NAMES}

    assert days.updates() == []
