"""Broken files through real limited children: each is read, or refused by name, and nothing else happens.

`SYNDICATE_FUZZ_SECONDS=600 pytest tests/integration/test_fuzz_reading.py` goes on for as long; a failure
names the number that makes the file again.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.domain.diffing import compare
from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Version
from syndicate.isolation.pool import Limits, ReaderPool
from syndicate.ports import Listing, ReadOptions
from tests import factories
from tests.broken_files import ODD, TEXT, broken

MEGABYTE = 1024 * 1024
LIMITS = Limits(wall_seconds=20.0, cpu_seconds=8, memory=300 * MEGABYTE)
LONGER = float(os.environ.get("SYNDICATE_FUZZ_SECONDS", "0"))
ADDRESSES = ("https://a.example/", "https://a.example/x.txt", "https://a.example/x.md", "")
TYPES = (
    "",
    "text/html; charset=utf-8",
    "text/html; charset=utf-7",
    "text/plain; charset=nosuch",
    "application/pdf",
)


@pytest.fixture(name="pool", scope="module")
def limited_pool() -> Iterator[ReaderPool]:
    with ReaderPool(size=1, limits=LIMITS) as pool:
        yield pool
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 < 900, "the service itself swelled"


def outcome(pool: ReaderPool, data: bytes, media_type: str, url: str) -> Version | ParseError:
    try:
        version = pool.read(data, media_type=media_type, url=url, options=ReadOptions())
    except ParseError as error:
        return error
    return version


def listing(pool: ReaderPool, data: bytes) -> Listing | ParseError:
    try:
        return pool.list_addresses(data, media_type="", url="https://a.example/")
    except ParseError as error:
        return error


def is_storable(name: str, value: object) -> None:
    """No database refuses it: some take no NUL, and none takes half a surrogate pair."""
    written = json.dumps(value, ensure_ascii=False)
    assert "\\u0000" not in written, (name, written[:200])
    written.encode()


def hold_up(name: str, pool: ReaderPool, data: bytes, media_type: str = "", url: str = ADDRESSES[0]) -> None:
    """The promise: a version that can be stored and compared, or an error with a reason."""
    for result in (outcome(pool, data, media_type, url), listing(pool, data)):
        if isinstance(result, ParseError):
            assert "The reader failed" not in result.message, (name, result.message)
            # PDFium ends itself over some files; whatever we wrote ourselves is quick and small.
            assert result.reason is not ParseReason.LIMIT or name.startswith("pdf"), (name, result.message)
            str(result).encode()
        elif isinstance(result, Version):
            assert Version.from_dict(result.as_dict()) == result
            is_storable(name, result.as_dict())
            compare(result, SOUND_TEXT)
            compare(SOUND_TEXT, result)
        else:
            is_storable(name, [[e.url, e.id, e.title, e.content] for e in result.entries])


SOUND_TEXT = factories.version_of(*(line for line in TEXT.splitlines() if line))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_or_refused(pool: ReaderPool, name: str) -> None:
    hold_up(name, pool, ODD[name]())


@settings(max_examples=120)
@given(number=st.integers(0, 2**40), media_type=st.sampled_from(TYPES), url=st.sampled_from(ADDRESSES))
def test_a_broken_file_is_read_or_refused(pool: ReaderPool, number: int, media_type: str, url: str) -> None:
    name, data = broken(Random(number))
    hold_up(name, pool, data, media_type, url)


if LONGER:

    def test_a_long_night_of_broken_files(pool: ReaderPool) -> None:
        random, ends = Random(), time.monotonic() + LONGER
        while time.monotonic() < ends:
            number = random.randrange(2**40)
            name, data = broken(Random(number))
            try:
                hold_up(name, pool, data, random.choice(TYPES), random.choice(ADDRESSES))
            except Exception as error:
                raise AssertionError(f"broken(Random({number})) is {name}") from error
