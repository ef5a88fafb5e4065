"""A small writer of Word documents for tests: whatever XML a test needs, in a package that opens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SPACES = (
    f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def write_docx(
    body: str,
    *,
    styles: str = "",
    numbering: str = "",
    links: Mapping[str, str] | None = None,
    core: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A document with this body; the other arguments are the inner XML of the parts of that name."""
    targets = "".join(
        f'<Relationship Id="{key}" Type="{_LINK}" Target="{escape(url)}" TargetMode="External"/>'
        for key, url in (links or {}).items()
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": f"{_HEAD}<w:document {_SPACES}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"{_HEAD}<w:styles {_SPACES}>{styles}</w:styles>",
        "word/numbering.xml": f"{_HEAD}<w:numbering {_SPACES}>{numbering}</w:numbering>",
        "word/_rels/document.xml.rels": f"{_HEAD}<Relationships xmlns="
        f'"http://schemas.openxmlformats.org/package/2006/relationships">{targets}</Relationships>',
        "docProps/core.xml": f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/">{core}</cp:coreProperties>',
        **(more or {}),
    }
    return write_zip(parts)


def write_zip(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            stored = name == "mimetype"  # which OpenDocument wants first and not packed
            archive.writestr(name, content, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return target.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of one run."""
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def styled(text: str, style: str) -> str:
    return paragraph(text, f'<w:pStyle w:val="{style}"/>')


def listed(text: str, level: int = 0, list_id: int = 1) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>')


def table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def style(style_id: str, name: str, properties: str = "", based_on: str = "") -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>{base}'
        f"<w:pPr>{properties}</w:pPr></w:style>"
    )


def level(place: int, form: str, shown: str, start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{shown}"/></w:lvl>'
    )


def abstract(abstract_id: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{abstract_id}">{"".join(levels)}</w:abstractNum>'


def number_list(list_id: int, abstract_id: int, override: str = "") -> str:
    return f'<w:num w:numId="{list_id}"><w:abstractNumId w:val="{abstract_id}"/>{override}</w:num>'
