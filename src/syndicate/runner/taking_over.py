"""What a dead process left is taken up at once by whoever is alone, else when its lease ends."""

from __future__ import annotations

from syndicate.bootstrap import App
from syndicate.runner.presence import Presence


def take_over(app: App, presence: Presence) -> None:
    """To be called before any work of our own: others are let in at its end, and what they see is alive.

    The lock tells of processes on this machine. Only a SQLite database is surely used by no other.
    """
    alone = presence.alone and app.config.storage.url.startswith("sqlite")
    if alone:
        app.watch_store.release_leases()
    app.deliver.reclaim(app.clock(), alone=alone)
    if presence.alone:
        presence.share()
