"""A disk that takes nothing, a database that somebody else holds: work waits, nothing is lost or repeated.

The disk is filled by a limit on the size of files, which can be set on a running process and lifted again.
"""

from __future__ import annotations

import resource
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import (
    NETWORKS,
    Installation,
    SamplePage,
    Sandbox,
    Service,
    copied_config,
    get,
    sandbox,
    until,
)

READERS = [f"laeser{n}@example.org" for n in range(80)]


@pytest.fixture(name="page")
def a_sample_page(tmp_path: Path) -> SamplePage:
    return SamplePage(copied_config(tmp_path) / "sample-site")


@pytest.fixture(name="box")
def a_sandbox(tmp_path: Path, page: SamplePage) -> Iterator[Sandbox]:
    with sandbox(tmp_path, page.folder) as box:
        yield box


@pytest.fixture(name="house")
def an_installation(tmp_path: Path, box: Sandbox) -> Installation:
    house = Installation(tmp_path, box)
    house.import_readers(READERS)
    return house


def fill_disk(service: Service) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (1, hard))


def make_room(service: Service) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (hard, hard))


def is_ready(service: Service) -> bool:
    return get(f"{service.url}/readyz").status_code == 200


def everybody_is_told_once(service: Service, box: Sandbox) -> None:
    (entry,) = until("the update", service.entries)
    until("the mails", lambda: box.entries("mail") >= len(READERS))
    until("the posts", lambda: box.entries("post") >= len(NETWORKS))
    assert Counter(m["envelope"]["to"][0] for m in box.mails(about=entry["url"])) == Counter(READERS)
    assert {network: len(box.posts(network)) for network in NETWORKS} == dict.fromkeys(NETWORKS, 1)


def test_a_change_that_the_disk_does_not_take_is_announced_later(
    page: SamplePage, box: Sandbox, house: Installation
) -> None:
    with house.run() as service:
        until("the first reading", service.has_read)
        fill_disk(service)
        page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")
        until("the operator to be told", lambda: not is_ready(service))
        for path in ("/", "/updates", "/documents/1", "/feeds/all.rss"):
            assert get(service.url + path).status_code == 200, "readers read on"
        make_room(service)
        until("the service to recover", lambda: is_ready(service))
        everybody_is_told_once(service, box)


def test_a_disk_that_fills_up_while_mails_leave_repeats_none(
    page: SamplePage, box: Sandbox, house: Installation
) -> None:
    with house.run() as service:
        until("the first reading", service.has_read)
        page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")
        until("the first mails", lambda: box.entries("mail") >= 5, poll=0.005)
        fill_disk(service)
        until("the operator to be told", lambda: not is_ready(service))
        assert box.entries("mail") < len(READERS), "what cannot be noted is not sent"
        make_room(service)
        until("the service to recover", lambda: is_ready(service))
        everybody_is_told_once(service, box)


def test_a_locked_database_holds_work_up_and_readers_not(
    page: SamplePage, box: Sandbox, house: Installation
) -> None:
    with house.run() as service:
        until("the first reading", service.has_read)
        with closing(sqlite3.connect(house.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            page.edit("Jobcentret bør tilbyde", "Jobcentret skal tilbyde")
            for _ in range(20):
                assert get(f"{service.url}/documents/1").status_code == 200
            assert not service.entries()
            other.execute("ROLLBACK")
        everybody_is_told_once(service, box)
