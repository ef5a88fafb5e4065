"""What other people's robots.txt and Retry-After may do to us: nothing but make us wait, and not for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching import politeness
from syndicate.fetching.addresses import Address, check_url
from syndicate.fetching.guarded import Answer
from syndicate.fetching.politeness import Gates
from syndicate.fetching.robots import Robots

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
PIECES = [
    *(b"User-agent: *\n", b"User-agent: syndicate\n", b"Disallow: /", b"Allow: /", b"*", b"$", b"%", b"%zz"),
    *(b"Crawl-delay: ", b"1e308", b"Request-rate: 1/", b"5s 0000-2500\n", b"Visit-time: 99", b":", b"#"),
    *(b"Sitemap: http://[\n", b"\xff", b"\xed\xa0\x80", b"a" * 50, b"?", b"//", b"\r", b"-1", b"1/0s"),
    *(b"\0", b"\n", b"*a" * 500),
]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("1e308", 30), ("999999999999", 30), ("7", 7), ("-5", 0), ("nan", 0), ("inf", 0), ("soon", 0)],
)
def test_no_crawl_delay_is_longer_than_our_patience(asked: str, seconds: int) -> None:
    answer = Answer(200, {}, f"User-agent: *\nCrawl-delay: {asked}\n".encode())
    delay = Robots().check(check_url("http://a.example/"), lambda _: answer, NOW)
    assert delay == timedelta(seconds=seconds)


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["a", "%zz", "?*$", "a" * 200]))
def test_any_robots_txt_allows_or_refuses(pieces: list[bytes], path: str) -> None:
    try:
        delay = Robots().check(
            check_url(f"http://a.example/{path}"), lambda _: Answer(200, {}, b"".join(pieces)), NOW
        )
    except FetchError as error:
        assert error.reason is FetchReason.ROBOTS
    else:
        assert timedelta(0) <= delay <= timedelta(seconds=30)


def test_the_rules_of_any_number_of_hosts_take_little_memory() -> None:
    """A feed may lead to a new host in each entry, and each may have half a megabyte of rules."""
    asked: list[str] = []

    def ask(address: Address) -> Answer:
        asked.append(address.host)
        return Answer(200, {}, b"User-agent: *\n" + b"Disallow: /x\n" * 35_000)

    robots = Robots()
    for number in range(20):
        robots.check(check_url(f"http://host{number}.example/"), ask, NOW)
    robots.check(check_url("http://host19.example/"), ask, NOW)
    robots.check(check_url("http://host0.example/"), ask, NOW)
    assert asked == [*(f"host{number}.example" for number in range(20)), "host0.example"]


def test_the_gates_of_any_number_of_hosts_take_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "MOST_HOSTS", 10)
    gates = Gates(timedelta(0), patience=1.0)
    gates.silence(check_url("http://stille.example/"), NOW + timedelta(hours=1))
    for number in range(100):
        with gates.turn(check_url(f"http://host{number}.example/"), NOW):
            pass
    assert len(gates._hosts) <= 10
    with pytest.raises(FetchError), gates.turn(check_url("http://stille.example/"), NOW):
        pass
