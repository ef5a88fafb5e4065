"""One reading or one look at an address, for commands that need neither configuration nor database."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from syndicate import __version__
from syndicate.ports import Access, ReadOptions, Retrieved


def read_isolated(data: bytes, media_type: str, url: str, options: ReadOptions) -> Any:
    """One reading in a limited child, for commands that need no database. Raises ParseError."""
    pool = import_module("syndicate.isolation.pool").ReaderPool(size=1)
    try:
        return pool.read(data, media_type=media_type, url=url, options=options)
    finally:
        pool.close()


def fetch_once(url: str, *, allow_private: bool) -> Retrieved:
    """One polite GET, for commands that need no configuration. Raises FetchError."""
    from syndicate.fetching.client import GuardedFetcher

    fetcher = GuardedFetcher("", version=__version__)
    try:
        access = Access(allow_private=allow_private)
        answer = fetcher.get(url, validators=None, access=access, now=datetime.now(UTC))
    finally:
        fetcher.close()
    assert isinstance(answer, Retrieved)  # without validators there is no "not modified"
    return answer


def try_address(url: str, options: ReadOptions, *, allow_private: bool) -> tuple[bool, list[str]]:
    """Whether an address could be a source, and each step that told so; needs no configuration."""
    from syndicate.fetching.client import GuardedFetcher
    from syndicate.isolation.pool import ReaderPool
    from syndicate.services.trying import Trial

    pool = ReaderPool(size=1)
    fetcher = GuardedFetcher("", version=__version__)
    try:
        trial = Trial(fetcher, pool, pool, Access(allow_private=allow_private))
        steps = list(trial.steps(url, options, datetime.now(UTC)))
    finally:
        fetcher.close()
        pool.close()
    return trial.fits, steps
