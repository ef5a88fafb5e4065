"""Which parser reads which bytes: the content decides, then the media type, then the suffix.

A parser is a module of this package, named after its format; what is not there cannot be read.
"""

from __future__ import annotations

import io
import pkgutil
import re
import zipfile
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath
from typing import Protocol, cast
from urllib.parse import urlsplit

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import Recipe, Version
from syndicate.ports import ReadOptions

_PACKAGE = "syndicate.parsers"
_HEAD = 4096

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"),
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"%!PS", "postscript"),
)
_ZIP_MEMBERS = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsx"),
    ("ppt/presentation.xml", "pptx"),
    ("META-INF/container.xml", "epub"),
)
_OPEN_DOCUMENTS = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
_FORMAT_NAMES = {
    "doc": "the old Word or Excel format (OLE)",
    "odt": "an OpenDocument text (ODT)",
    "ods": "an OpenDocument spreadsheet (ODS)",
    "odp": "an OpenDocument presentation (ODP)",
    "xlsx": "an Excel workbook (XLSX)",
    "pptx": "a PowerPoint presentation (PPTX)",
    "rtf": "Rich Text (RTF)",
    "zip": "a ZIP archive",
    "xml": "XML that is no web page",
}
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_TAGS = re.compile(rb"<(?:p|div|h[1-6]|table|ul|ol|span|article|main|section|title|a\s)[\s>]", re.IGNORECASE)
_MARKS = b"\xef\xbb\xbf \t\r\n"


class Parser(Protocol):
    """What each module of this package offers."""

    VERSION: int
    MEDIA_TYPES: frozenset[str]
    SUFFIXES: frozenset[str]

    def parse(self, data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version: ...


@cache
def parser_names() -> tuple[str, ...]:
    """The names of all parsers, from the names of their files."""
    package = import_module(_PACKAGE)
    return tuple(
        sorted(item.name for item in pkgutil.iter_modules(package.__path__) if not item.name.startswith("_"))
    )


def load(name: str) -> Parser:
    """The parser of that name, imported when first asked for."""
    return cast(Parser, import_module(f"{_PACKAGE}.{name}"))


def current_recipe(name: str, options: ReadOptions) -> Recipe:
    """The recipe by which the parser of that name reads now."""
    return Recipe(name, load(name).VERSION, options.select, options.ignore)


def detect(data: bytes, media_type: str = "", url: str = "") -> str:
    """The name of the parser for these bytes. Raises ParseError(UNSUPPORTED) with the name of the format."""
    found = _by_content(data) or _by_label(media_type, url) or _by_look(data)
    if found in parser_names():
        return found
    known = ", ".join(name.upper() for name in parser_names())
    what = _FORMAT_NAMES.get(found) or (
        f"a file of the format {found.upper()}" if found else "of an unknown format"
    )
    raise ParseError(
        ParseReason.UNSUPPORTED,
        f"The document is {what}, which cannot be read.",
        hint=f"Readable are {known}.",
    )


def _by_content(data: bytes) -> str:
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)
    head = (
        data[:_HEAD].replace(b"\0", b"").lstrip(_MARKS + b"\xff\xfe")
    )  # UTF-16 reads as ASCII without its zeros
    if head.startswith(b"<") and _HTML.search(head):
        return "html"
    # Producers may put up to 1 KB before the header of a PDF; text that talks of PDF has no line like this.
    return "pdf" if re.search(rb"^%PDF-\d\.\d", data[:1024], re.MULTILINE) else ""


def _kind_of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {item.filename for item in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        members = set()
    for member, name in _ZIP_MEMBERS:
        if member in members:
            return name
    kind = re.search(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)", data[:200])
    return _OPEN_DOCUMENTS.get(kind[1], "zip") if kind else "zip"


def _by_label(media_type: str, url: str) -> str:
    plain_type = media_type.partition(";")[0].strip().lower()
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower() if url else ""
    parsers = {name: load(name) for name in parser_names()} if plain_type or suffix else {}
    by_type = [name for name, parser in parsers.items() if plain_type in parser.MEDIA_TYPES]
    by_suffix = [name for name, parser in parsers.items() if suffix in parser.SUFFIXES]
    return next(iter(by_type + by_suffix), "")


def _by_look(data: bytes) -> str:
    """HTML without its frame, or plain text; "" for bytes that are neither."""
    head = data[:_HEAD]
    if head.lstrip(_MARKS).startswith(b"<?xml"):
        return "xml"
    if _TAGS.search(head):
        return "html"
    return (
        ""
        if b"\0" in head.removeprefix(b"\xff\xfe") and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
        else "text"
    )
