"""Little text as LinkedIn reads it: escapes, elements, and the silent cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.sandbox.networks.little_text import RESERVED, read


@pytest.mark.parametrize(
    ("commentary", "visible", "cut"),
    [
        ("Nyt om boliger", "Nyt om boliger", False),
        (r"Anbefaling \(3\) er ny", "Anbefaling (3) er ny", False),
        ("Anbefaling (3) er ny", "Anbefaling ", True),
        (r"5 \* 3 \< 20 \_ \~", "5 * 3 < 20 _ ~", False),
        ("dansk_side", "dansk", True),
        (r"{hashtag|\#|sundhed} nu", "#sundhed nu", False),
        (r"{hashtag|\#|sund\_hed}", "#sund_hed", False),
        ("#sundhed nu", "#sundhed nu", False),
        ("# overskrift", "", True),
        (r"Fra @[Nævnet](urn:li:organization:1)\.", "Fra Nævnet", True),
        ("Fra @[Nævnet](urn:li:organization:1).", "Fra Nævnet.", False),
        ("post@example.org", "post", True),
        ("a\\", "a", True),
        ("", "", False),
    ],
)
def test_reads(commentary: str, visible: str, cut: bool) -> None:
    found = read(commentary)
    assert (found.visible, found.cut) == (visible, cut)
    assert commentary.startswith(found.kept)


@given(st.text())
def test_everything_escaped_comes_back_whole(text: str) -> None:
    escaped = "".join("\\" + character if character in RESERVED else character for character in text)
    assert read(escaped) == (text, escaped, False)


@given(st.text(alphabet=RESERVED + "ab \n"))
def test_never_fails_and_never_shows_more_than_was_sent(text: str) -> None:
    found = read(text)
    assert len(found.visible) <= len(text)
    assert found.cut == (found.kept != text)
