"""A tiny client that drives an ASGI application in the test's own process, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """`get`, `head` and `post`; an error that the application lets out is in `raised` after its answer."""

    def __init__(self, app: ASGIApp, *, host: str = "nyt.example.org", client: str = "192.0.2.7") -> None:
        self._app = app
        self._host = host
        self._client = client
        self.raised: Exception | None = None

    def get(self, url: str, **headers: str) -> Reply:
        return self.request("GET", url, headers)

    def head(self, url: str, **headers: str) -> Reply:
        return self.request("HEAD", url, headers)

    def post(
        self, url: str, fields: Mapping[str, str] | Iterable[tuple[str, str]] = (), **headers: str
    ) -> Reply:
        """Fields as a browser's form would send them."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        return self.request("POST", url, {"content_type": FORM, **headers}, urlencode(pairs).encode())

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Header names are written as Python names: `if_none_match`."""
        return self.send(method, url, headers, [body])

    def send(self, method: str, url: str, headers: Mapping[str, str], chunks: list[bytes]) -> Reply:
        """A body that comes in pieces."""
        return asyncio.run(self._send(self._scope(method, url, headers), chunks))

    def _scope(self, method: str, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
        parts = urlsplit(url)
        named = {"host": self._host} | {name.replace("_", "-"): value for name, value in headers.items()}
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
            "client": (self._client, 40000),
            "server": (self._host, 443),
            "state": {},
        }

    async def _send(self, scope: dict[str, Any], chunks: list[bytes]) -> Reply:
        waiting = list(chunks)
        sent: list[Message] = []

        async def receive() -> Message:
            if not waiting:
                return {"type": "http.disconnect"}
            body = waiting.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(waiting)}

        async def send(message: Message) -> None:
            sent.append(message)

        self.raised = None
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # what a server would log after it has answered
            self.raised = error
            if not sent:
                raise
        start = sent[0]
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Reply(start["status"], Headers(raw=start["headers"]), body)
