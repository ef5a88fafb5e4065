"""Reads a body within a limit, on the wire and unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})
_STEP = 64 * 1024


class BodyTooLarge(Exception):
    """The body is larger than the limit, packed or unpacked."""


class BadBody(Exception):
    """The body cannot be unpacked, or ends early. `str()` continues the sentence "the answer is broken:"."""


def read_body(pieces: Iterable[bytes], encoding: str, limit: int, *, cut: bool = False) -> bytes:
    """The body, unpacked, of at most `limit` bytes. Raises BodyTooLarge (with `cut`: stops there) or BadBody.

    `encoding` is the value of Content-Encoding. What is packed more than once, or otherwise than by gzip,
    was not asked for and is refused.
    """
    body = bytearray()
    for piece in _unpacked(pieces, encoding.strip().lower(), limit):
        body += piece
        if len(body) > limit:
            if cut:
                return bytes(body[:limit])
            raise BodyTooLarge
    return bytes(body)


def _unpacked(pieces: Iterable[bytes], encoding: str, limit: int) -> Iterable[bytes]:
    if encoding in _PLAIN:
        return pieces
    if encoding in _GZIP:
        return _gunzip(_limited(pieces, limit))
    raise BadBody(f"it is packed as {encoding!r}, which was not asked for")


def _limited(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise BodyTooLarge
        yield piece


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content in steps of bounded size, however much a few bytes unpack to."""
    member = None
    for piece in pieces:
        # RFC 1952 lets several members follow each other, and some servers pad with zeros in between.
        while piece := piece if member else piece.lstrip(b"\0"):
            member = member or zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            try:
                yield member.decompress(piece, _STEP)
            except zlib.error:
                raise BadBody("it is not valid gzip") from None
            if member.eof:
                piece, member = member.unused_data, None
            else:
                piece = member.unconsumed_tail
    if member is not None:
        raise BadBody("it ends in the middle of the packed data")
