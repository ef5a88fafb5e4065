"""Lists of addresses: a sitemap (sitemaps.org, XML or text), an index of sitemaps, a feed (RSS, RDF, Atom).

No parser of documents: what a list holds is not read by anyone, only visited.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.parsers._shared import decode_text, short_title
from syndicate.ports import Listed, Listing, ListingKind

MOST_BYTES = 50 * 1024 * 1024
"""Unpacked; the limit of sitemaps.org."""
MOST_ENTRIES = 50_000
LONGEST_URL = 2048

_MARKS = b"\xef\xbb\xbf \t\r\n"
_HALVES = re.compile(
    rb"&#(?:x0*d[89a-f][0-9a-f]{2}"
    rb"|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));",
    re.IGNORECASE,
)
"""References to halves of surrogate pairs, as some programs write an emoji; XML does not have them."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SITEMAPS = {"urlset": ("url", ListingKind.SITEMAP), "sitemapindex": ("sitemap", ListingKind.INDEX)}
_FEEDS = {"rss": "item", "RDF": "item", "feed": "entry"}


def list_addresses(data: bytes, *, media_type: str, url: str) -> Listing:
    """What is listed in `data`, in its order, each address once.

    Packed lists (gzip) are unpacked. Raises ParseError: UNSUPPORTED for what is no list, TOO_LARGE, DAMAGED.
    """
    data = _unpacked(data).lstrip(_MARKS)
    if not data.startswith(b"<"):
        return _plain_list(data, media_type, url)
    try:
        return _listing(_tree(data), url)
    except UnicodeDecodeError:  # lxml, over a reference to what is no character
        raise ParseError(
            ParseReason.DAMAGED, "The list refers to characters that XML does not have."
        ) from None


def _listing(root: etree._Element, url: str) -> Listing:
    name = _name(root)
    if name in _SITEMAPS:
        child, kind = _SITEMAPS[name]
        found = (_sitemap_entry(element, url) for element in _children(root, child))
        return Listing(kind, _distinct(found))
    if name in _FEEDS:
        found = (_feed_entry(element, url) for element in _descendants(root, _FEEDS[name]))
        return Listing(ListingKind.FEED, _distinct(found))
    raise _no_list()


# --- bytes --------------------------------------------------------------------------------------------


def _unpacked(data: bytes) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            data = unpacker.decompress(data, MOST_BYTES + 1)
        except zlib.error as error:
            raise ParseError(ParseReason.DAMAGED, f"The list is not valid gzip ({error}).") from None
    if len(data) > MOST_BYTES:
        raise ParseError(ParseReason.TOO_LARGE, f"The list is larger than {MOST_BYTES >> 20} MB unpacked.")
    return data


def _tree(data: bytes) -> etree._Element:
    # Feeds in the wild are seldom flawless: what can be read of them is. Entities are never resolved.
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(_HALVES.sub(b"", data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(ParseReason.DAMAGED, f"The list is no XML ({error}).") from None
    if root is None:
        raise _no_list()
    return root


def _plain_list(data: bytes, media_type: str, url: str) -> Listing:
    """A sitemap may be a text with an address a line."""
    lines = decode_text(data, ("utf-8",)).split()
    if not lines or "html" in media_type or not all(_is_web(line) for line in lines[:100]):
        raise _no_list()
    return Listing(ListingKind.SITEMAP, _distinct(_listed(line, url) for line in lines))


def _no_list() -> ParseError:
    return ParseError(
        ParseReason.UNSUPPORTED,
        "It is neither a sitemap nor a feed.",
        hint='A page is watched with kind = "page".',
    )


# --- entries ------------------------------------------------------------------------------------------


def _sitemap_entry(element: etree._Element, base: str) -> Listed | None:
    return _listed(_text(element, "loc"), base, stated=_moment(_text(element, "lastmod")))


def _feed_entry(element: etree._Element, base: str) -> Listed | None:
    identity = _text(element, "guid") or _text(element, "id") or element.get(_RDF_ABOUT, "")
    link = _text(element, "link") or _atom_link(element) or (identity if _is_web(identity) else "")
    return _listed(
        link,
        base,
        identity=identity,
        title=short_title(_text(element, "title")),
        content=_content(element),
        stated=_moment(
            _text(element, "updated")
            or _text(element, "pubDate")
            or _text(element, "published")
            or _text(element, "date")
        ),
    )


_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def _listed(
    link: str,
    base: str,
    *,
    identity: str = "",
    title: str = "",
    content: str = "",
    stated: datetime | None = None,
) -> Listed | None:
    try:
        url = urldefrag(urljoin(base, link.strip())).url
    except ValueError:
        return None
    if not link or not _is_web(url) or len(url) > LONGEST_URL or _CONTROL.search(url):
        return None
    identity = _CONTROL.sub("", identity or url)[:LONGEST_URL]
    return Listed(url, identity, title, content, stated)


def _distinct(found: Iterable[Listed | None]) -> tuple[Listed, ...]:
    entries: dict[str, Listed] = {}
    for entry in found:
        if entry is not None:
            entries.setdefault(entry.url, entry)
        if len(entries) > MOST_ENTRIES:
            raise ParseError(ParseReason.TOO_LARGE, f"The list has more than {MOST_ENTRIES:,} addresses.")
    return tuple(entries.values())


def _atom_link(element: etree._Element) -> str:
    links = [child for child in _children(element, "link") if child.get("href")]
    own = [child for child in links if child.get("rel", "alternate") == "alternate"]
    return str(next(iter(own or links[:0]), element).get("href", ""))


def _content(element: etree._Element) -> str:
    """The fullest text of an entry, as HTML."""
    for name in ("encoded", "content", "description", "summary"):
        for child in _children(element, name):
            if text := _as_html(child):
                return text
    return ""


def _as_html(element: etree._Element) -> str:
    if len(element):  # Atom's type="xhtml": elements, not text
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in element)
    text = element.text or ""
    return escape(text) if element.get("type") == "text" else text.strip()


# --- XML without its name spaces ----------------------------------------------------------------------


def _name(element: etree._Element) -> str:
    # By hand: etree.QName refuses "dc:title" where nothing declares the prefix, as feeds in the wild have it.
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if _name(child) == name)


def _descendants(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element.iter() if _name(child) == name)


def _text(element: etree._Element, name: str) -> str:
    child = next(_children(element, name), None)
    return "" if child is None else "".join(child.itertext()).strip()


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _moment(text: str) -> datetime | None:
    """A time as lists write it (ISO 8601 or RFC 5322), aware; None for anything else."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
            return at if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError, TypeError):
            continue
    return None
