"""Where on the page its text stands."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.html import HtmlElement

from syndicate.domain.model import Block, BlockKind
from syndicate.parsers.html.measure import Measures, measure

_MOST = 0.8
"""The share of the page's prose that a part must hold to stand for the page."""
_MARKED = 0.4
"""The same for a part that the page itself marks as its main part."""


def main_part(body: HtmlElement) -> HtmlElement:
    """The part of the page that holds its text."""
    measures = measure(body)
    return _descend(_marked(body, measures), measures)


def _marked(body: HtmlElement, measures: Measures) -> HtmlElement:
    """The part that the page calls its main one, where that holds enough of the prose; else the body."""
    candidates = [*body.iter("main"), *body.iterfind(".//*[@role='main']")]
    articles = list(body.iter("article"))
    bodies = body.findall(".//*[@itemprop='articleBody']")
    for group, least in ((bodies, 0.6), (articles, 0.5), (candidates, _MARKED)):
        best = max(group, key=measures.prose_of, default=None)
        if best is not None and measures.share_of(best) >= least:
            return best
    return body


def _descend(root: HtmlElement, measures: Measures) -> HtmlElement:
    """The deepest element that still holds most of the prose of `root`."""
    enough = _MOST * measures.prose_of(root)
    while enough:
        inner = next((child for child in root if measures.prose_of(child) >= enough), None)
        if inner is None or inner.tag in ("p", "ul", "ol", "table", "tbody", "tr", "dl"):
            return root
        root = inner
    return root


def drop_edges(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without the mere links before the first and after the last of the text."""
    start, end = 0, len(blocks)
    while end > start and _is_link_only(blocks[end - 1]):
        end -= 1
    while start < end and _is_link_only(blocks[start]):
        start += 1
    while end > start and end < len(blocks) and blocks[end - 1].kind is BlockKind.HEADING:
        end -= 1  # the heading of the links that went
    return list(blocks[start:end]) or list(blocks)


def _is_link_only(block: Block) -> bool:
    linked = sum(len(link.label) for link in block.links)
    return block.kind is not BlockKind.HEADING and linked >= 0.9 * len(block.text)
