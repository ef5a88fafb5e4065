"""How X counts: its own weighted length, with links and emoji.

Written from X's published counting rules (280; weight 1 or 2; a link 23; an emoji 2; after NFC), independent
of the library that the rest of the project measures with, so that one can judge the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LIMIT = 280
URL_WEIGHT = 23
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))  # weight 1; all else 2

# Country domains, and the generic ones that people meet. X links a bare name only under one that it knows.
_TLDS = frozenset(Path(__file__).with_name("tlds.txt").read_text("ascii").split())
_LETTER = r"a-z0-9\u00c0-\u024f\u0253-\u02bb\u1e00-\u1eff"
_LABEL = rf"[{_LETTER}](?:[_{_LETTER}-]{{0,61}}[{_LETTER}])?"
_WIDE = r"[^\s!-,./:-@\[-^`{-~\u2000-\u206f\u3000-\u303f\uff00-\uffef]+"  # part of a host name, in any script
_PATH = rf"[{_LETTER}\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&]"
_PATH_END = rf"(?:[{_LETTER}\u0400-\u04ff=_#/+\-]|\([^\s()]*\))"
_URL = re.compile(
    rf"""
    (?<![a-z0-9@$\#\uff20\uff03])
    (?: https?://(?P<host>{_WIDE}(?:\.{_WIDE})+)
      | (?!\A[^\x00-\x7f])(?P<bare>{_LABEL}(?:\.{_LABEL})+) )
    (?![a-z0-9@+-])
    (?::[0-9]+)?
    (?:/(?:(?:{_PATH}|\([^\s()]*(?:\([^\s()]*\)[^\s()]*)*\))*{_PATH_END})?)?
    (?:\?[a-z0-9!?*'@();:&=+$/%\#\[\]\-_.,~|]*[a-z0-9_&=\#/\-])?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PICTURE = (
    r"[\u203c\u2049\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001faff](?!\ufe0e)[\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
)
_EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[#*0-9]\ufe0f?\u20e3|[\u00a9\u00ae\u2122]\ufe0f?"
    rf"|{_PICTURE}(?:\u200d{_PICTURE})*(?:[\U000e0020-\U000e007f]+)?"
)


_LOCAL = re.compile(r"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/[^\s<>\"]*)?", re.IGNORECASE)


class Link(NamedTuple):
    """A stretch of text that X makes a link: `text[start:end]`."""

    start: int
    end: int
    url: str


def links(text: str) -> Iterator[Link]:
    """Every link X would make of `text`, also of bare domains."""
    for match in _URL.finditer(text):
        if match["bare"] and text[: match.start()].endswith(("-", "_", ".", "/")):
            continue
        host = "host" if match["host"] else "bare"
        labels = match[host].split(".")
        known = next((n for n in range(len(labels), 1, -1) if _is_tld(labels[n - 1], host)), 0)
        end = match.end() if known == len(labels) else match.start(host) + len(".".join(labels[:known]))
        url = text[match.start() : end]
        if known and all(len(_ascii(label)) <= 63 for label in labels[:known]) and len(url) <= 4096:
            yield Link(match.start(), end, url)


def addresses(text: str) -> list[Link]:
    """The links, and what X would leave as text: addresses on this machine, to be followed here."""
    local = [Link(match.start(), match.end(), match[0]) for match in _LOCAL.finditer(text)]
    return sorted([*links(text), *local])


def weighted_length(text: str) -> int:
    """The length of a post in X's units."""
    text = unicodedata.normalize("NFC", text)
    length = at = 0
    for link in links(text):
        length += _weigh(text[at : link.start]) + URL_WEIGHT
        at = link.end
    return length + _weigh(text[at:])


def _weigh(text: str) -> int:
    plain, emoji = _EMOJI.subn("", text)
    return 2 * emoji + sum(1 if _is_light(ord(character)) else 2 for character in plain)


def _is_light(code: int) -> bool:
    return any(first <= code <= last for first, last in _LIGHT)


def _is_tld(label: str, where: str) -> bool:
    """A bare name has to end in ASCII; behind http:// a name in another script may."""
    label = label.lower()
    return label in _TLDS or label.startswith("xn--") or (where == "host" and not label.isascii())


def _ascii(label: str) -> str:
    """A label as the domain name system sees it."""
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
