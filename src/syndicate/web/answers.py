"""Answers that a client may already have: entity tags, dates and 304 (RFC 9110, 13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response


def answer(
    request: Request,
    body: bytes,
    *,
    media_type: str,
    etag: str = "",
    last_modified: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The body, or 304 with the same headers where the client has it. Without `etag` its hash is one."""
    etag = etag or f'"{sha256(body).hexdigest()[:32]}"'
    named = {"ETag": etag, **(headers or {})}
    if last_modified:
        named["Last-Modified"] = http_date(last_modified)
    if status == 200 and is_known(request.headers, etag, last_modified):
        return Response(status_code=304, headers=named)
    return Response(body, status_code=status, media_type=media_type, headers=named)


def is_known(headers: Headers, etag: str, last_modified: datetime | None) -> bool:
    """Whether the client's copy is current. If-None-Match, where it is sent, decides alone."""
    tags = headers.getlist("if-none-match")
    if tags:
        return _matches(",".join(tags), etag)
    since = _parse_date(headers.get("if-modified-since", ""))
    return bool(since and last_modified and last_modified.replace(microsecond=0) <= since)


def http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def accepts_gzip(headers: Headers) -> bool:
    """Whether the client takes gzip: named (or `*`) and not refused by q=0."""
    for part in headers.get("accept-encoding", "").lower().split(","):
        name, _, parameter = part.partition(";")
        if name.strip() in ("gzip", "x-gzip", "*"):
            return parameter.replace(" ", "").rstrip("0").rstrip(".") not in ("q=", "q=0")
    return False


def _matches(tags: str, etag: str) -> bool:
    """The weak comparison, over a list or `*`."""
    wanted = etag.removeprefix("W/")
    return tags.strip() == "*" or any(tag.strip().removeprefix("W/") == wanted for tag in tags.split(","))


def _parse_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
