"""Where the links of a text lead, and whether that changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.domain.diffing.words import essence
from syndicate.domain.model import Block, Facet, FacetKind, Link

_FOLLOWING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|gbraid|wbraid|msclkid|dclid|yclid|twclid|li_fat_id|mc_[ce]id|igshid|mkt_tok|_ga|_gl|_hs\w+|"
    r"locale2?|hl|ref_src|phpsessid|jsessionid|sid|sessionid|session_id)$",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"[?&](?:u|url|q|to|target|dest|destination|redirect|redirect_ur[il])=(https?(?::|%3A)[^&#]*)",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"%([0-7][0-9A-F])", re.IGNORECASE)
_APART = re.compile(r"\D{4,}")
_SESSION = re.compile(r";jsessionid=[^?#/]*", re.IGNORECASE)


def target(url: str) -> str:
    """What a link leads to: without scheme, fragment, and parameters that follow the reader.

    A link that passes through a counter ("…/go?url=https://…") leads to what the counter passes on to.
    """
    if wrapped := _WRAPPED.search(url):
        url = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), wrapped[1])
    address = _SESSION.sub("", url.partition("#")[0]).strip()
    address, _, query = address.partition("?")
    kept = [part for part in query.split("&") if part and not _FOLLOWING.match(part.partition("=")[0])]
    scheme, mark, rest = address.partition("://")
    host, slash, path = (rest if mark else address).partition("/")
    known = scheme.lower() in ("http", "https")
    if path.lower().partition("/")[0] == host.lower():
        # Written without its scheme, an address was read as a path of its own host.
        path = path.partition("/")[2]
    address = f"//{host.lower()}{slash}{path}" if known else address
    return address.rstrip("/") + ("?" + "&".join(kept) if kept else "")


def link_facets(before: Block, after: Block) -> Iterator[Facet]:
    """One facet for each link that carries the same words and leads elsewhere.

    A link that only came or went with its words unchanged has "" on one side.
    """
    old, new = _by_label(before.links), _by_label(after.links)
    for label in old.keys() | new.keys() if old != new else ():
        gone = [url for url in old.get(label, ()) if target(url) not in map(target, new.get(label, ()))]
        come = [url for url in new.get(label, ()) if target(url) not in map(target, old.get(label, ()))]
        for first, second in zip(gone, come, strict=False):
            yield Facet(FacetKind.LINK, first, second)


def same_beside_links(before: Block, after: Block) -> bool:
    """Whether two texts only differ in white space at the edges of their links: "see <a>our rules</a>" and
    "see<a>our rules</a>". Where a link has a digit in its words, such a space may part two numbers.
    """
    labels = {link.label for link in (*before.links, *after.links) if _APART.fullmatch(link.label)}
    edges = sorted((label for label in labels if label in before.text and label in after.text), key=len)
    if not edges:
        return False
    anywhere = re.compile(rf"\s*({'|'.join(map(re.escape, reversed(edges)))})\s*")
    first, second = (essence(anywhere.sub(r" \1 ", block.text)) for block in (before, after))
    return first == second


def _by_label(links: tuple[Link, ...]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for link in links:
        # A bare anchor ("#top") leads nowhere else.
        if target(link.url):
            result.setdefault(essence(link.label), []).append(link.url)
    return result
