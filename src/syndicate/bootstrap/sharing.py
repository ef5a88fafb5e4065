"""What ten thousand sources have in common is there once."""

from __future__ import annotations

from functools import cache

from syndicate.bootstrap.surroundings import place_of
from syndicate.ports import Access, ReadOptions

shared_options = cache(ReadOptions)


@cache
def shared_access(allow_private: bool, also_private: tuple[str, ...], obey_robots: bool) -> Access:
    """What a source without a login may do."""
    return Access(
        allow_private=allow_private,
        also_private=frozenset(map(place_of, also_private)),
        obey_robots=obey_robots,
    )
