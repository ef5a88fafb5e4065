"""Plain text and Markdown: headings (# and underlined), lists, numbered paragraphs, tables, links."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Link, Version
from syndicate.parsers._shared import Outline, current_recipe, decode_text, make_version, split_number
from syndicate.ports import ReadOptions

VERSION = 4
MEDIA_TYPES = frozenset({"text/plain", "text/markdown", "text/x-markdown"})
SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".mdown"})

_LARGEST = 20 * 1024 * 1024
_BINARY = 0.1
"""The share of control characters from which bytes are no text."""

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{2,})\s*$")
_RULE = re.compile(r"\s{0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_ITEM = re.compile(r"(?P<indent>\s*)(?:[-*+•]|(?P<number>\d{1,3}|[A-Za-z])[.)])\s+(?P<text>.*)$")
_TABLE_RULE = re.compile(r"\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_LINK = re.compile(r"(?<!!)\[([^\[\]]{1,500})\]\(\s*<?([^()\s<>]{1,2000})>?(?:\s+\"[^\"]{0,500}\")?\s*\)")
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\([^()]{0,2000}\)")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,2000})>")
_EMPHASIS = re.compile(r"(?<![\w*_\\])(\*\*|__|\*|_|`)(?=\S)((?:(?!\1).){1,2000})(?<=\S)\1(?![\w*_])")
"""The words end at the next sign like the first: looking past it takes minutes over a text full of stars."""
_ANCHOR = re.compile(
    r"<a\s[^<>]{0,300}?href\s*=\s*[\"']?([^\"'<>\s]{1,2000})[^<>]{0,300}>([^<>]{1,500})</a\s*>", re.IGNORECASE
)
# Markdown may hold HTML. Only these names are tags, and only in full: "<5 mg" and "<navn>" are text.
_TAG = re.compile(
    r"<!--.{0,2000}?-->|</?(?:a|abbr|article|b|big|blockquote|br|caption|center|code|col|dd|del|details|div|dl|dt|em|"
    r"figcaption|figure|font|h[1-6]|hr|i|img|ins|kbd|li|mark|nav|ol|p|pre|q|s|section|small|span|strike|strong|"
    r"sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul)(?:\s[^<>]{0,500}|/)?>",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"<(?:br|/?(?:p|div|li|t[dhr]|h[1-6]))\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|-])")


def parse(data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:
    """The blocks of a text; a paragraph ends at an empty line. Raises ParseError."""
    if len(data) > _LARGEST:
        raise ParseError(
            ParseReason.TOO_LARGE, f"The text has {len(data) >> 20} MB; texts are read up to 20 MB."
        )
    charset = media_type.partition("charset=")[2].partition(";")[0]
    text = decode_text(data, (charset,))
    if sum(char < " " and char not in "\t\n\r\f" for char in text[:4096]) > _BINARY * len(text[:4096]):
        raise ParseError(ParseReason.DAMAGED, "The file is called a text, but holds binary data.")
    reader = _Lines(url)
    for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").split("\n"):
        reader.take(line)
    reader.flush()
    title = next((block.text for block in reader.outline.blocks if block.kind == "heading"), "")
    return make_version(reader.outline.blocks, current_recipe("text", options), title=title)


class _Lines:
    """Takes lines one by one; `_paragraph` and `_item` hold what is not finished yet."""

    def __init__(self, url: str) -> None:
        self.outline = Outline()
        self._url = url
        self._lines: list[str] = []
        self._item: tuple[int, str] | None = None
        self._indents: list[int] = []
        self._fenced = False

    def take(self, line: str) -> None:
        if _FENCE.match(line):
            self.flush()
            self._fenced = not self._fenced
        elif self._fenced:
            self._lines.append(line)
        elif not line.strip():
            self.flush()
        else:
            self._take_text(line)

    def flush(self) -> None:
        """Ends the paragraph or item that is open."""
        lines, self._lines = self._lines, []
        item, self._item = self._item, None
        text, links = self._inline(" ".join(lines))
        if item:
            level, number = item
            self.outline.item(text, level, number=number, links=links)
        else:
            self.outline.paragraph(text, links=links)

    def _take_text(self, line: str) -> None:
        heading, item = _HEADING.match(line), _item(line)
        if heading:
            self._head(heading[2], len(heading[1]))
        elif self._lines and not self._item and (under := _UNDERLINE.match(line)):
            text, self._lines = " ".join(self._lines), []
            self._head(text, 1 if under[1].startswith("=") else 2)
        elif _TABLE_RULE.match(line) and "|" in line:
            return
        elif _RULE.match(line):
            self.flush()
        elif line.strip().startswith("|") and line.strip().endswith("|"):
            self._row(line)
        elif item:
            self._begin_item(item)
        else:
            self._go_on(line)

    def _head(self, text: str, level: int) -> None:
        self.flush()
        self._indents.clear()
        line, links = self._inline(text)
        self.outline.heading(line, level, links=links)

    def _row(self, line: str) -> None:
        self.flush()
        cells = [self._inline(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        self.outline.row([text for text, _ in cells], links=[link for _, links in cells for link in links])

    def _begin_item(self, item: re.Match[str]) -> None:
        self.flush()
        indent = len(item["indent"].expandtabs(4))
        while self._indents and self._indents[-1] > indent:
            self._indents.pop()
        if not self._indents or self._indents[-1] < indent:
            self._indents.append(indent)
        self._item = (len(self._indents), item["number"] or "")
        self._lines.append(item["text"])

    def _go_on(self, line: str) -> None:
        if not self._lines and not line.startswith((" ", "\t")):
            self._indents.clear()
        self._lines.append(re.sub(r"^\s{0,3}(?:>\s?)+", "", line))

    def _inline(self, text: str) -> tuple[str, list[Link]]:
        """The text without Markdown's signs, and its links."""
        text = _IMAGE.sub("", text)
        links = [
            Link(_plain(label), urljoin(self._url, target))
            for label, target in _LINK.findall(text)
            if _plain(label)
        ]
        text = _LINK.sub(r"\1", text)
        links += [Link(_plain(label), urljoin(self._url, target)) for target, label in _ANCHOR.findall(text)]
        links += [Link(target, target) for target in _AUTOLINK.findall(text)]
        return _plain(_without_tags(_AUTOLINK.sub(r"\1", text))), links


def _item(line: str) -> re.Match[str] | None:
    """A line that begins a list item; "3. oktober" does not."""
    found = _ITEM.match(line)
    if found and found["number"] and found["text"] and not split_number(line.strip(), listed=True)[0]:
        return None
    return found


def _without_tags(text: str) -> str:
    """The text without the HTML in it, its character references read."""
    if "<" in text:
        text = _TAG.sub(lambda tag: " " if _BREAKS.match(tag[0]) else "", text)
    return _ENTITY.sub(lambda name: unescape(name[0]), text) if "&" in text else text


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))).strip()
