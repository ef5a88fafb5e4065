"""What parent and child say to each other: length-prefixed JSON, then raw bytes. Never pickle."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Version
from syndicate.ports import Listed, Listing, ListingKind, ReadOptions

_LENGTH = struct.Struct(">II")  # of the JSON, of the bytes after it
LARGEST_REPLY = 64 * 1024 * 1024


class ConnectionLost(Exception):
    """The other side is gone, or talks nonsense."""


def frame(header: dict[str, Any], body: bytes = b"") -> bytes:
    """A message as it goes over the pipe, all but its body."""
    packed = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return _LENGTH.pack(len(packed), len(body)) + packed


def send(stream: IO[bytes], head: bytes, body: bytes = b"") -> None:
    """Writes a frame and its body. Raises OSError."""
    stream.write(head)
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes], largest: int) -> tuple[dict[str, Any], bytes]:
    """Reads one frame. Raises ConnectionLost at the end of the stream and for a frame beyond `largest`."""
    sizes = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if sum(sizes) > largest:
        raise ConnectionLost(f"a frame of {sum(sizes)} bytes")
    packed, body = (_exactly(stream, size) for size in sizes)
    try:
        header = json.loads(packed)
    except (ValueError, RecursionError) as problem:
        raise ConnectionLost("a frame that is no JSON") from problem
    if not isinstance(header, dict):
        raise ConnectionLost("a frame without names")
    return header, body


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise ConnectionLost("the end of the stream")
    return data


def pack_request(media_type: str, url: str, options: ReadOptions) -> dict[str, Any]:
    return {"media_type": media_type, "url": url, "select": options.select, "ignore": options.ignore}


def unpack_request(header: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments of `parsers.read`."""
    options = ReadOptions(tuple(header["select"]), tuple(header["ignore"]))
    return {"media_type": header["media_type"], "url": header["url"], "options": options}


def pack_list_request(media_type: str, url: str) -> dict[str, Any]:
    return {"list": True, "media_type": media_type, "url": url}


def wants_list(header: dict[str, Any]) -> bool:
    """Whether the bytes are a list of addresses rather than a document."""
    return bool(header.get("list"))


def pack_listing(listing: Listing) -> dict[str, Any]:
    rows = [
        [entry.url, entry.id, entry.title, entry.content, entry.stated.isoformat() if entry.stated else ""]
        for entry in listing.entries
    ]
    return {"listing": [listing.kind.value, rows]}


def unpack_listing(header: dict[str, Any]) -> Listing:
    """The listing of a reply; raises the ParseError that it holds instead."""
    with _understood():
        return _listing(header)


def _listing(header: dict[str, Any]) -> Listing:
    raise_error(header)
    kind, rows = header["listing"]
    return Listing(
        ListingKind(kind),
        tuple(
            Listed(url, name, title, content, datetime.fromisoformat(stated) if stated else None)
            for url, name, title, content, stated in rows
        ),
    )


def pack_version(version: Version) -> dict[str, Any]:
    return {"version": version.as_dict()}


def pack_error(error: ParseError) -> dict[str, Any]:
    return {"error": [error.reason.value, error.message, error.hint]}


def is_limit(header: dict[str, Any]) -> bool:
    """Whether the reply says that the child is at the end of its means."""
    error = header.get("error")
    return isinstance(error, list) and error[:1] == [ParseReason.LIMIT.value]


def raise_error(header: dict[str, Any]) -> None:
    """Raises the ParseError that a reply holds, if it holds one."""
    if "error" in header:
        reason, message, hint = header["error"]
        raise ParseError(ParseReason(reason), message, hint=hint)


def unpack_reply(header: dict[str, Any]) -> Version:
    """The version of a reply; raises the ParseError that it holds instead."""
    with _understood():
        raise_error(header)
        return Version.from_dict(header["version"])


@contextmanager
def _understood() -> Iterator[None]:
    """A child that was taken over may say anything: that is its document's trouble, and no fault of ours."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as problem:
        message = "The reader's answer cannot be understood."
        raise ParseError(ParseReason.LIMIT, message) from problem
