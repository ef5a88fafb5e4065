"""The face for other programs: read one document, compare two readings. No database, no network."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate import parsers
from syndicate.domain.model import Comparison, Version
from syndicate.ports import ReadOptions


def read(data: bytes, *, media_type: str | None = None, url: str | None = None) -> Version:
    """What `data` says: HTML, PDF, DOCX, Markdown or plain text, recognised by content, type and name.

    `url` is where the bytes came from: relative links count from it. Raises ParseError. Parses in the
    calling process: hostile bytes can end it, so read what you do not trust with `syndicate run`.
    """
    return parsers.read(data, media_type=media_type or "", url=url or "", options=ReadOptions())


def compare(before: Version, after: Version, *, history: Sequence[Version] = ()) -> Comparison:
    """What differs, and how much it matters. `history` are older versions of the same text, oldest first."""
    from syndicate.domain.diffing import compare as compare_versions

    return compare_versions(before, after, history=history)
