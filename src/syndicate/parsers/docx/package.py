"""The ZIP around a Word document, opened so that no bomb goes off, and its XML, read so that none does."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

from lxml import etree

from syndicate.domain.errors import ParseError, ParseReason

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

# All that zipfile and lxml say to a broken archive; RuntimeError to a part that is encrypted.
_BROKEN = (
    etree.LxmlError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)

_LARGEST = 100 * 1024 * 1024
_RATIO = 200
_ENTRIES = 2000
_SMALL = 1024 * 1024
"""Below this an entry may be packed as densely as it likes: it cannot hurt."""


class Package:
    """An opened document; its parts are read by name."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def elements(self, name: str, *tags: str) -> Iterator[etree._Element]:
        """The elements of these tags in a part, each complete when it comes; none for a part that is absent.

        The caller clears what it is done with. Raises ParseError(DAMAGED) for broken XML, for entities too.
        """
        if name not in self._names:
            return
        try:
            with self._archive.open(name) as stream:
                events = etree.iterparse(
                    stream,
                    events=("end",),
                    tag=tags,
                    resolve_entities=False,
                    no_network=True,
                    huge_tree=False,
                )
                for _, element in events:
                    if element.getroottree().docinfo.doctype:
                        raise ParseError(ParseReason.DAMAGED, "The document's XML declares entities.")
                    yield element
        except _BROKEN as problem:
            raise ParseError(
                ParseReason.DAMAGED, f"{name} in the document cannot be read ({problem})."
            ) from problem


@contextmanager
def open_package(data: bytes) -> Iterator[Package]:
    """Raises ParseError for what is no document, and for what would unpack beyond the limits."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as problem:
        raise ParseError(ParseReason.DAMAGED, f"The document is no ZIP archive ({problem}).") from problem
    with archive:
        _check(archive.infolist())
        package = Package(archive)
        if "word/document.xml" not in package:
            raise ParseError(ParseReason.DAMAGED, "The archive holds no Word document (word/document.xml).")
        yield package


def _check(entries: list[zipfile.ZipInfo]) -> None:
    """Judges by the sizes that the archive declares; zipfile itself gives no more bytes than declared."""
    size = sum(entry.file_size for entry in entries)
    if len(entries) > _ENTRIES or size > _LARGEST:
        raise ParseError(
            ParseReason.TOO_LARGE,
            f"The document unpacks to {len(entries)} files and {size >> 20} MB, beyond the limit.",
        )
    for entry in entries:
        if entry.flag_bits & 1:
            raise ParseError(
                ParseReason.ENCRYPTED, "The document is encrypted.", hint="Ask for an open copy."
            )
        if entry.file_size > max(_SMALL, _RATIO * entry.compress_size):
            raise ParseError(
                ParseReason.TOO_LARGE, f"{entry.filename} in the document is packed like a bomb."
            )


def relationships(package: Package, part: str, base: str) -> dict[str, str]:
    """The outside targets of a part's links, by relationship id."""
    folder, name = posixpath.split(part)
    found: dict[str, str] = {}
    for element in package.elements(f"{folder}/_rels/{name}.rels", _RELATION):
        target = element.get("Target", "")
        if element.get("TargetMode") == "External" and target.startswith(("http:", "https:", "mailto:")):
            try:
                found[element.get("Id", "")] = urljoin(base, target)
            except ValueError:  # "http://[broken"
                continue
    return found
