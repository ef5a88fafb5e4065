"""Bodies: limits hold packed and unpacked, and what is not whole is not content."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.fetching.bodies import BadBody, BodyTooLarge, read_body


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@given(st.binary(max_size=2000), st.integers(1, 700), st.sampled_from(["gzip", "x-gzip", " GZIP "]))
def test_any_content_comes_out_as_it_went_in(content: bytes, size: int, encoding: str) -> None:
    assert read_body(pieces(gzip.compress(content), size), encoding, 5000) == content
    assert read_body(pieces(content, size), "", 5000) == content
    assert read_body(pieces(content, size), "identity", 5000) == content


@given(st.lists(st.binary(max_size=300), max_size=4), st.integers(1, 90), st.integers(0, 5))
def test_members_that_follow_each_other_are_one_content(parts: list[bytes], size: int, padding: int) -> None:
    packed = b"".join(gzip.compress(part) for part in parts) + bytes(padding)
    assert read_body(pieces(packed, size), "gzip", 5000) == b"".join(parts)


@given(st.binary(min_size=1, max_size=500), st.data())
def test_what_ends_early_is_refused_wherever_it_is_cut(content: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(content)
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(BadBody):
        read_body([packed[:cut]], "gzip", 5000)


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "compress", "gzip, gzip", "gzip, identity"])
def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(BadBody, match="not asked for"):
        read_body([b"x"], encoding, 10)


def test_noise_is_refused_alone_and_after_sound_content() -> None:
    for data in (b"not gzip at all", gzip.compress(b"a") + b"noise"):
        with pytest.raises(BadBody, match="not valid gzip"):
            read_body([data], "gzip", 1000)


def test_the_limit_is_exact() -> None:
    for encoding, packed in (("", b"x" * 100), ("gzip", gzip.compress(b"x" * 100))):
        assert len(read_body(pieces(packed, 7), encoding, 100)) == 100
        with pytest.raises(BodyTooLarge):
            read_body(pieces(packed, 7), encoding, 99)
        assert read_body(pieces(packed, 7), encoding, 50, cut=True) == b"x" * 50


def test_what_is_larger_packed_than_unpacked_is_measured_packed() -> None:
    packed = gzip.compress(b"x" * 10) + gzip.compress(b"") * 20
    with pytest.raises(BodyTooLarge):
        read_body(pieces(packed, 5), "gzip", 60)


def test_no_more_is_taken_than_the_limit_needs() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 10

    with pytest.raises(BodyTooLarge):
        read_body(endless(), "", 95)
    assert taken == 10


def test_nothing_is_nothing() -> None:
    assert read_body([], "gzip", 10) == read_body([b""], "", 10) == b""
