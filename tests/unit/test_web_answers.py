"""Entity tags, dates, encodings and languages, as tables."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.datastructures import Headers

from syndicate.web.answers import accepts_gzip, http_date, is_known
from syndicate.web.language import choose

TAG = '"abc"'
AT = datetime(2026, 3, 2, 12, 0, 0, 999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x" ,W/"abc"', True),
        ("*", True),
        (" * ", True),
        ('"x"', False),
        ("abc", False),
        ("", False),
        (",,,", False),
        ('"ABC"', False),
    ],
)
def test_if_none_match(sent: str, known: bool) -> None:
    assert is_known(Headers({"if-none-match": sent}), TAG, AT) is known


def test_a_weak_tag_of_ours_matches_too() -> None:
    assert is_known(Headers({"if-none-match": TAG}), f"W/{TAG}", None)


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("Mon, 02 Mar 2026 12:00:00 GMT", True),
        ("Mon, 02 Mar 2026 12:00:01 GMT", True),
        ("Mon, 02 Mar 2026 11:59:59 GMT", False),
        ("Monday, 02-Mar-26 12:00:00 GMT", True),
        ("yesterday", False),
        ("", False),
        ("0", False),
        ("Mon, 99 Foo 9999 99:99:99 GMT", False),
        ("Mon, 02 Mar 99999999999999999999 12:00:00 GMT", False),
        ("Mon, 02 Mar 2026 12:00:00 +99999999999999999999", False),
    ],
)
def test_if_modified_since(sent: str, known: bool) -> None:
    assert is_known(Headers({"if-modified-since": sent}), TAG, AT) is known


def test_the_tag_decides_alone() -> None:
    late = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert not is_known(Headers({"if-none-match": '"x"', "if-modified-since": late}), TAG, AT)


def test_a_client_without_validators_knows_nothing() -> None:
    assert not is_known(Headers({}), TAG, AT)
    assert not is_known(Headers({"if-modified-since": http_date(AT)}), TAG, None)


def test_dates_are_written_in_gmt() -> None:
    assert http_date(AT) == "Mon, 02 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("sent", "accepted"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br, gzip;q=0.5", True),
        ("br;q=1.0, *;q=0.1", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("identity", False),
        ("", False),
        ("gzipped", False),
    ],
)
def test_accept_encoding(sent: str, accepted: bool) -> None:
    assert accepts_gzip(Headers({"accept-encoding": sent})) is accepted


@pytest.mark.parametrize(
    ("asked", "accept", "language"),
    [
        ("", "", "da"),
        ("en", "", "en"),
        ("en", "da", "en"),
        ("da", "en", "da"),
        ("fr", "en", "en"),
        ("../en", "", "da"),
        ("", "en", "en"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "fr,en;q=0.2,da;q=0.8", "da"),
        ("", "fr-CA, de", "da"),
        ("", "EN-us", "en"),
        ("", "en;q=0", "da"),
        ("", "en;q=nonsense", "da"),
        ("", "*", "da"),
        ("", ",,;;==", "da"),
        ("", "nb, en;q=0.1", "en"),
        ("", "x," * 5000 + "en", "da"),
    ],
)
def test_the_language_of_a_page(asked: str, accept: str, language: str) -> None:
    assert choose(asked, accept, ("da", "en")) == language
