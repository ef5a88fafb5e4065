"""Where on the page its text stands.

The core is the smallest part with most of the prose. What stands between the page's heading and the core (a
lead, a summary box) belongs to the text too, and so do neighbours of the core that read like it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from syndicate.parsers.html.measure import Amount, Measures, measure
from syndicate.parsers.html.tags import HEADINGS
from syndicate.parsers.html.tree import Element, drop, mains_of

_MOST = 0.8
"""The share of the prose around it that a part must hold to be the core."""
_MARKED = {"bodies": 0.6, "articles": 0.5, "mains": 0.4}
"""The share of the page's prose from which a part that the page itself marks is believed to hold the text."""
_NEIGHBOUR = 0.15
"""The share of the core's prose from which a neighbour of it is more than a note."""
_WORDY = 150.0
"""Characters of prose per link from which a part is written to be read, not to be left."""
_TEASING = 0.18
_WORDS_OF_TEASER = 120.0
_BESIDE_TEASERS = 0.3
"""The share of the prose that must be left for teasers to be left out of account."""
_SENTENCE = 40.0
_FEWEST_LINKS = 3
_NO_LINKS = 0.1
_OWN = 250
"""Characters of unlinked text between its children from which an element is a text, and no frame of one."""
_LINES = frozenset({"p", "blockquote"})
_INSIDE_TEXT = frozenset({"p", "ul", "ol", "table", "tbody", "tr", "dl", "blockquote", "pre", *HEADINGS})


def main_part(elements: Sequence[Element], heading: Element | None) -> Element:
    """The part of the page that holds its text; whatever is not text beside the core is removed from it."""
    measures = measure(elements)
    core = _core(_marked(elements, measures), heading, measures)
    scope = _scope(core, heading, measures)
    _remove_neighbours(core, scope, heading, measures)
    _remove_menus(core, heading, measures)
    return scope


def _marked(elements: Sequence[Element], measures: Measures) -> Element:
    """The part that the page calls its main one, where that holds enough of the prose; else the body."""
    groups = {
        "bodies": [element for element in elements[1:] if element.get("itemprop") == "articleBody"],
        "articles": [element for element in elements if element.tag == "article"],
        "mains": mains_of(elements),
    }
    for name, group in groups.items():
        best = max(group, key=measures.share_of, default=None)
        if best is not None and measures.share_of(best) >= _MARKED[name]:
            return best
    return elements[0]


def _core(root: Element, heading: Element | None, measures: Measures) -> Element:
    """The deepest element that still holds most of the prose of the one around it.

    Without a heading of the page, not below one whose children begin with headings of their own.
    """
    while (inner := _heart(root, measures)) is not None:
        if heading is None and _opens_with_chapters(inner):
            return root
        root = inner
    return root


def _opens_with_chapters(inner: Element) -> bool:
    """Whether headings with lines of text stand beside and before a part: then all of it is one text."""
    lines = False
    for sibling in inner.itersiblings(preceding=True):
        if sibling.tag in HEADINGS:
            if lines or _says_something(sibling.tail):
                return True
        else:
            lines = (sibling.tag in _LINES and _says_something(sibling.text)) or _says_something(sibling.tail)
    return False


def _says_something(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def _heart(element: Element, measures: Measures) -> Element | None:
    """The child that makes the element what it is; None where several do, and inside of a text."""
    own = measures.of(element)
    if own.own - own.own_linked >= _OWN and own.own_linked < _NO_LINKS * own.own:
        return None  # sentences that stand in no block of their own would be lost
    children = [child for child in element if measures.of(child).prose]
    written = [child for child in children if not _is_teasing(measures.of(child))]
    if _prose(written, measures) >= _BESIDE_TEASERS * measures.of(element).prose:
        children, whole = written, _prose(written, measures)
    else:
        whole = measures.of(element).prose
    best = max(children, key=measures.share_of, default=None)
    if best is None or best.tag in _INSIDE_TEXT:
        return None
    return best if measures.of(best).prose >= _MOST * whole else None


def _prose(elements: list[Element], measures: Measures) -> float:
    return sum(measures.of(element).prose for element in elements)


def _is_teasing(amount: Amount) -> bool:
    """Whether a part is there to be left for other pages: many links, few words around them."""
    return amount.link_density >= _TEASING and amount.prose < _WORDS_OF_TEASER * amount.links


def _scope(core: Element, heading: Element | None, measures: Measures) -> Element:
    """The smallest element around both the core and the page's heading; without one, around core and lead."""
    if heading is None:
        return _around_lead(core, measures)
    around_heading = set(heading.iterancestors())
    return next((part for part in (core, *core.iterancestors()) if part in around_heading), core)


def _around_lead(core: Element, measures: Measures) -> Element:
    """The element around the core and a lead before it, also where the core stands in frames of its own."""
    part = core
    while part.tag != "body" and measures.of(part).prose <= measures.of(core).prose:
        if any(_is_lead(sibling, measures) for sibling in part.itersiblings(preceding=True)):
            return part.getparent()
        part = part.getparent()
    return core


def _remove_neighbours(core: Element, scope: Element, heading: Element | None, measures: Measures) -> None:
    """Between core and scope, removes what neither leads from the heading to the core nor reads like it."""
    to_heading = [] if heading is None or core is scope else _path(heading, scope)
    for part in to_heading[:-1]:
        _remove_beside(part, after=lambda child: _is_lead(child, measures))
    least = _NEIGHBOUR * measures.of(core).prose
    for part in _path(core, scope):
        begun = heading is None or part.getparent() is not scope  # is the heading above all here?
        for child in list(part.getparent()):
            if child is part:
                begun = False
            elif child in to_heading:
                begun = True
            elif not (begun and _is_lead(child, measures)) and not _is_alike(child, part, least, measures):
                drop(child)


def _remove_menus(core: Element, heading: Element | None, measures: Measures) -> None:
    """Removes what is mere links before the first and after the last text in the core, lists excepted."""
    holds_heading = set() if heading is None else {heading, *heading.iterancestors()}
    children = list(core) if measures.of(core).prose >= _SENTENCE else []  # a page of links is its own text
    for side in (children, children[::-1]):
        for child in takewhile(lambda child: measures.of(child).prose < _SENTENCE, side):
            if _is_menu(measures.of(child)) and child.tag not in _INSIDE_TEXT and child not in holds_heading:
                drop(child)


def _is_menu(amount: Amount) -> bool:
    return amount.links >= _FEWEST_LINKS and amount.link_density >= 0.5


def _path(element: Element, scope: Element) -> list[Element]:
    """The element and those around it, up to but without `scope`."""
    path: list[Element] = []
    while element is not scope:
        path.append(element)
        element = element.getparent()
    return path


def _remove_beside(part: Element, after: Callable[[Element], bool]) -> None:
    """Removes the siblings before `part`, and those after it that `after` does not want."""
    passed = False
    for child in list(part.getparent()):
        if child is part:
            passed = True
        elif not (passed and after(child)):
            drop(child)


def _is_lead(element: Element, measures: Measures) -> bool:
    amount = measures.of(element)
    return amount.prose >= _SENTENCE and amount.link_density < 0.5


def _is_alike(element: Element, part: Element, least: float, measures: Measures) -> bool:
    """Whether a neighbour reads like the core: made the same way, or long and with few links."""
    amount = measures.of(element)
    if element.tag == part.tag and element.get("class") == part.get("class") and amount.prose >= _SENTENCE:
        return amount.link_density < 0.5
    return amount.prose >= least and amount.prose >= _WORDY * (1 + amount.links)
