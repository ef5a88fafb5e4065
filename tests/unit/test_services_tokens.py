"""Capability tokens: right length, one purpose each, and no forging."""

from __future__ import annotations

import pytest

from syndicate.domain.placeholders import TOKEN_LENGTH
from syndicate.services.tokens import Tokens, topic_digest

UID = "00ff" * 4
KEY = b"a key of the test, long enough"


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(KEY)


def made(tokens: Tokens) -> list[str]:
    return [tokens.unsubscribe(UID, "housing"), tokens.preferences(UID), tokens.confirm(UID)]


def test_a_feed_token_reads_a_feed_and_does_nothing_else() -> None:
    tokens = Tokens(b"k" * 32)
    token = tokens.feed("0123456789abcdef")
    assert tokens.read_feed(token) == "0123456789abcdef"
    assert tokens.read_preferences(token) is None and tokens.read_confirm(token) is None
    assert tokens.read_feed(tokens.preferences("0123456789abcdef")) is None


def test_each_reads_back_what_was_put_in(tokens: Tokens) -> None:
    assert tokens.read_unsubscribe(tokens.unsubscribe(UID, "housing")) == (UID, topic_digest("housing"))
    assert tokens.read_unsubscribe(tokens.unsubscribe(UID, "")) == (UID, topic_digest(""))
    assert tokens.read_preferences(tokens.preferences(UID)) == UID
    assert tokens.read_confirm(tokens.confirm(UID)) == UID


def test_they_have_the_length_of_their_placeholders(tokens: Tokens) -> None:
    assert [len(token) for token in made(tokens)] == [TOKEN_LENGTH] * 3


def test_the_same_again_for_the_same_key_only(tokens: Tokens) -> None:
    assert made(tokens) == made(Tokens(KEY))
    other = Tokens(KEY + b"!")
    assert not set(made(tokens)) & set(made(other))
    assert other.read_preferences(tokens.preferences(UID)) is None


def test_a_token_is_good_for_nothing_else(tokens: Tokens) -> None:
    readers = (tokens.read_unsubscribe, tokens.read_preferences, tokens.read_confirm)
    for number, token in enumerate(made(tokens)):
        assert [reader(token) is not None for reader in readers] == [number == i for i in range(3)]


def test_a_token_of_one_topic_is_not_that_of_another(tokens: Tokens) -> None:
    assert tokens.unsubscribe(UID, "housing") != tokens.unsubscribe(UID, "work")


@pytest.mark.parametrize("place", range(TOKEN_LENGTH))
def test_one_digit_changed_is_a_forgery(tokens: Tokens, place: int) -> None:
    for token in made(tokens):
        digit = "0" if token[place] != "0" else "1"
        forged = token[:place] + digit + token[place + 1 :]
        assert tokens.read_unsubscribe(forged) is None
        assert tokens.read_preferences(forged) is None
        assert tokens.read_confirm(forged) is None


@pytest.mark.parametrize(
    "text", ["", "x", "æ" * TOKEN_LENGTH, "0" * TOKEN_LENGTH, "0" * 47, "0" * 49, "٣" * TOKEN_LENGTH, "\x00"]
)
def test_anything_else_is_no_token(tokens: Tokens, text: str) -> None:
    assert tokens.read_unsubscribe(text) is None
    assert tokens.read_preferences(text) is None
    assert tokens.read_confirm(text) is None


def test_upper_case_and_line_ends_are_not_let_through(tokens: Tokens) -> None:
    token = tokens.preferences("abcdef" + UID[6:])
    assert tokens.read_preferences(token)
    assert tokens.read_preferences(token.upper()) is None
    assert tokens.read_preferences(token + "\n") is None


def test_an_address_becomes_a_keyed_hash_whatever_its_case(tokens: Tokens) -> None:
    known = tokens.address_hash("Reader@Example.org")
    assert known == tokens.address_hash("reader@example.org")
    assert len(known) == 64
    assert known != Tokens(KEY[::-1]).address_hash("reader@example.org")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least 16"):
        Tokens(b"short")
