"""Nothing but the guarded connection opens a connection, whatever is fetched and however it ends."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import FrameType

import pytest

from syndicate.domain.errors import FetchError, SyndicateError
from syndicate.fetching import connections
from syndicate.fetching.api import AllowListClient
from syndicate.fetching.client import GuardedFetcher
from syndicate.ports import Access, ApiRequest
from tests.servers import ScriptedServer, page, raw, redirect

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
INSIDE = Access(allow_private=True)


class Witness:
    """Python's own record of connections and look-ups. Audit hooks stay for good, so it is switched off."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[tuple[str, str]] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            self.seen.append((event, _place(sys._getframe())))


def _place(frame: FrameType | None) -> str:
    """The function of ours, or else of others, that is nearest to the call."""
    names = []
    while frame is not None:
        names.append(f"{frame.f_code.co_filename}:{frame.f_code.co_name}")
        frame = frame.f_back
    ours = (name for name in names if name.startswith(connections.__file__))
    return next(ours, " < ".join(names[:6]))


@pytest.fixture
def witness() -> Iterator[Witness]:
    witness = Witness()
    witness.on = True
    yield witness
    witness.on = False


def test_only_one_function_connects_and_only_one_looks_up(witness: Witness) -> None:
    with ScriptedServer() as server, GuardedFetcher("", timedelta(0), 5.0) as fetcher:
        server.at("/", redirect(server.url("/next", host="localhost")))
        server.at("/next", page("x"), raw(b""), page("x"))
        for path in ("/", "/next", "/next", "/missing"):
            with suppress(FetchError):
                fetcher.get(server.url(path), validators=None, access=INSIDE, now=NOW)
        with suppress(FetchError):
            fetcher.get(server.url("/"), validators=None, access=Access(), now=NOW)
        with suppress(SyndicateError):
            AllowListClient([server.url()]).call(ApiRequest("POST", server.url("/next"), {}, b"{}"))
    places = {event: {place for seen, place in witness.seen if seen == event} for event, _ in witness.seen}
    assert places == {
        "socket.connect": {f"{connections.__file__}:_connect"},
        "socket.getaddrinfo": {f"{connections.__file__}:resolve"},
    }


def test_nothing_stays_open_or_running(witness: Witness) -> None:
    before = threading.active_count()
    with ScriptedServer() as server:
        server.at("/", page("x"))
        with GuardedFetcher("", timedelta(0), 60.0) as fetcher:
            for _ in range(20):
                fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer) or thread.name == "resolve":
            thread.join(10)  # they have ended, but may not have been put away yet
    assert threading.active_count() <= before


def test_no_query_is_logged_above_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with ScriptedServer() as server, GuardedFetcher("", timedelta(0), 5.0) as fetcher:
        server.at("/?key=canary", page("x"))
        fetcher.get(server.url("/?key=canary"), validators=None, access=INSIDE, now=NOW)
    assert "canary" not in caplog.text
