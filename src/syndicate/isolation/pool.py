"""The parent's side: a few warm children, each reading one document at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import LifoQueue
from threading import Lock, Timer
from types import TracebackType
from typing import Any

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Version
from syndicate.isolation import wire
from syndicate.ports import Listing, ReadOptions

_MEGABYTE = 1024 * 1024
_GRACE = 2.0
"""Seconds that a child gets to end by itself once its pipe is closed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost. `memory` is what a child may take beyond what it has before the first.

    To start a child costs as much as to read twenty pages: it is replaced seldom, in case something leaks.
    """

    wall_seconds: float = 30.0
    cpu_seconds: int = 20
    memory: int = 768 * _MEGABYTE
    document: int = 64 * _MEGABYTE
    documents_per_child: int = 1000


_DEFAULT = Limits()


class ReaderPool:
    """A `Reader` and `Lister` whose parsers run in `size` limited children, which start when first needed.

    May be used from several threads; a caller waits while all children are busy. `close` it in the end,
    or use it in a `with` statement; children also end by themselves when this process is gone.
    """

    def __init__(self, size: int = 2, limits: Limits = _DEFAULT) -> None:
        self._limits = limits
        self._size = size
        # The seat used last comes first: one child does for one thread.
        self._seats: LifoQueue[_Seat] = LifoQueue()
        for _ in range(size):
            self._seats.put(_Seat(limits))

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:
        """The version in `data`. Raises ParseError; LIMIT for bytes that killed or held up their reader."""
        return wire.unpack_reply(self._ask(data, wire.pack_request(media_type, url, options)))

    def list_addresses(self, data: bytes, *, media_type: str, url: str) -> Listing:
        """What a sitemap or a feed lists. Raises ParseError, as `read` does."""
        return wire.unpack_listing(self._ask(data, wire.pack_list_request(media_type, url)))

    def close(self) -> None:
        """Waits for what is being read and ends all children. A later `read` starts new ones."""
        seats = [self._seats.get() for _ in range(self._size)]
        for seat in seats:
            seat.end_child()
            self._seats.put(seat)

    def _ask(self, data: bytes, request: dict[str, Any]) -> dict[str, Any]:
        if len(data) > self._limits.document:
            size, most = len(data) // _MEGABYTE, self._limits.document // _MEGABYTE
            raise ParseError(
                ParseReason.TOO_LARGE, f"The document has {size} MB; {most} MB are read at most."
            )
        with self._seat() as seat:
            return seat.ask(data, request)

    @contextmanager
    def _seat(self) -> Iterator[_Seat]:
        seat = self._seats.get()
        try:
            yield seat
        finally:
            self._seats.put(seat)


class _Seat:
    """A place for one child at a time, used by one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: _Child | None = None

    def ask(self, data: bytes, request: dict[str, Any]) -> dict[str, Any]:
        if self._child is None or not self._child.is_alive():
            self.end_child()
            self._child = _Child(self._limits)
        try:
            reply = self._child.ask(data, request)
        except BaseException:  # also when this thread is interrupted: half an answer may be in the pipe
            self.end_child()
            raise
        if self._child.is_spent:
            self.end_child()
        return reply

    def end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    """One process, the leader of its own session, with nothing of our environment."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._served = 0
        self.is_spent = False
        """Whether another child should read the next document."""
        limited = [str(limits.memory), str(limits.cpu_seconds)]
        self._process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
            [sys.executable, "-I", "-m", "syndicate.isolation.child", *limited],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, data: bytes, request: dict[str, Any]) -> dict[str, Any]:
        """The reply to one request. Raises ParseError(LIMIT) for a child that did not live to give it."""
        requests, replies = self._process.stdin, self._process.stdout
        assert requests and replies
        alarm = _Alarm(self._process, self._limits.wall_seconds)
        try:
            wire.send(requests, wire.frame(request, data), data)
            reply, _ = wire.receive(replies, wire.LARGEST_REPLY)
        except (OSError, wire.ConnectionLost) as problem:
            raise ParseError(ParseReason.LIMIT, self._cause_of_death(alarm.cancel())) from problem
        finally:
            self.is_spent |= alarm.cancel()  # an answer may come at the very moment of the kill
        self._served += 1
        self.is_spent |= wire.is_limit(reply) or self._served >= self._limits.documents_per_child
        return reply

    def end(self) -> int:
        """Ends the process, whatever it does; gives its exit code."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):  # what is still in the buffer of a broken pipe
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(_GRACE)
        _kill(self._process)
        return self._process.wait()

    def _cause_of_death(self, rang: bool) -> str:
        if rang:
            return f"The document held its reader for more than {self._limits.wall_seconds:g} s."
        code = self.end()
        if code == -signal.SIGXCPU:
            return "The document took more computing time than a reader gets."
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"The document made the reader crash ({cause})."


class _Alarm:
    """Kills a process that is not done in time."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._lock = Lock()
        self._over = False
        self._rang = False
        self._timer = Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> bool:
        """From now on it does not ring; True if it did."""
        self._timer.cancel()
        with self._lock:
            self._over = True
            return self._rang

    def _ring(self) -> None:
        with self._lock:
            if not self._over:
                self._rang = True
                _kill(self._process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that nobody has waited for yet, and all of its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
