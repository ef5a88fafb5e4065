"""Finding with several sources at once: one that fails holds up nobody, and what was found is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.domain.model import ChangeKind
from syndicate.ports import Claim, FoundDocument, KnownResource, ReadOptions, SourceRecord
from syndicate.services.finding import FIND_AGAIN, Finder, is_removal
from syndicate.services.watched import WatchedSource
from tests.storing import NOW, Store
from tests.watching import BASE, HTML, Watcher, Web, page

pytestmark = pytest.mark.usefixtures("any_database")

HOUR = timedelta(hours=1)


@dataclass
class Listing(Web):
    """A list that counts how often it was read; with `crash` the process ends while it is read."""

    crash: bool = False
    reads: int = 0

    def find(self, now: datetime) -> list[FoundDocument]:
        self.reads += 1
        if self.crash:
            raise KeyboardInterrupt
        return list(super().find(now))


class Sources:
    """Sources "a", "b" and "c" with two documents each, found whenever the test says so."""

    def __init__(self, folder: Path, *, network: bool) -> None:
        self.store = Store(folder)
        self.lists = {
            name: Listing(asks_network=network, documents=[f"https://{name}.example/{n}" for n in (1, 2)])
            for name in "abc"
        }
        records = {name: SourceRecord(name, name, "page", "da", ("sundhed",)) for name in self.lists}
        self.finder = Finder(
            self.store.watch,
            {
                name: WatchedSource(records[name], kind, ReadOptions(), HOUR, review=False)
                for name, kind in self.lists.items()
            },
        )
        self.store.watch.sync_sources(list(records.values()), NOW)

    def known(self) -> set[str]:
        return {name for name in self.lists if self.store.watch.listed(name)}


@pytest.fixture(params=[True, False], ids=["over the network", "on this disk"])
def sources(tmp_path: Path, request: pytest.FixtureRequest) -> Sources:
    return Sources(tmp_path, network=request.param)


def test_a_list_that_fails_holds_up_no_other(sources: Sources) -> None:
    sources.lists["b"].lost = True
    (error,) = sources.finder.find(NOW)
    assert isinstance(error, FetchError)
    assert error.status == 500
    assert sources.known() == {"a", "c"}
    sources.lists["b"].lost = False
    assert sources.finder.find(NOW + HOUR) == []
    assert sources.known() == {"a", "b", "c"}


def test_a_name_that_is_no_source_is_passed_over(sources: Sources) -> None:
    assert sources.finder.find(NOW, ["nobody", "b"]) == []
    assert sources.known() == {"b"}


@pytest.mark.parametrize(("network", "again"), [(True, HOUR), (False, FIND_AGAIN)])
def test_a_list_is_read_again_when_it_is_time(tmp_path: Path, network: bool, again: timedelta) -> None:
    """Looking into a folder costs nobody anything; asking a site does."""
    sources = Sources(tmp_path, network=network)
    reads = []
    for later in (timedelta(0), again - timedelta(seconds=1), again):
        sources.finder.find(NOW + later)
        reads.append(sources.lists["a"].reads)
    assert reads == [1, 1, 2]


def test_a_list_that_fails_is_not_asked_in_every_round(tmp_path: Path) -> None:
    sources = Sources(tmp_path, network=True)
    sources.lists["a"].lost = True
    for minutes in range(0, 60, 10):
        sources.finder.find(NOW + timedelta(minutes=minutes))
    assert sources.lists["a"].reads == 1


def test_what_was_asked_for_is_kept_although_a_later_list_crashes(tmp_path: Path) -> None:
    sources = Sources(tmp_path, network=True)
    sources.lists["c"].crash = True
    with pytest.raises(KeyboardInterrupt):
        sources.finder.find(NOW, ["a", "b", "c"])
    assert sources.known() == {"a", "b"}


@pytest.mark.parametrize(("left", "believed"), [(5, True), (3, True), (2, False), (0, False)])
def test_a_list_may_lose_half_of_its_pages_and_not_more(tmp_path: Path, left: int, believed: bool) -> None:
    sources = Sources(tmp_path, network=True)
    site = sources.lists["a"]
    site.lists_all = True
    site.documents = [f"https://a.example/{n}" for n in range(6)]
    sources.finder.find(NOW, ["a"])
    site.documents = site.documents[:left]
    errors = sources.finder.find(NOW + HOUR, ["a"])
    assert (errors == []) is believed
    assert len(sources.store.watch.listed("a")) == (left if believed else 6)
    site.documents = [f"https://a.example/{n}" for n in range(6)]
    assert sources.finder.find(NOW + 2 * HOUR, ["a"]) == []  # and when it is whole again, all is well


def test_a_copy_of_a_page_that_is_still_there_is_a_page_of_its_own(tmp_path: Path) -> None:
    """It says the same as a known one, and nothing has moved."""
    watcher = Watcher(tmp_path)
    watcher.web.lists_all = True
    first, copy = "https://kilde.example/a", "https://kilde.example/kopi"
    watcher.web.documents = [first]
    for url in (first, copy):
        watcher.serve(page(*BASE), HTML, url)
    watcher.day()
    watcher.web.documents = [first, copy]
    watcher.day()
    (update,) = watcher.updates()
    assert (update.document_id, update.document_url) == (2, copy)
    assert {noted.change.kind for noted in update.changes} == {ChangeKind.ADDED}


# --- when a missing page is gone ----------------------------------------------------------------------

KNOWN = KnownResource(1, "page", "", "https://a.example/1", base_version=1, base_sha256="ab")
MISSING = Claim(
    token="t",
    document_id=1,
    source_id="a",
    key="https://a.example/1",
    title="Råd",
    address="https://a.example/1",
    baseline=False,
    failures=1,
    resources=(KNOWN,),
    problem_kind=FetchReason.NOT_FOUND,
    missing_since=NOW - HOUR,
    last_check=NOW - HOUR,
)


def refused(reason: FetchReason) -> FetchError:
    return FetchError(MISSING.address, reason, "It cannot be had.")


@pytest.mark.parametrize("before", [FetchReason.NOT_FOUND, FetchReason.GONE])
@pytest.mark.parametrize("now", [FetchReason.NOT_FOUND, FetchReason.GONE])
def test_a_missing_page_that_is_gone_at_two_visits_was_removed(before: FetchReason, now: FetchReason) -> None:
    assert is_removal(replace(MISSING, problem_kind=before), refused(now))


@pytest.mark.parametrize(
    "claim",
    [
        replace(MISSING, missing_since=None),
        replace(MISSING, last_check=None),
        replace(MISSING, last_check=NOW - HOUR - timedelta(seconds=1)),
        replace(MISSING, problem_kind=""),
        replace(MISSING, problem_kind=FetchReason.TIMEOUT),
        replace(MISSING, resources=(replace(KNOWN, base_version=0, base_sha256=""),)),
    ],
    ids=["still listed", "never seen", "seen gone before", "fine before", "slow before", "never told"],
)
def test_any_doubt_about_it_and_it_was_not(claim: Claim) -> None:
    assert not is_removal(claim, refused(FetchReason.NOT_FOUND))


@pytest.mark.parametrize("reason", sorted(set(FetchReason) - {FetchReason.NOT_FOUND, FetchReason.GONE}))
def test_no_other_error_is_a_removal(reason: FetchReason) -> None:
    assert not is_removal(MISSING, refused(reason))
