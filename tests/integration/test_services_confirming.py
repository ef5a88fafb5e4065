"""Asked once more: a page that says one thing now and another a second later is announced by neither."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import NotModified, Retrieved, Validators
from syndicate.services.confirming import UNCONFIRMED, UNSETTLED
from tests.data.sample.docx import docx_from_markdown
from tests.watching import BASE, DOCX, HTML, PAGE, SHARPENED, Watcher, Web, page

pytestmark = pytest.mark.usefixtures("any_database")

FACTS = "https://kilde.example/fakta.docx"
LINK = ("Download fakta", "/fakta.docx")
LOGIN = b"""<html lang="da"><head><title>Log ind</title></head><body><main><h1>Log ind</h1>
<form><p>Log ind for at se siden.</p><input type="password" name="p"></form></main></body></html>"""
SHORTENED = SHARPENED[2].replace("14 dage", "7 dage")


@dataclass
class Moody(Web):
    """While `answers` lasts, each of them is what the page says to one request: a body, or an error."""

    answers: list[bytes | FetchReason] = field(default_factory=list)

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        if address != PAGE or not self.answers:
            return super().retrieve(address, validators, now)
        answer = self.answers.pop(0)
        if isinstance(answer, FetchReason):
            self.asked.append(address)
            raise FetchError(address, answer, f"{address} cannot be had.")
        self.once[address] = answer
        return super().retrieve(address, validators, now)


class Moods(Watcher):
    """A watcher after the first reading of a page that changes its mind."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.moody = Moody(bodies=self.web.bodies)
        self.web = self.moody
        self.visit()

    def says(self, *answers: bytes | FetchReason) -> None:
        self.moody.answers = list(answers)

    @property
    def asked(self) -> int:
        """How often the page was asked for since the last look."""
        count = self.web.asked.count(PAGE)
        self.web.asked.clear()
        return count

    def is_due(self, *, minutes: float) -> bool:
        claims = self.check.claim(self.now + timedelta(minutes=minutes), limit=1)
        for claim in claims:
            self.check.give_up(claim)
        return bool(claims)


@pytest.fixture
def watcher(tmp_path: Path) -> Moods:
    watcher = Moods(tmp_path)
    assert watcher.asked == 1
    return watcher


# --- what the second answer may be --------------------------------------------------------------------


@pytest.mark.parametrize(
    "second",
    [FetchReason.TIMEOUT, FetchReason.NOT_FOUND, LOGIN, b"<html><body></body></html>", page(*BASE)],
    ids=["too slow", "not found", "login", "no text", "as before"],
)
def test_what_is_not_said_twice_is_a_doubt_and_announced_when_it_is(
    watcher: Moods, second: bytes | FetchReason
) -> None:
    watcher.serve(page(*SHARPENED))
    watcher.says(page(*SHARPENED), second)
    report = watcher.visit()
    assert (report.outcome, report.problem) == ("doubt", "")
    assert UNCONFIRMED in report.steps[-1]
    assert watcher.updates() == watcher.store.archive.waiting() == []

    assert watcher.visit().outcome == "announce"
    (update,) = watcher.updates()
    assert [noted.change.number for noted in update.changes] == ["1"]
    assert watcher.visit().outcome == "drop"


def test_a_doubt_is_looked_at_soon_however_seldom_the_page_changes(watcher: Moods) -> None:
    watcher.at_most = timedelta(days=10)
    watcher.day(hours=20 * 24)
    assert not watcher.is_due(minutes=24 * 60)
    watcher.now += timedelta(days=3)
    watcher.says(page(*SHARPENED), page(*BASE))
    (report,) = watcher.day()
    assert report.outcome == "doubt"
    assert not watcher.is_due(minutes=4)
    assert watcher.is_due(minutes=5)


def test_what_came_between_the_two_answers_is_told_whole_at_the_next_visit(watcher: Moods) -> None:
    more = (*SHARPENED[:2], SHORTENED)
    watcher.serve(page(*more))
    watcher.says(page(*SHARPENED), page(*more))
    assert watcher.visit().outcome == "doubt"
    assert watcher.visit().outcome == "announce"
    (update,) = watcher.updates()
    assert [noted.change.number for noted in update.changes] == ["1", "3"]


def test_a_page_that_never_answers_twice_is_one_held_update_and_no_more(watcher: Moods) -> None:
    outcomes = []
    for years in (5, 6, 7, 8):
        watcher.says(page(BASE[0].replace("3.", f"{years}."), *BASE[1:]), FetchReason.TIMEOUT)
        outcomes.append(watcher.visit().outcome)
    assert outcomes[:2] == ["doubt", "hold"]
    assert "announce" not in outcomes
    (held,) = watcher.store.archive.waiting()
    assert held.reason == UNSETTLED
    assert watcher.updates() == []


def test_a_doubt_that_came_to_nothing_leaves_nothing(watcher: Moods) -> None:
    """Else a page that fails to agree again years later would be held at once."""
    watcher.says(page(*SHARPENED), page(*BASE))
    assert watcher.visit().outcome == "doubt"
    assert watcher.visit().outcome == "drop"
    (claim,) = watcher.check.claim(watcher.now + timedelta(days=1), limit=1)
    assert claim.candidate is None


# --- what is not asked again --------------------------------------------------------------------------


def test_nothing_new_is_asked_for_once(watcher: Moods) -> None:
    watcher.visit()
    assert watcher.asked == 1
    watcher.serve(page(*BASE, date="01. maj 2018"))
    watcher.visit()
    assert watcher.asked == 1


def test_what_a_person_decides_is_asked_for_once(watcher: Moods) -> None:
    watcher.review = True
    watcher.serve(page(*SHARPENED))
    assert watcher.visit().outcome == "hold"
    assert watcher.asked == 1


def test_a_changed_file_beside_an_unchanged_page_is_asked_for_once(watcher: Moods) -> None:
    watcher.serve(page(*BASE, links=[LINK]))
    watcher.serve(docx_from_markdown("# Fakta\n\nDer bor 1.200 mennesker i området."), DOCX, FACTS)
    watcher.visit()
    told = len(watcher.updates())
    watcher.web.asked.clear()
    watcher.serve(docx_from_markdown("# Fakta\n\nDer bor 1.300 mennesker i området."), DOCX, FACTS)
    assert watcher.visit().outcome == "announce"
    assert sorted(watcher.web.asked) == [FACTS, PAGE]
    assert len(watcher.updates()) == told + 1


def test_a_crash_before_the_second_answer_loses_nothing(watcher: Moods) -> None:
    """What is kept unread is read without fetching: then there is nothing to compare a second answer with."""
    watcher.serve(page(*SHARPENED))
    watcher.reader.crash_on = b"skal"
    with pytest.raises(KeyboardInterrupt):
        watcher.visit()
    watcher.reader.crash_on = None
    watcher.web.only_304 = True
    assert watcher.visit().outcome == "announce"
    assert len(watcher.updates()) == 1


# --- whose visit it is --------------------------------------------------------------------------------


def test_a_visit_that_outlived_its_lease_stores_nothing(watcher: Moods) -> None:
    watcher.serve(page(*SHARPENED))
    watcher.now += timedelta(hours=7)
    (slow,) = watcher.check.claim(watcher.now, limit=1)
    (quick,) = watcher.check.claim(watcher.now + timedelta(minutes=16), limit=1)
    assert watcher.check.visit(slow, watcher.now).outcome == "lost"
    assert watcher.updates() == []
    assert watcher.check.visit(quick, watcher.now + timedelta(minutes=16)).outcome == "announce"
    assert len(watcher.updates()) == 1


def test_a_visit_that_was_given_up_is_due_at_once(watcher: Moods) -> None:
    watcher.now += timedelta(hours=7)
    (claim,) = watcher.check.claim(watcher.now, limit=1)
    assert watcher.check.claim(watcher.now, limit=1) == []
    watcher.check.give_up(claim)
    assert len(watcher.check.claim(watcher.now, limit=1)) == 1


def test_a_fault_of_ours_is_told_and_waits_longer_each_time(watcher: Moods) -> None:
    watcher.now += timedelta(hours=7)
    for failures in range(3):
        (claim,) = watcher.check.claim(watcher.now, limit=1)
        assert claim.failures == failures
        watcher.check.fail(claim, watcher.now)
        assert "reason of its own" in watcher.problem
        wait = 5 * 2 ** (failures + 1)
        assert not watcher.is_due(minutes=wait - 1)
        watcher.now += timedelta(minutes=wait)
    assert watcher.visit().outcome == "drop"
    assert watcher.problem == ""


def test_quiet_visits_are_concluded_together_even_when_a_later_one_crashes(tmp_path: Path) -> None:
    watcher = Watcher(tmp_path)
    urls = [f"https://{name}.example/side" for name in ("en", "to")]
    watcher.web.documents = urls
    for url in urls:
        watcher.serve(page(*BASE), HTML, url)
    watcher.day()
    watcher.serve(page(*SHARPENED), HTML, urls[1])
    watcher.now += timedelta(hours=7)
    claims = sorted(
        watcher.check.claim(watcher.now, limit=5, per_host=5), key=lambda claim: claim.document_id
    )
    assert [claim.key for claim in claims] == urls
    watcher.reader.crash_on = b"skal"
    with pytest.raises(KeyboardInterrupt), watcher.check.quiet_ends() as quiet:
        list(watcher.check.visit_all(claims, lambda: watcher.now, quiet))
    watcher.reader.crash_on = None
    later = watcher.now + timedelta(minutes=16)  # past the leases of the process that is gone
    due = watcher.check.claim(watcher.now + timedelta(minutes=4), limit=5)
    assert due == []
    claims = watcher.check.claim(later, limit=5, per_host=5)
    assert urls[1] in {claim.key for claim in claims}
    with watcher.check.quiet_ends() as quiet:
        outcomes = {report.outcome for report in watcher.check.visit_all(claims, lambda: later, quiet)}
    assert "announce" in outcomes
    (update,) = watcher.updates()
    assert update.document_url == urls[1]
