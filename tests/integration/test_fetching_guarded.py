"""Hostile servers: each attack ends in a clear error, in time, and within the limits."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import traceback
import tracemalloc
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.client import GuardedFetcher
from syndicate.fetching.connections import Resolve, resolve
from syndicate.ports import Access, Retrieved
from tests.certificates import Authority
from tests.servers import Peer, Script, ScriptedServer, drip, flood, head, mute, page, raw, redirect, reset

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
INSIDE = Access(allow_private=True)
MIB = 1024 * 1024
OK = head(200, {"Content-Type": "text/html"})


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def make_fetcher(
    *, timeout: float = 10.0, max_bytes: int = MIB, resolve: Resolve = resolve, ca_file: str | None = None
) -> GuardedFetcher:
    return GuardedFetcher(
        "mailto:drift@example.org", timedelta(0), timeout, max_bytes, "1.0", resolve=resolve, ca_file=ca_file
    )


def get(fetcher: GuardedFetcher, url: str, access: Access = INSIDE) -> Retrieved:
    with fetcher:
        found = fetcher.get(url, validators=None, access=access, now=NOW)
    assert isinstance(found, Retrieved)
    return found


def failure(fetcher: GuardedFetcher, url: str, access: Access = INSIDE) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(fetcher, url, access)
    assert caught.value.message
    return caught.value


# --- what goes well -------------------------------------------------------------------------------


def test_a_page_comes_back_with_what_was_said_of_it(server: ScriptedServer) -> None:
    server.at("/side", page("<p>Råd</p>", headers={"ETag": '"1"', "X-Other": "a"}))
    found = get(make_fetcher(), server.url("/side#afsnit"))
    assert found.body == "<p>Råd</p>".encode()
    assert found.url == server.url("/side")
    assert found.media_type == "text/html; charset=utf-8"
    assert found.headers["x-other"] == "a"
    assert found.moved_to == ""


def test_we_say_who_we_are_and_ask_for_gzip_only(server: ScriptedServer) -> None:
    server.at("/", page("x"))
    get(make_fetcher(), server.url("/"))
    headers = server.requests[-1].headers
    assert headers["user-agent"] == "syndicate/1.0 (+mailto:drift@example.org)"
    assert headers["accept-encoding"] == "gzip"
    assert "cookie" not in headers


def test_no_cookie_is_ever_kept(server: ScriptedServer) -> None:
    server.at("/", page("x", headers={"Set-Cookie": "a=1; Path=/"}))
    with make_fetcher() as fetcher:
        for _ in range(2):
            fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
    assert all("cookie" not in request.headers for request in server.requests)


def test_nothing_is_taken_from_the_environment(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    server.at("/", page("direkte"))
    assert get(make_fetcher(), server.url("/")).body == b"direkte"


def test_connections_are_used_again(server: ScriptedServer) -> None:
    server.at("/", page("x"))
    server.at("/same", page("", status=304))
    with make_fetcher() as fetcher:
        first = fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
        for _ in range(20):
            fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
    assert isinstance(first, Retrieved)
    assert len(server.paths()) == 21
    assert server.connections == 1  # robots.txt was asked for on it too, and is not there


def test_what_is_long_and_no_page_is_not_read(server: ScriptedServer) -> None:
    server.at("/gone", page("x" * 200_000, status=404))
    server.at("/", page("x"))
    with make_fetcher() as fetcher:
        with pytest.raises(FetchError):
            fetcher.get(server.url("/gone"), validators=None, access=INSIDE, now=NOW)
        fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
    assert server.connections == 2


def test_a_kept_connection_that_closes_under_a_request_is_replaced(server: ScriptedServer) -> None:
    server.at("/", page("før"), raw(b""), page("efter"))
    with make_fetcher() as fetcher:
        fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
        found = fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
    assert isinstance(found, Retrieved)
    assert found.body == b"efter"


def test_a_new_connection_that_closes_is_not_tried_again(server: ScriptedServer) -> None:
    server.at("/", raw(b""))
    first = Access(allow_private=True, obey_robots=False)
    assert failure(make_fetcher(), server.url("/"), first).reason is FetchReason.BROKEN
    assert server.paths() == ["/"]


def test_a_gzipped_page_is_unpacked(server: ScriptedServer) -> None:
    packed = gzip.compress(b"anbefaling " * 1000)
    server.at("/", page(packed, headers={"Content-Encoding": "gzip"}))
    assert get(make_fetcher(), server.url("/")).body == b"anbefaling " * 1000


def test_a_chunked_page_and_one_that_ends_with_the_connection_are_whole(server: ScriptedServer) -> None:
    chunked = head(200, {"Transfer-Encoding": "chunked"}) + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    server.at("/chunked", raw(chunked))
    server.at("/ends", raw(OK + b"abcde"))
    assert get(make_fetcher(), server.url("/chunked")).body == b"abcde"
    assert get(make_fetcher(), server.url("/ends")).body == b"abcde"


# --- sizes ----------------------------------------------------------------------------------------


def test_a_page_of_50_mb_is_refused_by_its_stated_length(server: ScriptedServer) -> None:
    server.at("/", drip(head(200, {"Content-Length": str(50 * MIB)}), b""))
    error = failure(make_fetcher(), server.url("/"))
    assert error.reason is FetchReason.TOO_LARGE
    assert "1 MiB" in str(error)


@pytest.mark.parametrize(
    ("before", "piece"),
    [
        (OK, b"x" * 65536),
        (head(200, {"Transfer-Encoding": "chunked"}), b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    ],
    ids=["until the end", "chunked"],
)
def test_a_page_of_50_mb_is_left_at_the_limit(server: ScriptedServer, before: bytes, piece: bytes) -> None:
    server.at("/", flood(before, piece, 800))
    assert failure(make_fetcher(), server.url("/")).reason is FetchReason.TOO_LARGE


@cache
def bomb() -> bytes:
    """256 MiB of zeros, packed."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(256)) + packer.flush()


def test_a_gzip_bomb_is_left_at_the_limit_without_taking_memory(server: ScriptedServer) -> None:
    data = bomb()
    server.at("/", page(data, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        assert failure(make_fetcher(), server.url("/")).reason is FetchReason.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("status", [301, 302, 404, 500])
def test_the_body_of_a_redirect_or_an_error_is_not_read(server: ScriptedServer, status: int) -> None:
    headers = {"Location": server.url("/target"), "Content-Encoding": "gzip", "Content-Length": str(10 * MIB)}
    server.at("/", drip(head(status, headers) + bomb()[:1000], b""))
    server.at("/target", page("fremme"))
    if status < 400:
        assert get(make_fetcher(), server.url("/")).body == b"fremme"
    else:
        assert failure(make_fetcher(), server.url("/")).status == status


def test_a_redirect_with_a_body_without_end_is_followed_at_once(server: ScriptedServer) -> None:
    for before in (
        head(302, {"Location": "/target"}),
        head(302, {"Location": "/target", "Content-Encoding": "gzip"}),
    ):
        server.at("/", flood(before, bomb()[:65536], 100_000))
        server.at("/target", page("fremme"))
        assert get(make_fetcher(timeout=5), server.url("/")).body == b"fremme"


# --- broken answers -------------------------------------------------------------------------------

BROKEN: dict[str, Script] = {
    "not http": raw(b"220 mail.example.org ESMTP\r\n"),
    "nothing": raw(b""),
    "half a head": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "a strange status": raw(b"HTTP/1.1 abc OK\r\n\r\n"),
    "shorter than stated": raw(head(200, {"Content-Length": "1000"}) + b"<p>Kun begyndelsen"),
    "chunks end early": raw(head(200, {"Transfer-Encoding": "chunked"}) + b"400\r\n<p>Kun begyndelsen"),
    "no last chunk": raw(head(200, {"Transfer-Encoding": "chunked"}) + b"3\r\nabc\r\n"),
    "a bad chunk length": raw(head(200, {"Transfer-Encoding": "chunked"}) + b"zz\r\nabc\r\n"),
    "an endless chunk line": flood(head(200, {"Transfer-Encoding": "chunked"}), b"1" * 65536, 64),
    "an endless trailer": flood(head(200, {"Transfer-Encoding": "chunked"}) + b"0\r\n", b"a" * 65536, 64),
    "an endless header line": flood(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65536, 64),
    "a flood of headers": flood(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1000, 64),
    "an endless status line": flood(b"HTTP/1.1 200 ", b"a" * 65536, 64),
    "truncated gzip": raw(head(200, {"Content-Encoding": "gzip"}) + gzip.compress(b"a" * 9999)[:-12]),
    "no gzip": page(b"<p>slet ikke", headers={"Content-Encoding": "gzip"}),
    "gzip in gzip": page(gzip.compress(gzip.compress(b"a")), headers={"Content-Encoding": "gzip, gzip"}),
    "brotli unasked": page(b"\x0b\x02\x80abc\x03", headers={"Content-Encoding": "br"}),
    "a reset": reset,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_never_content(server: ScriptedServer, name: str) -> None:
    server.at("/", BROKEN[name])
    error = failure(make_fetcher(), server.url("/"))
    assert error.reason is FetchReason.BROKEN
    assert server.host in str(error)


@pytest.mark.parametrize("seed", range(8))
def test_any_bytes_are_an_answer_or_a_fetch_error(server: ScriptedServer, seed: int) -> None:
    noise = zlib.crc32(bytes([seed])).to_bytes(4, "big") * 200
    start = [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 ", b"", b"HTTP/1.1 302 X\r\nLocation: "][seed % 4]
    server.at("/", raw(start + noise + b"\r\n\r\n" + noise))
    with suppress(FetchError):
        get(make_fetcher(timeout=2), server.url("/"))


@pytest.mark.parametrize("value", [b"a\0b", b"a\x1bb", b"a" * 9000], ids=["nul", "escape", "long"])
def test_a_header_that_cannot_be_kept_is_none(server: ScriptedServer, value: bytes) -> None:
    lines = b"".join(
        b"%s: %s\r\n" % (name, value) for name in (b"ETag", b"Last-Modified", b"Content-Type", b"X-A")
    )
    server.at("/", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + lines + b"\r\nok"))
    found = get(make_fetcher(), server.url("/"))
    assert (found.body, found.media_type, found.validators) == (b"ok", "", None)
    assert found.headers == {"content-length": "2"}


CANARY = "kanariefugl-3f9a"


@pytest.mark.parametrize("name", [*BROKEN, "slow", "status", "redirect", "robots", "port", "dns"])
def test_no_login_is_logged_or_told_whatever_happens(
    server: ScriptedServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    name: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    login = Access(allow_private=True, headers={"Authorization": f"Bearer {CANARY}", "X-Key": CANARY})
    server.at("/", BROKEN.get(name, raw(head(500, {}))))
    if name == "slow":
        server.at("/", drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"))
    if name == "redirect":
        server.at("/", redirect("http://10.0.0.1/hemmelig"))
    if name == "robots":
        server.at("/robots.txt", raw(head(200, {}) + b"User-agent: *\nDisallow: /"))
    url = {"port": "http://127.0.0.1:9/", "dns": "http://findes.invalid/"}.get(name, server.url("/"))
    error = failure(make_fetcher(timeout=1.0), url, login)
    told = "".join(traceback.format_exception(error)) + f"{error!r}{error.hint}{error.message}"
    assert CANARY not in told + caplog.text + "".join(capfd.readouterr())
    assert all(CANARY not in str(request.headers) for request in server.requests if request.path != "/")


# --- slowness -------------------------------------------------------------------------------------

SLOW: dict[str, Script] = {
    "mute": mute,
    "slow loris in the head": drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "slow loris in a line": drip(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"),
    "dripping 100 Continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", after=OK + b"x"),
    "flooding 100 Continue": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 100_000),
    "dripping body": drip(head(200, {"Content-Length": "1000000"}), b"x"),
    "dripping chunks": drip(head(200, {"Transfer-Encoding": "chunked"}), b"1\r\nx\r\n"),
    "dripping until the end": drip(OK, b"x"),
    "dripping trailers": drip(head(200, {"Transfer-Encoding": "chunked"}) + b"0\r\n", b"X-A: b\r\n"),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_answer_ends_at_the_deadline(server: ScriptedServer, name: str) -> None:
    # Each of these would go on for much longer, and then end well or broken: only the deadline says TIMEOUT.
    server.at("/", SLOW[name])
    error = failure(make_fetcher(timeout=1.5), server.url("/"))
    assert error.reason is FetchReason.TIMEOUT, error


def test_the_deadline_counts_for_all_hops_together(server: ScriptedServer) -> None:
    def slow(peer: Peer) -> None:
        peer.pause(0.6)
        redirect("/")(peer)

    server.at("/", slow)
    assert failure(make_fetcher(timeout=1.5), server.url("/")).reason is FetchReason.TIMEOUT
    assert len(server.paths()) < 5


# --- redirects ------------------------------------------------------------------------------------


def test_redirects_are_followed_and_a_permanent_way_is_told(server: ScriptedServer) -> None:
    server.at("/a", redirect("/b", status=301))
    server.at("/b", redirect(server.url("/c?x=å"), status=308))
    server.at("/c?x=%C3%A5", page("fremme"))
    found = get(make_fetcher(), server.url("/a"))
    assert found.url == found.moved_to == server.url("/c?x=%C3%A5")


@pytest.mark.parametrize("status", [302, 303, 307])
def test_one_hop_that_is_not_permanent_moves_nothing(server: ScriptedServer, status: int) -> None:
    server.at("/a", redirect("/b", status=301))
    server.at("/b", redirect("/c", status=status))
    server.at("/c", page("fremme"))
    found = get(make_fetcher(), server.url("/a"))
    assert (found.url, found.moved_to) == (server.url("/c"), "")


def test_an_endless_redirect_ends_after_five_hops(server: ScriptedServer) -> None:
    server.at("/", redirect("/"))
    error = failure(make_fetcher(), server.url("/"))
    assert error.reason is FetchReason.TOO_MANY_REDIRECTS
    assert len(server.paths()) == 6


def test_five_hops_are_not_too_many(server: ScriptedServer) -> None:
    for hop in range(5):
        server.at(f"/{hop}", redirect(f"/{hop + 1}"))
    server.at("/5", page("fremme"))
    assert get(make_fetcher(), server.url("/0")).body == b"fremme"


def test_a_redirect_to_nowhere_is_an_odd_status(server: ScriptedServer) -> None:
    server.at("/", page("", status=302))
    error = failure(make_fetcher(), server.url("/"))
    assert (error.reason, error.status) == (FetchReason.STATUS, 302)


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:70/_x",
        "data:text/html,hej",
        "javascript:alert(1)",
        "http://user:secret@127.0.0.1/",
        "http://inside\\@example.org/",
        "http://[::1",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_redirect_is_judged_by_its_form(server: ScriptedServer, location: str) -> None:
    server.at("/", redirect(location))
    assert failure(make_fetcher(), server.url("/")).reason is FetchReason.BAD_ADDRESS
    assert server.paths() == ["/"]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://2852039166/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "http://0251.0376.0251.0376/",
        "http://0.0.0.0/",
        "http://0/",
        "http://[::]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://[fe80::1]/",
        "http://168.63.129.16/",
    ],
)
def test_a_redirect_is_judged_by_where_it_leads(server: ScriptedServer, location: str) -> None:
    server.at("/", redirect(location))
    error = failure(make_fetcher(), server.url("/"))
    assert error.reason is FetchReason.REFUSED_ADDRESS
    assert server.paths() == ["/"]


def test_headers_of_the_caller_stay_with_the_origin_that_they_are_for(server: ScriptedServer) -> None:
    login = Access(allow_private=True, headers={"Authorization": "Bearer hemmelig", "Accept-Encoding": "br"})
    with ScriptedServer() as other:
        access = replace(login, also_private=frozenset({(other.host, other.port)}))
        server.at("/a", redirect("/b"))
        server.at("/b", redirect(other.url("/c")))
        other.at("/c", redirect(server.url("/d")))
        server.at("/d", page("fremme"))
        get(make_fetcher(), server.url("/a"), access)
        sent = {request.path: request.headers for request in [*server.requests, *other.requests]}
    assert sent["/a"]["authorization"] == sent["/b"]["authorization"] == "Bearer hemmelig"
    assert "authorization" not in sent["/c"]
    assert "authorization" not in sent["/d"]
    assert "authorization" not in sent["/robots.txt"]
    assert sent["/a"]["accept-encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/robots.txt", "/"])
def test_a_private_source_opens_no_other_private_host(server: ScriptedServer, path: str) -> None:
    """Not even another port of its own machine: an application server next door is not a page of it."""
    with ScriptedServer() as other, ScriptedServer(host="127.0.0.2") as neighbour:
        for target in (other, neighbour):
            server.at(path, redirect(target.url("/hemmelig")))
            error = failure(make_fetcher(), server.url("/"))
            assert error.reason is FetchReason.REFUSED_ADDRESS
            assert target.connections == 0


def test_a_named_neighbour_is_open_to_a_source(server: ScriptedServer) -> None:
    with ScriptedServer() as other:
        server.at("/", redirect(other.url("/fil")))
        other.at("/fil", page("fremme"))
        named = Access(allow_private=True, also_private=frozenset({(other.host, other.port)}))
        assert b"fremme" in get(make_fetcher(), server.url("/"), named).body
        assert b"fremme" in get(make_fetcher(), other.url("/fil"), replace(named, allow_private=False)).body


# --- where names lead -----------------------------------------------------------------------------


def names(**known: Sequence[str]) -> Resolve:
    def resolve(host: str, port: int) -> Sequence[str]:
        try:
            return known[host.partition(".")[0]]
        except KeyError:
            raise socket.gaierror(socket.EAI_NONAME, "unknown") from None

    return resolve


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["2606:4700::1", "::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
    ],
)
def test_a_name_with_any_inside_address_is_refused(addresses: list[str]) -> None:
    error = failure(make_fetcher(resolve=names(sider=addresses)), "http://sider.example/", Access())
    assert error.reason is FetchReason.REFUSED_ADDRESS
    assert "sider.example leads to" in str(error)
    assert "allow_private" in error.hint


ODD = ["127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "017700000001", "127.0.0.1."]
ODD += ["localhost", "10.1", "①②⑦.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]"]


@pytest.mark.parametrize("host", ODD)
def test_odd_spellings_of_inside_addresses_are_refused(host: str) -> None:
    error = failure(make_fetcher(), f"http://{host}/", Access())
    assert error.reason in (FetchReason.REFUSED_ADDRESS, FetchReason.BAD_ADDRESS, FetchReason.DNS)


def test_a_port_of_another_service_is_refused_without_a_lookup() -> None:
    error = failure(make_fetcher(resolve=names()), "http://sider.example:6379/", Access())
    assert error.reason is FetchReason.REFUSED_ADDRESS
    assert "6379" in str(error)


def test_a_name_is_looked_up_once_and_the_judged_number_is_what_is_asked(server: ScriptedServer) -> None:
    asked = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [server.host] if len(asked) == 1 else ["169.254.169.254"]

    server.at("/", page("fremme"))
    access = Access(allow_private=True, obey_robots=False)
    found = get(make_fetcher(resolve=rebinding), server.url("/", host="sider.example"), access)
    assert found.body == b"fremme"
    assert asked == ["sider.example"]
    assert server.requests[0].headers["host"] == f"sider.example:{server.port}"


def test_a_name_that_changes_its_mind_is_judged_again(server: ScriptedServer) -> None:
    answers = iter([[server.host], ["169.254.169.254"]])
    server.at("/", redirect(server.url("/again", host="sider.example")), page("hemmeligt"))
    access = Access(allow_private=True, obey_robots=False)
    fetcher = make_fetcher(resolve=lambda host, port: next(answers))
    error = failure(fetcher, server.url("/", host="sider.example"), access)
    assert error.reason is FetchReason.REFUSED_ADDRESS
    assert server.paths() == ["/"]


def test_what_a_private_source_may_reach_is_not_open_to_a_public_one(server: ScriptedServer) -> None:
    server.at("/", page("internt"))
    with make_fetcher() as fetcher:
        fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
        with pytest.raises(FetchError) as caught:
            fetcher.get(server.url("/"), validators=None, access=Access(obey_robots=False), now=NOW)
    assert caught.value.reason is FetchReason.REFUSED_ADDRESS


def test_the_next_address_of_a_name_is_tried(server: ScriptedServer) -> None:
    server.at("/", page("fremme"))
    two = names(sider=["::1", "127.0.0.1"])
    assert get(make_fetcher(resolve=two), server.url("/", host="sider.example")).body == b"fremme"


def test_a_name_that_does_not_exist(server: ScriptedServer) -> None:
    error = failure(make_fetcher(resolve=names()), "http://anbefalinger.example/", Access())
    assert error.reason is FetchReason.DNS
    assert str(error).startswith("The host name anbefalinger.example does not exist (DNS).")
    assert error.url == "http://anbefalinger.example/"


@pytest.mark.parametrize(
    "problem", [socket.gaierror(socket.EAI_AGAIN, "later"), OSError("odd"), UnicodeError("odd")]
)
def test_name_servers_with_a_problem(problem: Exception) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise problem

    assert failure(make_fetcher(resolve=resolve), "http://sider.example/", Access()).reason is FetchReason.DNS


def test_a_name_without_addresses_is_unreachable() -> None:
    error = failure(make_fetcher(resolve=names(sider=[])), "http://sider.example/", Access())
    assert error.reason is FetchReason.UNREACHABLE


def test_name_servers_that_hang_hold_nobody_up() -> None:
    released = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        released.wait(20)
        return ["93.184.215.14"]

    try:
        error = failure(make_fetcher(resolve=resolve, timeout=0.2), "http://sider.example/", Access())
        assert error.reason is FetchReason.DNS
        assert not released.is_set()
    finally:
        released.set()


def test_a_host_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(make_fetcher(), f"http://127.0.0.1:{port}/")
    assert error.reason is FetchReason.UNREACHABLE
    assert f"port {port}" in str(error)


# --- TLS ------------------------------------------------------------------------------------------


def test_a_page_over_tls_is_checked_against_its_name(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with ScriptedServer(tls=authority.server("sider.example")) as server:
        server.at("/", page("sikkert"))
        here = names(sider=[server.host], andre=[server.host])
        url = server.url("/", host="sider.example")
        with make_fetcher(resolve=here, ca_file=authority.file) as fetcher:
            for _ in range(5):
                found = fetcher.get(url, validators=None, access=INSIDE, now=NOW)
                assert isinstance(found, Retrieved)
                assert found.body == b"sikkert"
        assert server.connections == 1
        other = server.url("/", host="andre.example")
        assert failure(make_fetcher(resolve=here, ca_file=authority.file), other).reason is FetchReason.TLS
        assert failure(make_fetcher(resolve=here), url).reason is FetchReason.TLS


def test_the_end_of_a_certificate_is_known_to_the_client(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with ScriptedServer(tls=authority.server("127.0.0.1", days=10)) as server:
        server.at("/", page("x"))
        with make_fetcher(ca_file=authority.file) as fetcher:
            assert fetcher.certificates() == {}
            fetcher.get(server.url("/"), validators=None, access=INSIDE, now=NOW)
            (end,) = fetcher.certificates().values()
    assert timedelta(days=8) < end - datetime.now(UTC) < timedelta(days=11)


def test_a_certificate_that_has_run_out_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with ScriptedServer(tls=authority.server("127.0.0.1", days=-1)) as server:
        server.at("/", page("x"))
        error = failure(make_fetcher(ca_file=authority.file), server.url("/"))
    assert error.reason is FetchReason.TLS
    assert "expired" in str(error)
    assert server.paths() == []


def test_https_to_a_server_that_speaks_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_in_plain() -> None:
            sock, _ = listener.accept()
            with sock:
                sock.recv(1)
                sock.sendall(head(400, {}))

        thread = threading.Thread(target=answer_in_plain)
        thread.start()
        error = failure(make_fetcher(), f"https://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()
    assert error.reason is FetchReason.TLS


@pytest.mark.parametrize(
    "name", ["mute", "dripping body", "dripping until the end", "slow loris in the head"]
)
def test_a_slow_answer_over_tls_ends_at_the_deadline(tmp_path: Path, name: str) -> None:
    authority = Authority(tmp_path)
    with ScriptedServer(tls=authority.server("127.0.0.1")) as server:
        server.at("/", SLOW[name])
        error = failure(make_fetcher(timeout=2.0, ca_file=authority.file), server.url("/"))
    assert error.reason is FetchReason.TIMEOUT


def test_a_handshake_that_never_ends_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        error = failure(make_fetcher(timeout=1.5), f"https://127.0.0.1:{port}/")
    assert error.reason is FetchReason.TIMEOUT
