"""What a Word document says about itself in docProps/core.xml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from syndicate.domain.model import DateRole, StatedDate
from syndicate.parsers.docx.package import Package

_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_ROLES = {f"{_TERMS}created": DateRole.CREATED, f"{_TERMS}modified": DateRole.UPDATED}


@dataclass(frozen=True, slots=True)
class Properties:
    title: str
    language: str
    dates: tuple[StatedDate, ...]


def read_properties(package: Package) -> Properties:
    """Title, language and dates; "" and () for what is not there."""
    texts: dict[str, str] = {}
    for element in package.elements("docProps/core.xml", f"{_DC}title", f"{_DC}language", *_ROLES):
        texts[element.tag] = element.text or ""
    days = ((role, _day(texts.get(tag, ""))) for tag, role in _ROLES.items())
    dates = tuple(StatedDate(role, day) for role, day in days if day)
    return Properties(texts.get(f"{_DC}title", ""), texts.get(f"{_DC}language", ""), dates)


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment.strip()[:10])
    except ValueError:
        return None
