"""The client for networks' APIs: what surely was not sent, what may have been, and no secret anywhere."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from syndicate.domain.errors import ConfigError, DeliveryError, DeliveryReason, Transient, Uncertain
from syndicate.fetching.api import MAX_ANSWER, AllowListClient, redact
from syndicate.ports import ApiRequest
from tests.certificates import Authority
from tests.servers import Peer, Script, ScriptedServer, drip, flood, head, mute, page, raw, redirect, reset

SECRET = "ægte-hemmelig-nøgle/+="
TOKEN = "canary-7f3a9c"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def post(
    server: ScriptedServer,
    path: str = "/rest/posts",
    *,
    body: bytes = b'{"text": "hej"}',
    headers: Mapping[str, str] = HEADERS,
    timeout: float = 10.0,
) -> ApiRequest:
    return ApiRequest("POST", server.url(path), headers, body, timeout)


def client(server: ScriptedServer) -> AllowListClient:
    return AllowListClient([server.url("/v2")])


def failure(server: ScriptedServer, request: ApiRequest) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        client(server).call(request)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    return caught.value


# --- what goes well -------------------------------------------------------------------------------


def test_the_very_bytes_and_headers_are_sent_once(server: ScriptedServer) -> None:
    server.at(
        "/rest/posts?q=urn%3ali%3Ashare&x=(a,b)", page(b"{}", status=201, headers={"X-RestLi-Id": "urn:1"})
    )
    answer = client(server).call(post(server, "/rest/posts?q=urn%3ali%3Ashare&x=(a,b)"))
    assert (answer.status, answer.body, answer.headers["x-restli-id"]) == (201, b"{}", "urn:1")
    [sent] = server.requests
    assert (sent.method, sent.body) == ("POST", b'{"text": "hej"}')
    assert sent.path == "/rest/posts?q=urn%3ali%3Ashare&x=(a,b)"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST", "PUT"])
def test_a_call_without_a_body(server: ScriptedServer, method: str) -> None:
    server.at("/", page("{}"))
    assert client(server).call(ApiRequest(method, server.url())).status == 200
    assert server.requests[0].headers.get("content-length") == {"POST": "0", "PUT": "0"}.get(method)


@pytest.mark.parametrize("status", [200, 201, 204, 304, 400, 401, 403, 409, 422, 426, 429, 500, 503])
def test_every_status_is_an_answer(server: ScriptedServer, status: int) -> None:
    server.at("/rest/posts", raw(head(status, {"Retry-After": "5"})))
    answer = client(server).call(post(server))
    assert (answer.status, answer.headers["retry-after"]) == (status, "5")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(server: ScriptedServer, status: int) -> None:
    server.at("/rest/posts", redirect("/elsewhere", status=status))
    assert client(server).call(post(server)).status == status
    assert server.paths() == ["/rest/posts"]


@pytest.mark.parametrize(
    "script",
    [
        raw(head(200, {}) + b"abc"),
        raw(head(200, {"Transfer-Encoding": "chunked"}) + b"3\r\nabc\r\n0\r\n\r\n"),
        page(gzip.compress(b"abc"), headers={"Content-Encoding": "gzip"}),
        raw(head(100, {}) + head(200, {"Content-Length": "3"}) + b"abc"),
    ],
)
def test_answers_in_any_form(server: ScriptedServer, script: Script) -> None:
    server.at("/rest/posts", script)
    assert client(server).call(post(server)).body == b"abc"


def test_calls_from_many_threads_do_not_mix(server: ScriptedServer) -> None:
    def echo(peer: Peer) -> None:
        page(peer.request.body)(peer)

    server.at("/rest/posts", echo)
    shared = client(server)
    answers: dict[int, bytes] = {}

    def call(number: int) -> None:
        answers[number] = shared.call(post(server, body=str(number).encode())).body

    threads = [threading.Thread(target=call, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: str(number).encode() for number in range(12)}


# --- surely not sent ------------------------------------------------------------------------------


def test_where_nobody_listens_nothing_was_sent() -> None:
    with ScriptedServer() as server:
        request = post(server)
    error = failure(server, request)
    assert isinstance(error, Transient)
    assert error.reason is DeliveryReason.NOT_SENT


@pytest.mark.parametrize(
    "problem", [socket.gaierror(socket.EAI_NONAME, "x"), socket.gaierror(socket.EAI_AGAIN, "x")]
)
def test_a_name_that_is_not_found_was_not_sent_to(problem: Exception) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise problem

    api = AllowListClient(["https://api.example/"], resolve=resolve)
    with pytest.raises(Transient) as caught:
        api.call(ApiRequest("POST", "https://api.example/rest/posts", HEADERS, b"{}"))
    assert "api.example" in str(caught.value)


def test_a_certificate_that_does_not_fit_gets_nothing(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with ScriptedServer(tls=authority.server("api.example")) as server:
        server.at("/", page("{}"))

        def resolve(host: str, port: int) -> Sequence[str]:
            return [server.host]

        good, wrong = (server.url(host=name) for name in ("api.example", "andre.example"))
        trusting = AllowListClient([good, wrong], resolve=resolve, ca_file=authority.file)
        assert trusting.call(ApiRequest("POST", good, HEADERS, b"{}")).status == 200
        for api, url in ((trusting, wrong), (AllowListClient([good], resolve=resolve), good)):
            with pytest.raises(Transient) as caught:
                api.call(ApiRequest("POST", url, HEADERS, b"{}"))
            assert caught.value.reason is DeliveryReason.NOT_SENT
        assert len(server.requests) == 1


def test_a_handshake_that_hangs_got_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(Transient) as caught:
            AllowListClient([url]).call(ApiRequest("POST", url, HEADERS, b"{}", timeout=0.3))
    assert caught.value.reason is DeliveryReason.NOT_SENT


@pytest.mark.parametrize(
    "headers", [{"Authorization": f"Bearer {TOKEN}\n"}, {"Authorization": f"{TOKEN} €"}, {"Bad:name": "x"}]
)
def test_a_header_that_http_forbids_sends_nothing(server: ScriptedServer, headers: Mapping[str, str]) -> None:
    error = failure(server, post(server, headers=headers))
    assert isinstance(error, Transient)
    assert "secrets" in error.hint
    assert server.requests == []


# --- perhaps sent ---------------------------------------------------------------------------------

UNCERTAIN: dict[str, tuple[Script, int]] = {
    "mute": (mute, 0),
    "closed without a word": (raw(b""), 0),
    "a reset": (reset, 0),
    "not http": (raw(b"220 ready\r\n"), 0),
    "slow head": (drip(b"HTTP/1.1 201 Created\r\n", b"X-A: b\r\n"), 201),
    "dripping 100 Continue": (drip(b"", head(100, {})), 0),
    "slow body": (drip(head(201, {"Content-Length": "100000"}), b"x"), 201),
    "slow body to the end": (drip(head(201, {}), b"x"), 201),
    "short body": (raw(head(201, {"Content-Length": "100"}) + b"{"), 201),
    "short chunks": (raw(head(201, {"Transfer-Encoding": "chunked"}) + b"5\r\n{"), 201),
    "broken gzip": (page(b"{}", status=201, headers={"Content-Encoding": "gzip"}), 201),
    "a huge body": (flood(head(201, {}), b"x" * MAX_ANSWER, 3), 201),
}


@pytest.mark.parametrize("name", UNCERTAIN)
def test_after_the_first_byte_it_may_have_been_taken(server: ScriptedServer, name: str) -> None:
    script, status = UNCERTAIN[name]
    server.at("/rest/posts", script)
    error = failure(server, post(server, timeout=1.5))
    assert isinstance(error, Uncertain)
    assert (error.reason, error.status) == (DeliveryReason.UNKNOWN, status)
    assert server.paths() == ["/rest/posts"]


def test_a_post_is_not_repeated_on_a_connection_that_was_kept_open(server: ScriptedServer) -> None:
    # The first answer leaves its connection open, the second request meets an end: it is not sent again.
    server.at("/rest/posts", page("{}", status=201), raw(b""), page("{}", status=201))
    api = client(server)
    api.call(post(server))
    with pytest.raises(Uncertain):
        api.call(post(server))
    assert len(server.requests) == 2
    assert {request.connection for request in server.requests} == {1, 2}


def test_an_early_no_to_a_large_body_is_heard() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            sock, _ = listener.accept()
            with sock:
                sock.recv(100)
                sock.sendall(head(413, {"Content-Length": "0"}))
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(1 << 20):
                    pass

        thread = threading.Thread(target=refuse)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        answer = AllowListClient([url]).call(ApiRequest("POST", url, HEADERS, b"x" * (1 << 22)))
        thread.join()
    assert answer.status == 413


# --- fixed origins --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.evil.example/rest",
        "https://evil.example/https://api.example/",
        "https://api.example:444/rest",
        "https://127.0.0.1/rest",
        "https://api.example@evil.example/",
        "https://api.example\\@evil.example/",
        "ftp://api.example/",
        "http://api.example/rest",
        "",
    ],
)
def test_another_origin_is_not_called(url: str) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    api = AllowListClient(["https://api.example/v2"], resolve=resolve)
    with pytest.raises(ConfigError) as caught:
        api.call(ApiRequest("POST", f"{url}?access_token={TOKEN}", HEADERS, b"{}"))
    assert caught.value.key == "accounts"
    assert TOKEN not in str(caught.value)


def test_secrets_travel_encrypted_unless_they_stay_on_this_machine() -> None:
    with pytest.raises(ConfigError, match="open line"):
        AllowListClient(["http://api.example/"])
    AllowListClient(["http://127.0.0.1:8025/", "http://localhost:8025/", "http://[::1]:8025/"])


def test_a_localhost_that_leads_elsewhere_gets_nothing() -> None:
    api = AllowListClient(["http://localhost:8025/"], resolve=lambda host, port: ["93.184.215.14"])
    with pytest.raises(Transient) as caught:
        api.call(ApiRequest("POST", "http://localhost:8025/", HEADERS, b"{}"))
    assert caught.value.reason is DeliveryReason.NOT_SENT


# --- secrets --------------------------------------------------------------------------------------


def test_no_secret_is_logged_or_told_whatever_happens(
    server: ScriptedServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    path = f"/rest?access_token={TOKEN}"
    odd = raw(b"HTTP/1.1 200 OK\r\nno colon here\r\n: empty\r\n\r\n")
    server.at(path, odd, *(script for script, _ in UNCERTAIN.values()))
    api = client(server)
    for _ in range(len(UNCERTAIN) + 1):
        try:
            api.call(post(server, path, timeout=0.2))
        except DeliveryError as error:
            assert TOKEN not in "".join(traceback.format_exception(error))
            assert TOKEN not in f"{error!r}{error.hint}{error.answer}"
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(capfd.readouterr())


def test_redact_hides_every_form_of_every_secret() -> None:
    text = (
        f"a={SECRET}&b=%C3%A6gte-hemmelig-n%C3%B8gle/%2B%3D&c=%C3%A6gte-hemmelig-n%C3%B8gle%2F%2B%3D {TOKEN}2"
    )
    assert redact(text, [TOKEN, SECRET, TOKEN + "2"]) == "a=…&b=…&c=… …"
    assert redact("intet", ["", TOKEN]) == "intet"
