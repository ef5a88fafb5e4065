"""What a page says about itself: title, language, dates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicate.domain.model import StatedDate
from syndicate.parsers._shared import find_dates, fold, may_state_date, primary_subtag
from syndicate.parsers.html.names import LAYER, role_name
from syndicate.parsers.html.page import Page
from syndicate.parsers.html.tags import BLOCKS
from syndicate.parsers.html.tree import Element

_SITE_BREAK = re.compile(r"\s+[|–—·»:-]\s+")
_LONGEST_LINE = 300
_ASIDE = frozenset({"aside", "nav", "footer"})
_SHORTEST_HEADING = 4
_RANKS = frozenset({"h1", "h2", "h3"})


def page_language(page: Page) -> str:
    """The language that the page declares, or ""."""
    declared = page.root.get("lang") or page.root.get("xml:lang") or page.body.get("lang") or ""
    return primary_subtag(declared) or primary_subtag(
        _meta(page, "content-language") or _meta(page, "og:locale")
    )


def page_canonical(page: Page) -> str:
    """The address that the page gives as its own (rel="canonical"), or ""."""
    for link in page.root.iterfind("head//link[@rel]"):
        if "canonical" in link.get("rel", "").lower().split() and link.get("href", "").strip():
            return page.document_of(link.get("href", ""))
    return ""


def page_heading(page: Page, elements: Sequence[Element]) -> Element | None:
    """The heading of the page's text: the longest that its <title> confirms, else the only h1."""
    title = _document_title(page).lower()
    confirmed: dict[Element, int] = {}
    for heading in (element for element in elements if element.tag in _RANKS):
        text = text_of(heading)
        if len(text) >= _SHORTEST_HEADING and text.lower() in title and not _stands_aside(heading):
            confirmed[heading] = len(text)
    if confirmed:
        return max(confirmed, key=lambda heading: confirmed[heading])
    all_first = (element for element in elements if element.tag == "h1")
    first_rank = [heading for heading in all_first if text_of(heading) and not _stands_aside(heading)]
    return first_rank[0] if len(first_rank) == 1 else None


def _stands_aside(heading: Element) -> bool:
    """Whether it is over a box beside the text: an author's name, a link to this page among the most read."""
    return any(outer.tag in _ASIDE or role_name(outer) == LAYER for outer in heading.iterancestors())


def page_title(page: Page, elements: Sequence[Element]) -> str:
    """What the page calls itself, without the name of its site; "" where it says nothing."""
    heading = page_heading(page, elements)
    own = "" if heading is None else text_of(heading)
    return own or fold(_meta(page, "og:title")) or _SITE_BREAK.split(_document_title(page))[0]


def text_of(element: Element) -> str:
    """All text below an element, on one line."""
    return fold("".join(element.itertext()))


def page_dates(elements: Sequence[Element]) -> tuple[StatedDate, ...]:
    """The dates that a page states of itself, anywhere in the elements of its body."""
    dates: list[StatedDate] = []
    for element in elements:
        text, tail = element.text, element.tail
        if text and len(text) < _LONGEST_LINE and may_state_date(text):
            dates += find_dates(_line(element)) or find_dates(fold(text))
        if tail and len(tail) < _LONGEST_LINE and may_state_date(tail) and element is not elements[0]:
            dates += find_dates(_line(element.getparent())) or find_dates(fold(tail))
    return tuple(dict.fromkeys(dates))


def _document_title(page: Page) -> str:
    element = page.root.find(".//title")
    return "" if element is None else text_of(element)


def _line(element: Element) -> str:
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
