"""What every answer and every form is held to, whatever the page: headers, sizes, origins."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024
MAX_FIELDS = 200

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds SECURITY_HEADERS to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, secured)


async def read_form(request: Request, allowed: Collection[str] | None) -> FormData:
    """The fields of a POST of at most 64 KiB that comes from one of the `allowed` origins (None: any).

    Raises HTTPException: 413 for more, 400 for what is no form, 403 for one sent by another site.
    """
    if allowed is not None and not is_same_origin(request.headers, {*allowed, _own_origin(request)}):
        raise HTTPException(403)
    bounded = Request(request.scope, _bounded(request))
    try:
        return await bounded.form(max_files=0, max_fields=MAX_FIELDS, max_part_size=MAX_BODY)
    except ClientDisconnect as error:
        raise HTTPException(400) from error


def is_same_origin(headers: Headers, own: Collection[str]) -> bool:
    """Whether the browser says that a page of ours sent this; what is no browser says nothing and passes.

    Sec-Fetch-Site decides where it is sent (browsers leave it out on plain http), else Origin.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.lower() in own


def origin_of(url: str) -> str:
    """The scheme and host of an address, as browsers write them in Origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _own_origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}".lower()


def _bounded(request: Request) -> Receive:
    """The request's body, as long as it is not too long."""
    if _declared_length(request.headers) > MAX_BODY:
        raise HTTPException(413)
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY:
            raise HTTPException(413)
        return message

    return receive


def _declared_length(headers: Headers) -> int:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
