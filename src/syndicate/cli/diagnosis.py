"""What `doctor` looks at. Each finding: what was looked at, whether it is fine, what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from syndicate.bootstrap import App, load_config
from syndicate.cli.context import config_path, lock_path
from syndicate.domain.errors import SyndicateError
from syndicate.domain.model import HealthState

DISK_FLOOR = 200 * 1024 * 1024
"""Bytes that should be free beside the database."""


def findings() -> list[dict[str, Any]]:
    """All findings; what depends on a faulty part is left out."""
    path = config_path()
    found: list[dict[str, Any]] = []
    config = _look(found, f"the configuration {path}", lambda: load_config(path))
    if config is None:
        return found
    app = App(config)
    try:
        if _look(found, "the database", lambda: app.database) is None:
            return found
        _look(found, "the disk", lambda: _room(lock_path(app).parent))
        _look(found, "the key of the links", lambda: app.key)
        _look(found, "the templates", lambda: app.renderer)
        _look(found, "the sources", lambda: app.sources)
        if _look(found, "the secrets of channels and accounts", lambda: app.destinations) is not None:
            _health(found, app)
        _view(found, app)
    finally:
        app.close()
    return found


def _look(found: list[dict[str, Any]], what: str, action: Callable[[], Any]) -> Any:
    try:
        result = action()
    except SyndicateError as error:
        found.append({"what": f"{what}: {error.message}", "ok": False, "hint": error.hint})
        return None
    found.append({"what": what, "ok": True, "hint": ""})
    return result


def _room(folder: Path) -> int:
    free = shutil.disk_usage(folder).free
    if free < DISK_FLOOR:
        raise SyndicateError(
            f"only {free // 1024 // 1024} MB are free in {folder}.", hint="Make room before it is full."
        )
    return free


def _health(found: list[dict[str, Any]], app: App) -> None:
    for name, destination in app.destinations.items():
        health = destination.channel.health(app.clock())
        fine = health.state is HealthState.OK
        found.append({"what": f"destination {name}", "ok": fine, "hint": "" if fine else health.detail})


def _view(found: list[dict[str, Any]], app: App) -> None:
    view = app.archive.status(app.clock())
    for document in view.documents:
        if document.problem:
            what = f"document {document.title or document.url}: {document.problem}"
            found.append({"what": what, "ok": False, "hint": "docs/operations.md says what to do."})
    for destination in view.destinations:
        if destination.reason:
            what = f"destination {destination.name} waits: {destination.reason}"
            found.append({"what": what, "ok": False, "hint": ""})
        if destination.uncertain:
            hint = "`syndicate deliveries --state uncertain` lists them; settle each with --settle."
            what = f"{destination.uncertain} deliveries to {destination.name} are uncertain"
            found.append({"what": what, "ok": False, "hint": hint})
