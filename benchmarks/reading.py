"""What reading the sample costs: each document in this process, and all four in limited children."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import syndicate
from benchmarks import sample
from benchmarks.figures import Figure, cpu_ms
from syndicate.isolation.pool import ReaderPool
from syndicate.ports import ReadOptions

ROUNDS, TIMES = 7, 10


def measure() -> Iterator[Figure]:
    """CPU milliseconds per reading."""
    for name in sample.FILES:
        yield Figure(f"read the {name}", cpu_ms(ROUNDS, TIMES, partial(_read, name)), "CPU ms")
    yield Figure("read page and files, in this process", cpu_ms(ROUNDS, TIMES, _read_all), "CPU ms")
    with ReaderPool() as pool:
        yield Figure(
            "read page and files, in a warm child", cpu_ms(ROUNDS, TIMES, lambda: _isolated(pool)), "CPU ms"
        )


def _read(name: str) -> None:
    path, media_type = sample.FILES[name]
    assert syndicate.read(sample.content(name), media_type=media_type, url=sample.ADDRESS + path).blocks


def _read_all() -> None:
    for name in sample.FILES:
        _read(name)


def _isolated(pool: ReaderPool) -> None:
    for name, (path, media_type) in sample.FILES.items():
        url = sample.ADDRESS + path
        assert pool.read(sample.content(name), media_type=media_type, url=url, options=ReadOptions()).blocks
