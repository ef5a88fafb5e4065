"""For those who watch the watcher: whether the process answers, and whether it can work."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_HEADERS = {"Cache-Control": "no-store"}


class Health:
    """Endpoints `/healthz` and `/readyz`. `readiness` gives the reasons why no work can be done now."""

    def __init__(self, readiness: Callable[[], list[str]]) -> None:
        self._readiness = readiness

    async def alive(self, _: Request) -> Response:
        return PlainTextResponse("ok\n", headers=_HEADERS)

    def ready(self, _: Request) -> Response:
        """200 "ready", or 503 with a reason a line."""
        reasons = self._readiness()
        text = "\n".join(reasons or ["ready"])
        return PlainTextResponse(text + "\n", status_code=503 if reasons else 200, headers=_HEADERS)
