"""What a feed costs: 50 real updates from the database to bytes in all three formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import house
from benchmarks.figures import Figure, cpu_ms
from benchmarks.news import News
from syndicate import registry
from syndicate.bootstrap import FEED_FORMATS
from syndicate.ports import FeedRecord
from syndicate.rendering import environment
from syndicate.rendering.feedviews import FeedViews
from syndicate.rendering.texts import load

ALL = FeedRecord("all", "Alt")

ROUNDS, TIMES, UPDATES = 5, 5, 50


def measure() -> Iterator[Figure]:
    """CPU milliseconds: the view (entries with their redlines), each format, and reading the records."""
    with TemporaryDirectory() as folder, house.beside_sandbox(Path(folder)) as app:
        News(app).publish(UPDATES)
        archive, make_view = app.archive, app.renderer.feed_view
        updates = archive.published(limit=UPDATES)
        assert len(updates) == UPDATES
        view = make_view(ALL, updates, False)
        yield _figure("read 50 updates from the database", lambda: archive.published(limit=UPDATES))
        jinja, words = environment.build(), cache(load)
        yield _figure(
            "make the view of 50 new updates",
            lambda: FeedViews(app.site, jinja, words).view(ALL, updates, False),
        )
        yield _figure("make the view of 50 known updates", lambda: make_view(ALL, updates, False))
        formats = {name: partial(registry.load("feeds", name).render, view) for name in FEED_FORMATS}
        for name, render in formats.items():
            yield _figure(f"render 50 updates as {name}", render)
        yield _figure(
            "render 50 updates in all formats", lambda: [render() for render in formats.values()], "<= 10 ms"
        )


def _figure(name: str, action: Callable[[], object], target: str = "") -> Figure:
    return Figure(name, cpu_ms(ROUNDS, TIMES, action), "CPU ms", target)
