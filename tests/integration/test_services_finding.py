"""A source of many pages on a real database: new, missing, moved and removed ones, and lists that lie."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.domain.errors import FetchReason, SuspectContent
from syndicate.domain.model import ChangeKind, UpdateState
from syndicate.ports import Finding, FoundDocument
from tests.watching import BASE, HTML, SHARPENED, Watcher, page

pytestmark = pytest.mark.usefixtures("any_database")

SITE = "https://kilde.example"
URLS = [f"{SITE}/{name}" for name in ("a", "b", "c", "d")]
TEXTS = {
    url: (
        f"Kommunen bør tilbyde {what} til alle beboere i området.",
        f"Borgere, der har brug for {what}, skal have svar inden for 14 dage.",
        f"Regionen følger hvert år op på, hvor mange der har fået {what}.",
    )
    for url, what in zip(
        URLS, ("en helbredssamtale", "et jobkursus", "hjælp til flytning", "tandpleje"), strict=True
    )
}


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    watcher = Watcher(tmp_path)
    watcher.web.lists_all = True
    watcher.web.documents = list(URLS)
    for url in URLS:
        watcher.serve(page(*TEXTS[url]), HTML, url)
    watcher.day()
    assert watcher.updates() == []
    return watcher


def remove(watcher: Watcher, url: str, reason: FetchReason = FetchReason.NOT_FOUND) -> None:
    watcher.web.documents.remove(url)
    watcher.web.down[url] = reason


def test_a_page_that_is_no_longer_listed_and_gone_is_told_after_the_second_look(watcher: Watcher) -> None:
    remove(watcher, URLS[1])
    (report,) = [each for each in watcher.day() if each.outcome == "failed"]
    assert "not-found" in report.problem
    assert watcher.updates() == []
    watcher.day()
    (update,) = watcher.updates()
    assert update.document_url == URLS[1]
    assert [noted.change.kind for noted in update.changes] == [ChangeKind.REMOVED]
    assert len(watcher.day()) == 3  # it is visited no more
    assert len(watcher.updates()) == 1


def test_a_page_that_failed_long_before_it_went_missing_is_looked_at_twice_all_the_same(
    watcher: Watcher,
) -> None:
    watcher.web.down[URLS[1]] = FetchReason.NOT_FOUND
    watcher.day()
    remove(watcher, URLS[1])
    watcher.day()
    assert watcher.updates() == []
    watcher.day()
    assert len(watcher.updates()) == 1


def test_a_page_that_is_only_no_longer_listed_stays_watched(watcher: Watcher) -> None:
    watcher.web.documents.remove(URLS[1])
    for _ in range(3):
        assert all(report.outcome == "drop" for report in watcher.day())
    watcher.serve(page(*TEXTS[URLS[1]][:2]), HTML, URLS[1])
    watcher.day()
    assert len(watcher.updates()) == 1


def test_a_listed_page_that_cannot_be_had_is_the_operators_business_only(watcher: Watcher) -> None:
    watcher.web.down[URLS[1]] = FetchReason.GONE
    for _ in range(4):
        watcher.day()
    assert watcher.updates() == []


@pytest.mark.parametrize("reason", [FetchReason.TIMEOUT, FetchReason.STATUS, FetchReason.DNS])
def test_an_error_of_the_server_is_no_removal(watcher: Watcher, reason: FetchReason) -> None:
    remove(watcher, URLS[1], reason)
    for _ in range(4):
        watcher.day()
    assert watcher.updates() == []


def test_a_list_that_failed_says_nothing(watcher: Watcher) -> None:
    watcher.web.lost = True
    for url in URLS:
        watcher.web.down[url] = FetchReason.NOT_FOUND
    for _ in range(4):
        watcher.day()
    assert len(watcher.errors) == 1
    assert watcher.updates() == []


def test_a_list_that_shrank_by_more_than_half_is_held(watcher: Watcher) -> None:
    for url in URLS[:3]:
        remove(watcher, url)
    for _ in range(4):
        watcher.day()
    (error,) = watcher.errors
    assert isinstance(error, SuspectContent)
    assert "3 of 4" in str(error)
    assert watcher.updates() == []


def test_a_removed_page_that_comes_back_is_a_second_event(watcher: Watcher) -> None:
    remove(watcher, URLS[1])
    watcher.day()
    watcher.day()
    watcher.web.documents.append(URLS[1])
    watcher.web.down.clear()
    watcher.day()
    back, removed = watcher.updates()
    assert back.previous == removed.id
    assert back.document_id == removed.document_id
    assert [noted.change.kind for noted in back.changes] == [ChangeKind.ADDED]
    watcher.day()
    assert len(watcher.updates()) == 2


def test_a_page_that_was_missing_for_a_moment_is_nothing(watcher: Watcher) -> None:
    remove(watcher, URLS[1])
    watcher.day()
    watcher.web.documents.append(URLS[1])
    watcher.web.down.clear()
    for _ in range(3):
        watcher.day()
    assert watcher.updates() == []


def test_a_new_page_is_news(watcher: Watcher) -> None:
    new = f"{SITE}/ny"
    watcher.web.documents.append(new)
    watcher.serve(page(*BASE), HTML, new)
    watcher.day()
    (update,) = watcher.updates()
    assert update.document_url == new


def move(watcher: Watcher, old: str, new: str, *, redirect: bool) -> None:
    watcher.web.documents[watcher.web.documents.index(old)] = new
    watcher.serve(*watcher.web.bodies[old], new)
    if redirect:
        watcher.web.moved[old] = new
    else:
        watcher.web.down[old] = FetchReason.NOT_FOUND


@pytest.mark.parametrize("redirect", [True, False], ids=["by a redirect", "with the same text"])
def test_a_page_that_moved_is_the_same_document(watcher: Watcher, redirect: bool) -> None:
    new = f"{SITE}/flyttet"
    move(watcher, URLS[1], new, redirect=redirect)
    for _ in range(3):
        watcher.day()
    assert watcher.updates() == []
    watcher.serve(page(*TEXTS[URLS[1]][:2], "En ny anbefaling om frivillige."), HTML, new)
    watcher.day()
    (update,) = watcher.updates()
    assert update.document_id == 2
    assert update.document_url == new
    assert ChangeKind.ADDED in {noted.change.kind for noted in update.changes} or update.changes


def test_a_page_that_moved_and_changed_at_once_tells_the_change_only(watcher: Watcher) -> None:
    new = f"{SITE}/flyttet"
    move(watcher, URLS[1], new, redirect=True)
    watcher.serve(page(TEXTS[URLS[1]][0].replace("bør", "skal"), *TEXTS[URLS[1]][1:]), HTML, new)
    for _ in range(3):
        watcher.day()
    (update,) = watcher.updates()
    assert update.document_id == 2
    assert [noted.change.kind for noted in update.changes] == [ChangeKind.REWORDED]


def test_a_page_that_names_its_new_address_has_moved(watcher: Watcher) -> None:
    new = f"{SITE}/flyttet"
    old, (first, *others) = URLS[1], TEXTS[URLS[1]]
    watcher.web.documents[1] = new
    link = f'<head><link rel="canonical" href="{new}">'.encode()
    watcher.serve(page(first, *others).replace(b"<head>", link), HTML, old)
    rewritten = ("En helt ny indledning til en helt ny side om noget andet.", first.replace("bør", "skal"))
    watcher.serve(page(*rewritten), HTML, new)
    for _ in range(3):
        watcher.day()
    (update,) = watcher.updates()
    assert (update.document_id, update.document_url) == (2, new)


def test_a_missing_page_that_leads_to_another_known_one_was_taken_away(watcher: Watcher) -> None:
    watcher.web.documents.remove(URLS[1])
    watcher.web.moved[URLS[1]] = URLS[0]
    watcher.day()
    assert watcher.updates() == []
    watcher.day()
    (update,) = watcher.updates()
    assert [noted.change.kind for noted in update.changes] == [ChangeKind.REMOVED]
    assert update.document_id == 2


def test_with_review_a_removal_waits_for_a_person(watcher: Watcher) -> None:
    watcher.review = True
    remove(watcher, URLS[1])
    for _ in range(3):
        watcher.day()
    assert watcher.updates() == []
    (held,) = watcher.store.archive.waiting()
    assert held.state is UpdateState.HELD


def test_a_hint_brings_the_visit_forward_and_proves_nothing(watcher: Watcher) -> None:
    store, now = watcher.store.watch, watcher.now + timedelta(seconds=30)
    again_at = now + timedelta(hours=1)
    hinted = [FoundDocument(URLS[0], "", URLS[0], "kilde.example", now - timedelta(days=9))]
    store.found([Finding("kilde", hinted, again_at)], now)
    assert watcher.check.claim(now, limit=5) == []  # it was visited since
    hinted = [FoundDocument(URLS[0], "", URLS[0], "kilde.example", now)]
    store.found([Finding("kilde", hinted, again_at)], now)
    (claim,) = watcher.check.claim(now, limit=5)
    assert watcher.check.visit(claim, now).outcome == "drop"


def test_several_edits_on_a_site_are_an_update_each(watcher: Watcher) -> None:
    for url in URLS[:2]:
        watcher.serve(page(*SHARPENED), HTML, url)
    watcher.day()
    assert {update.document_url for update in watcher.updates()} == set(URLS[:2])
