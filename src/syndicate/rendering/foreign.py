"""Texts and addresses that others wrote, before they come near a template."""

from __future__ import annotations

import re
from typing import TypeVar
from unicodedata import bidirectional
from urllib.parse import urlsplit

from syndicate.domain import placeholders
from syndicate.domain.everywhere import everywhere

Thing = TypeVar("Thing")

INVISIBLE = re.compile(
    "(?P<line_end>[\x0b-\r\x1c-\x1f\x85\u2028\u2029])"
    "|[\x00-\x08\x0e-\x1b\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Ends of lines that are none in HTML but would be in a mail, and what a reader does not see at all: control
characters, orders to the direction of writing, halves of surrogate pairs."""

RESERVED = re.compile(
    "|".join(
        re.escape(token.rstrip("0").rpartition("@")[2])
        for token in (*placeholders.VALUE_NAMES.values(), placeholders.TO, placeholders.MESSAGE_ID)
    ),
    re.IGNORECASE,
)
"""The names of our placeholders: a page that quotes one in a link would be told each reader's token."""

RESERVED_START = "syndicate-"
"""What is in all of them, so that most texts need no closer look."""

PERHAPS_LEFTWARDS = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""The blocks of Unicode with letters that are written from right to left."""

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def tame(thing: Thing) -> Thing:
    """The same update, change or text without what could do harm in any of our outputs; markup stays text."""
    return everywhere(thing, _tame)


def _tame(text: str) -> str:
    if text.isprintable() and RESERVED_START not in text.lower():
        return text  # most texts: what is printable has nothing invisible in it
    seen = INVISIBLE.sub(lambda found: " " if found["line_end"] else "", text)
    return RESERVED.sub("[…]", seen) if RESERVED_START in seen.lower() else seen


def one_line(text: str) -> str:
    """The text without line ends, for a header or a title."""
    return re.sub(r"\s*[\t\n]\s*", " ", text).strip()


def web_address(url: str) -> str:
    """The address when it is one of the web, else "": nothing else ever becomes a link."""
    try:
        parts = urlsplit(url)
    except ValueError:  # what looks like an IPv6 address and is none
        return ""
    sound = parts.scheme.lower() in ("http", "https") and parts.netloc and not re.search(r"\s", url)
    return url if sound else ""


def isolated(text: str) -> str:
    """Plain text that cannot turn round what stands beside it, where it is written from right to left."""
    if not PERHAPS_LEFTWARDS.search(text):
        return text
    if any(bidirectional(letter) in ("R", "AL") for letter in text):
        return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
    return text
