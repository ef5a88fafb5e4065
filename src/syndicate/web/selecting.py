"""What the archive is asked for: filters in an address, read strictly, and the months that have something."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from syndicate.domain.model import Site
from syndicate.ports import Archive, Selection

MAX_NUMBER = 2**63 - 1
"""The largest sequence and document number that a database column holds."""
MAX_WORDS = 200

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_MONTH = re.compile(r"(?P<year>(?:19|20|21)[0-9]{2})-(?P<month>0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Month:
    """A month in the site's time zone; `key` is "2026-03", `count` how many updates it has."""

    key: str
    since: datetime
    count: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """The archive page's filters as they stand in its address; "" where there is none."""

    q: str = ""
    topic: str = ""
    source: str = ""
    month: str = ""
    all: str = ""

    def as_query(self) -> dict[str, str]:
        return {"q": self.q, "topic": self.topic, "source": self.source, "month": self.month, "all": self.all}

    @property
    def narrow(self) -> bool:
        """Whether anything but the weight of the updates is chosen."""
        return bool(self.q or self.topic or self.source or self.month)


def read_filters(query: QueryParams, site: Site) -> Filters:
    """The filters in an address. HTTPException 400 for what cannot be one."""
    words = query.get("q", "").strip()
    month = query.get("month", "")
    if len(words) > MAX_WORDS or (month and not _MONTH.fullmatch(month)):
        raise HTTPException(400)
    return Filters(
        q=words,
        topic=site.topic(read_name(query, "topic")).id,
        source=read_name(query, "source"),
        month=month,
        all="1" if query.get("all") == "1" else "",
    )


def selection(filters: Filters, site: Site) -> Selection:
    """What the archive is asked for; the ends of a month are those of the site's time zone."""
    since, until = _span(filters.month, ZoneInfo(site.timezone)) if filters.month else (None, None)
    return Selection(
        topic=filters.topic,
        source=filters.source,
        words=filters.q,
        since=since,
        until=until,
        editorial=bool(filters.all),
    )


def is_name(text: str) -> bool:
    """Whether this may be the id of an update, a topic or a source."""
    return bool(_NAME.fullmatch(text))


def read_name(query: QueryParams, parameter: str) -> str:
    """An id in the query, "" where there is none; HTTPException 400 for what cannot be one."""
    name = query.get(parameter, "")
    if name and not is_name(name):
        raise HTTPException(400)
    return name


def read_number(text: str, *, status: int) -> int:
    """A number that a column can hold; else HTTPException with that status."""
    if not _NUMBER.fullmatch(text) or int(text) > MAX_NUMBER:
        raise HTTPException(status)
    return int(text)


class Months:
    """The months in which updates were published. What was read once is kept: published stays published."""

    def __init__(self, archive: Archive, timezone: str) -> None:
        self._archive = archive
        self._zone = ZoneInfo(timezone)
        self._counts: Counter[str] = Counter()
        self._months: list[Month] = []
        self._read = 0
        self._lock = Lock()

    def newest_first(self) -> list[Month]:
        with self._lock:
            newest = self._archive.newest()
            if newest > self._read:
                found = self._archive.addresses(self._read, newest)
                self._counts.update(f"{at.astimezone(self._zone):%Y-%m}" for _, at in found)
                self._read = newest
                counts = sorted(self._counts.items(), reverse=True)
                self._months = [Month(key, _span(key, self._zone)[0], count) for key, count in counts]
            return self._months


def _span(month: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a month, and that of the next."""
    year, number = int(month[:4]), int(month[5:])
    since = datetime(year, number, 1, tzinfo=zone)
    until = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return since.astimezone(UTC), until.astimezone(UTC)
