"""What a page says about itself: title, language, dates."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from syndicate.domain.model import StatedDate
from syndicate.parsers._shared import find_dates, fold, may_state_date, primary_subtag
from syndicate.parsers.html.page import Page
from syndicate.parsers.html.tags import BLOCKS

_SITE_BREAK = re.compile(r"\s+[|–—·»:-]\s+")
_LONGEST_LINE = 300


def page_language(page: Page) -> str:
    """The language that the page declares, or ""."""
    declared = page.root.get("lang") or page.root.get("xml:lang") or page.body.get("lang") or ""
    return primary_subtag(declared) or primary_subtag(
        _meta(page, "content-language") or _meta(page, "og:locale")
    )


def page_heading(page: Page) -> str:
    """The page's own first-rank heading: the one that its <title> confirms, else the only one, else ""."""
    title = _document_title(page).lower()
    headings = [text for text in (fold("".join(item.itertext())) for item in page.body.iter("h1")) if text]
    confirmed = [text for text in headings if text.lower() in title]
    return next(iter(confirmed or (headings if len(headings) == 1 else [])), "")


def page_title(page: Page) -> str:
    """What the page calls itself, without the name of its site; "" where it says nothing."""
    return page_heading(page) or fold(_meta(page, "og:title")) or _SITE_BREAK.split(_document_title(page))[0]


def page_dates(page: Page) -> tuple[StatedDate, ...]:
    """The dates that the page states of itself, anywhere on it."""
    dates: list[StatedDate] = []
    for element in page.body.iter():
        for text, owner in ((element.text, element), (element.tail, element.getparent())):
            if text and owner is not None and len(text) < _LONGEST_LINE and may_state_date(text):
                dates += find_dates(_line(owner))
    return tuple(dict.fromkeys(dates))


def _document_title(page: Page) -> str:
    element = page.root.find(".//title")
    return "" if element is None else fold("".join(element.itertext()))


def _line(element: HtmlElement) -> str:
    """The text of the block around an element, or "" where that is longer than any line of dates."""
    while element.tag not in BLOCKS and element.getparent() is not None:
        element = element.getparent()
    parts: list[str] = []
    for part in element.itertext():
        parts.append(part)
        if len(parts) > _LONGEST_LINE:
            return ""
    line = fold("".join(parts))
    return line if len(line) < _LONGEST_LINE else ""


def _meta(page: Page, name: str) -> str:
    for attribute in ("property", "name", "http-equiv"):
        for element in page.root.iterfind(f".//meta[@{attribute}]"):
            if element.get(attribute, "").lower() == name:
                return str(element.get("content", ""))
    return ""
