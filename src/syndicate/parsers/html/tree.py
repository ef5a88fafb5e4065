"""Cutting parts out of a page."""

from __future__ import annotations

import re
from collections.abc import Callable
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


def outermost(body: Element, wanted: Callable[[Element], bool]) -> list[Element]:
    """The wanted elements below `body` that do not stand in a wanted one."""
    found: list[Element] = []
    inside: set[Element] = set()
    for element in body.iterdescendants():
        if element.getparent() in inside:
            inside.add(element)
        elif wanted(element):
            inside.add(element)
            found.append(element)
    return found


def drop_outermost(body: Element, unwanted: Callable[[Element], bool]) -> None:
    """Removes what is unwanted."""
    for element in outermost(body, unwanted):
        drop(element)
