"""Bytes in, a version out. Each module reads one format and is named after it; a new format is one new file.

A parser has `VERSION`, `MEDIA_TYPES`, `SUFFIXES` and `parse(data, *, media_type, url, options) -> Version`.
It is pure, and of all exceptions it raises ParseError only.
"""

from __future__ import annotations

from syndicate.domain.model import Version
from syndicate.parsers._listing import list_addresses as list_addresses
from syndicate.parsers._shared import current_recipe as current_recipe
from syndicate.parsers._shared import detect as detect
from syndicate.parsers._shared import load as load
from syndicate.parsers._shared import parser_names as parser_names
from syndicate.ports import ReadOptions


def read(data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:
    """The version in `data`, by whichever parser its content asks for. Raises ParseError."""
    name = detect(data, media_type, url)
    return load(name).parse(data, media_type=media_type, url=url, options=options)
