"""An HTTP server on loopback that does what it is told, also what no server should do.

    with ScriptedServer() as server:
        server.at("/side", page("<p>Hej</p>"), page("<p>Hej igen</p>"))   # first this, from then on that
        server.at("/moved", redirect(server.url("/side")))
        fetch(server.url("/side"))
        assert server.paths() == ["/side"]

A script is a function that answers one request through a `Peer`. Addresses without a script answer 404.
The server keeps a record of all requests, of connections, and of how many requests were open at once.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

PATIENCE = 20.0
"""Seconds after which a script gives in: a client that never gives up fails its test, but not for ever."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came. Header names are lower case; `connection` counts from 1."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


class Peer:
    """The client, as a script sees it."""

    def __init__(self, sock: socket.socket, request: Request, stopping: threading.Event) -> None:
        self.request = request
        self.closing = request.headers.get("connection", "").lower() == "close"
        self._sock = sock
        self._stopping = stopping

    def send(self, data: bytes) -> bool:
        """Sends bytes as they are. False when the client has gone."""
        try:
            self._sock.sendall(data)
        except OSError:
            return False
        return True

    def pause(self, seconds: float) -> bool:
        """Waits. False when the server is being stopped."""
        return not self._stopping.wait(seconds)

    def close(self) -> None:
        """Closes the connection once the script has ended."""
        self.closing = True

    def reset(self) -> None:
        """Makes the closing a reset: the client gets an error instead of an end."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.closing = True


Script = Callable[[Peer], None]


class ScriptedServer:
    """Serves until the `with` block ends. `tls` makes it an https server; `host` is a loopback address."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.most_at_once = 0
        self._open = 0
        self._tls = tls
        self._scripts: dict[str, list[Script]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._socks: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((host, port), backlog=64)
        self.host, self.port = self._listener.getsockname()[:2]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(PATIENCE)

    def url(self, path: str = "/", *, host: str = "") -> str:
        """The address of `path`, under another name of this machine if `host` says so."""
        return f"{'https' if self._tls else 'http'}://{host or self.host}:{self.port}{path}"

    def at(self, path: str, *scripts: Script) -> None:
        """What `path` answers (its query counts): one script after the other, and then the last for good."""
        with self._lock:
            self._scripts[path] = list(scripts)

    def paths(self) -> list[str]:
        """The addresses that were asked for so far, without robots.txt."""
        with self._lock:
            return [request.path for request in self.requests if request.path != "/robots.txt"]

    def hang_up(self) -> None:
        """Cuts all connections that are open now."""
        with self._lock:
            for sock in self._socks:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
            self._start(self._serve, sock, number)

    def _serve(self, sock: socket.socket, number: int) -> None:
        try:
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            with self._lock:
                self._socks.add(sock)
            with sock.makefile("rb") as lines:
                while (request := _read_request(lines, number)) and not self._stopping.is_set():
                    if not self._answer(sock, request):
                        return
        except OSError:
            return
        finally:
            with self._lock:
                self._socks.discard(sock)
            sock.close()

    def _answer(self, sock: socket.socket, request: Request) -> bool:
        with self._lock:
            self.requests.append(request)
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            scripts = self._scripts.get(request.path, [page("", status=404)])
            script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        peer = Peer(sock, request, self._stopping)
        try:
            script(peer)
        finally:
            with self._lock:
                self._open -= 1
        return not peer.closing


def _read_request(lines: BinaryIO, number: int) -> Request | None:
    start = lines.readline().decode("latin-1").split()
    if len(start) != 3:
        return None
    headers = {}
    while line := lines.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = lines.read(int(headers.get("content-length", "0")))
    return Request(start[0], start[1], headers, body, number)


# --- scripts: good manners ------------------------------------------------------------------------


def page(
    body: str | bytes,
    *,
    status: int = 200,
    media_type: str = "text/html; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> Script:
    """A whole answer with its length; the connection stays open."""
    content = body.encode() if isinstance(body, str) else body
    found = {"Content-Type": media_type, "Content-Length": str(len(content)), **(headers or {})}
    return lambda peer: _none(peer.send(head(status, found) + content))


def redirect(location: str, *, status: int = 302, body: bytes = b"") -> Script:
    """A redirect, with a body that nobody should read."""
    return page(body, status=status, headers={"Location": location})


def versioned(body: str, *, etag: str = "", last_modified: str = "") -> Script:
    """A page with validators. Answers 304 to a request that gives them back byte for byte (RFC 9110)."""
    given = {name: value for name, value in (("ETag", etag), ("Last-Modified", last_modified)) if value}

    def script(peer: Peer) -> None:
        asked = peer.request.headers
        if "if-none-match" in asked:
            same = asked["if-none-match"] == etag != ""
        else:
            same = asked.get("if-modified-since", "") == last_modified != ""
        peer.send(head(304, given)) if same else page(body, headers=given)(peer)

    return script


# --- scripts: bad manners -------------------------------------------------------------------------


def raw(data: bytes) -> Script:
    """These bytes, and the end of the connection."""

    def script(peer: Peer) -> None:
        peer.send(data)
        peer.close()

    return script


def drip(before: bytes, piece: bytes, *, every: float = 0.02, after: bytes = b"") -> Script:
    """Sends `before`, and then `piece` again and again until patience ends, and then `after`."""

    def script(peer: Peer) -> None:
        going = peer.send(before)
        for _ in range(int(PATIENCE / every)):
            going = going and peer.pause(every) and peer.send(piece)
            if not going:
                break
        peer.send(after)
        peer.close()

    return script


def flood(before: bytes, piece: bytes, times: int) -> Script:
    """Sends `before`, and then `piece` `times` times, as fast as the client takes it."""

    def script(peer: Peer) -> None:
        peer.send(before) and all(peer.send(piece) for _ in range(times))
        peer.close()

    return script


def mute(peer: Peer) -> None:
    """Takes the request and says nothing."""
    peer.pause(PATIENCE)
    peer.close()


def reset(peer: Peer) -> None:
    """Takes the request and tears the connection down."""
    peer.reset()


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The beginning of an answer, as bytes."""
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _none(_: object) -> None:
    """For a lambda whose value does not matter."""
