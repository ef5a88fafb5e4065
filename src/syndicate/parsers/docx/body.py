"""The running text of a Word document, paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from syndicate.domain.model import Link
from syndicate.parsers._shared import Outline, fold, raised
from syndicate.parsers.docx.numbering import Numbering
from syndicate.parsers.docx.package import Package, W
from syndicate.parsers.docx.styles import Styles, numbering_of, value

_P, _TBL = f"{W}p", f"{W}tbl"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deleted or moved-away text, the older copy of a drawing, text boxes (paragraphs of their own), properties.
_SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", _FALLBACK, f"{W}txbxContent", f"{W}pPr", f"{W}rPr"})
_TEXTS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-"}
_OUTER = frozenset({f"{W}body", f"{W}sdtContent", f"{W}sdt", f"{W}customXml", f"{W}ins", f"{W}document"})


@dataclass(frozen=True, slots=True)
class _Reader:
    styles: Styles
    numbering: Numbering
    links: Mapping[str, str]
    outline: Outline


def read_body(
    package: Package, styles: Styles, numbering: Numbering, links: Mapping[str, str], outline: Outline
) -> None:
    """Adds all paragraphs and tables to the outline; what was read leaves the memory."""
    reader = _Reader(styles, numbering, links, outline)
    for element in package.elements("word/document.xml", _P, _TBL):
        if all(parent.tag in _OUTER for parent in element.iterancestors()):
            if element.tag == _TBL:
                _read_table(reader, element)
            else:
                _read_paragraph(reader, element)
            _forget(element)


def read_notes(package: Package, outline: Outline) -> None:
    """Adds foot- and endnotes, which hold text like any other."""
    for kind in ("footnote", "endnote"):
        for note in package.elements(f"word/{kind}s.xml", f"{W}{kind}"):
            if note.get(f"{W}type") is None:  # separators have a type
                outline.paragraph(" ".join(_text(paragraph, {})[0] for paragraph in note.iter(_P)))


def _read_paragraph(reader: _Reader, paragraph: etree._Element) -> None:
    text, links = _text(paragraph, reader.links)
    if fold(text):
        _add(reader, paragraph, text, links)
    for box in paragraph.iter(f"{W}txbxContent"):
        if next(box.iterancestors(_FALLBACK), None) is None:
            for inner in box.iter(_P):
                _add(reader, inner, *_text(inner, reader.links))


def _add(reader: _Reader, paragraph: etree._Element, text: str, links: list[Link]) -> None:
    properties = paragraph.find(f"{W}pPr")
    style = "" if properties is None else value(properties.find(f"{W}pStyle"))
    listed = numbering_of(properties) or reader.styles.numbering(style)
    number = reader.numbering.next(*listed) if listed and listed[0] != "0" else ""
    rank = _rank(reader.styles, properties, style)
    if rank:
        reader.outline.heading(text, rank, number=number, links=links)
    elif listed and listed[0] != "0":
        reader.outline.item(text, listed[1] + 1, number=number, links=links)
    else:
        reader.outline.paragraph(text, links=links)


def _rank(styles: Styles, properties: etree._Element | None, style: str) -> int:
    """The rank of a heading, 0 for other text. Below a title "Heading 1" is the second rank, as on a page."""
    own = "" if properties is None else value(properties.find(f"{W}outlineLvl"))
    level = int(own) + 1 if own.isdigit() and int(own) < 9 else styles.level(style)
    if styles.is_title(style):
        styles.titled = True
        return 1
    return level + 1 if level and styles.titled else level


def _read_table(reader: _Reader, table: etree._Element) -> None:
    """Rows of two and more cells are rows; a table of one column only does layout."""
    for row in table.iter(f"{W}tr"):
        if next(row.iterancestors(_TBL), None) is not table:
            continue
        cells = [cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr"), None) is row]
        if len(cells) == 1:
            for paragraph in cells[0].iter(_P):
                _read_paragraph(reader, paragraph)
        else:
            read = [_cell(cell, reader.links) for cell in cells]
            reader.outline.row(
                [text for text, _ in read], links=[link for _, links in read for link in links]
            )


def _cell(cell: etree._Element, targets: Mapping[str, str]) -> tuple[str, list[Link]]:
    read = [_text(paragraph, targets) for paragraph in cell.iter(_P)]
    return " ".join(text for text, _ in read), [link for _, links in read for link in links]


def _text(paragraph: etree._Element, targets: Mapping[str, str]) -> tuple[str, list[Link]]:
    """The text of one paragraph as it reads with all tracked changes accepted, and its links."""
    parts: list[str] = []
    links: list[Link] = []
    for element in _visible(paragraph):
        if element.tag == f"{W}t":
            text = element.text or ""
            parts.append(raised(text, behind="".join(parts)) if _is_raised(element) else text)
        elif element.tag in _TEXTS:
            parts.append(_TEXTS[element.tag])
        elif element.tag == f"{W}hyperlink" and element.get(_R_ID, "") in targets:
            label = fold("".join(part.text or "" for part in _visible(element) if part.tag == f"{W}t"))
            if label:
                links.append(Link(label, targets[element.get(_R_ID, "")]))
    return "".join(parts), links


def _is_raised(text: etree._Element) -> bool:
    run = text.getparent()
    align = None if run is None else run.find(f"{W}rPr/{W}vertAlign")
    return align is not None and value(align) == "superscript"


def _visible(element: etree._Element) -> Iterator[etree._Element]:
    """All elements below, in order, without those that no reader sees."""
    waiting = list(reversed(element))
    while waiting:
        inner = waiting.pop()
        if inner.tag not in _SKIPPED:
            yield inner
            waiting.extend(reversed(inner))


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)
