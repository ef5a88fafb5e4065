"""WebSub from an edit to a subscriber's callback: real site, real outbox, real HTTP, and a hub double."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
import requests

from syndicate.bootstrap import App, load_config
from syndicate.cli.running import _site
from syndicate.domain.model import DeliveryState
from syndicate.web.server import build
from tests.integration.test_cli import CONFIG, PAPER
from tests.servers_hub import Hub, hub

CALLBACK = "http://reader.example/callback"


class Day:
    """A running site whose paper can be edited, with a clock of its own."""

    def __init__(self, folder: Path, port: int, hubs: list[str]) -> None:
        text = CONFIG.replace("POLICY", "auto").replace(":8080", f":{port}")
        (folder / "s.toml").write_text(f"{text}\n[feeds]\nhubs = {hubs}\n", encoding="utf-8")
        self.paper = folder / "papirer" / "kost.md"
        self.paper.parent.mkdir()
        self.paper.write_text(PAPER, encoding="utf-8")
        self.now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        self.app = App(load_config(folder / "s.toml"), clock=self.clock, environ={"LI_TOKEN": "t"})
        self.base = f"http://127.0.0.1:{port}"
        self.visit()

    def clock(self) -> datetime:
        return self.now

    def edit(self, before: str, after: str) -> None:
        self.paper.write_text(self.paper.read_text("utf-8").replace(before, after), encoding="utf-8")
        self.visit()

    def visit(self) -> None:
        self.now += timedelta(hours=1)
        self.app.check.sync(self.now)
        self.app.check.find(self.now)
        for claim in self.app.check.claim(self.now, limit=1, sources=["papirer"]):
            self.app.check.visit(claim, self.now)

    def tick(self) -> None:
        """What the runner does all day, once; pings only."""
        self.app.feeds.render_feeds(self.now)
        while self.app.expand.expand(self.now):
            pass
        for name in self.app.deliver.ready(self.now):
            if name in self.app.config.feeds.hubs:
                self.app.deliver.deliver(name, self.now)

    def waiting(self) -> list[str]:
        """Destinations of pings that were not heard yet."""
        views = self.app.outbox.deliveries(states=[DeliveryState.PENDING.value])
        return [view.destination for view in views if view.kind == "ping"]


@contextmanager
def day(folder: Path, *hubs: Hub) -> Iterator[Day]:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    made = Day(folder, port, [each.url for each in hubs])
    server = build(_site(made.app, list), "127.0.0.1", port)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        listening.close()
        made.app.close()


def subscribe(to: Hub, topic: str) -> None:
    form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": CALLBACK}
    assert requests.post(to.url, data=form, timeout=10).status_code == 202


@pytest.mark.parametrize("suffix", ["rss", "atom", "json"])
def test_a_subscriber_gets_an_edit_at_once(tmp_path: Path, suffix: str) -> None:
    with hub() as one, day(tmp_path, one) as site:
        subscribe(one, f"{site.base}/feeds/sundhed.{suffix}")
        site.edit("bør servere", "skal servere")
        site.tick()
        (content,) = one.passed_on[CALLBACK]
        assert "skal" in content.decode()
        (urls,) = one.pings
        assert f"{site.base}/feeds/source/papirer.{suffix}?all=1" in urls
        site.tick()
        assert len(one.pings) == 1 and site.waiting() == []


def test_a_hub_is_told_when_the_feeds_hold_the_update_and_not_before(tmp_path: Path) -> None:
    with hub() as one, day(tmp_path, one) as site:
        site.tick()
        site.edit("bør servere", "skal servere")
        site.app.expand.expand(site.now)
        assert site.waiting() == []
        site.tick()
        assert len(one.pings) == 1


def test_a_hub_that_is_down_hears_it_later_and_holds_up_no_other(tmp_path: Path) -> None:
    with hub() as one, hub() as other, day(tmp_path, one, other) as site:
        one.down = True
        site.edit("bør servere", "skal servere")
        site.tick()
        assert (len(one.pings), len(other.pings)) == (0, 1)
        site.edit("bør være", "skal være")
        site.tick()
        assert (len(one.pings), len(other.pings)) == (0, 2)
        assert set(site.waiting()) == {one.url}
        one.down = False
        site.now += timedelta(days=1)
        site.tick()
        assert (len(one.pings), len(other.pings)) == (2, 2)
        assert site.waiting() == []


def test_an_approval_does_not_bind_to_pings(tmp_path: Path) -> None:
    with hub() as one, day(tmp_path, one) as site:
        site.edit("bør servere", "skal servere")
        (update,) = site.app.archive.published()
        assert {message.channel for message in site.app.expand.render(update)} == {"email", "linkedin"}
