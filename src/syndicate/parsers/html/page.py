"""Bytes to a tree: charset, size and depth limits, the address that relative links count from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from lxml import etree
from lxml.etree import SubElement

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.parsers._shared import decode_text
from syndicate.parsers.html.mail_addresses import show_addresses
from syndicate.parsers.html.tree import Element

_LARGEST = 20 * 1024 * 1024
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096
_OF_HEAD = frozenset({"title", "meta", "link", "script", "style", "base", "noscript", "template", "object"})


@dataclass(frozen=True, slots=True)
class Page:
    """A page in the making. `base` is what relative links count from, or "" where nobody knows."""

    root: Element
    body: Element
    base: str

    def elements(self) -> list[Element]:
        """The body and all that is in it, in document order.

        Walking over a tree costs ten times what a look at its elements does: whoever looks at each of them
        takes such a list, and whoever removes some returns the list of the others.
        """
        return list(self.body.iter(etree.Element))

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
    if b"email-protection" in data or b"data-cfemail" in data:
        show_addresses(root)
    body = _body(root)
    page = Page(root, body, url)
    base = next((href for base in root.iter("base") if (href := base.get("href")) is not None), None)
    return page if base is None else Page(root, body, page.absolute(base))


def _declared(data: bytes, media_type: str) -> tuple[str, ...]:
    found = _CHARSET.search(media_type)
    inside = _META.search(data[:_HEAD]) or _XML.search(data[:_HEAD])
    meta = inside[1].decode("ascii") if inside else ""
    # A page that can be searched for ASCII is not in UTF-16, whatever it says.
    return (found[1] if found else "", "utf-8" if meta.lower().startswith("utf-16") else meta)


def _tree(text: str) -> Element:
    # As UTF-8 bytes, because lxml refuses a str with an XML declaration. `huge_tree` raises the depth limit
    # from 256 to 2,048; HTML has no entities that could grow, and the size is limited above.
    encoded = text.replace("\0", "").encode("utf-8", "replace")
    parser = etree.HTMLParser(
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


def _body(root: Element) -> Element:
    """The body, with what libxml2 left outside of it: it does not know that <main> and the like begin one."""
    head, body = root.find("head"), root.find("body")
    strays = [] if head is None else [child for child in head if child.tag not in _OF_HEAD]
    strays += [child for child in root if child is not head and child is not body]
    if body is None:
        body = SubElement(root, "body")
    for place, stray in enumerate(strays):
        body.insert(place, stray)
    return body


def _refuse_part_of_a_page(parser: etree.HTMLParser) -> None:
    """libxml2 keeps what it had when it met a limit; the rest would be missing without a word."""
    if parser.error_log.filter_types((etree.ErrorTypes.ERR_NO_MEMORY,)):
        raise ParseError(ParseReason.LIMIT, "The page needs more memory than a reader gets.")
    if parser.error_log.filter_types((etree.ErrorTypes.ERR_RESOURCE_LIMIT,)):
        raise ParseError(ParseReason.DAMAGED, "The page is nested more than 2,000 levels deep.")


def _framed(root: Element) -> Element:
    html = root.makeelement("html")
    body = html if root.tag == "body" else root.makeelement("body")
    if body is not html:
        html.append(body)
    body.append(root)
    return html
