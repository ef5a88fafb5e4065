"""LinkedIn's "little text", as the real one reads it: what is not escaped ends the text, silently."""

from __future__ import annotations

import re
from typing import NamedTuple

RESERVED = r"\|{}@[]()<>#*_~"
LIMIT = 3000
_PIECE = re.compile(
    r"""
    \\(?P<escaped>[\\|{}@\[\]()<>\#*_~])
  | \{hashtag\|\\?\#\|(?P<tag>(?:\\.|[^|{}\\])+)\}
  | @\[(?P<name>(?:\\.|[^\[\]\\])+)\]\(urn:li:(?:organization|person):[\w-]+\)
  | (?P<plain_tag>\#\w+)
  | (?P<plain>[^\\|{}@\[\]()<>\#*_~]+)
    """,
    re.VERBOSE,
)


class Read(NamedTuple):
    """What readers see; the little text that is kept; whether something was cut off behind it."""

    visible: str
    kept: str
    cut: bool


def read(commentary: str) -> Read:
    """Reads up to the first reserved character that is neither escaped nor part of an element."""
    visible, at = [], 0
    while piece := _PIECE.match(commentary, at):
        visible.append(_shown(piece))
        at = piece.end()
    return Read("".join(visible), commentary[:at], at < len(commentary))


def _shown(piece: re.Match[str]) -> str:
    if piece["tag"]:
        return "#" + _unescaped(piece["tag"])
    if piece["name"]:
        return _unescaped(piece["name"])
    return piece["escaped"] or piece[0]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
