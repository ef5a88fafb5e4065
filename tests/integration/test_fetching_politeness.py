"""Politeness, proven by the servers' own records: gap, one at a time, Retry-After, robots.txt."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.client import GuardedFetcher
from syndicate.fetching.politeness import LONGEST_SILENCE, retry_after
from syndicate.ports import Access, NotModified, Retrieved
from tests.servers import Peer, Script, ScriptedServer, drip, head, mute, page, raw, redirect

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
INSIDE = Access(allow_private=True)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def fetcher() -> Iterator[GuardedFetcher]:
    with make_fetcher() as fetcher:
        yield fetcher


def make_fetcher(gap: timedelta = timedelta(0), timeout: float = 10.0) -> GuardedFetcher:
    return GuardedFetcher("drift@example.org", gap, timeout, 1 << 20, "1.0")


def get(
    fetcher: GuardedFetcher, url: str, *, now: datetime = NOW, access: Access = INSIDE
) -> Retrieved | NotModified:
    return fetcher.get(url, validators=None, access=access, now=now)


def failure(fetcher: GuardedFetcher, url: str, *, now: datetime = NOW, access: Access = INSIDE) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(fetcher, url, now=now, access=access)
    return caught.value


# --- one at a time, with a gap --------------------------------------------------------------------


def test_a_host_is_asked_one_thing_at_a_time(server: ScriptedServer, fetcher: GuardedFetcher) -> None:
    def slowly(peer: Peer) -> None:
        peer.pause(0.02)
        page("x")(peer)

    server.at("/", slowly)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: get(fetcher, server.url("/")), range(16)))
    assert len(server.paths()) == 16
    assert server.most_at_once == 1


def test_two_hosts_are_asked_at_once(server: ScriptedServer, fetcher: GuardedFetcher) -> None:
    both = threading.Barrier(2, timeout=10)

    def meet(peer: Peer) -> None:
        both.wait()  # only passes while the other host is being asked as well
        page("x")(peer)

    server.at("/", meet)
    urls = [server.url("/"), server.url("/", host="localhost")]
    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(lambda url: get(fetcher, url), urls))) == 2


def test_there_is_a_gap_between_two_requests_to_a_host(server: ScriptedServer) -> None:
    gap = timedelta(seconds=0.2)
    times: list[float] = []

    def note(peer: Peer) -> None:
        times.append(time.monotonic())  # before the answer, so that the gap can only look longer than it was
        page("x")(peer)

    server.at("/", note)
    with make_fetcher(gap) as fetcher, ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: get(fetcher, server.url("/")), range(3)))
    assert all(after - before >= gap.total_seconds() for before, after in pairwise(times))


def test_a_dead_host_delays_only_itself(server: ScriptedServer) -> None:
    server.at("/", page("x"))
    with ScriptedServer() as dead, make_fetcher(timeout=5.0) as fetcher, ThreadPoolExecutor(1) as pool:
        asked = threading.Event()
        answered = threading.Event()

        def hang(peer: Peer) -> None:
            asked.set()
            answered.wait(10)
            peer.close()

        dead.at("/robots.txt", hang)
        stuck = pool.submit(failure, fetcher, dead.url("/", host="localhost"))
        assert asked.wait(5)
        for _ in range(5):
            get(fetcher, server.url("/"))
        assert not stuck.done()
        answered.set()
        assert stuck.result().reason is FetchReason.ROBOTS


def test_who_waits_too_long_for_a_host_gives_up(server: ScriptedServer) -> None:
    asked = threading.Event()

    def hang(peer: Peer) -> None:
        asked.set()
        mute(peer)

    server.at("/slow", hang)
    quiet = Access(allow_private=True, obey_robots=False)
    with make_fetcher(timeout=1.5) as fetcher, ThreadPoolExecutor(1) as pool:
        first = pool.submit(failure, fetcher, server.url("/slow"), access=quiet)
        assert asked.wait(5)
        assert failure(fetcher, server.url("/slow"), access=quiet).reason is FetchReason.TIMEOUT
        assert first.result().reason is FetchReason.TIMEOUT


# --- Retry-After ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_host_that_asks_for_silence_gets_it(
    server: ScriptedServer, fetcher: GuardedFetcher, status: int, form: str
) -> None:
    until = NOW + timedelta(minutes=2)
    value = "120" if form == "seconds" else format_datetime(until, usegmt=True)
    server.at("/a", page("", status=status, headers={"Retry-After": value}))
    server.at("/b", page("x"))
    first = failure(fetcher, server.url("/a"))
    assert (first.reason, first.status, first.retry_after) == (FetchReason.RATE_LIMITED, status, until)

    again = failure(fetcher, server.url("/b"), now=until - timedelta(seconds=1))
    assert (again.reason, again.retry_after) == (FetchReason.RATE_LIMITED, until)
    assert server.paths() == ["/a"]

    assert isinstance(get(fetcher, server.url("/b"), now=until), Retrieved)


def test_silence_is_for_one_host(server: ScriptedServer, fetcher: GuardedFetcher) -> None:
    server.at("/a", page("", status=429, headers={"Retry-After": "60"}))
    server.at("/b", page("x"))
    failure(fetcher, server.url("/a"))
    assert isinstance(get(fetcher, server.url("/b", host="localhost")), Retrieved)


def test_too_many_requests_without_a_time_is_told_without_one(
    server: ScriptedServer, fetcher: GuardedFetcher
) -> None:
    server.at("/", page("", status=429))
    error = failure(fetcher, server.url("/"))
    assert (error.reason, error.retry_after) == (FetchReason.RATE_LIMITED, None)


def test_a_robots_txt_that_asks_for_silence_is_heard(server: ScriptedServer, fetcher: GuardedFetcher) -> None:
    server.at("/robots.txt", page("", status=429, headers={"Retry-After": "60"}))
    failure(fetcher, server.url("/"))
    later = failure(fetcher, server.url("/"), now=NOW + timedelta(seconds=30))
    assert later.reason in (FetchReason.ROBOTS, FetchReason.RATE_LIMITED)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("86400", 86400),
        ("999999999999999999999", 86400),
        ("Sun, 01 Mar 2026 06:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 07:01:00 +0100", 60),
        ("Sun, 01 Mar 2026 06:01:00 -0000", 60),
        ("Sun, 01 Mar 2026 05:00:00 GMT", 0),
        ("Fri, 01 Mar 2041 05:00:00 GMT", 86400),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("१२", None),
        ("Sun, 99 Mar 2026 06:01:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -1400", None),
        ("Sun, 01 Mar 99999999999999999999 06:01:00 GMT", None),
        ("Sun, 01 Mar 2026 06:01:00 +99999999999999999999", None),
    ],
)
def test_both_forms_of_retry_after(value: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert retry_after(value, NOW) == expected


@given(st.text(max_size=40))
def test_any_retry_after_is_a_time_within_a_day_or_none(value: str) -> None:
    at = retry_after(value, NOW)
    assert at is None or NOW <= at <= NOW + LONGEST_SILENCE


# --- robots.txt -----------------------------------------------------------------------------------


def robots(text: str | bytes, **options: object) -> Script:
    return page(text, media_type="text/plain", headers={name: str(value) for name, value in options.items()})


def test_robots_txt_is_asked_for_once_and_then_obeyed(
    server: ScriptedServer, fetcher: GuardedFetcher
) -> None:
    server.at("/robots.txt", robots("User-agent: *\nDisallow: /internt/\n"))
    server.at("/side", page("x"))
    server.at("/internt/side", page("hemmeligt"))
    for _ in range(3):
        get(fetcher, server.url("/side"))
    error = failure(fetcher, server.url("/internt/side"))
    assert error.reason is FetchReason.ROBOTS
    assert error.url in str(error)
    assert [request.path for request in server.requests] == ["/robots.txt", "/side", "/side", "/side"]


def test_robots_txt_is_not_asked_for_where_it_need_not_be_obeyed(
    server: ScriptedServer, fetcher: GuardedFetcher
) -> None:
    server.at("/robots.txt", robots("User-agent: *\nDisallow: /\n"))
    server.at("/", page("x"))
    get(fetcher, server.url("/"), access=Access(allow_private=True, obey_robots=False))
    assert [request.path for request in server.requests] == ["/"]


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x=1", True),
        ("User-agent: *\nDisallow: /\nAllow: /offentligt/", "/offentligt/a", True),
        ("User-agent: *\nDisallow: /\nAllow: /offentligt/", "/andet", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: syndicate\nDisallow: /a\n\nUser-agent: syndicate\nDisallow: /b", "/b", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: syndicate\nDisallow:", "/a", True),
        ("User-agent: dic\nDisallow: /", "/a", True),
        ("User-agent: Syndicate/1.0\nDisallow: /", "/a", True),
        ("User-agent: SYNDICATE\nDisallow: /", "/a", False),
        ("\ufeffUser-agent: *\nDisallow: /", "/a", False),
        ("<!doctype html><title>Ikke fundet</title>", "/a", True),
        ("", "/a", True),
    ],
)
def test_rules_are_read_as_rfc_9309_says(
    server: ScriptedServer, fetcher: GuardedFetcher, text: str, path: str, allowed: bool
) -> None:
    server.at("/robots.txt", robots(text))
    server.at(path, page("x"))
    if allowed:
        get(fetcher, server.url(path))
    else:
        assert failure(fetcher, server.url(path)).reason is FetchReason.ROBOTS


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_robots_txt_means_no_rules(server: ScriptedServer, fetcher: GuardedFetcher, status: int) -> None:
    server.at("/robots.txt", page("User-agent: *\nDisallow: /\n", status=status))
    server.at("/", page("x"))
    get(fetcher, server.url("/"))


@pytest.mark.parametrize(
    "script",
    [
        page("", status=500),
        page("", status=503),
        page("", status=429),
        page("", status=204),
        raw(b"not http\r\n\r\n"),
        raw(head(200, {"Content-Length": "100"}) + b"User-agent: *\nAllow"),
        redirect("file:///etc/robots.txt"),
    ],
)
def test_while_robots_txt_is_in_trouble_nothing_is_read_and_it_is_soon_tried_again(
    server: ScriptedServer, fetcher: GuardedFetcher, script: Script
) -> None:
    server.at("/robots.txt", script, robots(""))
    server.at("/", page("x"))
    error = failure(fetcher, server.url("/"))
    assert error.reason is FetchReason.ROBOTS
    assert "robots.txt" in str(error)
    assert error.url == server.url("/")
    assert failure(fetcher, server.url("/"), now=NOW + timedelta(minutes=1)).reason is FetchReason.ROBOTS
    assert server.paths() == []
    assert isinstance(get(fetcher, server.url("/"), now=NOW + timedelta(minutes=5)), Retrieved)


def test_rules_are_kept_for_a_day(server: ScriptedServer, fetcher: GuardedFetcher) -> None:
    server.at("/robots.txt", robots(""), robots("User-agent: *\nDisallow: /"))
    server.at("/", page("x"))
    get(fetcher, server.url("/"))
    get(fetcher, server.url("/"), now=NOW + timedelta(hours=23))
    assert failure(fetcher, server.url("/"), now=NOW + timedelta(hours=24)).reason is FetchReason.ROBOTS


def test_robots_txt_may_be_five_redirects_away(server: ScriptedServer, fetcher: GuardedFetcher) -> None:
    with ScriptedServer() as other:
        server.at("/robots.txt", redirect("/1"))
        for hop in range(1, 4):
            server.at(f"/{hop}", redirect(f"/{hop + 1}"))
        server.at("/4", redirect(other.url("/robots.txt")))
        other.at("/robots.txt", robots("User-agent: *\nDisallow: /"))
        server.at("/side", page("x"))
        access = Access(allow_private=True, also_private=frozenset({(other.host, other.port)}))
        assert failure(fetcher, server.url("/side"), access=access).reason is FetchReason.ROBOTS


def test_robots_txt_that_redirects_for_ever_is_taken_as_absent(
    server: ScriptedServer, fetcher: GuardedFetcher
) -> None:
    server.at("/robots.txt", redirect("/robots.txt"))
    server.at("/side", page("x"))
    get(fetcher, server.url("/side"))


def test_of_a_huge_robots_txt_the_beginning_counts(server: ScriptedServer, fetcher: GuardedFetcher) -> None:
    rules = b"User-agent: *\nDisallow: /internt/\n" + b"# mere\n" * 200_000 + b"Disallow: /\n"
    server.at("/robots.txt", robots(rules))
    server.at("/side", page("x"))
    get(fetcher, server.url("/side"))
    assert failure(fetcher, server.url("/internt/")).reason is FetchReason.ROBOTS


def test_a_slow_robots_txt_ends_at_the_deadline(server: ScriptedServer) -> None:
    server.at("/robots.txt", drip(head(200, {"Content-Length": "1000000"}), b"#"))
    with make_fetcher(timeout=1.5) as fetcher:
        error = failure(fetcher, server.url("/"))
    assert error.reason is FetchReason.TIMEOUT
    assert error.url == server.url("/")


def test_each_hop_is_judged_by_the_robots_txt_of_its_own_host(
    server: ScriptedServer, fetcher: GuardedFetcher
) -> None:
    with ScriptedServer() as other:
        server.at("/", redirect(other.url("/lukket")))
        other.at("/robots.txt", robots("User-agent: *\nDisallow: /lukket"))
        access = Access(allow_private=True, also_private=frozenset({(other.host, other.port)}))
        assert failure(fetcher, server.url("/"), access=access).reason is FetchReason.ROBOTS
        assert other.paths() == []


def test_many_who_want_to_know_ask_once(server: ScriptedServer, fetcher: GuardedFetcher) -> None:
    server.at("/robots.txt", robots("User-agent: *\nDisallow: /x"))
    server.at("/", page("x"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: get(fetcher, server.url("/")), range(8)))
    assert [request.path for request in server.requests].count("/robots.txt") == 1


def test_a_host_that_is_down_is_not_tried_by_everyone_in_turn(fetcher: GuardedFetcher) -> None:
    with ScriptedServer() as server:
        server.at("/robots.txt", mute)
        port_url = server.url("/")
    assert failure(fetcher, port_url).reason is FetchReason.UNREACHABLE
    with ScriptedServer(port=server.port) as server:
        server.at("/", page("x"))
        assert failure(fetcher, port_url, now=NOW + timedelta(seconds=1)).reason is FetchReason.UNREACHABLE
        assert server.requests == []
        get(fetcher, port_url, now=NOW + timedelta(seconds=5))


@pytest.mark.parametrize(("asked", "given"), [("0.3", 0.3), ("0", 0.0)])
def test_a_crawl_delay_is_a_gap(
    server: ScriptedServer, fetcher: GuardedFetcher, asked: str, given: float
) -> None:
    times: list[float] = []

    def note(peer: Peer) -> None:
        times.append(time.monotonic())
        page("x")(peer)

    server.at("/robots.txt", robots(f"User-agent: *\nCrawl-delay: {asked}\n"))
    server.at("/", note)
    for _ in range(2):
        get(fetcher, server.url("/"))
    assert times[1] - times[0] >= given
