"""Which of the dates that a text holds from say something about a change of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from syndicate.domain.diffing.effect import effective_dates
from syndicate.domain.model import NotedChange


def timely(changes: Sequence[NotedChange], language: str, day: date) -> tuple[NotedChange, ...]:
    """The changes without dates that stood in the older wording too and had come by `day`.

    What has held for years and is reworded today does not hold in its new wording since then.
    """
    return tuple(_timely(noted, language, day.isoformat()) for noted in changes)


def _timely(noted: NotedChange, language: str, day: str) -> NotedChange:
    if not noted.change.effective:
        return noted
    return replace(noted, change=replace(noted.change, effective=tuple(_kept(noted, language, day))))


def _kept(noted: NotedChange, language: str, day: str) -> Iterator[str]:
    known = effective_dates(noted.change.before or "", language)
    yield from (each for each in noted.change.effective if each not in known or each > day[: len(each)])
