"""Numbers for Prometheus: what the database says at each scrape, on loopback only."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from syndicate.ports import DestinationStatus, StatusView
from syndicate.web.metrics import StatusCollector, serve
from tests.fakes_site import FakeArchive
from tests.web_site import NOW, document_status

Numbers = dict[tuple[str, ...], float]


@dataclass
class Status(FakeArchive):
    """An archive that sends to destinations too."""

    destinations: tuple[DestinationStatus, ...] = ()
    subscribers: int = 0

    def status(self, now: datetime) -> StatusView:
        view = super().status(now)
        return StatusView(view.documents, self.destinations, 2, self.subscribers, None)


@contextmanager
def served(archive: FakeArchive) -> Iterator[str]:
    server, thread = serve(archive, lambda: NOW, 0)
    try:
        yield f"http://{server.server_address[0]!s}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def scrape(url: str) -> Numbers:
    """Each number by its name and its labels' values."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return _read(answer.read().decode())


def collected(archive: FakeArchive) -> Numbers:
    """The same without a server."""
    registry = CollectorRegistry()
    registry.register(StatusCollector(archive, lambda: NOW))
    return _read(generate_latest(registry).decode())


def _read(text: str) -> Numbers:
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(s.name, *(value for _, value in sorted(s.labels.items()))): s.value for s in samples}


def test_each_document_tells_its_visits_failures_and_age() -> None:
    archive = Status()
    read = NOW - timedelta(hours=2)
    archive.statuses = [document_status(id=7, source_id="kilde", checks=12, failures=3, last_ok=read)]
    numbers = collected(archive)
    assert numbers["syndicate_document_checks", "7", "kilde"] == 12
    assert numbers["syndicate_document_failures", "7", "kilde"] == 3
    assert numbers["syndicate_document_age_seconds", "7", "kilde"] == 7200


def test_what_was_never_read_has_no_age() -> None:
    archive = Status(statuses=[document_status(id=1, source_id="ny", last_ok=None, checks=4)])
    numbers = collected(archive)
    assert numbers["syndicate_document_checks", "1", "ny"] == 4
    assert ("syndicate_document_age_seconds", "1", "ny") not in numbers


def test_deliveries_are_told_by_state_of_each_destination() -> None:
    mail = DestinationStatus("email", "email", None, "", 5, 1, 2, 900, None)
    page = DestinationStatus('side "å"', "linkedin", None, "", 0, 0, 0, 3, None)
    numbers = collected(Status(destinations=(mail, page), subscribers=41))
    deliveries = {key[1:]: value for key, value in numbers.items() if key[0] == "syndicate_deliveries"}
    assert deliveries == {
        ("email", "pending"): 5, ("email", "uncertain"): 1, ("email", "dead"): 2, ("email", "sent"): 900,
        ('side "å"', "pending"): 0, ('side "å"', "uncertain"): 0, ('side "å"', "dead"): 0,
        ('side "å"', "sent"): 3,
    }  # fmt: skip
    assert numbers["syndicate_subscribers",] == 41
    assert numbers["syndicate_updates_held",] == 2


def test_each_scrape_reads_anew() -> None:
    archive = Status(subscribers=1)
    with served(archive) as url:
        before = scrape(url)
        archive.subscribers = 2
        after = scrape(url)
    assert (before["syndicate_subscribers",], after["syndicate_subscribers",]) == (1, 2)


def test_only_this_machine_is_served_and_two_do_not_mix() -> None:
    with served(Status(subscribers=1)) as one, served(Status(subscribers=9)) as other:
        assert one.startswith("http://127.0.0.1:")
        assert scrape(one)["syndicate_subscribers",] == 1
        assert scrape(other)["syndicate_subscribers",] == 9


def test_a_locked_database_fails_one_scrape_and_not_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    archive = Status(subscribers=1)
    with served(archive) as url:
        archive.fails_with = OSError("locked")
        with pytest.raises(urllib.error.HTTPError) as error:
            scrape(url)
        error.value.close()
        archive.fails_with = None
        assert scrape(url)["syndicate_subscribers",] == 1
    assert error.value.code == 500
    assert "locked" in capsys.readouterr().err
