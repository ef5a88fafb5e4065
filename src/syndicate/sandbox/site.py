"""A plain web server for one folder: the sample site that is watched. Files are read at every request."""

from __future__ import annotations

import hashlib
import mimetypes
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".md": "text/markdown",
    ".ico": "image/x-icon",
}


class Site:
    """`folder` as `/site/…`; None serves nothing. `requests` counts what was asked of it, page by page."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder.resolve() if folder else None
        self.requests: Counter[str] = Counter()

    async def answer(self, request: Request) -> Response:
        self.requests[request.path_params["path"]] += 1
        path = self._file(request.path_params["path"])
        if not path:
            return PlainTextResponse("Not found\n", 404)
        try:
            content = path.read_bytes()
            changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
        except OSError:  # gone between looking and reading
            return PlainTextResponse("Not found\n", 404)
        headers = {
            "etag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
            "last-modified": format_datetime(changed, usegmt=True),
            "cache-control": "no-cache",
        }
        if _is_known(request, headers["etag"], changed):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers | {"content-type": _media_type(path)})

    async def report(self, _: Request) -> Response:
        """How often each path was asked for since the start; "" is the page itself."""
        return JSONResponse({"requests": self.requests})

    def _file(self, name: str) -> Path | None:
        if not self._folder or "\0" in name:
            return None
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder):
            return None
        path = path / "index.html" if path.is_dir() else path
        return path if path.is_file() else None


def _is_known(request: Request, etag: str, changed: datetime) -> bool:
    if tags := request.headers.get("if-none-match"):
        return tags == "*" or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    try:
        return changed <= parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (ValueError, TypeError):  # no date, or one without a zone
        return False


def _media_type(path: Path) -> str:
    kind = _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
