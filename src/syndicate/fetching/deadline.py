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
from heapq import heappop, heappush
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

    def __enter__(self) -> Self:
        self._token: Token[Deadline] = _current.set(self)
        _watchdog.watch(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _watchdog.leave(self)
        _current.reset(self._token)
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()

    @property
    def ends(self) -> float:
        """When, by the monotonic clock."""
        return self._ends

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

    def expire(self) -> None:
        """The time is over."""
        with self._lock:
            self.expired = True
            for handle in self._handles:
                _shut(handle)


class _Watchdog:
    """One thread for all deadlines: a timer each would cost more than the request that it guards."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._ends: list[tuple[float, int]] = []
        self._watched: dict[int, Deadline] = {}
        self._thread: threading.Thread | None = None

    def watch(self, deadline: Deadline) -> None:
        with self._wake:
            self._watched[id(deadline)] = deadline
            heappush(self._ends, (deadline.ends, id(deadline)))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._ends[0][1] == id(deadline):
                self._wake.notify()

    def leave(self, deadline: Deadline) -> None:
        with self._wake:
            self._watched.pop(id(deadline), None)

    def _run(self) -> None:
        while True:
            self._next().expire()

    def _next(self) -> Deadline:
        """Waits until the time of a deadline is over that is still watched."""
        with self._wake:
            while True:
                now = time.monotonic()
                while self._ends and self._ends[0][0] <= now:
                    ends, name = heappop(self._ends)
                    deadline = self._watched.get(name)
                    if deadline is not None and deadline.ends == ends:  # else the number was used again
                        del self._watched[name]
                        return deadline
                self._wake.wait(self._ends[0][0] - now if self._ends else None)


_watchdog = _Watchdog()


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):  # not connected yet, or no longer
        handle.shutdown(socket.SHUT_RDWR)


_current: ContextVar[Deadline] = ContextVar("deadline")


def current() -> Deadline:
    """The deadline that this thread works under. LookupError outside of one: nothing connects without."""
    return _current.get()
