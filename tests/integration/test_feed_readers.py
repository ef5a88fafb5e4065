"""Real programs see every update as new exactly once: through restarts, re-renders and a moved site.

The site serves over HTTP as it always does; the programs are those that people have.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicate.domain.model import UpdateText
from syndicate.rendering import Renderer
from syndicate.services.amend import AmendService
from syndicate.web.app import create_app
from syndicate.web.pages import PageRenderer
from syndicate.web.server import build
from tests.factories import HEALTH, added, noted, site
from tests.fakes_site import FakeArchive
from tests.feed_readers import NPM_PARSERS, PROGRAMS, NpmParser, missing
from tests.feeding import Feeding
from tests.storing import NOW

CASES = [(program, suffix) for program in PROGRAMS for suffix in program.formats]
NPM_CASES = [(parser, suffix) for parser in NPM_PARSERS for suffix in parser.formats]


def named(cases: Sequence[tuple[type, str]]) -> list[str]:
    return [f"{program.__name__}-{suffix}" for program, suffix in cases]


class Publisher:
    """A site whose feeds are real; `restart` makes everything anew but the database.

    It answers at two addresses; when it has moved to the second, the first one sends everybody on.
    """

    def __init__(self, folder: Path, ports: tuple[int, int]) -> None:
        self.ports = ports
        self.now = NOW
        self.folder = folder
        self.feeding = Feeding(folder, site=site(base_url=f"http://127.0.0.1:{ports[0]}"))
        self._count = 0
        self.restart()

    @property
    def url(self) -> str:
        """Where readers found the feed, long ago."""
        return f"http://127.0.0.1:{self.ports[0]}/feeds/{HEALTH.id}"

    def restart(self) -> None:
        """Another process, which takes its feeds for those of another program: it makes all of them anew."""
        self._count += 1
        self.service = self.feeding.service(fingerprint=str(self._count))
        self.app = self._app()
        self.render()

    def upgrade(self) -> None:
        """Another version, with another template: every body that has been told before reads otherwise."""
        templates = self.folder / "templates"
        (templates / "feeds").mkdir(parents=True)
        (templates / "feeds" / "entry.html.j2").write_text("<p>På ny: {{ summary }}</p>", "utf-8")
        self.feeding.make = partial(Renderer, templates=[templates])
        self.restart()

    def move(self) -> None:
        self.feeding.site = replace(self.feeding.site, base_url=f"http://127.0.0.1:{self.ports[1]}")
        self.restart()

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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        base_url = self.feeding.site.base_url
        if scope["type"] == "http" and not base_url.endswith(f":{scope['server'][1]}"):
            await RedirectResponse(base_url + scope["path"], 301)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _app(self) -> ASGIApp:
        return create_app(
            site=self.feeding.site,
            archive=FakeArchive(),
            feeds=self.feeding.shelf(),
            subscribe=None,  # type: ignore[arg-type]
            pages=PageRenderer(self.feeding.site),
            readiness=list,
            clock=lambda: self.now,
        )


@contextmanager
def publishing(folder: Path) -> Iterator[Publisher]:
    folder.mkdir()
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    first, second = (listening.getsockname()[1] for listening in sockets)
    publisher = Publisher(folder, (first, second))
    server = build(publisher, "127.0.0.1", first)
    thread = Thread(target=server.run, kwargs={"sockets": sockets})
    thread.start()
    try:
        yield publisher
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        for listening in sockets:
            listening.close()
        publisher.feeding.store.database.close()


@pytest.mark.parametrize(("program", "suffix"), CASES, ids=named(CASES))
def test_every_update_is_new_exactly_once(tmp_path: Path, program: type, suffix: str) -> None:
    if name := missing(program):
        pytest.skip(f"{name} is not installed")
    with publishing(tmp_path / "site") as publisher:
        publisher.publish("Første æøå", "Anden")
        (tmp_path / "home").mkdir()
        reader = program(f"{publisher.url}.{suffix}", tmp_path / "home")
        try:
            assert sorted(reader.look()) == ["Anden", "Første æøå"]
            assert reader.look() == []

            publisher.restart()
            assert reader.look() == []

            publisher.publish("Tredje: 5 < 6 & »skal«")
            assert reader.look() == ["Tredje: 5 < 6 & »skal«"]

            publisher.correct("Det var en fejl.")
            assert reader.look() == ["Rettelse: Tredje: 5 < 6 & »skal«"]

            publisher.upgrade()
            assert reader.look() == []

            publisher.move()
            assert reader.look() == []

            publisher.publish("Fjerde")
            assert reader.look() == ["Fjerde"]
            assert reader.look() == []
        finally:
            reader.close()


@pytest.mark.parametrize(("parser", "suffix"), NPM_CASES, ids=named(NPM_CASES))
def test_parsers_see_all_that_an_entry_has(tmp_path: Path, parser: type[NpmParser], suffix: str) -> None:
    if name := missing(parser):
        pytest.skip(f"{name} is not installed")
    titles = ["Én: 5 < 6 & »skal« 👩‍⚕️", "To ]]> <b>ikke fed</b>", "Tre"]
    with publishing(tmp_path / "site") as publisher:
        publisher.publish(*titles)
        publisher.feeding.publish(changes=tuple(noted(added(f"Tekst {n} < 5.")) for n in range(9)))
        publisher.render()
        seen = parser.parse(f"{publisher.url}.{suffix}")["entries"]
        store, maker = publisher.feeding.store.feeds, publisher.feeding.maker()
        feed = store.record(HEALTH.id)
        assert feed is not None
        made = maker.view(feed, store.latest(feed, False, 50), False).entries
    assert len(seen) == len(made) == 4
    for shown, entry in zip(seen, made, strict=True):
        assert (shown["id"], shown["link"]) == (entry.id, entry.url)
        title = entry.title if suffix != "rss" else entry.title.replace("<b", "‹b").replace("</", "‹/")
        assert shown["title"] == title
        assert shown["content"].strip() == entry.html.strip()
        assert datetime.fromisoformat(shown["date"]) == entry.published.astimezone(UTC)
