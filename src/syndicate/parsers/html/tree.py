"""Cutting parts out of a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeAlias

from lxml.etree import _Element

Element: TypeAlias = _Element

# What libxml2 takes from a reference such as "&#1;", but from nobody else.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def drop(element: Element) -> None:
    """Removes an element with all that is in it; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = _NO_XML.sub("", (before.tail or "") + element.tail)
        else:
            parent.text = _NO_XML.sub("", (parent.text or "") + element.tail)
    parent.remove(element)


def mains_of(elements: Sequence[Element]) -> list[Element]:
    """What the page marks as its main part, by tag or by role."""
    by_role = [element for element in elements[1:] if element.get("role") == "main"]
    return [element for element in elements if element.tag == "main"] + by_role


def outermost(elements: Sequence[Element], wanted: Callable[[Element], bool]) -> list[Element]:
    """The wanted elements below the first one that do not stand in a wanted one."""
    return _parted(elements, wanted)[0]


def drop_outermost(elements: Sequence[Element], unwanted: Callable[[Element], bool]) -> list[Element]:
    """Removes what is unwanted below the first element, and returns what is left."""
    found, inside = _parted(elements, unwanted)
    for element in found:
        drop(element)
    return [element for element in elements if element not in inside] if found else list(elements)


def _parted(
    elements: Sequence[Element], wanted: Callable[[Element], bool]
) -> tuple[list[Element], set[Element]]:
    found: list[Element] = []
    inside: set[Element] = set()
    for element in islice(elements, 1, None):
        if element.getparent() in inside:
            inside.add(element)
        elif wanted(element):
            inside.add(element)
            found.append(element)
    return found, inside
