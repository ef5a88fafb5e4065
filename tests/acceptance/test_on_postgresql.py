"""The same service on PostgreSQL: the whole way, and several processes that are killed on it."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.clusters import Cluster
from tests.processes import (
    NETWORKS,
    Installation,
    SamplePage,
    Sandbox,
    Service,
    copied_config,
    get,
    sandbox,
    subscribe,
    until,
)

READER = "laeser@example.org"
READERS = [f"laeser{n}@example.org" for n in range(80)]
KILLS = 3
SQLITE = "sqlite:///../var/syndicate.db"


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    name = cluster.empty()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def page(tmp_path: Path) -> SamplePage:
    return SamplePage(copied_config(tmp_path) / "sample-site")


@pytest.fixture
def box(tmp_path: Path, page: SamplePage) -> Iterator[Sandbox]:
    with sandbox(tmp_path, page.folder) as box:
        yield box


def house_on(url: str, folder: Path, box: Sandbox) -> Installation:
    house = Installation(folder, box)
    house.set(SQLITE, url)
    return house


def test_the_whole_way(cluster: Cluster, url: str, tmp_path: Path, page: SamplePage, box: Sandbox) -> None:
    house = house_on(url, tmp_path, box)
    house.environ["PATH"] = f"{cluster.bin_folder}:{os.environ['PATH']}"
    with house.run() as service:
        until("the first reading", service.has_read)
        subscribe(service.url, READER, box)
        cluster.cut(url.rpartition("/")[2])  # as a restart of the server does
        page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")
        (entry,) = until("the announcement", service.entries)
        until("mail and posts", lambda: (len(box.mails(READER)), len(box.posts())) == (2, 3))
        assert "skal" in entry["content_html"]
        for words, found in (("jobcentret skal", True), ('"skal jobcentret"', False)):
            answer = get(f"{service.url}/updates?q={words}")
            assert (answer.status_code, entry["url"].rpartition("/")[2] in answer.text) == (200, found)
        copy = house.command("db", "backup", str(tmp_path / "copy.dump"))
        assert copy.returncode == 0, copy.stderr
        assert (tmp_path / "copy.dump").stat().st_size > 10_000
        assert service.stop() == 0
    assert all(one["sent"] for one in house.destinations().values())
    assert house.command("doctor").returncode == 0


def test_two_processes_that_are_killed_lose_nothing_and_repeat_nothing(
    url: str, tmp_path: Path, page: SamplePage, box: Sandbox
) -> None:
    first, second = house_on(url, tmp_path, box), house_on(url, tmp_path / "second", box)
    key = tmp_path / "config" / "secret.key"
    second.set("[site]", f'[site]\nkey_file = "{key}"')
    second.set(f'base_url = "{second.url}"', f'base_url = "{first.url}"')
    with first.run() as service:
        until("the first reading", service.has_read)
    first.import_readers(READERS)
    page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")

    for left in range(KILLS, 0, -1):
        _kill_while_sending([first, second], box, left)
    with first.run() as service:  # nobody else is there: what the dead left is taken up at once
        until("the rest to be sent", lambda: _settled(first) == len(READERS) + len(NETWORKS), poll=1.0)
        (entry,) = service.entries()

    mails = box.mails(about=entry["url"])
    copies = Counter(mail["envelope"]["to"][0] for mail in mails)
    assert len(copies) + first.destinations()["email"]["uncertain"] >= len(READERS), "a mail is lost"
    assert set(copies) <= set(READERS)
    assert copies.total() - len(copies) <= 2 * KILLS, "more copies than dots without an answer"
    assert {network: len(box.posts(network)) for network in NETWORKS} == dict.fromkeys(NETWORKS, 1)


def _kill_while_sending(houses: list[Installation], box: Sandbox, left: int) -> None:
    """Starts all of them, and kills all of them a few mails later; `left` kills are to come."""
    sent = box.entries("mail")
    wanted = sent + random.randrange(1, max(2, (len(READERS) - sent) // (left + 1)))
    with ExitStack() as stack:
        services: list[Service] = [stack.enter_context(house.start()) for house in houses]
        until("some more mails", lambda: box.entries("mail") >= wanted, poll=0.005)
        for service in services:
            assert not service.has_ended()
            service.kill()


def _settled(house: Installation) -> int:
    return sum(one["sent"] + one["uncertain"] + one["dead"] for one in house.destinations().values())
