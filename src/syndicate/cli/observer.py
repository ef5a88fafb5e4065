"""Sees the service as the outside does: HTTP on loopback and nothing else, never our own tables."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from syndicate.domain.errors import SyndicateError

T = TypeVar("T")
POLL_SECONDS = 0.2


class Unexpected(SyndicateError):
    """What was to be seen from outside was not."""


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class Observer:
    """Asks addresses of this machine. `patience` in seconds is how long `until` waits."""

    def __init__(self, patience: float = 20.0) -> None:
        self._patience = patience
        self._opener = build_opener(_NoRedirects)

    def get(self, url: str) -> tuple[int, str]:
        """Status and body; status 0 when nobody answers, or only half."""
        return self._ask(Request(url))  # noqa: S310

    def post(self, url: str, fields: Mapping[str, str | list[str]]) -> tuple[int, str]:
        """A form sent as a browser would send it from the same site."""
        parts = urlsplit(url)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}"}
        data = urlencode(fields, doseq=True).encode()
        return self._ask(Request(url, data=data, headers=headers))  # noqa: S310

    def json(self, url: str) -> Any:
        status, body = self.get(url)
        if status != 200:
            raise Unexpected(f"{url} answered {status}.")
        return json.loads(body)

    def until(self, what: str, look: Callable[[], T]) -> T:
        """Looks until something is there. Raises Unexpected, which says what was waited for."""
        end = time.monotonic() + self._patience
        while not (seen := look()):
            if time.monotonic() > end:
                raise Unexpected(f"Waited {self._patience:.0f} s in vain for {what}.")
            time.sleep(POLL_SECONDS)
        return seen

    def _ask(self, request: Request) -> tuple[int, str]:
        try:
            with self._open(request) as answer:
                return answer.status, answer.read().decode("utf-8", errors="replace")
        except (OSError, HTTPException):
            return 0, ""

    def _open(self, request: Request) -> Any:
        try:
            return self._opener.open(request, timeout=10)
        except HTTPError as answer:  # as good an answer as any
            return answer


def require(condition: object, message: str) -> None:
    """Raises Unexpected unless it holds."""
    if not condition:
        raise Unexpected(message)
