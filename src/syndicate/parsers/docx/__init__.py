"""Word documents (DOCX): paragraphs, headings, automatic numbers, tables, links, notes."""

from __future__ import annotations

from syndicate.domain.model import Version
from syndicate.parsers._shared import Outline, current_recipe, make_version, primary_subtag
from syndicate.parsers.docx.body import read_body, read_notes
from syndicate.parsers.docx.numbering import read_numbering
from syndicate.parsers.docx.package import open_package, relationships
from syndicate.parsers.docx.properties import read_properties
from syndicate.parsers.docx.styles import read_styles
from syndicate.ports import ReadOptions

VERSION = 3
MEDIA_TYPES = frozenset({"application/vnd.openxmlformats-officedocument.wordprocessingml.document"})
SUFFIXES = frozenset({".docx", ".docm"})


def parse(data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:  # noqa: ARG001
    """The text with all tracked changes accepted, notes last.

    Raises ParseError: TOO_LARGE for what would unpack beyond 100 MB or is packed like a bomb.
    """
    with open_package(data) as package:
        styles = read_styles(package)
        numbering = read_numbering(package)
        links = relationships(package, "word/document.xml", url)
        outline = Outline()
        read_body(package, styles, numbering, links, outline)
        read_notes(package, outline)
        about = read_properties(package)
    title = styles.title_of(outline) or about.title
    language = primary_subtag(about.language) or styles.language
    return make_version(
        outline.blocks, current_recipe("docx", options), title=title, language=language, dates=about.dates
    )
