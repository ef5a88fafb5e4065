"""The pages that people read: newest, archive, one update, one document, feeds, status, and who we are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syndicate.domain.model import Site, Update, UpdateState
from syndicate.ports import Archive, DocumentStatus, Selection, UpdateHead
from syndicate.web.answers import answer
from syndicate.web.context import Context, contexts
from syndicate.web.pages import PageRenderer
from syndicate.web.preview import MEDIA_TYPE, Card, Previews
from syndicate.web.selecting import Months, is_name, read_filters, read_number, selection

NEWEST = 10
PAGE_SIZE = 20
STATUS_SIZE = 50
KEPT_CONTEXTS = 256
PICTURE = {"Cache-Control": "public, max-age=86400"}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The published updates around one: what it followed, corrected, and what followed or corrected it."""

    previous: UpdateHead | None
    next: UpdateHead | None
    corrects: UpdateHead | None
    corrected_by: tuple[UpdateHead, ...]


class Reading:
    """Endpoints over the archive. They run in threads and change nothing."""

    def __init__(
        self, site: Site, archive: Archive, pages: PageRenderer, clock: Callable[[], datetime]
    ) -> None:
        self._site = site
        self._archive = archive
        self._pages = pages
        self._clock = clock
        self._months = Months(archive, site.timezone)
        self._previews = Previews()
        # What an update did never changes again, and reading it takes longer than all the rest of its page.
        self._contexts = lru_cache(KEPT_CONTEXTS)(self._find_contexts)

    def newest(self, request: Request) -> Response:
        return self._pages.page(request, "newest", updates=self._archive.select(Selection(), limit=NEWEST))

    def updates(self, request: Request) -> Response:
        """The archive, a page at a time: chosen by Filters, going on from `before` (a sequence number)."""
        filters = read_filters(request.query_params, self._site)
        found = self._archive.select(
            selection(filters, self._site),
            limit=PAGE_SIZE + 1,
            before=read_number(request.query_params.get("before", "") or "0", status=400),
        )
        shown = found[:PAGE_SIZE]
        return self._pages.page(
            request,
            "updates",
            updates=shown,
            older=shown[-1].sequence if len(found) > PAGE_SIZE else 0,
            filters=filters,
            months=self._months.newest_first(),
            sources=self._archive.sources(),
        )

    def update(self, request: Request) -> Response:
        update = self._published(request.path_params["update_id"])
        if update is None:
            raise HTTPException(404)
        document = self._archive.document(update.document_id, texts=False, history=False)
        return self._pages.page(
            request,
            "update",
            update=update,
            document=document,
            around=self._around(update),
            contexts=self._contexts(update.id),
            to_print=request.url.path.endswith("/print"),
        )

    def preview(self, request: Request) -> Response:
        """The picture of an update for networks, in the language that the address names."""
        update = self._published(request.path_params["update_id"])
        if update is None:
            raise HTTPException(404)
        t = self._pages.texts.get(
            request.query_params.get("lang", ""), self._pages.texts[self._site.language]
        )
        at = update.published_at or update.detected_at
        card = Card(
            site=self._site.title,
            title=update.text(t.language).title,
            document=update.document_title,
            foot=f"{t(f'update.kind.{update.kind}')} · {t.day(at)}",
        )
        return answer(request, self._previews.png(card), media_type=MEDIA_TYPE, headers=PICTURE)

    def feeds(self, request: Request) -> Response:
        return self._pages.page(request, "feeds", sources=self._archive.sources())

    def status(self, request: Request) -> Response:
        """How the watching goes, what needs attention first; `page` counts from 1."""
        number = read_number(request.query_params.get("page", "") or "1", status=400)
        view = self._archive.status(self._clock())
        documents = sorted(view.documents, key=_most_urgent_first)
        pages = max(1, -(-len(documents) // STATUS_SIZE))
        if not 1 <= number <= pages:
            raise HTTPException(404)
        watched = [document for document in documents if document.active]
        return self._pages.page(
            request,
            "status",
            documents=documents[(number - 1) * STATUS_SIZE : number * STATUS_SIZE],
            number=number,
            pages=pages,
            watched=len(watched),
            failing=sum(bool(document.problem) for document in watched),
            last_update=view.last_update,
            last_check=max((d.last_check for d in documents if d.last_check), default=None),
            last_changes=self._archive.last_changes(),
            latency=self._archive.latency(),
        )

    def about(self, request: Request) -> Response:
        return self._pages.page(request, "about")

    def privacy(self, request: Request) -> Response:
        return self._pages.page(request, "privacy")

    def accessibility(self, request: Request) -> Response:
        return self._pages.page(request, "accessibility")

    def _published(self, update_id: str) -> Update | None:
        update = self._archive.update(update_id) if is_name(update_id) else None
        return update if update and update.state is UpdateState.PUBLISHED else None

    def _find_contexts(self, update_id: str) -> list[Context | None]:
        update = self._published(update_id)
        return contexts(update, self._archive.steps(update_id)) if update else []

    def _around(self, update: Update) -> Neighbours:
        near = self._archive.near(update)
        known = {other.id: other for other in near}
        return Neighbours(
            previous=known.get(update.previous),
            next=next((other for other in near if other.previous == update.id), None),
            corrects=known.get(update.corrects),
            corrected_by=tuple(other for other in near if other.corrects == update.id),
        )


def _most_urgent_first(document: DocumentStatus) -> tuple[bool, bool, str]:
    return (not document.active, not document.problem, document.title.casefold())
