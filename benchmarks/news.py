"""Updates made the real way: an editor changes the sample page, and the service visits it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from benchmarks import sample
from syndicate.bootstrap import App
from syndicate.ports import Consent

CONSENT = Consent("I want mails.", "1", "", "")


class News:
    """Publishes one update after another in a house whose page the sandbox serves."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._page = app.config.path.parent / "sample-site" / "index.html"
        self._numbers = count(1)
        app.check.sync(app.clock())
        app.check.find(app.clock())
        self._visit("drop")

    def publish(self, updates: int = 1) -> None:
        """So many new recommendations, each seen and announced by a visit of its own."""
        for _ in range(updates):
            sample.add_recommendation(self._page, next(self._numbers))
            self._visit("announce")

    def _visit(self, outcome: str) -> None:
        sources = list(self._app.sources)
        (claim,) = self._app.check.claim(self._app.clock(), limit=1, sources=sources)
        report = self._app.check.visit(claim, self._app.clock())
        assert report.outcome == outcome, report


def subscribe(app: App, readers: int) -> None:
    """So many confirmed subscribers of everything."""
    for number in range(readers):
        address = f"reader{number}@example.org"
        app.subscribers.add(address, "da", [""], CONSENT, app.clock() - timedelta(days=1))
