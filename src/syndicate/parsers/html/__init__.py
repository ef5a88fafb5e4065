"""HTML pages: the main text without the furniture around it, and the documents that the page links to.

Options: `select` (CSS: only these parts are text), `ignore` (CSS: these parts are not there).
"""

from __future__ import annotations

from collections.abc import Sequence

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Block, Version
from syndicate.parsers._shared import Outline, current_recipe, make_version
from syndicate.parsers.html.about import page_canonical, page_dates, page_heading, page_language, page_title
from syndicate.parsers.html.attachments import find_attachments
from syndicate.parsers.html.blocks import read_blocks
from syndicate.parsers.html.content import main_part
from syndicate.parsers.html.edges import drop_ways_out, join_numbers
from syndicate.parsers.html.furniture import drop_furniture
from syndicate.parsers.html.hidden import drop_invisible
from syndicate.parsers.html.page import Page, open_page
from syndicate.parsers.html.tree import Element, drop
from syndicate.ports import ReadOptions

VERSION = 6
MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})
SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".php", ".asp", ".aspx", ".jsp"})

_NOTHING = "The page holds no text."


def parse(data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:
    """The main text of a page. Raises ParseError: NO_TEXT also where `select` matches nothing."""
    page = open_page(data, media_type, url)
    _ignore(page.body, options.ignore)
    elements = page.elements()
    attachments = find_attachments(page, elements)
    dates = page_dates(elements)
    language = page_language(page)
    title = page_title(page, elements)
    blocks = _selected(page, elements, options.select) if options.select else _main(page, elements)
    return make_version(
        blocks,
        current_recipe("html", options),
        title=title,
        language=language,
        dates=dates,
        attachments=attachments,
        canonical=page_canonical(page),
        nothing=_NOTHING,
    )


def _main(page: Page, elements: Sequence[Element]) -> list[Block]:
    """The blocks that the page is about, as far as its markup and its proportions tell."""
    visible = drop_invisible(elements)
    heading = page_heading(page, visible)
    part = main_part(drop_furniture(visible, heading), heading)
    return join_numbers(drop_ways_out(read_blocks(part, page, Outline())))


def _selected(page: Page, elements: Sequence[Element], selectors: tuple[str, ...]) -> list[Block]:
    """The blocks of what the operator selected, in document order, nothing twice."""
    chosen = {element for selector in selectors for element in _matches(page.body, selector)}
    if not chosen:
        raise ParseError(
            ParseReason.NO_TEXT,
            f"Nothing on the page matches select = {', '.join(selectors)}.",
            hint="Look whether the page was redesigned, and adapt the selector.",
        )
    parts = [part for part in drop_invisible(elements) if part in chosen]
    outline = Outline()
    for part in parts:
        if not chosen.intersection(part.iterancestors()):
            read_blocks(part, page, outline)
    return outline.blocks


def _ignore(body: Element, selectors: tuple[str, ...]) -> None:
    for selector in selectors:
        for element in _matches(body, selector):
            if element is not body and element.getparent() is not None:
                drop(element)


def _matches(body: Element, selector: str) -> list[Element]:
    try:
        return list(CSSSelector(selector, translator="html")(body))
    except (SelectorError, etree.XPathError) as problem:
        raise ParseError(
            ParseReason.DAMAGED,
            f"{selector!r} is no CSS selector ({problem}).",
            hint="Correct select or ignore.",
        ) from problem
