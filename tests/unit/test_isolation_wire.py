"""Whatever a child says, its parent gets a version, a listing or a ParseError."""

from __future__ import annotations

import io
import json
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Version
from syndicate.isolation import wire
from syndicate.ports import Listing
from tests import factories

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
SOUND = wire.pack_version(factories.version_of("## Råd", "1. Sov."))["version"]
REPLIES = st.one_of(
    st.dictionaries(st.sampled_from(["version", "listing", "error"]), JSON),
    st.builds(lambda key, value: {"version": SOUND | {key: value}}, st.sampled_from(sorted(SOUND)), JSON),
)


@given(REPLIES)
def test_a_child_that_was_taken_over_talks_nonsense(reply: dict[str, object]) -> None:
    assert wire.is_limit(reply) in (True, False)
    with suppress(ParseError):
        assert isinstance(wire.unpack_reply(reply), Version)
    with suppress(ParseError):
        assert isinstance(wire.unpack_listing(reply), Listing)


def test_what_cannot_be_understood_is_a_limit_of_the_reader() -> None:
    with pytest.raises(ParseError) as caught:
        wire.unpack_reply({})
    assert caught.value.reason is ParseReason.LIMIT


@pytest.mark.parametrize(
    "packed", [b"[]", b"7", b"{", b"\xff", b"[" * 100_000, json.dumps({"a": 1}).encode()[:-1], b""]
)
def test_a_frame_that_is_none_is_a_lost_connection(packed: bytes) -> None:
    frame = io.BytesIO(struct.pack(">II", len(packed), 0) + packed)
    with pytest.raises(wire.ConnectionLost):
        wire.receive(frame, wire.LARGEST_REPLY)


def test_a_frame_beyond_the_limit_is_not_read() -> None:
    frame = io.BytesIO(struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF))
    with pytest.raises(wire.ConnectionLost):
        wire.receive(frame, wire.LARGEST_REPLY)
