"""Which paragraph styles are headings, in whatever language Word names them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from syndicate.domain.model import BlockKind
from syndicate.parsers._shared import Outline, primary_subtag
from syndicate.parsers.docx.package import Package, W

_NAME = re.compile(r"(?:heading|overskrift|überschrift|titre|rubrik|kop|otsikko)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|titel|titre|dokumenttitel", re.IGNORECASE)
_DEEPEST = 20


@dataclass(slots=True)
class _Style:
    name: str
    based_on: str
    level: int  # 1 to 9, or 0
    numbering: tuple[str, int] | None


@dataclass(slots=True)
class Styles:
    """The document's paragraph styles. `language` is the document's own, as a subtag."""

    known: dict[str, _Style] = field(default_factory=dict)
    language: str = ""
    titled: bool = False

    def level(self, style_id: str) -> int:
        """The rank of the heading that the style makes, 0 for other text; the title style is rank 1."""
        for style in self._chain(style_id):
            if style.level:
                return style.level
            if found := _NAME.fullmatch(style.name):
                return int(found[1])
        return 0

    def is_title(self, style_id: str) -> bool:
        return any(_TITLE.fullmatch(style.name) for style in self._chain(style_id))

    def numbering(self, style_id: str) -> tuple[str, int] | None:
        """The list (numId, level) that the style itself puts a paragraph into."""
        return next((style.numbering for style in self._chain(style_id) if style.numbering), None)

    def title_of(self, outline: Outline) -> str:
        """The document's first heading of rank 1, or ""."""
        ranks = (
            block.text for block in outline.blocks if block.kind is BlockKind.HEADING and block.level == 1
        )
        return next(ranks, "")

    def _chain(self, style_id: str) -> list[_Style]:
        chain: list[_Style] = []
        while len(chain) < _DEEPEST and (style := self.known.get(style_id)):
            chain.append(style)
            style_id = style.based_on
        return chain


def read_styles(package: Package) -> Styles:
    """The styles of the document; none where it has no part for them."""
    styles = Styles()
    for element in package.elements("word/styles.xml", f"{W}style", f"{W}docDefaults"):
        if element.tag == f"{W}docDefaults":
            language = element.find(f".//{W}lang")
            styles.language = primary_subtag(value(language))
        else:
            styles.known[element.get(f"{W}styleId", "")] = _style(element)
    return styles


def _style(element: etree._Element) -> _Style:
    name = value(element.find(f"{W}name"))
    outline = value(element.find(f"{W}pPr/{W}outlineLvl"))
    level = int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0
    return _Style(name, value(element.find(f"{W}basedOn")), level, numbering_of(element.find(f"{W}pPr")))


def numbering_of(properties: etree._Element | None) -> tuple[str, int] | None:
    """The list (numId, level) that paragraph properties name. numId "0" ends what a style began."""
    numbering = None if properties is None else properties.find(f"{W}numPr")
    if numbering is None or numbering.find(f"{W}numId") is None:
        return None
    level = value(numbering.find(f"{W}ilvl"))
    return value(numbering.find(f"{W}numId")), int(level) if level.isdigit() else 0


def value(element: etree._Element | None) -> str:
    """The attribute in which WordprocessingML keeps its values."""
    return "" if element is None else str(element.get(f"{W}val", ""))
