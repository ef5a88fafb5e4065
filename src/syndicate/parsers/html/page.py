"""Bytes to a tree: charset, size and depth limits, the address that relative links count from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.parsers._shared import decode_text

_LARGEST = 20 * 1024 * 1024
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Page:
    """A page in the making. `base` is what relative links count from, or "" where nobody knows."""

    root: HtmlElement
    body: HtmlElement
    base: str

    def absolute(self, target: str) -> str:
        """The address that a link leads to; "" for one that is none."""
        try:
            return urljoin(self.base, "".join(target.split("\n")).strip())
        except ValueError:  # "http://[broken"
            return ""

    def document_of(self, target: str) -> str:
        """The same without its fragment."""
        return urldefrag(self.absolute(target)).url


def open_page(data: bytes, media_type: str, url: str) -> Page:
    """Raises ParseError for what is empty, larger than 20 MB or nested beyond all reason."""
    if len(data) > _LARGEST:
        raise ParseError(
            ParseReason.TOO_LARGE, f"The page has {len(data) >> 20} MB; pages are read up to 20 MB."
        )
    root = _tree(decode_text(data, _declared(data, media_type)))
    body = root.find("body")
    if body is None:
        raise ParseError(ParseReason.NO_TEXT, "The page holds no text.")
    base = root.find(".//base[@href]")
    page = Page(root, body, url)
    return page if base is None else Page(root, body, page.absolute(base.get("href", "")))


def _declared(data: bytes, media_type: str) -> tuple[str, ...]:
    found = _CHARSET.search(media_type)
    inside = _META.search(data[:_HEAD]) or _XML.search(data[:_HEAD])
    meta = inside[1].decode("ascii") if inside else ""
    # A page that can be searched for ASCII is not in UTF-16, whatever it says.
    return (found[1] if found else "", "utf-8" if meta.lower().startswith("utf-16") else meta)


def _tree(text: str) -> HtmlElement:
    # As UTF-8 bytes, because lxml refuses a str with an XML declaration. `huge_tree` raises the depth limit
    # from 256 to 2,048; HTML has no entities that could grow, and the size is limited above.
    encoded = text.replace("\0", "").encode("utf-8", "replace")
    parser = HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        root = etree.fromstring(encoded, parser)
    except etree.LxmlError as problem:
        root = None
        if encoded.strip() and problem.code != etree.ErrorTypes.ERR_NO_MEMORY:
            raise ParseError(
                ParseReason.DAMAGED, f"The page cannot be read as HTML ({problem})."
            ) from problem
    _refuse_part_of_a_page(parser)
    if root is None:
        raise ParseError(ParseReason.NO_TEXT, "The page is empty.")
    return root if root.tag == "html" else _framed(root)


def _refuse_part_of_a_page(parser: HTMLParser) -> None:
    """libxml2 keeps what it had when it met a limit; the rest would be missing without a word."""
    if parser.error_log.filter_types((etree.ErrorTypes.ERR_NO_MEMORY,)):
        raise ParseError(ParseReason.LIMIT, "The page needs more memory than a reader gets.")
    if parser.error_log.filter_types((etree.ErrorTypes.ERR_RESOURCE_LIMIT,)):
        raise ParseError(ParseReason.DAMAGED, "The page is nested more than 2,000 levels deep.")


def _framed(root: HtmlElement) -> HtmlElement:
    html = root.makeelement("html")
    body = html if root.tag == "body" else root.makeelement("body")
    if body is not html:
        html.append(body)
    body.append(root)
    return html
