"""Conditional GET: the server's own words, byte for byte, to the address that gave them and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.client import GuardedFetcher
from syndicate.ports import Access, NotModified, Retrieved, Validators
from tests.servers import ScriptedServer, page, redirect, versioned

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
OLD = "Fri, 03 Oct 2014 08:00:00 GMT"
Get = Callable[..., Retrieved | NotModified]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def get() -> Iterator[Get]:
    with GuardedFetcher("drift@example.org", timedelta(0), 10.0, 1 << 20, "1.0") as fetcher:

        def get(url: str, validators: Validators | None = None) -> Retrieved | NotModified:
            return fetcher.get(url, validators=validators, access=Access(allow_private=True), now=NOW)

        yield get


def asked(server: ScriptedServer) -> tuple[str | None, str | None]:
    headers = server.requests[-1].headers
    return headers.get("if-none-match"), headers.get("if-modified-since")


@pytest.mark.parametrize(
    ("etag", "last_modified"),
    [
        ('"abc"', ""),
        ("", OLD),
        ('"abc"', OLD),
        ('W/"abc"', ""),
        ('W/"abc"', OLD),
        ("uden-anførselstegn".encode().decode("latin-1"), ""),
        ("", "Tue, 01 Jan 2041 00:00:00 GMT"),
        ("", "i går"),
    ],
)
def test_what_the_server_gave_is_sent_back_byte_for_byte(
    server: ScriptedServer, get: Get, etag: str, last_modified: str
) -> None:
    server.at("/", versioned("første", etag=etag, last_modified=last_modified))
    first = get(server.url("/"))
    assert isinstance(first, Retrieved)
    assert first.validators == Validators(server.url("/"), etag, last_modified)
    assert get(server.url("/"), first.validators) == NotModified(server.url("/"))
    assert asked(server) == (etag or None, last_modified or None)


def test_a_server_that_gives_none_is_asked_in_full(server: ScriptedServer, get: Get) -> None:
    server.at("/", page("x"))
    first = get(server.url("/"))
    assert isinstance(first, Retrieved)
    assert first.validators is None
    assert isinstance(get(server.url("/"), Validators(server.url("/"))), Retrieved)
    assert asked(server) == (None, None)


def test_an_etag_that_changes_with_each_answer_gives_the_page_each_time(
    server: ScriptedServer, get: Get
) -> None:
    server.at("/", *(versioned("samme", etag=f'"{number}"') for number in range(3)))
    validators = None
    for number in range(3):
        found = get(server.url("/"), validators)
        assert isinstance(found, Retrieved)
        validators = found.validators
        assert validators is not None
        assert validators.etag == f'"{number}"'


def test_a_change_with_an_old_date_is_seen(server: ScriptedServer, get: Get) -> None:
    # A file that was copied with its old time: a date of our own would have made this a 304 (M1).
    server.at("/", versioned("10 mg", last_modified="Sat, 04 Oct 2014 08:00:00 GMT"))
    first = get(server.url("/"))
    assert isinstance(first, Retrieved)
    server.at("/", versioned("50 mg", last_modified=OLD))
    second = get(server.url("/"), first.validators)
    assert isinstance(second, Retrieved)
    assert second.body == b"50 mg"


def test_nothing_changed_is_no_answer_to_a_question_that_was_not_asked(
    server: ScriptedServer, get: Get
) -> None:
    server.at("/", page("", status=304))
    for validators in (None, Validators(server.url("/")), Validators(server.url("/other"), '"1"')):
        with pytest.raises(FetchError) as caught:
            get(server.url("/"), validators)
        assert caught.value.reason is FetchReason.UNASKED_304


def test_validators_of_a_redirected_page_go_to_its_target_only(server: ScriptedServer, get: Get) -> None:
    server.at("/old", redirect("/new", status=301))
    server.at("/new", versioned("x", etag='"1"'))
    first = get(server.url("/old"))
    assert isinstance(first, Retrieved)
    assert get(server.url("/old"), first.validators) == NotModified(server.url("/new"))
    sent = [(request.path, "if-none-match" in request.headers) for request in server.requests[1:]]
    assert sent == [("/old", False), ("/new", False), ("/old", False), ("/new", True)]


def test_validators_of_the_old_address_do_not_follow_a_redirect(server: ScriptedServer, get: Get) -> None:
    server.at("/old", versioned("x", etag='"1"'), redirect("/new"))
    server.at("/new", versioned("y", etag='"1"'))
    first = get(server.url("/old"))
    assert isinstance(first, Retrieved)
    second = get(server.url("/old"), first.validators)
    assert isinstance(second, Retrieved)
    assert second.body == b"y"


def test_a_redirect_that_says_nothing_changed_is_not_trusted(server: ScriptedServer, get: Get) -> None:
    server.at("/old", redirect("/new"))
    server.at("/new", page("", status=304))
    with pytest.raises(FetchError) as caught:
        get(server.url("/old"), Validators(server.url("/old"), '"1"'))
    assert caught.value.reason is FetchReason.UNASKED_304


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, FetchReason.STATUS),
        (206, FetchReason.STATUS),
        (300, FetchReason.STATUS),
        (401, FetchReason.STATUS),
        (403, FetchReason.STATUS),
        (404, FetchReason.NOT_FOUND),
        (410, FetchReason.GONE),
        (418, FetchReason.STATUS),
        (429, FetchReason.RATE_LIMITED),
        (500, FetchReason.STATUS),
        (503, FetchReason.STATUS),
    ],
)
def test_a_status_is_told_as_what_it_means(
    server: ScriptedServer, get: Get, status: int, reason: FetchReason
) -> None:
    server.at("/", page("<p>En fejlside", status=status))
    with pytest.raises(FetchError) as caught:
        get(server.url("/"))
    error = caught.value
    assert (error.reason, error.status, error.url) == (reason, status, server.url("/"))
    assert str(status) in str(error)
    assert error.retry_after is None
