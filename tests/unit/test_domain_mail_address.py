"""Which texts are addresses of readers, and how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.errors import InvalidAddress
from syndicate.domain.mail_address import normalise


@pytest.mark.parametrize(
    ("given_text", "written"),
    [
        ("reader@example.org", "reader@example.org"),
        (" reader@example.org ", "reader@example.org"),
        ("Reader.Name+tag@EXAMPLE.Org", "Reader.Name+tag@example.org"),
        ("reader@rødgrød.example.org", "reader@xn--rdgrd-vuad.example.org"),
        ("reader@RØDGRØD.example.org", "reader@xn--rdgrd-vuad.example.org"),
        ("reader@localhost", "reader@localhost"),
        ("reader@example", "reader@example"),
        ("o'neil@a-b.example.org", "o'neil@a-b.example.org"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_plain_addresses(given_text: str, written: str) -> None:
    assert normalise(given_text) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "reader",
        "reader@",
        "@example.org",
        "a@b@example.org",
        "reader@intranet",
        "reader@example.org\r\nBcc: other@example.org",
        "reader@example.org\n",
        "reader\x00@example.org",
        "read er@example.org",
        "reader@exam ple.org",
        "reader@example.org, other@example.org",
        "Reader <reader@example.org>",
        '"reader"@example.org',
        "reader@[127.0.0.1]",
        "reader@127.0.0.1",
        ".reader@example.org",
        "reader.@example.org",
        "rea..der@example.org",
        "reader@example..org",
        "reader@.example.org",
        "reader@example.org.",
        "reader@-example.org",
        "reader@straße.example.org",
        "læser@example.org",
        "reader@" + "a" * 64 + ".org",
        "x" * 65 + "@example.org",
        "reader@" + ".".join(["abcdefghi"] * 26),
        "reader@\ud800.org",
        "\tr@example.org",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        normalise(text)
    assert caught.value.address == text
    assert caught.value.hint


@given(st.text(max_size=80))
def test_no_text_makes_it_stumble(text: str) -> None:
    try:
        written = normalise(text + "@example.org")
    except InvalidAddress:
        return
    assert written == normalise(written)
    assert written.isascii()
    assert written.isprintable()
    assert " " not in written
