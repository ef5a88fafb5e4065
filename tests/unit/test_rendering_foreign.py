"""Texts and addresses of others are made harmless."""

from __future__ import annotations

import pytest

from syndicate.domain import placeholders
from syndicate.domain.model import Significance
from syndicate.rendering.foreign import isolated, one_line, tame, web_address
from tests.factories import added, noted, update


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("før\x0befter", "før efter"),
        ("før\u2028efter", "før efter"),
        ("a\x00b\x1bc\x7fd", "abcd"),
        ("\u202eomvendt\u2066", "omvendt"),
        ("halv \ud800", "halv "),
        ("æøå »10\u00a0mg« 👩‍⚕️", "æøå »10\u00a0mg« 👩‍⚕️"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("linje\nog\tluft", "linje\nog\tluft"),
    ],
)
def test_what_nobody_sees_is_gone_and_the_rest_stays(text: str, harmless: str) -> None:
    assert tame(text) == harmless


@pytest.mark.parametrize(
    "token",
    [*placeholders.VALUE_NAMES.values(), placeholders.TO, placeholders.MESSAGE_ID],
)
def test_no_page_can_quote_a_placeholder(token: str) -> None:
    hidden = "\x00".join((token[:9], token[9:]))

    stem = token.rstrip("0").rpartition("@")[2]

    for attempt in (f"https://evil.example/?t={token}", token.upper(), hidden, stem):
        assert stem not in tame(attempt).lower()
        assert "[…]" in tame(attempt)


def test_every_text_of_an_update_is_reached() -> None:
    hostile = update(added("a\u202eb", section=("c\u202ed",)), document_title="e\u202ef")

    tamed = tame(hostile)

    assert "\u202e" not in repr(tamed).encode("unicode_escape").decode()
    assert tamed.significance is Significance.SUBSTANTIVE
    assert tame(update()) == update()
    assert tame(noted()) == noted()


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example/å?b=c&d#e", "HTTPS://A.EXAMPLE/"])
def test_an_address_of_the_web_stays(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//a.example",
        "https:",
        "https://a.example/ b",
        "https://[::1",
        "mailto:a@b.example",
    ],
)
def test_nothing_else_becomes_a_link(url: str) -> None:
    assert web_address(url) == ""


def test_only_what_runs_from_right_to_left_is_isolated() -> None:
    assert isolated("Sundhed 3") == "Sundhed 3"
    assert isolated("\u05e9\u05dc\u05d5\u05dd 3") == "\u2068\u05e9\u05dc\u05d5\u05dd 3\u2069"


def test_a_title_has_one_line() -> None:
    assert one_line(" Anbefaling\n\t3\u00a0er ny ") == "Anbefaling 3\u00a0er ny"
