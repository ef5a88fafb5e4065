"""What is known of a destination without calling anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from pydantic import BaseModel

from syndicate.domain.model import Health, HealthState

WARN_BEFORE = timedelta(days=30)


def missing_secrets(config: BaseModel, secrets: Mapping[str, str]) -> list[str]:
    """The environment variables that the configuration names and that are not set."""
    return [
        name
        for key, name in config
        if key.endswith("_env") and name and not secrets.get(key.removesuffix("_env"))
    ]


def missing_health(missing: Sequence[str]) -> Health | None:
    """Broken, where a secret is missing."""
    if not missing:
        return None
    return Health(HealthState.BROKEN, f"Set the environment variable {', '.join(missing)}.")


def ending_health(what: str, ends: date | None, now: datetime) -> Health | None:
    """A warning from 30 days before a known end, broken from then on; None while all is well."""
    if ends is None:
        return None
    end = datetime.combine(ends, time(), UTC)
    if now >= end:
        return Health(HealthState.BROKEN, f"{what} ended on {ends.isoformat()}: replace it.", end)
    if now >= end - WARN_BEFORE:
        return Health(HealthState.WARNING, f"{what} ends on {ends.isoformat()}: replace it before.", end)
    return None


def worst(*findings: Health | None) -> Health:
    """The worst of what was found; OK where nothing was."""
    real = [finding for finding in findings if finding is not None]
    broken = [finding for finding in real if finding.state is HealthState.BROKEN]
    return next(iter(broken + real), Health(HealthState.OK, "Ready."))
