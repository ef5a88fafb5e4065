"""One text as a page, as a PDF and as a Word document, as offices make them.

A text is a list of lines: "# Title", "## Heading", "1. item", "- item", two spaces before a nested one
("  a. item"), "cell | cell", "^1 a note" for the mark "[^1]" in a text, "[words](https://…)" for a
link, else a paragraph.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from syndicate.domain.model import Version
from syndicate.parsers import docx, pdf
from syndicate.parsers import html as page
from syndicate.ports import ReadOptions
from tests.docx_writer import abstract, level, number_list, paragraph, style, table, write_docx

_LINE = re.compile(
    r"(?P<hashes>#{1,3}) (?P<heading>.*)|\^(?P<note>\d+) (?P<said>.*)|"
    r"(?P<indent>  )?(?P<mark>-|\w{1,3}\.) (?P<item>.*)"
)
INLINE = re.compile(r"\[\^(?P<note>\d+)\]|\[(?P<words>[^\]^][^\]]*)\]\((?P<url>[^)]+)\)")


@dataclass(frozen=True)
class Part:
    """One line of a text: its kind ("heading", "item", "row", "note", "paragraph"), and what goes with it."""

    kind: str
    text: str
    depth: int = 0
    mark: str = ""


def parts(lines: Sequence[str]) -> list[Part]:
    """The lines, understood."""
    return [_part(line) for line in lines]


def _part(line: str) -> Part:
    found = _LINE.fullmatch(line)
    if found and found["heading"]:
        return Part("heading", found["heading"], len(found["hashes"]))
    if found and found["said"]:
        return Part("note", found["said"], mark=found["note"])
    if found and found["item"]:
        return Part("item", found["item"], 2 if found["indent"] else 1, found["mark"].strip(".-"))
    return Part("row" if " | " in line else "paragraph", line)


# --- a page ------------------------------------------------------------------------------------------------


def as_html(lines: Sequence[str], *, language: str = "da") -> bytes:
    """A page whose lists are real lists."""
    body = "\n".join(
        _html_group(kind, list(group)) for kind, group in groupby(parts(lines), lambda part: part.kind)
    )
    return f'<!DOCTYPE html><html lang="{language}"><body><main>\n{body}\n</main></body></html>'.encode()


def _html_group(kind: str, group: list[Part]) -> str:
    if kind == "item":
        return "\n".join(_html_lists(group))
    if kind == "row":
        rows = ("".join(f"<td>{_html(cell)}</td>" for cell in part.text.split(" | ")) for part in group)
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    return "\n".join(_html_line(part) for part in group)


def _html_line(part: Part) -> str:
    if part.kind == "heading":
        return f"<h{part.depth}>{_html(part.text)}</h{part.depth}>"
    mark = f"<sup>{part.mark}</sup> " if part.kind == "note" else ""
    return f"<p>{mark}{_html(part.text)}</p>"


def _html_lists(group: list[Part]) -> Iterator[str]:
    open_lists: list[tuple[int, bool]] = []
    for part in group:
        wanted = (part.depth, bool(part.mark))
        while open_lists and (
            open_lists[-1][0] > part.depth or (open_lists[-1] != wanted and open_lists[-1][0] == part.depth)
        ):
            yield f"</li></{'ol' if open_lists.pop()[1] else 'ul'}>"
        if not open_lists or open_lists[-1] != wanted:
            yield _html_open(part)
            open_lists.append(wanted)
        else:
            yield "</li>"
        yield f"<li>{_html(part.text)}"
    while open_lists:
        yield f"</li></{'ol' if open_lists.pop()[1] else 'ul'}>"


def _html_open(part: Part) -> str:
    if not part.mark:
        return "<ul>"
    return (
        f'<ol start="{part.mark}">' if part.mark.isdigit() else f'<ol type="a" start="{ord(part.mark) - 96}">'
    )


def _html(text: str) -> str:
    def shown(found: re.Match[str]) -> str:
        if found["note"]:
            return f'<sup><a href="#note-{found["note"]}">{found["note"]}</a></sup>'
        return f'<a href="{found["url"]}">{found["words"]}</a>'

    return INLINE.sub(shown, html.escape(text, quote=False))


# --- a Word document ---------------------------------------------------------------------------------------

_STYLES = "".join(
    style(f"H{rank}", f"heading {rank}", f'<w:outlineLvl w:val="{rank - 1}"/>') for rank in (1, 2, 3)
)
_LEVELS = (level(0, "decimal", "%1."), level(1, "lowerLetter", "%2."))
_BULLETS = (level(0, "bullet", "•"), level(1, "bullet", "–"))


def as_docx(lines: Sequence[str], *, language: str = "da") -> bytes:
    """A document with automatic numbers, styles for headings, and real footnotes."""
    read = parts(lines)
    links: dict[str, str] = {}
    body: list[str] = []
    lists = [number_list(1, 1)]
    for kind, group in groupby(read, lambda part: part.kind):
        if kind == "item":
            body += _docx_items(list(group), lists, links)
        elif kind == "row":
            rows = [[plain(cell) for cell in part.text.split(" | ")] for part in group]
            body.append(table(rows))
        elif kind != "note":
            body += [_docx_line(part, links) for part in group]
    notes = "".join(
        f'<w:footnote w:id="{part.mark}">{paragraph(part.text)}</w:footnote>'
        for part in read
        if part.kind == "note"
    )
    core = f"<dc:language>{language}</dc:language>"
    numbering = abstract(1, *_BULLETS) + "".join(
        f"{abstract(index + 2, *_LEVELS)}" for index, _ in enumerate(lists)
    )
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    more = {"word/footnotes.xml": f"<w:footnotes {space}>{notes}</w:footnotes>"}
    return write_docx(
        "".join(body), styles=_STYLES, numbering=numbering + "".join(lists), links=links, core=core, more=more
    )


def _docx_line(part: Part, links: dict[str, str]) -> str:
    properties = f'<w:pStyle w:val="H{part.depth}"/>' if part.kind == "heading" else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{_runs(part.text, links)}</w:p>"


def _docx_items(group: list[Part], lists: list[str], links: dict[str, str]) -> Iterator[str]:
    """Each run of numbered items is a list of its own that begins where the text says."""
    number = 0
    for part in group:
        if part.depth == 1 and part.mark and not number:
            number = len(lists) + 1
            start = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{part.mark}"/></w:lvlOverride>'
            lists.append(number_list(number, number, start))
        elif part.depth == 1 and not part.mark:
            number = 0
        used = number if part.mark else 1
        listed = f'<w:numPr><w:ilvl w:val="{part.depth - 1}"/><w:numId w:val="{used}"/></w:numPr>'
        yield f"<w:p><w:pPr>{listed}</w:pPr>{_runs(part.text, links)}</w:p>"


def _runs(text: str, links: dict[str, str]) -> str:
    made, done = "", 0
    for found in INLINE.finditer(text):
        made += _run(text[done : found.start()])
        if found["note"]:
            made += f'<w:r><w:footnoteReference w:id="{found["note"]}"/></w:r>'
        else:
            key = f"r{len(links) + 1}"
            links[key] = found["url"]
            made += f'<w:hyperlink r:id="{key}">{_run(found["words"])}</w:hyperlink>'
        done = found.end()
    return made + _run(text[done:])


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{html.escape(text, quote=False)}</w:t></w:r>' if text else ""


def plain(text: str) -> str:
    return INLINE.sub(lambda found: found["words"] or "", text)


# --- read --------------------------------------------------------------------------------------------------


def read_html(data: bytes) -> Version:
    return page.parse(data, media_type="text/html", url="https://kilde.example.org/", options=ReadOptions())


def read_docx(data: bytes) -> Version:
    return docx.parse(data, media_type="", url="https://kilde.example.org/a.docx", options=ReadOptions())


def read_pdf(data: bytes) -> Version:
    return pdf.parse(data, media_type="", url="https://kilde.example.org/a.pdf", options=ReadOptions())
