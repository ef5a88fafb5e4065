"""A web server for one folder, in a process of its own, so that its CPU time is not ours.

`python -m benchmarks.page_server FOLDER [--forgetful] [--hosts N]` prints its port and ends with its standard
input. It listens on 127.0.0.1 and the addresses after it, on all at the same port. With `--forgetful` it
gives no validators, as many servers do: each request gets the whole content again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PageServer:
    """A running server: its address and its process."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return self.url_on(0)

    def url_on(self, host: int) -> str:
        """The address on one of its hosts, counted from 0."""
        return f"http://127.0.0.{1 + host}:{self.port}/"


@contextmanager
def serving(folder: Path, *, forgetful: bool = False, hosts: int = 1) -> Iterator[PageServer]:
    """A server of `folder` for the time of the block."""
    command = [sys.executable, "-m", "benchmarks.page_server", str(folder), "--hosts", str(hosts)]
    command += ["--forgetful"] * forgetful
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        port = int(process.stdout.readline())
        try:
            yield PageServer(port, process.pid)
        finally:
            process.stdin.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    contents: ClassVar[dict[str, bytes]] = {}
    forgetful: ClassVar[bool] = False

    def do_GET(self) -> None:
        body = self.contents.get(self.path.partition("?")[0])
        if body is None:
            return self._answer(404, {}, b"")
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = {"Content-Type": guess_type(self.path)[0] or "text/html"}
        if not self.forgetful:
            headers["ETag"] = tag
            if self.headers.get("If-None-Match") == tag:
                return self._answer(304, headers, b"")
        return self._answer(200, headers, body)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def main(folder: Path, *, forgetful: bool, hosts: int) -> None:
    """Serves until standard input ends."""
    files = (path for path in folder.rglob("*") if path.is_file())
    _Handler.contents = {f"/{path.relative_to(folder)}": path.read_bytes() for path in files}
    _Handler.contents["/"] = _Handler.contents["/index.html"]
    _Handler.forgetful = forgetful
    port = 0
    for host in range(1, 1 + hosts):
        server = ThreadingHTTPServer((f"127.0.0.{host}", port), _Handler)
        port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--forgetful", action="store_true")
    parser.add_argument("--hosts", type=int, default=1)
    main(**vars(parser.parse_args()))
