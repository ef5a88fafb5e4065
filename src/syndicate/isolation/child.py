"""The limited child: reads documents from its standard input until that ends, one reply for each.

Run as `python -I -m syndicate.isolation.child`. It limits itself before it sees the first foreign byte.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from syndicate import parsers
from syndicate.domain.errors import ParseError, ParseReason
from syndicate.isolation import wire
from syndicate.isolation.confinement import confine

_LARGEST_REQUEST = 1 << 31
_FILE_SIZE = 16 * 1024 * 1024
_OPEN_FILES = 64


def main(memory: int, cpu_seconds: int) -> None:
    """Serves until the parent closes the pipe or is gone."""
    requests, replies = _take_pipes()
    _warm_up()
    _limit(memory)
    confine()
    while True:
        try:
            header, data = wire.receive(requests, _LARGEST_REQUEST)
        except wire.ConnectionLost:
            return
        _allow_cpu(cpu_seconds)
        wire.send(replies, _reply(header, data))


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes, out of reach of a library that prints: its words must not get among the replies."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for place in (0, 1):
        os.dup2(nothing, place)
    os.close(nothing)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _warm_up() -> None:
    """Imports all parsers, so that no document pays for it and the memory limit counts from here."""
    for name in parsers.parser_names():
        parsers.load(name)
    gc.freeze()  # nor does any collection of garbage look at them again


def _limit(memory: int) -> None:
    """Memory is what the child has now and `memory` bytes more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)
    _lower(resource.RLIMIT_FSIZE, _FILE_SIZE)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, value: int) -> None:
    """Sets a limit, for good; one that is lower already stays."""
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _allow_cpu(seconds: int) -> None:
    """So much from now on. At the soft limit the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def _reply(header: dict[str, Any], data: bytes) -> bytes:
    """The frame that answers a request; whatever goes wrong is a ParseError in it."""
    try:
        reply = wire.frame(_answer(header, data))
        if len(reply) <= wire.LARGEST_REPLY:
            return reply
        error = ParseError(ParseReason.TOO_LARGE, f"The document holds {len(reply) >> 20} MB of text.")
    except ParseError as refused:
        error = refused
    except MemoryError:
        error = ParseError(ParseReason.LIMIT, "The document needs more memory than a reader gets.")
    except Exception as problem:  # noqa: BLE001 (a parser's fault is the document's error)
        message = f"The reader failed over the document ({type(problem).__name__}: {problem})."
        error = ParseError(ParseReason.DAMAGED, message, hint="Please report it together with the document.")
    return wire.frame(wire.pack_error(error))


def _answer(header: dict[str, Any], data: bytes) -> dict[str, Any]:
    if wire.wants_list(header):
        listing = parsers.list_addresses(data, media_type=header["media_type"], url=header["url"])
        return wire.pack_listing(listing)
    return wire.pack_version(parsers.read(data, **wire.unpack_request(header)))


if __name__ == "__main__":
    main(memory=int(sys.argv[1]), cpu_seconds=int(sys.argv[2]))
