"""What is on a page but not to be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from lxml import etree

from syndicate.parsers.html.tags import CONTROLS, HEADINGS, INVISIBLE
from syndicate.parsers.html.tree import Element, drop_outermost

_PANEL = 200
"""Hidden text of this length that a control of the page opens is a folded panel, not a leftover."""
_LINE = 20
"""Characters from which a shorter one is an answer, where it leads nowhere and asks for nothing."""
_WAYS_ON = frozenset({"a", "button", "input", "select", "textarea", "form", "nav", "img", "svg"})
_WHOLE_TEXT = 0.3
"""Hidden text that makes so much of the page is what a script will show."""
_SAME = 0.8
"""The share of its long words by which a hidden text is known again."""
_FEWEST_WORDS = 10
_LONG_WORDS = re.compile(r"\w{6,}")
_WHOLE_PAGE = 0.8
"""The share of the page's text from which <noscript> was never closed, or holds the page itself."""
_PANEL_ROLES = frozenset({"region", "tabpanel"})
_NEVER_SHOWN = INVISIBLE | CONTROLS
_UNREAD = _NEVER_SHOWN - {"noscript"}
_OPENERS = frozenset({"a", "button", "summary", "div", "h2", "h3", "h4", "span", "li"})
_OPENING = ("aria-controls", "data-target", "data-bs-target", "href")

_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNSEEN_NAMES = re.compile(
    r"(?:^|\s)(?:visually-?hidden|sr-only|screen-?reader(?:-text|s?-only)?|show-for-sr|element-invisible|"
    r"u-hidden-visually|skip-?(?:link|to-content|nav)\S*|offscreen|print-only|d-none)(?:\s|$)",
    re.IGNORECASE,
)


def drop_invisible(elements: Sequence[Element]) -> list[Element]:
    """Takes away what no reader sees of a page, and returns the elements that are left.

    Folded panels (accordions, tabs) stay: a reader can open them.
    """
    for element in elements:
        if element.tag == "noscript" and _is_whole_page(element, elements):
            element.tag = "div"
    shown = drop_outermost(elements, lambda element: element.tag in _NEVER_SHOWN)
    page = _Page(shown)
    return drop_outermost(shown, lambda element: _is_hidden(element) and not page.is_panel(element))


class _Page:
    """What decides whether a hidden part is a panel; most pages never ask."""

    def __init__(self, elements: Sequence[Element]) -> None:
        self._elements = elements

    def is_panel(self, element: Element) -> bool:
        """Whether what is hidden is to be read all the same: a control or a script shows it."""
        length = _length(element)
        if element.get("itemscope") is not None and self._is_told_again(element):
            return False  # for machines
        if length > _WHOLE_TEXT * self._whole:
            return True
        opened = element.get("role", "") in _PANEL_ROLES or element.get("id", "") in self._opened
        return opened and (length >= _PANEL or _is_short_text(element, length))

    def _is_told_again(self, element: Element) -> bool:
        """Whether readers see what is hidden here: nearly all of its long words."""
        words = set(_LONG_WORDS.findall("".join(element.itertext())))
        return len(words) >= _FEWEST_WORDS and len(words & self._seen) >= _SAME * len(words)

    @cached_property
    def _seen(self) -> set[str]:
        """The long words that readers see."""
        hidden: set[Element] = set()
        words: set[str] = set()
        for element in self._elements:
            above = element.getparent()
            if above in hidden or _is_hidden(element):
                hidden.add(element)
            else:
                words.update(_LONG_WORDS.findall(element.text or ""))
            if above not in hidden:
                words.update(_LONG_WORDS.findall(element.tail or ""))
        return words

    @cached_property
    def _whole(self) -> int:
        return _length(self._elements[0])

    @cached_property
    def _opened(self) -> set[str]:
        """The ids of what some control of the page opens."""
        ids: set[str] = set()
        for element in self._elements:
            for name in _OPENING if element.tag in _OPENERS else ():
                value = element.get(name, "")
                if value and (name == "aria-controls" or value.startswith("#")):
                    ids.update(part.lstrip("#") for part in value.split())
        return ids


def _is_short_text(element: Element, length: int) -> bool:
    """Whether a short panel is an answer, and no menu and no form."""
    return length >= _LINE and next(element.iter(*_WAYS_ON), None) is None


def _is_whole_page(element: Element, elements: Sequence[Element]) -> bool:
    own = _own_length(element.iter(etree.Element))
    return own >= _PANEL and own > _WHOLE_PAGE * _own_length(elements)


def _own_length(elements: Iterable[Element]) -> int:
    """Characters at the beginning of elements that are shown; enough to compare parts of a page."""
    return sum(len(element.text or "") for element in elements if element.tag not in _UNREAD)


def _is_hidden(element: Element) -> bool:
    attributes = element.keys()
    if "class" in attributes and _is_unseen(element.get("class", "")) and element.tag not in HEADINGS:
        return True
    return (
        "hidden" in attributes
        or ("aria-hidden" in attributes and element.get("aria-hidden", "").lower() == "true")
        or ("style" in attributes and _HIDING.search(element.get("style", "")) is not None)
    )


@lru_cache(maxsize=8192)
def _is_unseen(names: str) -> bool:
    return _UNSEEN_NAMES.search(names) is not None


def _length(element: Element) -> int:
    return sum(map(len, map(str.strip, element.itertext())))
