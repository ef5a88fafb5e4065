"""The pages that people read: newest, archive, one update, one document, feeds, status, and who we are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syndicate.domain.model import Site, Update, UpdateState
from syndicate.ports import Archive, DocumentStatus, DocumentView
from syndicate.web.pages import PageRenderer

NEWEST = 10
PAGE_SIZE = 20
MAX_NUMBER = 2**63 - 1
"""The largest sequence and document number that a database column holds."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The published updates around one: what it followed, corrected, and what followed or corrected it."""

    previous: Update | None
    next: Update | None
    corrects: Update | None
    corrected_by: tuple[Update, ...]


class Reading:
    """Endpoints over the archive. They run in threads and change nothing."""

    def __init__(
        self, site: Site, archive: Archive, pages: PageRenderer, clock: Callable[[], datetime]
    ) -> None:
        self._site = site
        self._archive = archive
        self._pages = pages
        self._clock = clock

    def newest(self, request: Request) -> Response:
        return self._pages.page(request, "newest", updates=self._archive.published(limit=NEWEST))

    def updates(self, request: Request) -> Response:
        """The archive, a page at a time: `topic`, `source`, `all=1` and `before` (a sequence number)."""
        topic = self._site.topic(_name(request, "topic")).id
        source = _name(request, "source")
        editorial = request.query_params.get("all") == "1"
        found = self._archive.published(
            topic=topic,
            source=source,
            editorial=editorial,
            limit=PAGE_SIZE + 1,
            before=_number(request.query_params.get("before", "") or "0", status=400),
        )
        shown = found[:PAGE_SIZE]
        older = shown[-1].sequence if len(found) > PAGE_SIZE else 0
        filters = {"topic": topic, "source": source, "all": "1" if editorial else ""}
        return self._pages.page(request, "updates", updates=shown, older=older, filters=filters)

    def update(self, request: Request) -> Response:
        update = self._published(request.path_params["update_id"])
        if update is None:
            raise HTTPException(404)
        document = self._archive.document(update.document_id)
        around = self._around(update, document)
        return self._pages.page(request, "update", update=update, document=document, around=around)

    def document(self, request: Request) -> Response:
        document = self._archive.document(_number(request.path_params["document_id"], status=404))
        if document is None:
            raise HTTPException(404)
        history = sorted(_published(document.updates), key=lambda update: -update.sequence)
        return self._pages.page(request, "document", document=document, history=history)

    def feeds(self, request: Request) -> Response:
        sources: dict[str, str] = {}
        for document in self._archive.status(self._clock()).documents:
            sources.setdefault(document.source_id, document.title)
        return self._pages.page(request, "feeds", sources=sources)

    def status(self, request: Request) -> Response:
        view = self._archive.status(self._clock())
        documents = sorted(view.documents, key=_most_urgent_first)
        return self._pages.page(request, "status", documents=documents, last_update=view.last_update)

    def about(self, request: Request) -> Response:
        return self._pages.page(request, "about")

    def privacy(self, request: Request) -> Response:
        return self._pages.page(request, "privacy")

    def _published(self, update_id: str) -> Update | None:
        update = self._archive.update(update_id) if _NAME.fullmatch(update_id) else None
        return update if update and update.state is UpdateState.PUBLISHED else None

    def _around(self, update: Update, document: DocumentView | None) -> Neighbours:
        history = list(_published(document.updates)) if document else []
        return Neighbours(
            previous=self._published(update.previous),
            next=next((other for other in history if other.previous == update.id), None),
            corrects=self._published(update.corrects),
            corrected_by=tuple(other for other in history if other.corrects == update.id),
        )


def _published(updates: Iterable[Update]) -> Iterable[Update]:
    return (update for update in updates if update.state is UpdateState.PUBLISHED)


def _most_urgent_first(document: DocumentStatus) -> tuple[bool, bool, str]:
    return (not document.active, not document.problem, document.title.casefold())


def _name(request: Request, parameter: str) -> str:
    """An id in the query, "" where there is none; HTTPException 400 for what cannot be one."""
    name = request.query_params.get(parameter, "")
    if name and not _NAME.fullmatch(name):
        raise HTTPException(400)
    return name


def _number(text: str, *, status: int) -> int:
    """A number that a column can hold; else HTTPException with that status."""
    if not _NUMBER.fullmatch(text) or int(text) > MAX_NUMBER:
        raise HTTPException(status)
    return int(text)
