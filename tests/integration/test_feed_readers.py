"""Real programs see every update as new exactly once: through restarts, re-renders and a moved site.

The site serves over HTTP as it always does; the programs are those that people have.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from syndicate.domain.model import UpdateText
from syndicate.services.amend import AmendService
from syndicate.web.app import create_app
from syndicate.web.pages import PageRenderer
from syndicate.web.server import build
from tests.factories import HEALTH, site
from tests.fakes_site import FakeArchive
from tests.feed_readers import PROGRAMS, missing
from tests.feeding import Feeding
from tests.storing import NOW
from tests.web_site import WebSite

CASES = [(program, suffix) for program in PROGRAMS for suffix in program.formats]


class Publisher:
    """A site whose feeds are real; `restart` makes everything anew but the database."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.now = NOW
        self.feeding = Feeding(folder, site=site(base_url=f"http://127.0.0.1:{port}"))
        self._count = 0
        self.restart()

    def restart(self, base_url: str = "") -> None:
        """Another process, perhaps of another version or at another address: it makes all feeds anew."""
        self._count += 1
        self.feeding.site = replace(self.feeding.site, base_url=base_url or self.feeding.site.base_url)
        self.service = self.feeding.service(fingerprint=str(self._count))
        self.shelf = self.feeding.shelf()
        self.render()

    def render(self) -> None:
        self.now += timedelta(hours=1)
        self.service.render_feeds(self.now)

    def publish(self, *titles: str) -> None:
        for title in titles:
            text = UpdateText("da", title, "»bør« er blevet til »skal«.")
            self.feeding.publish(texts={"da": text}, now=self.now)
        self.render()

    def correct(self, text: str) -> None:
        store = self.feeding.store
        newest = store.archive.published(limit=1)[0]
        AmendService(store.updates, ()).correct(newest.id, text, "me", self.now)
        self.render()

    # what the site asks of feeds goes to the shelf that there is now

    def __getattr__(self, name: str) -> object:
        return getattr(self.shelf, name)


@contextmanager
def publishing(folder: Path) -> Iterator[Publisher]:
    folder.mkdir()
    listening = socket.create_server(("127.0.0.1", 0))
    publisher = Publisher(folder, listening.getsockname()[1])
    web = WebSite(site=publisher.feeding.site, archive=FakeArchive())
    app = create_app(
        site=web.site,
        archive=web.archive,
        feeds=publisher,  # type: ignore[arg-type]
        subscribe=None,  # type: ignore[arg-type]
        pages=PageRenderer(web.site),
        readiness=list,
        clock=lambda: publisher.now,
    )
    server = build(app, "127.0.0.1", publisher.port)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield publisher
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        listening.close()
        publisher.feeding.store.database.close()


@pytest.mark.parametrize(
    ("program", "suffix"), CASES, ids=[f"{program.__name__}-{suffix}" for program, suffix in CASES]
)
def test_every_update_is_new_exactly_once(tmp_path: Path, program: type, suffix: str) -> None:
    if name := missing(program):
        pytest.skip(f"{name} is not installed")
    with publishing(tmp_path / "site") as publisher:
        publisher.publish("Første æøå", "Anden")
        (tmp_path / "home").mkdir()
        reader = program(f"http://127.0.0.1:{publisher.port}/feeds/{HEALTH.id}.{suffix}", tmp_path / "home")
        try:
            assert sorted(reader.look()) == ["Anden", "Første æøå"]
            assert reader.look() == []

            publisher.restart()
            assert reader.look() == []

            publisher.publish("Tredje: 5 < 6 & »skal«")
            assert reader.look() == ["Tredje: 5 < 6 & »skal«"]

            publisher.correct("Det var en fejl.")
            assert reader.look() == ["Rettelse: Tredje: 5 < 6 & »skal«"]

            publisher.restart(base_url=f"http://localhost:{publisher.port}")
            assert reader.look() == []

            publisher.publish("Fjerde")
            assert reader.look() == ["Fjerde"]
            assert reader.look() == []
        finally:
            reader.close()
