"""What is on a page but not of it: menus, banners, dialogs, share bars, boxes with related links, adverts.

Names in `class`, `id` and `role` tell most of it. A name alone never removes what holds a good part of the
page's prose: a text that goes missing is worse than a menu too many.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml.html import HtmlElement

from syndicate.parsers.html.measure import Measures, measure
from syndicate.parsers.html.tags import CONTROLS, HEADINGS, INVISIBLE

_PANEL_PROSE = 200
"""Hidden text of this length that a control of the page opens is a folded panel, not a leftover."""
_PANEL_ROLES = frozenset({"region", "tabpanel"})

_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNSEEN_NAMES = re.compile(
    r"(?:^|\s)(?:visually-?hidden|sr-only|screen-?reader(?:-text|s?-only)?|show-for-sr|element-invisible|"
    r"visuallyhidden|u-hidden-visually|skip-?(?:link|to-content|nav)\S*|offscreen|print-only|d-none)(?:\s|$)",
    re.IGNORECASE,
)

_FURNITURE_ROLES = frozenset(
    {
        "navigation",
        "banner",
        "contentinfo",
        "dialog",
        "alertdialog",
        "search",
        "menu",
        "menubar",
        "toolbar",
        "tooltip",
    }
)
_START = r"(?:^|[\s_:-])"
_END = r"(?:$|[\s_:-]|\d)"
# Long words are looked for anywhere ("relatedArticles"), short ones as words of their own.
_NAMES = re.compile(
    r"cookie|consent|gdpr|breadcrumb|brodkrumme|brødkrumme|newsletter|nyhedsbrev|"
    r"related[_-]?(?:articles?|posts?|links?|content|stor|news|items?)|"
    r"(?:articles?|posts?)[_-]?related|recommended|you-may|outbrain|taboola|most-?(?:read|popular|viewed)|mest-l|"
    r"share-?(?:this|bar|button|link|icon|tool|box|widget)|sharing|social-?(?:media|share|link|icon|bar|button)|"
    r"addthis|addtoany|sharedaddy|sidebar|side-bar|site-?(?:header|footer|nav)|page-?footer|global-?(?:header|footer|nav)|"
    r"(?:main|top|sub|primary|secondary|mobile|mega|side|left|foot|footer|head|user|lang|language)-?(?:menu|nav)|"
    r"navbar|navigation|pagination|paginator|pager|advert|adsense|sponsor|promo(?:$|[\s_-]|tion|box)|"
    r"comment-?(?:s|list|form|section|respond)|disqus|reader-?comments|respond$|"
    r"(?:author|user)-?(?:bio|box|info|card|profile)|tag-?(?:s|list|cloud)|post-?(?:meta|tags|nav)|entry-?(?:meta|utility)|"
    r"meta-?(?:info|data)|byline|print-?(?:link|button)|tip-?en-?ven|tell-a-friend|"
    r"subscribe|subscription|sign-?up|paywall|skip-?link|back-?to-?top|to-?top|popup|modal|overlay|lightbox|toast|"
    r"language-?(?:switch|select|picker)|lang-?(?:switch|select)|toc-?(?:container|wrapper|list)|table-of-contents|"
    r"footer|masthead|read-?(?:more|next)|læs-mere|page-?tools|widget-area|rating|feedback|survey|teaser-?list|see-also"
    rf"|{_START}(?:nav|menu|ads?|ad-\w+|share|social|some|related|relateret|rss|toc|tags?|rail|promo|banner|comments?|widget|"
    rf"topbar|bottom-?bar|login|search|soeg|søg|counter|tæller|hits|print|disclaimer-bar|copyright|credits?|utility){_END}",
    re.IGNORECASE,
)
_MAIN_NAMES = re.compile(
    r"(?:article|post|entry|main|page)[_-]?(?:body|content|text)|content[_-]?(?:body|main)|^(?:content|main|article)$",
    re.IGNORECASE,
)


def drop_invisible(body: HtmlElement) -> None:
    """Takes away what no reader sees. Folded panels (accordions, tabs) stay: a reader can open them."""
    measures = measure(body)
    opened = _opened_ids(body)
    _drop(body, lambda element: _is_invisible(element, measures, opened))


def drop_furniture(body: HtmlElement) -> None:
    """Takes away what is not the page's text, judged by tag, role and name."""
    measures = measure(body)
    _drop(body, lambda element: _is_furniture(element, measures))


def _drop(body: HtmlElement, unwanted: Callable[[HtmlElement], bool]) -> None:
    """Removes the outermost unwanted elements; tails stay."""
    doomed: list[HtmlElement] = []
    inside: set[HtmlElement] = set()
    for element in body.iterdescendants():
        if element.getparent() in inside:
            inside.add(element)
        elif unwanted(element):
            inside.add(element)
            doomed.append(element)
    for element in doomed:
        element.drop_tree()


def _opened_ids(body: HtmlElement) -> set[str]:
    """The ids of what some control of the page opens."""
    ids: set[str] = set()
    for element in body.iter("a", "button", "summary", "div", "h2", "h3", "h4", "span", "li"):
        for name in ("aria-controls", "data-target", "data-bs-target", "href"):
            value = element.get(name, "")
            if value and (name == "aria-controls" or value.startswith("#")):
                ids.update(part.lstrip("#") for part in value.split())
    return ids


def _is_invisible(element: HtmlElement, measures: Measures, opened: set[str]) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or tag in INVISIBLE or tag in CONTROLS:
        return True
    attributes = element.attrib
    if not attributes:
        return False
    if _UNSEEN_NAMES.search(attributes.get("class", "")):
        return tag not in HEADINGS and measures.prose_of(element) < _PANEL_PROSE
    hidden = (
        "hidden" in attributes
        or attributes.get("aria-hidden", "").lower() == "true"
        or ("style" in attributes and _HIDING.search(attributes["style"]) is not None)
    )
    return hidden and not _is_panel(element, measures, opened)


def _is_panel(element: HtmlElement, measures: Measures, opened: set[str]) -> bool:
    prose = measures.prose_of(element)
    if prose > measures.total / 2:
        return True  # a page that hides its text until a script shows it
    known = element.get("id", "") in opened or element.get("role", "") in _PANEL_ROLES
    return known and prose >= _PANEL_PROSE


def _is_furniture(element: HtmlElement, measures: Measures) -> bool:
    tag = element.tag
    share = measures.share_of(element)
    if tag == "button":
        return not any(parent.tag in HEADINGS or parent.tag == "dt" for parent in element.iterancestors())
    if tag in ("nav", "dialog"):
        return share < 0.5
    if element.get("role", "") in _FURNITURE_ROLES:
        return share < 0.3
    if tag in ("header", "footer", "aside", "form"):
        return _is_side_part(element, tag, share)
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if len(names) < 3 or not _NAMES.search(names):
        return False
    return share < (0.4 if not _MAIN_NAMES.search(names) else 0.05)


def _is_side_part(element: HtmlElement, tag: str, share: float) -> bool:
    if tag == "header":
        return share < 0.2 and next(element.iter("h1"), None) is None
    return share < {"footer": 0.3, "aside": 0.3, "form": 0.1}[tag]
