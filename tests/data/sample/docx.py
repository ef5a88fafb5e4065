"""A small writer of Word documents: headings, paragraphs, numbered lists and tables from simple Markdown.

Tests use it too, to make a document that says something else. Deterministic: the same text, the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MOMENT = (2017, 1, 9, 9, 0, 0)

_HEADING = re.compile(r"(#{1,6}) (.+)")
_ITEM = re.compile(r"\d+\. (.+)")
_ROW = re.compile(r"\|(.+)\|")
_RULE = re.compile(r"\|[-|: ]+\|")


def docx_from_markdown(text: str) -> bytes:
    """The .docx of this text: one line per paragraph, `#` headings, `1.` items, `| a | b |` rows.

    Each run of items is a list of its own that starts at 1, with Word's automatic numbers.
    """
    lines = [line for line in text.splitlines() if line.strip() and not _RULE.fullmatch(line)]
    lists = sum(1 for kind, _ in groupby(lines, _kind) if kind == "item")
    title = next((match[2] for line in lines if (match := _HEADING.fullmatch(line))), "")
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            (f"{_OFFICE}/officeDocument", "word/document.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _core(title),
        "word/_rels/document.xml.rels": _relationships(
            (f"{_OFFICE}/styles", "styles.xml"), (f"{_OFFICE}/numbering", "numbering.xml")
        ),
        "word/styles.xml": _styles(),
        "word/numbering.xml": _numbering(lists),
        "word/document.xml": _document(lines),
    }
    return _zipped(parts)


def _zipped(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _kind(line: str) -> str:
    for kind, pattern in (("heading", _HEADING), ("item", _ITEM), ("row", _ROW)):
        if pattern.fullmatch(line):
            return kind
    return "paragraph"


def _document(lines: list[str]) -> str:
    body = "".join(_body(lines))
    return f'{_XML}<w:document xmlns:w="{_W}"><w:body>{body}<w:sectPr/></w:body></w:document>'


def _body(lines: list[str]) -> Iterator[str]:
    number = 0
    for kind, run in groupby(lines, _kind):
        if kind == "row":
            yield _table([line.strip("|").split("|") for line in run])
            continue
        number += kind == "item"
        for line in run:
            yield _paragraph(kind, line, number)


def _paragraph(kind: str, line: str, number: int) -> str:
    if heading := _HEADING.fullmatch(line):
        return _text(heading[2], f'<w:pStyle w:val="Overskrift{len(heading[1])}"/>')
    if kind == "item":
        line = _ITEM.sub(r"\1", line)
        return _text(line, f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')
    return _text(line, "")


def _text(text: str, properties: str) -> str:
    run = f'<w:r><w:t xml:space="preserve">{escape(text.strip())}</w:t></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run}</w:p>"


def _table(rows: list[list[str]]) -> str:
    body = "".join(f"<w:tr>{''.join(map(_cell, row))}</w:tr>" for row in rows)
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="Tabelgitter"/></w:tblPr>{body}</w:tbl>'


def _cell(text: str) -> str:
    return f"<w:tc>{_text(text, '')}</w:tc>"


def _styles() -> str:
    # Word's Danish edition names the styles' ids in Danish and keeps the names in English: so do we.
    headings = "".join(
        f'<w:style w:type="paragraph" w:styleId="Overskrift{n}"><w:name w:val="heading {n}"/>'
        f'<w:pPr><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="{n - 1}"/></w:pPr>'
        f'<w:rPr><w:b/><w:color w:val="0B3C5D"/><w:sz w:val="{44 - 6 * n}"/></w:rPr></w:style>'
        for n in range(1, 7)
    )
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="BFBFBF"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'{_XML}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/><w:sz w:val="22"/><w:lang w:val="da-DK"/>'
        '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        f"{headings}"
        '<w:style w:type="table" w:styleId="Tabelgitter"><w:name w:val="Table Grid"/>'
        f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr></w:style></w:styles>"
    )


def _numbering(lists: int) -> str:
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>'
        '<w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl>'
    )
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{n}">{level}</w:abstractNum>' for n in range(1, lists + 1)
    )
    used = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(1, lists + 1)
    )
    return f'{_XML}<w:numbering xmlns:w="{_W}">{abstract}{used}</w:numbering>'


def _core(title: str) -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:language>da-DK</dc:language>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2014-10-03T09:00:00Z</dcterms:created>'
        '<dcterms:modified xsi:type="dcterms:W3CDTF">2017-01-09T09:00:00Z</dcterms:modified>'
        "</cp:coreProperties>"
    )


def _relationships(*pairs: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(pairs, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _content_types() -> str:
    overrides = {
        "/word/document.xml": f"{_WORD_TYPE}.document.main+xml",
        "/word/styles.xml": f"{_WORD_TYPE}.styles+xml",
        "/word/numbering.xml": f"{_WORD_TYPE}.numbering+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    rows = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides.items())
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{rows}</Types>"
    )
