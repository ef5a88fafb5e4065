"""What is on a page but not to be seen."""

from __future__ import annotations

import re

from syndicate.parsers.html.tags import CONTROLS, HEADINGS, INVISIBLE
from syndicate.parsers.html.tree import Element, drop, drop_outermost

_PANEL = 200
"""Hidden text of this length that a control of the page opens is a folded panel, not a leftover."""
_WHOLE_TEXT = 0.3
"""Hidden text that makes so much of the page is what a script will show."""
_PANEL_ROLES = frozenset({"region", "tabpanel"})

_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNSEEN_NAMES = re.compile(
    r"(?:^|\s)(?:visually-?hidden|sr-only|screen-?reader(?:-text|s?-only)?|show-for-sr|element-invisible|"
    r"u-hidden-visually|skip-?(?:link|to-content|nav)\S*|offscreen|print-only|d-none)(?:\s|$)",
    re.IGNORECASE,
)


def drop_invisible(body: Element) -> None:
    """Takes away what no reader sees. Folded panels (accordions, tabs) stay: a reader can open them."""
    for element in list(body.iter(*INVISIBLE, *CONTROLS)):
        drop(element)
    opened = _opened_ids(body)
    whole = _length(body)
    drop_outermost(body, lambda element: _is_hidden(element) and not _is_panel(element, opened, whole))


def _opened_ids(body: Element) -> set[str]:
    """The ids of what some control of the page opens."""
    ids: set[str] = set()
    for element in body.iter("a", "button", "summary", "div", "h2", "h3", "h4", "span", "li"):
        for name in ("aria-controls", "data-target", "data-bs-target", "href"):
            value = element.get(name, "")
            if value and (name == "aria-controls" or value.startswith("#")):
                ids.update(part.lstrip("#") for part in value.split())
    return ids


def _is_hidden(element: Element) -> bool:
    attributes = element.attrib
    if not attributes:
        return False
    if "class" in attributes and _UNSEEN_NAMES.search(attributes["class"]) and element.tag not in HEADINGS:
        return True
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden", "").lower() == "true"
        or ("style" in attributes and _HIDING.search(attributes["style"]) is not None)
    )


def _is_panel(element: Element, opened: set[str], whole: int) -> bool:
    """Whether what is hidden is to be read all the same: a control or a script shows it."""
    length = _length(element)
    known = element.get("id", "") in opened or element.get("role", "") in _PANEL_ROLES
    return length > _WHOLE_TEXT * whole or (known and length >= _PANEL)


def _length(element: Element) -> int:
    return sum(len(text.strip()) for text in element.itertext())
