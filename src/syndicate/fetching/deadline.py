"""A total deadline for one exchange, which ends it whatever call it is blocked in.

The timeouts of sockets count from one byte to the next: an answer that drips never meets them. So a watchdog
shuts the socket down when the time is over.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self


class Deadline:
    """`with Deadline(seconds) as deadline:` guards every socket that is watched inside, in this thread.

    After the time has passed `expired` is True and every watched socket is shut down: blocked calls return at
    once, as if the other side had closed. Look at `expired` before believing that an answer was complete.
    `has_connected` tells whether a new connection was made under it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self.has_connected = False
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._timer = threading.Timer(max(seconds, 0.0), self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._token: Token[Deadline] = _current.set(self)
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _current.reset(self._token)
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()

    @property
    def remaining(self) -> float:
        """Seconds that are left, at least a little: a timeout of 0 would mean "do not block"."""
        return max(self._ends - time.monotonic(), 0.001)

    def watch(self, sock: socket.socket) -> None:
        """Shuts `sock` down when the time is over, even after TLS was wrapped around it."""
        # A handle of our own: wrapping in TLS, or a response that outlives its connection, takes the
        # descriptor away from `sock`; a copy of it still reaches the same connection.
        handle = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._handles.append(handle)
            if self.expired:
                _shut(handle)

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            for handle in self._handles:
                _shut(handle)


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):  # not connected yet, or no longer
        handle.shutdown(socket.SHUT_RDWR)


_current: ContextVar[Deadline] = ContextVar("deadline")


def current() -> Deadline:
    """The deadline that this thread works under. LookupError outside of one: nothing connects without."""
    return _current.get()
