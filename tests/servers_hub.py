"""A WebSub hub on loopback: subscribe, publish, fetch, pass on; down when a test says so.

It checks no subscriber's intent and signs nothing: it is there for the publisher's side of W3C WebSub.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import requests

LINK = re.compile(r'<([^>]*)>; rel="([^"]*)"')


@dataclass
class Hub:
    """`pings` are the lists of addresses that were heard of; `passed_on` what each subscriber got."""

    url: str = ""
    down: bool = False
    subscribers: dict[str, list[str]] = field(default_factory=dict)
    pings: list[list[str]] = field(default_factory=list)
    passed_on: dict[str, list[bytes]] = field(default_factory=dict)

    def hear(self, form: dict[str, list[str]]) -> int:
        """The status that answers a form."""
        if self.down:
            return 503
        match form.get("hub.mode"):
            case ["subscribe"]:
                self.subscribers.setdefault(form["hub.topic"][0], []).append(form["hub.callback"][0])
                return 202
            case ["publish"]:
                self.pings.append(form["hub.url"])
                for topic in form["hub.url"]:
                    self._pass_on(topic)
                return 204
        return 400

    def _pass_on(self, topic: str) -> None:
        """Fetches a topic that somebody wants, if it names this hub and itself, for all who want it."""
        if topic not in self.subscribers:
            return
        answer = requests.get(topic, timeout=10)
        links = {rel: url for url, rel in LINK.findall(answer.headers["link"])}
        assert links == {"hub": self.url, "self": topic}
        for callback in self.subscribers[topic]:
            self.passed_on.setdefault(callback, []).append(answer.content)


@contextmanager
def hub() -> Iterator[Hub]:
    """A running hub."""
    running = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(running.hear(parse_qs(body)))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{server.server_port}/hub/"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
