"""Documents that a page links to, wherever on the page the links stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urlsplit

from syndicate.domain.model import Attachment
from syndicate.parsers._shared import fold
from syndicate.parsers.html.page import Page
from syndicate.parsers.html.tree import Element


def _set(suffixes: str) -> frozenset[str]:
    return frozenset(suffixes.split())


_LINKS = _set("a area")
_SUFFIXES = _set(
    ".pdf .docx .doc .dotx .odt .rtf .xlsx .xls .ods .pptx .ppt .odp .epub .csv .zip .docm .xlsm"
)
_PAGE_SUFFIXES = _set(".html .htm .xhtml .php .asp .aspx .jsp .shtml")
_PICTURE_SUFFIXES = _set(".jpg .jpeg .png .gif .svg .webp .mp4 .mp3 .ico")
_SUFFIX = re.compile(r"\.(?:pdf|do[ct]|xl|ppt|od[tsp]|rtf|epub|csv|zip)|%2e", re.IGNORECASE)
_TYPES = re.compile(
    r"application/(?:pdf|msword|rtf|vnd\.openxmlformats|vnd\.oasis|vnd\.ms-(?:excel|powerpoint|word))",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:download|hent|herunterladen|télécharger)\b|\b(?:pdf|docx?|odt|word|xlsx?|pptx?)\b\s*(?:[,;)\]–-]|$|\d)|"
    r"[(\[]\s*(?:pdf|docx?|word|xlsx?)\b|(?:åbner|open) (?:som |as )?pdf"
)
_IN_LABEL = re.compile(r"pdf|doc|odt|word|xls|ppt|(?:download|hent|herunterladen|télécharger)\b")


def find_attachments(page: Page, elements: Sequence[Element]) -> tuple[Attachment, ...]:
    """All links to documents among the page's elements, in order, each target once with its first label."""
    found: dict[str, str] = {}
    for link in elements:
        if link.tag not in _LINKS:
            continue
        href = link.get("href", "").strip()
        label = _label(link)
        if not _may_lead_to_document(link, href, label):
            continue
        url = page.document_of(href)
        if _is_web_address(url) and _leads_to_document(link, url, label) and not found.get(url):
            found[url] = label
    return tuple(Attachment(label, url, place) for place, (url, label) in enumerate(found.items()))


def _may_lead_to_document(link: Element, href: str, label: str) -> bool:
    """A quick look, because pages have hundreds of links."""
    if not href or href.startswith("#"):
        return False
    told = link.get("download") is not None or link.get("type") is not None
    return told or _SUFFIX.search(href) is not None or _names_format(label)


def _names_format(label: str) -> bool:
    """Whether the label of a link says that it leads to a document."""
    small = label.lower()
    return _IN_LABEL.search(small) is not None and _LABEL.search(small) is not None


def _is_web_address(url: str) -> bool:
    """Whether it can be retrieved; a relative one of a page whose address nobody knows counts."""
    try:
        return bool(url) and urlsplit(url).scheme in ("http", "https", "")
    except ValueError:
        return False


def _label(link: Element) -> str:
    visible = fold("".join(link.itertext()) if len(link) else link.text or "")
    return visible or fold(
        link.get("title") or link.get("aria-label") or next((i.get("alt", "") for i in link.iter("img")), "")
    )


def _leads_to_document(link: Element, url: str, label: str) -> bool:
    parts = urlsplit(url)
    suffix = PurePosixPath(unquote(parts.path)).suffix.lower()
    if suffix in _SUFFIXES or _names_document(parts.query):
        return True
    if suffix in _PICTURE_SUFFIXES:
        return False
    if link.get("download") is not None or _TYPES.match(link.get("type", "")):
        return True
    is_page = suffix in _PAGE_SUFFIXES or parts.path.endswith("/") or not parts.path
    return not is_page and _names_format(label)


def _names_document(query: str) -> bool:
    """Whether a value in the query is a document's file name, as in "?file=report.pdf"."""
    return any(PurePosixPath(value).suffix.lower() in _SUFFIXES for _, value in parse_qsl(query))
