"""The picture that networks show beside a link to an update: what changed, in letters that a thumb can cover.

PDFium draws it, with the fonts that it brings along: no font of the machine is needed, and every machine
draws the same bytes. Those fonts have the letters of western Europe only.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from ctypes import POINTER, byref, c_float, c_ushort, cast, create_string_buffer
from dataclasses import dataclass
from threading import Lock
from typing import Any
from unicodedata import name, normalize

WIDTH, HEIGHT = 1200, 630
MEDIA_TYPE = "image/png"

_MARGIN = 84.0
_ROOM = WIDTH - 2 * _MARGIN
TITLE, LABEL, PLAIN = "Times-Bold", "Helvetica-Bold", "Helvetica"
_SIZES = ((80.0, 3), (68.0, 4), (58.0, 5))
"""Sizes of the title in pixels, each with the most lines that it may take."""
_PAPER, _INK, _QUIET, _ACCENT = (253, 252, 250), (28, 34, 38), (84, 92, 96), (15, 76, 92)
_KEPT = 128


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a picture: who publishes, what happened, to which document, and when."""

    site: str
    title: str
    document: str
    foot: str


class Previews:
    """Draws cards and keeps the newest. One at a time: PDFium knows no threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Card, bytes] = OrderedDict()
        self._lock = Lock()

    def png(self, card: Card) -> bytes:
        """The picture of 1200 × 630 pixels; the same bytes for the same card."""
        with self._lock:
            if card not in self._kept:
                self._kept[card] = draw(card)
            self._kept.move_to_end(card)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[card]


def draw(card: Card) -> bytes:
    """The card as PNG. Not to be called by two threads at once."""
    sheet = _Sheet()
    try:
        sheet.rectangle(0, 0, 20, HEIGHT, _ACCENT)
        sheet.write(_fitted(sheet, card.site, 34, LABEL), LABEL, 34, 92, _ACCENT)
        _write_title(sheet, card.title)
        sheet.write(_fitted(sheet, card.document, 34), PLAIN, 34, HEIGHT - 106, _INK)
        sheet.write(_fitted(sheet, card.foot, 30), PLAIN, 30, HEIGHT - 58, _QUIET)
        return sheet.png()
    finally:
        sheet.close()


def writable(text: str) -> str:
    """The text in the letters that the fonts have: accents that they lack fall off, other scripts are
    left out."""
    kept = (_writable(letter) for letter in normalize("NFC", text))
    return " ".join("".join(kept).split())


def _writable(letter: str) -> str:
    for form in (letter, normalize("NFKD", letter)[:1], _base(letter)):
        if form.isspace():
            return " "
        if form.isprintable() and form.encode("cp1252", "ignore"):
            return form
    return ""


def _base(letter: str) -> str:
    """The letter of the alphabet in one that Unicode does not take apart: "l" in "ł"."""
    found = re.match(r"LATIN (SMALL|CAPITAL) LETTER ([A-Z]) WITH", name(letter, ""))
    return "" if found is None else found[2].lower() if found[1] == "SMALL" else found[2]


def _write_title(sheet: _Sheet, title: str) -> None:
    """In the largest size in which it fits; what does not fit in the smallest ends in an ellipsis."""
    words = _cut(title, 400).split()
    for size, most in _SIZES:
        lines = list(_lines(sheet, words, size))
        if len(lines) <= most and all(_fits(sheet, line, size) for line in lines):
            break
    else:
        lines = [_fitted(sheet, line, size, TITLE) for line in lines[:most]]
        lines[-1] = _fitted(sheet, f"{lines[-1].rstrip('…')} …", size, TITLE)
    base = 290 - (len(lines) - 1) * size * 0.59 + size * 0.35
    for number, line in enumerate(lines):
        sheet.write(line, TITLE, size, base + number * size * 1.18, _INK)


def _lines(sheet: _Sheet, words: list[str], size: float) -> Iterator[str]:
    line = ""
    for word in words:
        longer = f"{line} {word}".strip()
        if line and not _fits(sheet, longer, size):
            yield line
            longer = word
        line = longer
    yield line


def _fits(sheet: _Sheet, line: str, size: float) -> bool:
    return sheet.width(line, TITLE, size) <= _ROOM


def _fitted(sheet: _Sheet, text: str, size: float, font: str = PLAIN) -> str:
    """As many whole words as have room in a line; of a word that is too long by itself, its beginning."""
    shown = _cut(text, 120)
    while sheet.width(shown, font, size) > _ROOM:
        words = shown.rstrip("… ").split(" ")
        shown = " ".join(words[:-1]) + " …" if len(words) > 1 else f"{words[0][:-1]}…"
    return shown


def _cut(text: str, length: int) -> str:
    shown = writable(text)
    return shown if len(shown) <= length else f"{shown[: length - 1].rstrip()}…"


class _Sheet:
    """A PDF page that is drawn on. `y` counts downwards, to the base of the letters."""

    def __init__(self) -> None:
        # A heavy import, which a site whose links nobody shares can do without.
        from pypdfium2 import PdfDocument, raw

        self._raw: Any = raw
        self._document = PdfDocument.new()
        self._page = self._document.new_page(WIDTH, HEIGHT)
        self._fonts: dict[str, Any] = {}

    def close(self) -> None:
        for font in self._fonts.values():
            self._raw.FPDFFont_Close(font)
        self._page.close()
        self._document.close()

    def rectangle(
        self, x: float, y: float, width: float, height: float, colour: tuple[int, int, int]
    ) -> None:
        shape = self._raw.FPDFPageObj_CreateNewRect(x, HEIGHT - y - height, width, height)
        self._raw.FPDFPageObj_SetFillColor(shape, *colour, 255)
        self._raw.FPDFPath_SetDrawMode(shape, self._raw.FPDF_FILLMODE_WINDING, False)
        self._raw.FPDFPage_InsertObject(self._page, shape)

    def write(self, text: str, font: str, size: float, y: float, colour: tuple[int, int, int]) -> None:
        if not text:
            return
        letters = self._letters(text, font, size)
        self._raw.FPDFPageObj_SetFillColor(letters, *colour, 255)
        self._raw.FPDFPageObj_Transform(letters, 1, 0, 0, 1, _MARGIN, HEIGHT - y)
        self._raw.FPDFPage_InsertObject(self._page, letters)

    def width(self, text: str, font: str, size: float) -> float:
        """In pixels."""
        if not text:
            return 0.0
        letters = self._letters(text, font, size)
        left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
        self._raw.FPDFPageObj_GetBounds(letters, byref(left), byref(bottom), byref(right), byref(top))
        self._raw.FPDFPageObj_Destroy(letters)
        return right.value - left.value

    def png(self) -> bytes:
        self._raw.FPDFPage_GenerateContent(self._page)
        bitmap = self._page.render(scale=1, rev_byteorder=True, fill_color=(*_PAPER, 255))
        try:
            return _png(bytes(bitmap.buffer), bitmap.stride, bitmap.n_channels)
        finally:
            bitmap.close()

    def _letters(self, text: str, font: str, size: float) -> Any:
        if font not in self._fonts:
            self._fonts[font] = self._raw.FPDFText_LoadStandardFont(self._document, font.encode())
        letters = self._raw.FPDFPageObj_CreateTextObj(self._document, self._fonts[font], size)
        wide = f"{text}\0".encode("utf-16-le")
        self._raw.FPDFText_SetText(letters, cast(create_string_buffer(wide, len(wide)), POINTER(c_ushort)))
        return letters


def _png(pixels: bytes, stride: int, channels: int) -> bytes:
    """Rows of pixels as PNG (RFC 2083)."""
    rows = (pixels[y * stride : y * stride + WIDTH * channels] for y in range(HEIGHT))
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2 if channels == 3 else 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
