"""The pages of a document: as it reads now or read once, its history, and two editions side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syndicate.domain.model import Site
from syndicate.ports import Archive, DocumentView, UpdateHead
from syndicate.web.comparing import side_by_side
from syndicate.web.pages import PageRenderer
from syndicate.web.selecting import read_name, read_number
from syndicate.web.timeline import timeline

FIRST = "first"
"""What an address calls the edition before all updates."""

_DAY = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(rf"{_DAY.pattern}T[0-9:.]{{5,15}}(Z|[+-][0-9]{{2}}:[0-9]{{2}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Edition:
    """The document when an update was out; `update` is None for the text that was there at first."""

    name: str
    at: datetime | None
    sequence: int
    update: UpdateHead | None


class Documents:
    """Endpoints over the archive. They run in threads and change nothing."""

    def __init__(
        self, site: Site, archive: Archive, pages: PageRenderer, clock: Callable[[], datetime]
    ) -> None:
        self._zone = ZoneInfo(site.timezone)
        self._archive = archive
        self._pages = pages
        self._clock = clock

    def document(self, request: Request) -> Response:
        """As it reads now, or with `at` (a day, or a moment) as it read then."""
        asked = request.query_params.get("at", "")
        at = self._moment(asked) if asked else None
        document = self._known(request, texts=at is None)
        early = bool(at and document.first_ok and at < document.first_ok)
        if at:
            sequence = self._archive.sequence_at(document.id, at)
            document = replace(document, resources=self._archive.edition(document.id, sequence))
        return self._pages.page(
            request,
            "document",
            document=document,
            at=at,
            early=early,
            timeline=timeline(document.first_ok, document.updates, self._clock()),
            today=self._clock().astimezone(self._zone).date(),
        )

    def compare(self, request: Request) -> Response:
        """Editions `a` and `b`: "first" or ids of updates; else the newest, and the one before it."""
        a, b = (read_name(request.query_params, name) for name in ("a", "b"))
        document = self._known(request, texts=False)
        editions = _editions(document)
        right = _named(editions, b or editions[0].name)
        earlier = editions[min(editions.index(right) + 1, len(editions) - 1)]
        left = _named(editions, a) if a else earlier
        before, after = (self._archive.edition(document.id, edition.sequence) for edition in (left, right))
        return self._pages.page(
            request,
            "compare",
            document=document,
            editions=editions,
            left=left,
            right=right,
            resources=side_by_side(before, after, self._pages.rendering_texts(request)),
        )

    def _known(self, request: Request, *, texts: bool = True) -> DocumentView:
        number = read_number(request.path_params["document_id"], status=404)
        document = self._archive.document(number, texts=texts)
        if document is None:
            raise HTTPException(404)
        return document

    def _moment(self, text: str) -> datetime:
        """A day means its end, in the site's time zone. HTTPException 400 for what is neither."""
        try:
            if _DAY.fullmatch(text):
                return datetime.combine(date.fromisoformat(text), time.max, self._zone)
            if _MOMENT.fullmatch(text):
                return datetime.fromisoformat(text)
        except ValueError:  # the thirtieth of February
            pass
        raise HTTPException(400)


def _editions(document: DocumentView) -> list[Edition]:
    """All editions of a document, the newest first."""
    told = [Edition(update.id, update.detected_at, update.sequence, update) for update in document.updates]
    return [*told, Edition(FIRST, document.first_ok, 0, None)]


def _named(editions: list[Edition], name: str) -> Edition:
    for edition in editions:
        if edition.name == name:
            return edition
    raise HTTPException(404)
