"""The history of a document as a row of marks along a line of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from syndicate.ports import UpdateHead

TICKS = 5
LEFT, RIGHT = 2.0, 98.0
"""Where the line begins and ends, in percent of the picture's width: a mark at an end is seen whole."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An update at `x` percent from the left."""

    x: float
    significance: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A date below the line; `anchor` keeps its words inside the picture."""

    x: float
    at: datetime
    anchor: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """From the first reading to now: `marks` are the updates, oldest first."""

    since: datetime
    until: datetime
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]


def timeline(first: datetime | None, updates: Sequence[UpdateHead], now: datetime) -> Timeline | None:
    """The picture's parts, or None for a document that nothing has happened to."""
    if not updates:
        return None
    times = [update.detected_at for update in updates]
    since, until = min([*times, first or now]), max([*times, now])
    span = (until - since).total_seconds() or 1.0

    def x(at: datetime) -> float:
        return round(LEFT + (RIGHT - LEFT) * (at - since).total_seconds() / span, 2)

    marks = [Mark(x(update.detected_at), update.significance.value) for update in updates]
    return Timeline(since, until, tuple(sorted(marks, key=lambda mark: mark.x)), _ticks(since, until))


def _ticks(since: datetime, until: datetime) -> tuple[Tick, ...]:
    """The ends of the line and evenly spaced times between."""
    step = (until - since) / (TICKS - 1)
    return tuple(
        Tick(
            x=round(LEFT + (RIGHT - LEFT) * n / (TICKS - 1), 2),
            at=(since + n * step).astimezone(UTC),
            anchor="start" if n == 0 else "end" if n == TICKS - 1 else "middle",
        )
        for n in range(TICKS)
    )
