"""How much prose stands where, in one pass over the page."""

from __future__ import annotations

from lxml.html import HtmlElement

from syndicate.parsers.html.tags import BLOCKS, CONTROLS, INVISIBLE

_SENTENCE = 40
"""Characters from which the text of a block looks like a sentence rather than a label."""


class Measures:
    """Characters of prose and of all text below each element; links and labels are no prose."""

    def __init__(
        self,
        prose: dict[HtmlElement, float],
        text: dict[HtmlElement, int],
        linked: dict[HtmlElement, int],
        total: float,
    ) -> None:
        self._prose = prose
        self._text = text
        self._linked = linked
        self.total = total

    def prose_of(self, element: HtmlElement) -> float:
        return self._prose.get(element, 0.0)

    def share_of(self, element: HtmlElement) -> float:
        """The part of the page's prose that stands below the element, 0 to 1."""
        return self._prose.get(element, 0.0) / self.total if self.total else 0.0

    def text_of(self, element: HtmlElement) -> int:
        return self._text.get(element, 0)

    def link_density(self, element: HtmlElement) -> float:
        text = self._text.get(element, 0)
        return self._linked.get(element, 0) / text if text else 0.0


def measure(body: HtmlElement) -> Measures:
    """Measures a page. Backwards in document order, every element comes after all that is below it."""
    prose: dict[HtmlElement, float] = {}
    text: dict[HtmlElement, int] = {}
    linked: dict[HtmlElement, int] = {}
    direct: dict[HtmlElement, list[int]] = {}
    elements = list(body.iter())
    for element in reversed(elements):
        tag = element.tag
        unseen = not isinstance(tag, str) or tag in INVISIBLE or tag in CONTROLS
        own, own_linked = direct.pop(element, (0, 0))
        if not unseen:
            own += _length(element.text)
            text[element] = text.get(element, 0) + _length(element.text)
            if tag == "a":
                own_linked = own
                linked[element] = text[element]
        tail = _length(element.tail)
        parent = element.getparent()
        if parent is None or element is body:
            prose[element] = prose.get(element, 0.0) + _worth(own, own_linked)
            break
        above = direct.setdefault(parent, [0, 0])
        above[0] += tail
        text[parent] = text.get(parent, 0) + tail + (0 if unseen else text[element])
        if unseen:
            continue
        linked[parent] = linked.get(parent, 0) + linked.get(element, 0)
        if tag in BLOCKS:
            prose[element] = prose.get(element, 0.0) + _worth(own, own_linked)
        else:
            above[0] += own
            above[1] += own_linked
        prose[parent] = prose.get(parent, 0.0) + prose.get(element, 0.0)
    return Measures(prose, text, linked, prose.get(body, 0.0))


def _length(text: str | None) -> int:
    return len(text.strip()) if text else 0


def _worth(characters: int, linked: int) -> float:
    """A block's prose: its unlinked text, and little of it for a mere label."""
    plain = characters - linked
    if linked > plain:
        return 0.0
    return float(plain) if characters >= _SENTENCE else plain * 0.25
