"""The site behind its real HTTP server, asked by a real client over loopback."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from threading import Thread

import pytest
import requests

from syndicate.web.server import CutTokens, build, cut_token
from tests import factories
from tests.web_site import READER, TOKENS, WebSite, filled

TOKEN = TOKENS.unsubscribe(READER, factories.HEALTH.id)


@pytest.fixture
def web() -> WebSite:
    return filled()


@pytest.fixture
def address(web: WebSite) -> Iterator[str]:
    """The running site, on a port that was free: the socket listens before the server is started."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    web.site = replace(web.site, base_url=f"http://127.0.0.1:{port}")
    server = build(web.app(), "127.0.0.1", port)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield web.site.base_url
    server.should_exit = True
    thread.join(timeout=30)
    listening.close()
    assert not thread.is_alive()


def test_pages_and_feeds_come_over_one_connection(address: str) -> None:
    with requests.Session() as session:
        page = session.get(f"{address}/updates/0f1e2d3c4b5a", timeout=10)
        assert page.status_code == 200 and "skærpet" in page.text
        assert "server" not in page.headers and "set-cookie" not in page.headers
        feed = session.get(f"{address}/feeds/all.rss", timeout=10)
        assert feed.headers["content-encoding"] == "gzip" and feed.content == b"<rss/>"
        again = session.get(
            f"{address}/feeds/all.rss", headers={"If-None-Match": feed.headers["etag"]}, timeout=10
        )
        assert (again.status_code, again.content) == (304, b"")
        head = session.head(f"{address}/feeds/all.rss", timeout=10)
        assert head.content == b"" and int(head.headers["content-length"]) > 0


def test_a_mail_program_unsubscribes(address: str, web: WebSite) -> None:
    reply = requests.post(
        f"{address}/unsubscribe/{TOKEN}", data={"List-Unsubscribe": "One-Click"}, timeout=10
    )
    assert (reply.status_code, reply.text) == (200, "OK\n")
    assert web.subscribers.people[READER].topics == (factories.WORK.id,)


def test_a_body_without_an_end_is_cut_off(address: str, web: WebSite) -> None:
    reply = requests.post(
        f"{address}/subscribe",
        data=(b"x" * 4096 for _ in range(64)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=10,
    )
    assert reply.status_code == 413
    assert not web.subscribers.wishes


def test_no_token_and_no_address_of_a_reader_is_logged(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    for path in (f"/unsubscribe/{TOKEN}", f"/preferences/{TOKEN}?lang=da", f"/confirm/{TOKEN}", "/updates"):
        requests.get(f"{address}{path}", timeout=10)
    lines = [record.getMessage() for record in caplog.records if record.name == "uvicorn.access"]
    assert [line.split('"')[1].split()[1] for line in lines] == [
        "/unsubscribe/…",
        "/preferences/…",
        "/confirm/…",
        "/updates",
    ]
    assert TOKEN not in caplog.text
    assert "127.0.0.1" not in "".join(lines)


def test_a_head_without_an_end_is_cut_off(address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        with pytest.raises(OSError):
            while True:
                connection.sendall(b"X-More: " + b"x" * 8000 + b"\r\n")


def test_long_forms_and_many_requests_are_no_long_head(address: str) -> None:
    form = {"email": "nobody", "topic": ["x" * 1000] * 50}
    with requests.Session() as session:
        for _ in range(3):
            assert session.post(f"{address}/subscribe", data=form, timeout=10).status_code == 400
            long = session.get(f"{address}/feeds/all.rss", headers={"X-Long": "x" * 30_000}, timeout=10)
            assert long.status_code == 200


def test_requests_for_feeds_are_not_logged(address: str, caplog: pytest.LogCaptureFixture) -> None:
    with requests.Session() as session:
        for path in ("/feeds/all.rss", "/feeds/none.rss", "/feeds"):
            session.get(f"{address}{path}", timeout=10)
    lines = [record.getMessage() for record in caplog.records if record.name == "uvicorn.access"]
    assert [line.split('"')[1].split()[1] for line in lines] == ["/feeds"]


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/confirm/abc", "/confirm/…"),
        ("/unsubscribe/abc?x=1", "/unsubscribe/…"),
        ("/preferences/abc/def", "/preferences/…"),
        ("/feeds/my/abc.rss", "/feeds/my/…"),
        ("/nyt/confirm/abc", "/nyt/confirm/…"),
        ("/updates?before=3", "/updates?…"),
        ("/updates?q=sygdom&x=/confirm/abc", "/updates?…"),
        ("/?", "/?…"),
        ("/", "/"),
    ],
)
def test_what_a_log_may_hold(path: str, logged: str) -> None:
    assert cut_token(path) == logged


def test_other_records_pass_as_they_are() -> None:
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, "started %s", ("x",), None)
    assert CutTokens().filter(record)
    assert record.getMessage() == "started x"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /%ff%zz%?q=%& HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /updates?q=\xc3\xa6\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://evil.example/updates/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET //evil.example/updates/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff[\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /subscribe HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /subscribe HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 7\r\n\r\nemail",
        b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
        b"G\0T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 60,
        b"\r\n" * 500,
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 5_000 + b"\r\n",
    ],
    ids=range(23),
)
def test_whatever_comes_over_the_wire_is_answered_or_cut_off(address: str, request_bytes: bytes) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection, suppress(ConnectionError):
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65_536):
            answer += piece
    status = re.match(rb"HTTP/1\.1 ([1-4]\d\d) ", answer)
    assert status or not answer, answer[:200]
    assert b"evil.example" not in answer
    assert requests.get(f"{address}/about", timeout=10).status_code == 200
