"""What a check costs that finds nothing new: CPU of this process and its parser children.

The real service visits the sample through the real fetcher and SQLite, 17 minutes apart, so that robots.txt
is asked for as often as in life. The server is another process.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import house, sample
from benchmarks.figures import Figure, Meter, cpu_ms
from benchmarks.page_server import serving
from syndicate.bootstrap import App

ROUNDS, VISITS = 5, 72
BETWEEN = timedelta(minutes=17)
WAYS = {"304": False, "the same bytes with 200": True}
SHAPES = {"page alone": "false", "page and three files": "true"}


def measure() -> Iterator[Figure]:
    """CPU milliseconds per visit, by what the server answers and by how much hangs on the page."""
    for way, forgetful in WAYS.items():
        for shape, attachments in SHAPES.items():
            yield Figure(f"unchanged check, {shape}, {way}", _measure(forgetful, attachments), "CPU ms")


def _measure(forgetful: bool, attachments: str) -> list[float]:
    with TemporaryDirectory() as folder, serving(sample.FOLDER, forgetful=forgetful) as server:
        changes = {
            house.PAGE_URL: server.url,
            "attachments = true": f"attachments = {attachments}",
            'every = "5s"': 'every = "15m"',
        }
        with house.opened(Path(folder), changes) as app:
            visits = Visits(app)
            visits.one(new=True)
            return cpu_ms(ROUNDS, VISITS, visits.one, Meter(apart=[server.pid]))


class Visits:
    """One visit after another, each when the next is due."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._now = app.clock()
        app.check.sync(self._now)
        app.check.find(self._now)

    def one(self, *, new: bool = False) -> None:
        """Claims and visits. Only the first visit may find something `new`."""
        self._now += BETWEEN
        (claim,) = self._app.check.claim(self._now, limit=8)
        report = self._app.check.visit(claim, self._now)
        assert report.outcome == "drop", report
        assert any("new bytes" in step for step in report.steps) == new, report
