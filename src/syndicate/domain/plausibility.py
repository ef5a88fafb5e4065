"""Whether what was read can be the document at all: a wall, a login or an error page is no news."""

from __future__ import annotations

from collections.abc import Iterable

from syndicate.domain import languages
from syndicate.domain.diffing.words import essence
from syndicate.domain.errors import SuspectContent, SuspectReason
from syndicate.domain.model import BlockKind, Version

_SHORT = 150
"""Words up to which a page may be all wall; a real text that mentions one is longer, or was there before."""
_HEAD = 40
"""Words at the start that tell what a short page is."""
_ENOUGH = 40
_BARE = 25
"""Words that a page without its text may have: a title, a request to switch something on."""
_SEARCHED = 300_000
_ROOTS = (
    b'id="root"',
    b'id="app"',
    b'id="__next"',
    b'id="__nuxt"',
    b'id="___gatsby"',
    b"<app-root",
    b"ng-app",
    b"data-reactroot",
)
_REMAINING = 0.25


def inspect(version: Version, previous: Version | None, *, body_size: int, body: bytes = b"") -> None:
    """Raises SuspectContent when `version` is not the document: nothing may be concluded from it then.

    `previous` is the last version that was believed (None at the first reading). `body_size` in bytes only
    serves the message; `body`, where it is a web page, tells whether JavaScript would fill it.
    """
    text = essence(version.text)
    count = len(text.split())
    if count <= _BARE and not _is_known(version, previous):
        refuse_scripted(body)
    if count == 0:
        raise SuspectContent(
            SuspectReason.EMPTY,
            f"The page has {body_size} bytes and no words.",
            hint="It may be filled in by JavaScript, or `select` finds nothing: try `syndicate read URL`.",
        )
    if count <= _SHORT and not _is_known(version, previous):
        _refuse_walls(version, text)
    _refuse_shrunk(count, previous)


def refuse_scripted(body: bytes) -> None:
    """Raises SuspectContent when a page that has hardly a word is one that JavaScript fills.

    It has scripts, and either asks for JavaScript or has the empty element that a framework fills. Its bytes
    are searched, not parsed.
    """
    head = body[:_SEARCHED].lower()
    asks = b"<noscript" in head and b"javascript" in head
    if b"<script" in head and (asks or any(root in head for root in _ROOTS)):
        raise SuspectContent(
            SuspectReason.NEEDS_JAVASCRIPT,
            "The page shows its text only with JavaScript, which is not run here.",
            hint="Look for another address of the same text: a feed, a PDF, a version for printing.",
        )


def _is_known(version: Version, previous: Version | None) -> bool:
    """Whether most of a believed text is still there: then it is the document, whatever it mentions."""
    if previous is None:
        return False
    old, new = _vocabulary(previous), _vocabulary(version)
    return bool(old) and len(old & new) >= len(old) / 2


def _vocabulary(version: Version) -> set[str]:
    return set(essence(version.text).lower().split())


def _refuse_walls(version: Version, text: str) -> None:
    whole = f" {_folded(f'{version.title} {text}')} "
    words = whole.split()
    headings = " ".join(block.text for block in version.blocks if block.kind is BlockKind.HEADING)
    head = f" {_folded(f'{version.title} {headings}')} {' '.join(words[:_HEAD])} "
    for each in languages.every():
        phrases = each.phrases
        if found := _first(phrases.walls, head):
            raise SuspectContent(
                SuspectReason.BOT_WALL,
                f'The page asks for a human ("{found}") and does not show the document.',
                hint="Ask the owner to let the watcher in, or watch less often.",
            )
        if found := _first(phrases.errors, head):
            raise SuspectContent(
                SuspectReason.ERROR_PAGE,
                f'The page says that something is wrong ("{found}"), with status 200.',
            )
        if sum(f" {_folded(phrase)} " in whole for phrase in phrases.logins) >= 2:
            raise SuspectContent(
                SuspectReason.LOGIN,
                "The page asks to log in.",
                hint="Give the source a header by `headers_env`, or watch a public address.",
            )


def _refuse_shrunk(count: int, previous: Version | None) -> None:
    before = len(essence(previous.text).split()) if previous else 0
    if before >= _ENOUGH and count < before * _REMAINING:
        raise SuspectContent(
            SuspectReason.SHRUNK,
            f"Only {count} words are left of {before}.",
            hint="Look at the page: if it is right, it is announced after a second look.",
        )


def _first(phrases: Iterable[str], text: str) -> str:
    return next((phrase for phrase in phrases if f" {_folded(phrase)} " in text), "")


def _folded(text: str) -> str:
    """Words alone, so that punctuation and white space do not hide a phrase."""
    return essence(text).lower()
