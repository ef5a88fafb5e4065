"""Jinja2 as this house uses it: markup is escaped, a name that is not there is an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from textwrap import fill
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from syndicate import assets
from syndicate.rendering.texts import Texts

LINE = 72
"""Characters in a line of plain text mail, so that it can be quoted once without breaking again."""


def build(folders: Iterable[Path] = ()) -> Environment:
    """Templates from the first folder that has the file; the shipped ones are always the last."""
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in [*folders, assets.folder("templates")]]),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["wrapped"] = wrapped
    return environment


def wrapped(text: str, indent: int = 0) -> str:
    """Plain text in lines of 72 characters, each of its own lines by itself; words are never broken."""
    margin = " " * indent
    return "\n".join(
        fill(
            line,
            LINE,
            initial_indent=margin,
            subsequent_indent=margin,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.splitlines()
    )


def stated_days(days: Sequence[str], texts: Texts) -> str:
    """Dates as a text states them ("2027-01-01", "2027-01", "2027") as people write them."""
    return ", ".join(_stated_day(day, texts["locale"]) for day in days)


def _stated_day(day: str, locale: str) -> str:
    year, _, rest = day.partition("-")
    if not rest:
        return year
    whole = date.fromisoformat(day if "-" in rest else f"{day}-01")
    return format_date(whole, "long" if "-" in rest else "LLLL y", locale=locale)


def moment(at: datetime, timezone: str, texts: Texts) -> str:
    """A time as people write it in that language and place: "2. marts 2026 kl. 13.00"."""
    local = at.astimezone(ZoneInfo(timezone))
    return texts["date_and_time"].format(
        date=_long_day(local.date(), texts["locale"]),
        time=_short_time(local.hour, local.minute, texts["locale"]),
    )


# A feed is full of the same few days, over which babel takes longer than its template over a whole line.
@lru_cache(1024)
def _long_day(day: date, locale: str) -> str:
    return format_date(day, "long", locale=locale)


@lru_cache(1440)
def _short_time(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), "short", locale=locale)
