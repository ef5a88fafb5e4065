"""PDF documents (by PDFium): paragraphs, headings by size and weight, lists, table rows, links.

Running heads, page numbers and line breaks are the paper's, not the text's: they are taken out, so that
the same text exported again gives the same version.
"""

from __future__ import annotations

from threading import Lock

import pypdfium2
from pypdfium2 import raw

from syndicate.domain.errors import ParseError, ParseReason
from syndicate.domain.model import BlockKind, Version
from syndicate.parsers._shared import current_recipe, make_version, primary_subtag
from syndicate.parsers.pdf.layout import Sheet
from syndicate.parsers.pdf.paragraphs import build_outline
from syndicate.parsers.pdf.running import drop_running_heads
from syndicate.parsers.pdf.sheets import document_language, read_sheet
from syndicate.ports import ReadOptions

VERSION = 6
MEDIA_TYPES = frozenset({"application/pdf", "application/x-pdf"})
SUFFIXES = frozenset({".pdf"})

_LOCK = Lock()  # PDFium must not be entered by two threads


def parse(data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:  # noqa: ARG001
    """The text of all pages. Raises ParseError: ENCRYPTED, DAMAGED, NO_TEXT for mere pictures of pages."""
    with _LOCK:
        sheets, language, title = _read(data)
    outline = build_outline(drop_running_heads(sheets))
    ranks = [block.text for block in outline.blocks if block.kind is BlockKind.HEADING and block.level == 1]
    return make_version(
        outline.blocks,
        current_recipe("pdf", options),
        title=next(iter(ranks), title),
        language=primary_subtag(language),
        nothing="The document has no text: it seems to be scanned.",
    )


def _read(data: bytes) -> tuple[list[Sheet], str, str]:
    """All pages, the declared language, the declared title."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            sheets = [read_sheet(document, number) for number in range(len(document))]
            return sheets, document_language(document), document.get_metadata_value("Title")
    except pypdfium2.PdfiumError as problem:
        if problem.err_code == raw.FPDF_ERR_PASSWORD:
            raise ParseError(
                ParseReason.ENCRYPTED,
                "The document asks for a password.",
                hint="Ask the publisher for an open copy.",
            ) from problem
        raise ParseError(
            ParseReason.DAMAGED, f"The document is no PDF that can be read ({problem})."
        ) from problem
