"""What a feed costs to serve: a 200, a gzipped 200 and a 304 over one connection, beside a static nginx.

The server is the real one, `syndicate web`, in a process of its own; CPU microseconds are that process's.
nginx serves the same bytes from a file, with one worker, where it is installed.
"""

from __future__ import annotations

import gzip
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import house
from benchmarks.figures import Figure, cpu_of, rounds_of
from benchmarks.news import News

ROUNDS, TIMES, UPDATES = 5, 3000, 50
PATH = "/feeds/all.rss"
MICRO = 1e6
TARGET = "≤ 60"

NGINX = """
daemon off; worker_processes 1; master_process off; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 64; }}
http {{ access_log off; keepalive_requests 10000000; gzip_static on; types {{ application/rss+xml rss; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}/root; }} }}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One keep-alive connection that asks for the feed."""

    def __init__(self, port: int) -> None:
        self._socket = _connected(port)

    def ask(self, **headers: str) -> Answer:
        """Header names as Python names."""
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self._socket.sendall(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(262144)
        head, _, body = received.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        status = int(first.split()[1])
        while status != 304 and len(body) < int(named["content-length"]):
            body += self._socket.recv(262144)
        return Answer(status, named, body)


def measure() -> Iterator[Figure]:
    """CPU microseconds of the server for one request."""
    with TemporaryDirectory() as name:
        folder, port = Path(name), _free_port()
        with house.sandbox(folder) as sandbox:
            changes = {house.SANDBOX: sandbox.http, house.SMTP: sandbox.smtp, "port = 8080": f"port = {port}"}
            with house.opened(folder, changes) as app:
                News(app).publish(UPDATES)
                app.feeds.render_feeds(app.clock())
                config = app.config.path
        command = [sys.executable, "-m", "syndicate", "--config", str(config), "web"]
        with _running(command, port) as (pid, connection):
            feed = connection.ask()
            yield from _figures("syndicate", pid, connection)
        if shutil.which("nginx"):
            with _nginx(folder, feed.body) as (pid, connection):
                yield from _figures("nginx", pid, connection)


def _figures(who: str, pid: int, connection: Connection) -> Iterator[Figure]:
    etag = connection.ask().headers["etag"]
    target = TARGET if who == "syndicate" else ""
    for what, status, headers in (
        ("200", 200, {"If_None_Match": '"another"'}),
        ("200 gzip", 200, {"If_None_Match": '"another"', "Accept_Encoding": "gzip"}),
        ("304", 304, {"If_None_Match": etag}),
    ):
        assert connection.ask(**headers).status == status

        def one_round(headers: dict[str, str] = headers) -> float:
            before = cpu_of(pid)
            for _ in range(TIMES):
                connection.ask(**headers)
            return (cpu_of(pid) - before) / TIMES * MICRO

        yield Figure(f"{who} serves a feed: {what}", rounds_of(ROUNDS, one_round), "CPU µs", target)


@contextmanager
def _nginx(folder: Path, body: bytes) -> Iterator[tuple[int, Connection]]:
    port, root = _free_port(), folder / "root" / "feeds"
    root.mkdir(parents=True)
    (root / "all.rss").write_bytes(body)
    (root / "all.rss.gz").write_bytes(gzip.compress(body))
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]
    with _running(command, port) as found:
        yield found


@contextmanager
def _running(command: list[str], port: int) -> Iterator[tuple[int, Connection]]:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid, Connection(port)
        finally:
            process.terminate()


def _connected(port: int) -> socket.socket:
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
