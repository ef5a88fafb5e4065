"""Rounds over many hosts: everything once, a host by one thread, and a dead one holds up only itself."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from syndicate.ports import FoundDocument, NotModified, Retrieved, Validators
from syndicate.services import quiet as quiet_module
from syndicate.services import rounds as rounds_module
from syndicate.services.rounds import Rounds
from syndicate.services.watched import VisitReport
from tests.watching import BASE, HTML, Watcher, Web, page

DEAD = "https://dead.example/0"
PATIENCE = 30.0


class ManyHosts(Web):
    """Pages of many hosts. The dead one answers when all others were asked, or not in time."""

    def __init__(self, hosts: int, pages: int) -> None:
        super().__init__()
        self.documents = [DEAD, *(f"https://h{h}.example/{n}" for h in range(hosts) for n in range(pages))]
        self.bodies = {url: (page(*BASE), HTML) for url in self.documents}
        self.at_once: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.others_asked = threading.Event()
        self.waited_in_vain = False
        self._lock = threading.Lock()

    def find(self, now: datetime) -> Sequence[FoundDocument]:
        return [FoundDocument(url, "", url, url.split("/")[2]) for url in self.documents]

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        host = address.split("/")[2]
        with self._lock:
            self.at_once[host] += 1
            self.most[host] = max(self.most[host], self.at_once[host])
        try:
            if address == DEAD:
                self.waited_in_vain |= not self.others_asked.wait(PATIENCE)
            return super().retrieve(address, validators, now)
        finally:
            with self._lock:
                self.at_once[host] -= 1
            if len(set(self.asked)) == len(self.documents) - (DEAD not in self.asked):
                self.others_asked.set()


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    watcher = Watcher(tmp_path)
    watcher.web = ManyHosts(hosts=6, pages=5)
    service = watcher.check
    service.sync(watcher.now)
    service.find(watcher.now, ["kilde"])
    return watcher


def make(watcher: Watcher, *, since: datetime | None = None) -> list[VisitReport]:
    reports: list[VisitReport] = []
    Rounds(watcher.check, lambda: watcher.now, reports.append, threads=3, since=since).make()
    return reports


def test_a_dead_host_delays_only_itself(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds_module, "CLAIMED", 4)
    reports = make(watcher)
    web = watcher.web
    assert isinstance(web, ManyHosts)
    assert not web.waited_in_vain
    assert sorted(web.asked) == sorted(web.documents)
    assert set(web.most.values()) == {1}
    assert len(reports) == len(web.documents)


def test_everything_is_visited_once_whether_due_or_not(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(watcher)
    watcher.web.asked.clear()
    monkeypatch.setattr(quiet_module, "MANY", 7)
    assert make(watcher) == []  # nothing is due
    watcher.now = watcher.now.replace(microsecond=watcher.now.microsecond + 1)
    reports = make(watcher, since=watcher.now)
    assert sorted(watcher.web.asked) == sorted(watcher.web.documents)
    assert {report.outcome for report in reports} == {"drop"}
    assert {status.checks for status in watcher.store.archive.status(watcher.now).documents} == {2}


def test_a_fault_of_ours_in_one_visit_is_told_and_stops_no_other(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = "https://h1.example/2"
    whole = watcher.web.retrieve

    def broken(address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        if address == poisoned:
            raise ZeroDivisionError
        return whole(address, validators, now)

    monkeypatch.setattr(watcher.web, "retrieve", broken)
    reports = make(watcher)
    assert sorted(watcher.web.asked) == sorted(set(watcher.web.documents) - {poisoned})
    assert [report.problem for report in reports if report.problem] == [
        "The visit failed for a reason of its own. See the log."
    ]
    told = {status.url: status.problem for status in watcher.store.archive.status(watcher.now).documents}
    assert "reason of its own" in told.pop(poisoned)
    assert not any(told.values())
