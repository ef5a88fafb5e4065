"""LinkedIn's own markup, "little text": plain words, with a backslash before every reserved character.

An unescaped one cuts the post at that place, and LinkedIn reports success all the same.
"""

from __future__ import annotations

import re

RESERVED = frozenset("\\|{}@[]()<>#*_~")
"""The characters of little text that need a backslash, also where they stand for nothing."""

_LEFT_IN_URLS = frozenset("#*_~@")
_PIECE = re.compile(
    r"""(?P<url>https?://\S+)
      | (?<![\w&])\#(?P<tag>[^\W_]*[^\W\d_][^\W_]*)(?!\w)
      | (?P<reserved>[\\|{}@\[\]()<>#*_~])""",
    re.VERBOSE,
)
_ELEMENT = re.compile(r"\{hashtag\|\\#\|((?:\\.|[^|}\\])+)\}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def escape(text: str, *, urls: bool = True) -> str:
    """Plain text as little text: what a reader sees is `text`, its hashtags are hashtags.

    Without `urls`, the characters `_ ~ # * @` stay as they are inside of addresses.
    """
    in_urls = RESERVED if urls else RESERVED - _LEFT_IN_URLS

    def escaped(piece: re.Match[str]) -> str:
        if piece["tag"]:
            return f"{{hashtag|\\#|{piece['tag']}}}"
        return _backslashed(piece.group(), in_urls if piece["url"] else RESERVED)

    return _PIECE.sub(escaped, text)


def visible(commentary: str) -> str:
    """What a reader sees of little text."""
    return _ESCAPED.sub(r"\1", _ELEMENT.sub(r"\\#\1", commentary))


def _backslashed(text: str, reserved: frozenset[str]) -> str:
    return "".join(f"\\{char}" if char in reserved else char for char in text)
