"""The site's HTTP server."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024
"""The longest request line with headers, in bytes."""

FEEDS = b"/feeds/"

_TOKEN_PATH = re.compile(r"^(.*/(?:confirm|unsubscribe|preferences|feeds/my)/).*$", re.DOTALL)


class CutTokens(logging.Filter):
    """Cuts out of uvicorn's access records who asked, and the tokens behind the paths of links in mails."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == 5:
            _, method, path, version, status = record.args
            record.args = ("-", method, cut_token(str(path)), version, status)
        return True


def cut_token(path: str) -> str:
    """An address as a log may hold it: "/confirm/…", and "/updates?…": nobody's search is ours to keep."""
    path, mark, _ = path.partition("?")
    cut = _TOKEN_PATH.sub(r"\1…", path)
    return f"{cut}?…" if mark and cut == path else cut


class Server(uvicorn.Server):
    """Ends on SIGTERM and SIGINT like uvicorn's own, which then raises the signal once more: here a stop
    that was asked for is a success."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 by a parser in C, which has no bound of its own for what comes before a body.

    Requests for feeds are not logged: readers ask by the thousand, all day, for the same few addresses.
    """

    _waiting = 0

    def data_received(self, data: bytes) -> None:
        if self._waiting > MAX_HEAD:
            self.send_400_response("The head of the request is too long.")
            return
        self._waiting += len(data)
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._waiting = 0
        self.access_log = self.access_logger.hasHandlers() and not self.url.startswith(FEEDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._waiting = 0
        super().on_body(body)


def build(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """A server for `app`, not yet running: `server.run()`, and `server.should_exit = True` to end it.

    Forwarded headers are the application's business (`create_app(trusted_proxies=…)`), not the server's.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        access_log=True,
        log_config=_log_config(),
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        limit_concurrency=500,
    )
    return Server(config)


def _log_config() -> dict[str, Any]:
    """Requests without the client's address: nobody needs it, so nobody keeps it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"cut_tokens": {"()": CutTokens}},
        "formatters": {
            "access": {
                "()": "uvicorn.logging.AccessFormatter",
                "fmt": '%(asctime)s "%(request_line)s" %(status_code)s',
                "use_colors": False,
            }
        },
        "handlers": {
            "access": {
                "class": "logging.StreamHandler",
                "formatter": "access",
            }
        },
        "loggers": {
            "uvicorn.access": {
                "handlers": ["access"],
                "filters": ["cut_tokens"],
                "level": "INFO",
                "propagate": False,
            }
        },
    }
