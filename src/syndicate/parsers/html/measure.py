"""How much prose stands where, in two passes over the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from syndicate.parsers.html.links import CONTACTS
from syndicate.parsers.html.tags import BLOCKS, HEADINGS
from syndicate.parsers.html.tree import Element

_SENTENCE = 40
"""Characters from which the text of a block looks like a sentence rather than a label."""
_WORTH_OF_LABEL = 0.25


@dataclass(slots=True)
class Amount:
    """Characters at an element and below: all, those inside links, and those that count as prose."""

    text: int = 0
    linked: int = 0
    prose: float = 0.0
    links: int = 0
    own: int = 0
    """Characters of the block itself, without those of blocks inside it."""
    own_linked: int = 0

    @property
    def link_density(self) -> float:
        return self.linked / self.text if self.text else 0.0


@dataclass(slots=True)
class Measures:
    """The amounts of a page's elements; what was removed has none."""

    amounts: dict[Element, Amount] = field(default_factory=dict)
    total: float = 0.0

    def of(self, element: Element) -> Amount:
        return self.amounts.get(element) or Amount()

    def share_of(self, element: Element) -> float:
        """The part of the page's prose that stands below the element, 0 to 1."""
        return self.of(element).prose / self.total if self.total else 0.0


def measure(elements: Sequence[Element]) -> Measures:
    """Measures the body and all in it; `elements` are in document order, and a reader sees each of them."""
    body = elements[0]
    amounts = _counted(elements)
    for element in reversed(amounts):  # so that each comes after all that is below it
        amount = amounts[element]
        is_block = element.tag in BLOCKS
        if is_block:
            amount.prose += _worth(amount.own, amount.own_linked, element.tag in HEADINGS)
        if element is body:
            break
        above = amounts[element.getparent()]
        above.text += amount.text
        above.linked += amount.linked
        above.prose += amount.prose
        above.links += amount.links
        if not is_block:
            above.own += amount.own
            above.own_linked += amount.own_linked
    return Measures(amounts, amounts[body].prose)


def _counted(elements: Sequence[Element]) -> dict[Element, Amount]:
    """The elements, each with its immediate text only."""
    body = elements[0]
    amounts = {body: Amount()}
    in_link: set[Element] = set()
    if body.text:
        _count(amounts[body], body.text, False)
    for element in islice(elements, 1, None):
        parent = element.getparent()
        above = amounts[parent]
        linked = parent in in_link
        if (tail := element.tail) and not tail.isspace():
            _count(above, tail, linked)
        amounts[element] = amount = Amount()
        if element.tag == "a" and _leads_on(element.get("href")):
            amount.links = 1
            linked = True
        if linked:
            in_link.add(element)
        if (text := element.text) and not text.isspace():
            _count(amount, text, linked)
    return amounts


def _leads_on(href: str | None) -> bool:
    """Whether it is a link; a number to call and an address to write to are facts, and lead nowhere."""
    return href is not None and not (href.lower().startswith(CONTACTS) and href[7:8] != "?")


def _count(amount: Amount, text: str, linked: bool) -> None:
    length = len(text.strip())
    amount.text += length
    amount.own += length
    if linked:
        amount.linked += length
        amount.own_linked += length


def _worth(characters: int, linked: int, is_heading: bool) -> float:
    """A block's prose: its unlinked text, and little of it for a mere label."""
    plain = characters - linked
    if linked > plain:
        return 0.0
    return plain * _WORTH_OF_LABEL if is_heading or characters < _SENTENCE else float(plain)
