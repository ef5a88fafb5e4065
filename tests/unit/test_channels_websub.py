"""How a hub is told, and what its answers mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from syndicate.channels.websub import Config, build
from syndicate.domain.errors import DeliveryError
from syndicate.domain.model import Account, Message, Prepared, Presence, Significance, Subject, Target, Topic
from syndicate.ports import ApiResponse, Channel, Outcome
from syndicate.rendering.pings import feed_urls, ping
from tests.factories import site, update
from tests.fakes_api import ScriptedApi, answer, lost, told, unreachable

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HUB = "https://hub.example.org/path/?key=1"
ACCOUNT = Account(HUB, "websub")


def channel(*answers: ApiResponse | Exception) -> tuple[Channel, ScriptedApi]:
    api = ScriptedApi(*answers)
    return build(Config(base_url=HUB), ACCOUNT, api, {}, lambda: NOW), api


def message() -> Message:
    return ping(update(), ACCOUNT, site())


def prepared(n: int = 1) -> Prepared:
    return channel()[0].prepare(message(), Target(HUB), f"{n:032x}", NOW)


def outcome(*answers: ApiResponse | Exception) -> Outcome:
    (one,) = channel(*answers)[0].send([prepared()], lambda _: None)
    return one


def refused(*answers: ApiResponse | Exception) -> DeliveryError:
    error = outcome(*answers).error
    assert error is not None
    return error


def test_a_ping_is_a_form_at_the_hub_s_very_address() -> None:
    hub, api = channel(answer(204))
    (one,) = hub.send([prepared()], lambda _: None)
    assert one.receipt is not None and one.receipt.status == 204
    (request,) = api.requests
    assert (request.method, request.url) == ("POST", HUB)
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    form = parse_qs(request.body.decode())
    assert form["hub.mode"] == ["publish"]
    assert "https://nyt.example.org/feeds/all.rss" in form["hub.url"]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_success_is_one(status: int) -> None:
    assert outcome(answer(status, b"ok")).receipt is not None


@pytest.mark.parametrize(
    ("given", "meaning"),
    [
        (answer(500), "Transient server destination"),
        (answer(503), "Transient server destination"),
        (answer(301), "Transient server destination"),
        (lost(), "Transient server destination"),
        (unreachable(), "Transient not-sent message"),
        (answer(429), "Transient rate destination"),
        (answer(404), "Permanent version destination"),
        (answer(401), "Permanent auth destination"),
        (answer(400), "Permanent content message"),
    ],
)
def test_what_a_refusal_means(given: ApiResponse | Exception, meaning: str) -> None:
    assert told(refused(given)) == meaning


def test_a_hub_says_when_to_come_back() -> None:
    assert refused(answer(429, retry_after="120")).retry_after == NOW + timedelta(seconds=120)
    assert refused(answer(503, retry_after="9" * 9)).retry_after == NOW + timedelta(hours=6)
    assert refused(answer(429, retry_after="soon")).retry_after is None


def test_a_hub_cannot_be_asked() -> None:
    assert channel()[0].reconcile(prepared()).presence is Presence.UNKNOWN


@pytest.mark.parametrize(
    "url", ["http://hub.example.org/", "ftp://hub.example.org/", "https://", "https://u:p@hub.example.org/"]
)
def test_an_address_that_is_none_for_a_hub(url: str) -> None:
    with pytest.raises(ValidationError):
        Config(base_url=url)


class TestAddresses:
    def test_every_feed_that_holds_the_update_is_named_once(self) -> None:
        topics = (Topic("sundhed", "Sundhed", was=("helbred",)),)
        urls = list(feed_urls(update(topics=("helbred",)), site(topics=topics)))
        assert len(urls) == len(set(urls)) == 4 * 3 * 2
        names = {url.removeprefix("https://nyt.example.org/feeds/").partition(".")[0] for url in urls}
        assert names == {"all", "sundhed", "helbred", "source/anbefalinger"}

    def test_an_editorial_update_is_in_the_feeds_of_everything(self) -> None:
        urls = feed_urls(update(significance=Significance.EDITORIAL), site())
        assert all(url.endswith("?all=1") for url in urls)

    def test_the_same_update_gives_the_same_bytes(self) -> None:
        assert message() == message() and message().kind is Subject.PING
