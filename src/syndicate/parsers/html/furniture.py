"""What is on a page but not of it: menus, banners, dialogs, share bars, boxes with related links, adverts.

Tags, roles and names in `class` and `id` tell most of it. A name alone never removes what holds a good part
of the page's prose: a text that goes missing is worse than a menu too many.
"""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.parsers.html.asides import names_others
from syndicate.parsers.html.measure import measure
from syndicate.parsers.html.names import CAPTION, COMMENTS, LAYER, TEASER, role_name, speaks_of_site
from syndicate.parsers.html.speech import demands, gives_dose, instructs, is_numbered_figure
from syndicate.parsers.html.tags import HEADINGS
from syndicate.parsers.html.tree import Element, drop_outermost, mains_of, outermost

_SIDE_TAGS = {"nav": 0.7, "dialog": 0.7, "aside": 0.7, "footer": 0.7, "form": 0.1}
"""The share of the page's prose up to which these tags are believed."""
_OUTSIDE_MAIN = frozenset({"nav", "aside", "footer"})
"""What a page puts beside its main part, however long that is."""
_SIDE_NAMES = frozenset({"sidebar", "side-bar", "widget-area", "footer", "site-footer", "sitefooter"})
_SIDE_ROLES = frozenset(
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
_TOO_MUCH = 0.3
"""The share of the page's prose that no other name can take away."""
_HEADER = 0.2
_LEAD = 60
"""Characters of prose from which a header inside the text holds a lead."""
_CHAPTER = 200
_CHAPTER_HEADINGS = HEADINGS.keys() - {"h1"}
_LONGEST_CAPTION = 500
_FACTS_OF_PAGE = frozenset({"datePublished", "dateModified", "dateCreated", "author"})
"""What schema.org calls facts of a page; the dates were read before."""
_LONGEST_FACT = 120
_BOXES = frozenset({"aside", "footer"})
_NO_BOXES = frozenset({"nav", "dialog", "form", "button"})
_LINES = frozenset({"p", "ul", "ol", "table", "blockquote", *HEADINGS})
_OTHERS = frozenset({LAYER, COMMENTS, CAPTION})
_LONGEST_BOX = 5000
"""Characters up to which a box is read for what it says; a longer one is judged by its prose."""
_SENTENCE = 40
"""Characters of prose from which a box without links speaks."""
_NO_CAPTION = frozenset({"table", "caption", "li", "dl", "pre", "blockquote", *HEADINGS})
_NO_LINKS = 0.1
_LEADING_AWAY = 0.2
_TEXT = 100
"""Characters of prose that must be left for comments to be comments."""


def drop_furniture(elements: Sequence[Element], heading: Element | None) -> list[Element]:
    """Takes away what is not the page's text, never its `heading`, and returns the elements left."""
    page = _Page(elements, heading)
    return drop_outermost(elements, page.is_furniture)


class _Page:
    """A page as it is judged: how much prose it has, what surely holds the text, what the names mean here."""

    def __init__(self, elements: Sequence[Element], heading: Element | None) -> None:
        self._measures = measure(elements)
        self._roles = {element: name for element in elements[1:] if (name := role_name(element))}
        self._measures.total -= self._prose_of(elements, LAYER)
        comments = self._prose_of(elements, COMMENTS)
        self._comments_go = self._measures.total - comments >= _TEXT
        self._measures.total -= comments if self._comments_go else 0.0
        self._main = self._main_elements(elements, heading)
        self._has_main = self._is_main_written(heading)
        self._kept = self._kept_names()

    def is_furniture(self, element: Element) -> bool:
        if element in self._main:
            return False
        return self._looks_like_it(element) and not self._is_box_of_text(element)

    def _looks_like_it(self, element: Element) -> bool:
        tag = element.tag
        if tag == "button":
            return not _is_part_of_heading(element)
        if tag == "figcaption" or self._roles.get(element) == CAPTION:
            return self._is_caption(element)
        if element.get("itemprop", "") in _FACTS_OF_PAGE and self._measures.of(element).text <= _LONGEST_FACT:
            return True
        share = self._measures.share_of(element)
        if tag == "header":
            return share < _HEADER and not self._is_head_of_text(element)
        if tag in _SIDE_TAGS:
            return share < _SIDE_TAGS[tag] or (tag in _OUTSIDE_MAIN and self._stands_outside_main(element))
        return self._is_named(element, share) or (
            share < _TOO_MUCH and element.get("role", "") in _SIDE_ROLES
        )

    def _is_caption(self, element: Element) -> bool:
        """Whether it only tells what a picture shows: no numbered figure, no demand, no table."""
        figure = element.getparent() if element.tag == "figcaption" else element
        if (
            self._measures.of(element).text > _LONGEST_CAPTION
            or next(figure.iter(*_NO_CAPTION), None) is not None
        ):
            return False
        text = "".join(element.itertext())
        return not (is_numbered_figure(text) or demands(text) or gives_dose(text))

    def _is_box_of_text(self, element: Element) -> bool:
        """Whether it is a box inside the text ("recommendation-box") that says what to do or at least speaks.

        What a site says of itself ("newsletter", "author") and what leads away speaks of something else.
        """
        name = self._roles.get(element, "")
        if element.tag in _NO_BOXES or not (name or element.tag in _BOXES):
            return False
        if name in _OTHERS or speaks_of_site(name) or not _is_in_text(element):
            return False
        amount = self._measures.of(element)
        if amount.link_density >= _NO_LINKS:
            return False
        text = " ".join(element.itertext()) if amount.text <= _LONGEST_BOX else ""
        if names_others(text):
            return False
        speaks = not name and element.tag == "aside" and not amount.links and amount.prose >= _SENTENCE
        return speaks or instructs(text)

    def _stands_outside_main(self, element: Element) -> bool:
        """Whether the page has its heading and a text in a <main>, and this is not in it."""
        return self._has_main and next(element.iterancestors("main", "article"), None) is None

    def _is_named(self, element: Element, share: float) -> bool:
        """Whether its names make an element furniture."""
        name = self._roles.get(element, "")
        if name in (LAYER, COMMENTS):
            return name == LAYER or self._comments_go
        if name == TEASER and not self._leads_away(element):
            return False
        if name in _SIDE_NAMES:
            return share < _SIDE_TAGS["aside"]
        if not name or name in self._kept or share >= _TOO_MUCH:
            return False
        return name == TEASER or not (self._is_text(element) or self._is_heading_text(element))

    def _leads_away(self, element: Element) -> bool:
        """Whether a teaser is one: a lead is called so, too, but has no links."""
        return self._measures.of(element).link_density >= _LEADING_AWAY

    def _is_heading_text(self, element: Element) -> bool:
        """Whether it is what a heading says ("toc-backref"), not what stands beside it ("share-link")."""
        heading = next(element.iterancestors(*HEADINGS), None)
        return heading is not None and 2 * self._measures.of(element).text > self._measures.of(heading).text

    def _is_text(self, element: Element) -> bool:
        """Whether it reads like text, whatever it is called: "social-care" is the name of a chapter, too."""
        amount = self._measures.of(element)
        return amount.prose >= _CHAPTER and amount.link_density < _NO_LINKS

    def _is_head_of_text(self, header: Element) -> bool:
        """A header that holds a lead or a chapter's heading, inside the part that it is the head of."""
        amount = self._measures.of(header)
        inside = any(outer.tag in ("article", "main") for outer in header.iterancestors())
        heads = amount.prose >= _LEAD or next(header.iter(*_CHAPTER_HEADINGS), None) is not None
        return inside and heads and amount.link_density < 0.3

    def _prose_of(self, elements: Sequence[Element], role: str) -> float:
        if role not in self._roles.values():
            return 0.0
        parts = outermost(elements, lambda element: self._roles.get(element) == role)
        return sum(self._measures.of(part).prose for part in parts)

    def _main_elements(self, elements: Sequence[Element], heading: Element | None) -> set[Element]:
        """What surely holds the text: marked as main, or around the heading; with all that is around it."""
        marked = [*mains_of(elements), *(element for element in elements if element.tag == "article")]
        sure = [element for element in marked if self._measures.share_of(element) > _TOO_MUCH]
        sure += [] if heading is None else [heading]
        return {outer for element in sure for outer in (element, *element.iterancestors())}

    def _is_main_written(self, heading: Element | None) -> bool:
        main = None if heading is None else next(heading.iterancestors("main"), None)
        return main is not None and self._measures.of(main).prose >= _TEXT

    def _kept_names(self) -> set[str]:
        """Names that mean something else on this page: together they hold a good part of its prose."""
        shares: dict[str, float] = {}
        for element, name in self._roles.items():
            if name == TEASER and not self._leads_away(element):
                continue
            if element not in self._main and self._roles.get(element.getparent()) != name:
                shares[name] = shares.get(name, 0.0) + self._measures.share_of(element)
        return {name for name, share in shares.items() if share > _TOO_MUCH}


def _is_in_text(element: Element) -> bool:
    """Whether the page marks the text around it, or lines of text stand before and after it."""
    if next(element.iterancestors("main", "article"), None) is not None:
        return True
    return all(_is_line(beside) for beside in (element.getprevious(), element.getnext()))


def _is_line(element: Element | None) -> bool:
    return element is not None and element.tag in _LINES


def _is_part_of_heading(button: Element) -> bool:
    """Whether it folds out what a heading in or around it announces."""
    around = any(outer.tag in HEADINGS or outer.tag == "dt" for outer in button.iterancestors())
    return around or next(button.iter(*HEADINGS), None) is not None
