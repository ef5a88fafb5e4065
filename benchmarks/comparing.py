"""What comparing costs: the sample before and after one edit, and a text that did not change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import syndicate
from benchmarks import sample
from benchmarks.figures import Figure, cpu_ms
from syndicate.domain.model import Version

ROUNDS, TIMES = 7, 20


def measure() -> Iterator[Figure]:
    """CPU milliseconds per comparison, without the reading."""
    page = sample.content("page").decode()
    before, after = _read(page), _read(sample.sharpened(page))
    history = [before] * 8
    assert syndicate.compare(before, after).is_meaningful
    yield _figure("compare the page, one edit", lambda: syndicate.compare(before, after))
    yield _figure(
        "compare the page, one edit, 8 older versions",
        lambda: syndicate.compare(before, after, history=history),
    )
    yield _figure("compare the page with itself", lambda: syndicate.compare(before, before))


def _figure(name: str, action: Callable[[], object]) -> Figure:
    return Figure(name, cpu_ms(ROUNDS, TIMES, action), "CPU ms")


def _read(page: str) -> Version:
    return syndicate.read(page.encode(), media_type="text/html", url=sample.ADDRESS)
