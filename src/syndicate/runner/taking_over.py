"""What a dead process left is taken up at once by whoever is alone, else when its lease ends."""

from __future__ import annotations

from syndicate.bootstrap import App
from syndicate.runner.presence import Place


def take_over(app: App, presence: Place) -> None:
    """To be called before any work of our own: others are let in at its end, and what they see is alive."""
    if presence.alone:
        app.watch_store.release_leases()
    app.deliver.reclaim(app.clock(), alone=presence.alone)
    if presence.alone:
        presence.share()
