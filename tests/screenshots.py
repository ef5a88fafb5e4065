"""Pictures for the README: `python -m tests.screenshots` edits the sample page as an editor would, lets the
real service find out, and photographs its pages into docs/screenshots/. Needs Chromium.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import NamedTuple

from benchmarks import house

from syndicate.bootstrap import App, load_config
from syndicate.web.app import create_app
from syndicate.web.pages import PageRenderer
from syndicate.web.server import build
from tests import browser

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
EDITS = [
    (17, "højst har 35 forløb", "højst har 25 forløb"),
    (52, "inden for 10 hverdage", "inden for 5 hverdage"),
    (81, "Boligorganisationen bør stille lokaler", "Boligorganisationen skal stille lokaler"),
]
"""On which day what became what."""


class Shot(NamedTuple):
    name: str
    path: str
    width: int = 1100
    height: int = 1000
    dark: bool = False


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, _edited(Path(folder)) as app, _served(app) as base:
        newest = app.archive.published(limit=1)[0].id
        app.feeds.render_feeds(app.clock())
        shots = [
            Shot("update", f"/updates/{newest}", height=960),
            Shot("document", "/documents/1", height=740),
            Shot("compare", "/documents/1/compare?a=first", height=900),
            Shot("archive", "/updates?q=beboere"),
            Shot("feed", "/feeds/sundhed", height=900),
            Shot("update-dark-narrow", f"/updates/{newest}", 400, 1000, dark=True),
        ]
        with browser.opened() as page:
            for shot in shots:
                page.resize(shot.width, shot.height)
                page.emulate(prefers_color_scheme="dark" if shot.dark else "light")
                page.goto(f"{base}{shot.path}{'&' if '?' in shot.path else '?'}lang=da")
                (FOLDER / f"{shot.name}.png").write_bytes(page.screenshot())
            page.goto(f"{base}/updates/{newest}/preview.png?lang=da")  # the card that networks show
            page.resize(600, 315)
            (FOLDER / "preview.png").write_bytes(page.screenshot())


@contextmanager
def _edited(folder: Path) -> Iterator[App]:
    """The shipped configuration's service, after it has seen every edit on its day."""
    with house.sandbox(folder) as others:
        path = house.make_config(folder, {house.SANDBOX: others.http, house.SMTP: others.smtp})
        clock = Clock()
        app = App(load_config(path), clock=clock, environ=house.environment(path))
        page = path.parent / "sample-site" / "index.html"
        try:
            _visit(app, clock, 0)
            for day, before, after in EDITS:
                text = page.read_text("utf-8")
                assert before in text, before
                page.write_text(text.replace(before, after), "utf-8")
                _visit(app, clock, day)
            clock.now += timedelta(days=9)
            yield app
        finally:
            app.close()


def _visit(app: App, clock: Clock, day: int) -> None:
    clock.now = START + timedelta(days=day)
    app.check.sync(clock.now)
    app.check.find(clock.now)
    for _ in range(2):
        for claim in app.check.claim(clock.now, limit=1, sources=list(app.sources)):
            app.check.visit(claim, clock.now)
        clock.now += timedelta(minutes=30)


@contextmanager
def _served(app: App) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    site = create_app(
        site=app.site,
        archive=app.archive,
        feeds=app.feed_shelf,
        subscribe=app.subscribe,
        pages=PageRenderer(app.site),
        readiness=list,
        clock=app.clock,
    )
    server = build(site, "127.0.0.1", 0)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


if __name__ == "__main__":
    main()
