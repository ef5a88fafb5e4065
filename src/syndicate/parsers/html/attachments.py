"""Documents that a page links to, wherever on the page the links stand."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.html import HtmlElement

from syndicate.domain.model import Attachment
from syndicate.parsers._shared import fold
from syndicate.parsers.html.page import Page


def _set(suffixes: str) -> frozenset[str]:
    return frozenset(suffixes.split())


_SUFFIXES = _set(
    ".pdf .docx .doc .dotx .odt .rtf .xlsx .xls .ods .pptx .ppt .odp .epub .csv .zip .docm .xlsm"
)
_PAGE_SUFFIXES = _set(".html .htm .xhtml .php .asp .aspx .jsp .shtml")
_PICTURE_SUFFIXES = _set(".jpg .jpeg .png .gif .svg .webp .mp4 .mp3 .ico")
_TYPES = re.compile(
    r"application/(?:pdf|msword|rtf|vnd\.openxmlformats|vnd\.oasis|vnd\.ms-(?:excel|powerpoint|word))",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:download|hent|herunterladen|télécharger)\b|\b(?:pdf|docx?|odt|word|xlsx?|pptx?)\b\s*(?:[,;)\]–-]|$|\d)|"
    r"[(\[]\s*(?:pdf|docx?|word|xlsx?)\b|(?:åbner|open) (?:som |as )?pdf",
    re.IGNORECASE,
)


def find_attachments(page: Page) -> tuple[Attachment, ...]:
    """All of the page's links to documents, in order, each target once with its first label."""
    found: dict[str, str] = {}
    for link in page.body.iter("a", "area"):
        url = page.document_of(link.get("href", ""))
        if not url.lower().startswith(("http:", "https:")) and _scheme(url):
            continue
        label = _label(link)
        if url and _leads_to_document(link, url, label) and not found.get(url):
            found[url] = label
    return tuple(Attachment(label, url, place) for place, (url, label) in enumerate(found.items()))


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return "invalid"


def _label(link: HtmlElement) -> str:
    visible = fold("".join(link.itertext()))
    return visible or fold(
        link.get("title") or link.get("aria-label") or next((i.get("alt", "") for i in link.iter("img")), "")
    )


def _leads_to_document(link: HtmlElement, url: str, label: str) -> bool:
    parts = urlsplit(url)
    suffix = PurePosixPath(unquote(parts.path)).suffix.lower()
    if suffix in _SUFFIXES or _names_document(parts.query):
        return True
    if suffix in _PICTURE_SUFFIXES:
        return False
    if link.get("download") is not None or _TYPES.match(link.get("type", "")):
        return True
    is_page = suffix in _PAGE_SUFFIXES or parts.path.endswith("/") or not parts.path
    return not is_page and _LABEL.search(label) is not None


def _names_document(query: str) -> bool:
    """Whether a value in the query is a document's file name, as in "?file=report.pdf"."""
    return any(PurePosixPath(value).suffix.lower() in _SUFFIXES for _, value in parse_qsl(query))
