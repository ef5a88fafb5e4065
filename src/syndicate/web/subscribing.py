"""The pages of a subscription. A GET shows, a POST acts: programs that look into mails follow every link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syndicate.domain.errors import InvalidAddress, UnknownTopic
from syndicate.domain.model import Site
from syndicate.ports import Consent
from syndicate.services.subscribe import ALL_TOPICS, SubscribeService
from syndicate.web.guard import origin_of, read_form
from syndicate.web.limits import HourlyLimit
from syndicate.web.pages import PageRenderer

ALL = "all"
"""What the form calls all topics; no topic may have this id."""

TOKEN_PAGE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""The address of such a page is a capability: it goes nowhere else and is kept nowhere."""


class Subscribing:
    """Endpoints of the form and of the links in mails."""

    def __init__(
        self,
        site: Site,
        service: SubscribeService,
        pages: PageRenderer,
        limit: HourlyLimit,
        clock: Callable[[], datetime],
    ) -> None:
        self._site = site
        self._service = service
        self._pages = pages
        self._limit = limit
        self._clock = clock
        self._origins = {origin_of(site.base_url)}
        # A page with "no-referrer" posts with the origin "null"; the token in its address is what proves it.
        self._token_origins = {*self._origins, "null"}

    # --- the form ---------------------------------------------------------------------------------

    def form(self, request: Request) -> Response:
        chosen = request.query_params.getlist("topic")
        return self._form(request, address="", chosen=chosen)

    async def ask(self, request: Request) -> Response:
        """The same answer for every address, and for what a program fills in."""
        form = await read_form(request, self._origins)
        address, chosen = _text(form, "email"), [str(value) for value in form.getlist("topic")]
        if not _text(form, "website"):
            if not self._limit.allow(_client(request), self._clock()):
                raise HTTPException(429, headers={"Retry-After": "3600"})
            problem = await run_in_threadpool(self._ask, request, address, chosen)
            if problem:
                return self._form(request, address=address, chosen=chosen, problem=problem, status=400)
        return self._pages.page(request, "asked", headers=TOKEN_PAGE)

    def _ask(self, request: Request, address: str, chosen: list[str]) -> str:
        """Hands the wish on; the field that is wrong ("email", "topic"), or ""."""
        topics = [ALL_TOPICS if topic == ALL else topic for topic in chosen]
        try:
            self._service.ask(
                address, topics, self._pages.language(request), self._consent(request), self._clock()
            )
        except InvalidAddress:
            return "email"
        except UnknownTopic:
            return "topic"
        return ""

    def _form(
        self, request: Request, *, address: str, chosen: list[str], problem: str = "", status: int = 200
    ) -> Response:
        consent = self._consent(request).text
        return self._pages.page(
            request,
            "subscribe",
            status=status,
            address=address,
            chosen=chosen,
            problem=problem,
            consent=consent,
        )

    def _consent(self, request: Request) -> Consent:
        """The words that stand at the button now; their hash is their version, so that none is forgotten."""
        text = self._pages.wording(request)("subscribe.consent", publisher=self._site.publisher)
        version = sha256(text.encode()).hexdigest()[:12]
        return Consent(text, version, f"{self._site.base_url}/subscribe", _client(request))

    # --- confirm ----------------------------------------------------------------------------------

    def confirm_page(self, request: Request) -> Response:
        if not self._service.may_confirm(_token(request)):
            raise HTTPException(404)
        return self._token_page(request, "confirm", confirmed=None)

    async def confirm(self, request: Request) -> Response:
        """Acts, also a second time; 410 for a link that is too old."""
        await read_form(request, self._token_origins)
        token = _token(request)
        if not self._service.may_confirm(token):
            raise HTTPException(404)
        subscriber = await run_in_threadpool(self._service.confirm, token, self._clock())
        if subscriber is None:
            raise HTTPException(410)
        return self._token_page(request, "confirm", confirmed=subscriber)

    # --- unsubscribe ------------------------------------------------------------------------------

    def unsubscribe_page(self, request: Request) -> Response:
        return self._standing(request, "unsubscribe", done=False)

    async def unsubscribe(self, request: Request) -> Response:
        """A button on our page, or a mail program's own (RFC 8058: from anywhere, answered at once)."""
        form = await read_form(request, None)
        token, now = _token(request), self._clock()
        act = self._service.end_all if _text(form, "all") else self._service.unsubscribe
        known = await run_in_threadpool(act, token, now)
        if _text(form, "List-Unsubscribe") == "One-Click":
            return PlainTextResponse("OK\n" if known else "Unknown link\n", 200 if known else 404, TOKEN_PAGE)
        return await run_in_threadpool(self._standing, request, "unsubscribe", done=True)

    # --- preferences ------------------------------------------------------------------------------

    def preferences_page(self, request: Request) -> Response:
        return self._standing(request, "preferences", done=False)

    async def preferences(self, request: Request) -> Response:
        """Ends one topic, or with `all` every one."""
        form = await read_form(request, self._token_origins)
        token, topic, now = _token(request), _text(form, "topic"), self._clock()
        if _text(form, "all"):
            await run_in_threadpool(self._service.end_all, token, now)
        elif topic:
            await run_in_threadpool(self._service.end, token, "" if topic == ALL else topic, now)
        return await run_in_threadpool(self._standing, request, "preferences", done=True)

    def _standing(self, request: Request, template: str, *, done: bool) -> Response:
        token = _token(request)
        standing = self._service.view(token)
        if standing is None:
            raise HTTPException(404)
        feed = self._service.feed_token(token)
        return self._token_page(
            request, template, reader=standing.subscriber, ends=standing.ends, done=done, feed=feed
        )

    def _token_page(self, request: Request, template: str, **context: Any) -> Response:
        return self._pages.page(request, template, headers=TOKEN_PAGE, **context)


def _text(form: FormData, field: str) -> str:
    """The first value of a field, "" where it is missing."""
    return str(form.get(field, ""))


def _token(request: Request) -> str:
    return str(request.path_params["token"])


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
