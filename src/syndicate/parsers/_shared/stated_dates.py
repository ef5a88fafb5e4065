"""Lines in which a page speaks of its own age: "Oprettet: 03. okt. 2014, Senest opdateret: 09. jan. 2017".

They leave the blocks and become dates of the version: a new one alone is no change of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from syndicate.domain.model import Block, DateRole, StatedDate

_LONGEST = 220
_LONGEST_LABEL = 40

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan januar january janvier jänner janv",
            "feb februar february février fevrier févr fév",
            "mar marts march märz maerz mars mrz",
            "apr april avril avr",
            "maj may mai",
            "jun juni june juin",
            "jul juli july juillet juil",
            "aug august août aout",
            "sep sept september septembre",
            "okt oct oktober october octobre",
            "nov november novembre",
            "dec dez december dezember décembre déc",
        ),
        start=1,
    )
    for name in names.split()
}

_ROLES = {
    DateRole.CREATED: r"oprettet|created|erstellt|créée?",
    DateRole.PUBLISHED: r"publiceret|offentliggjort|udgivet|udgivelsesdato|publiceringsdato|posted|"
    r"(?:first |date |originally )?published|publication date|veröffentlicht|"
    r"publiziert|erschienen|publiée?|paru",
    DateRole.UPDATED: r"(?:siden |sidst |senest |er |blev )*"
    r"(?:opdateret|revideret|ændret|redigeret|gennemgået|rettet)|"
    r"(?:seneste|sidste) (?:opdatering|revision|ændring|redigering)|opdateringsdato|revisionsdato|"
    r"(?:this |the |page |content |article |was |has |been |last |date |website )*"
    r"(?:updated|modified|reviewed|revised|changed|amended)|"
    r"(?:last|latest) (?:update|revision|modification|review|change)|date modified|"
    r"(?:zuletzt )?(?:aktualisiert|geändert|bearbeitet)|(?:letzte|stand)(?: aktualisierung| änderung)?|"
    r"(?:date de (?:la )?)?(?:dernière )?(?:mise à jour|modification|révision)|"
    r"mise? à jour|modifiée?|révisée?",
}

_DATE = (
    r"(?:(?:mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|mon|tue|wed|thu|fri|sat|sun)[.,]? (?:den |d\. )?)?"
    r"(?:(?P<iso>\d{4}-\d{1,2}-\d{1,2})|(?P<plain>\d{1,2}[./-]\d{1,2}[./-]\d{2,4})|"
    r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er)?(?: of| de)? ?(?P<month>[^\W\d_]{3,9})\.?,? (?P<year>\d{4})|"
    r"(?P<month2>[^\W\d_]{3,9})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?,? (?P<year2>\d{4}))"
)
_TIME = (
    r"(?:,? ?(?:t|kl\.?|klokken|at|um|à|-|–)? ?\d{1,2}[.:h]\d{2}(?:[.:]\d{2})?"
    r"(?: ?[ap]\.?m\.?| uhr)?(?: ?(?:gmt|utc|cet|cest|z))?)?"
)
_LEAD = r"[\s:|]*(?:(?:den|d\.|on|am|le|vom|:|dato|date)[\s:|]+)?"
_CLOCK = r"(?:\d{1,2}[:.]\d{2}(?: ?[ap]\.?m\.?)?(?: [a-z]{2,4})?, ?)?"
_ROLE = "|".join(f"(?P<{role.value}>{words})" for role, words in _ROLES.items())
_STATEMENT = re.compile(
    rf"[\s,;|·•(\[–-]*(?:{_ROLE}){_LEAD}{_CLOCK}{_DATE}{_TIME}[\s,;|·•.)\]–-]*(?:og|and|und|et)?\s*",
    re.IGNORECASE,
)
_DATE_ALONE = re.compile(_DATE, re.IGNORECASE)
_LABEL = re.compile(rf"(?:{_ROLE})\s*(?:den|on|am|le|dato|date)?\s*:?", re.IGNORECASE)
_HINT = re.compile(
    r"opret|updat|publi|offentlig|udgiv|opdat|revi|ændr|redig|gennemg|rettet|created|modif|change|amend|posted|"
    r"erstell|veröff|erschienen|aktual|geänd|bearb|stand|letzte|à jour|créé|paru|révis"
)  # for small letters
_DATED = re.compile(r"\d(?:\d{3}|[./-]\d)")


def may_state_date(text: str) -> bool:
    """A quick look for the digits of a date: most texts have none."""
    return _DATED.search(text) is not None


def find_dates(line: str) -> tuple[StatedDate, ...]:
    """The dates in a folded line that says nothing else; empty for any other line."""
    if len(line) > _LONGEST or not may_state_date(line) or not _HINT.search(line.lower()):
        return ()
    found: list[StatedDate] = []
    position = 0
    while position < len(line):
        statement = _STATEMENT.match(line, position)
        day = _day(statement) if statement else None
        if statement is None or day is None:
            return ()
        role = next(role for role in _ROLES if statement[role.value] is not None)
        found.append(StatedDate(role, day))
        position = statement.end()
    return tuple(found)


def is_date(line: str) -> bool:
    """Whether a folded line is a date and nothing else."""
    found = _DATE_ALONE.fullmatch(line) if len(line) <= _LONGEST_LABEL else None
    return found is not None and _day(found) is not None


def take_dates(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[StatedDate, ...]]:
    """The blocks without those that only state the page's own dates, and these dates."""
    kept: list[Block] = []
    dates: list[StatedDate] = []
    for block in blocks:
        if not may_state_date(block.text):
            kept.append(block)
            continue
        label = kept[-1].text if kept and _is_label(kept[-1].text) else ""
        if found := find_dates(block.text):
            dates += found
        elif label and (found := find_dates(f"{label} {block.text}")):
            kept.pop()
            dates += found
        else:
            kept.append(block)
    return tuple(kept), tuple(dates)


def _is_label(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and _LABEL.fullmatch(text) is not None


def _day(found: re.Match[str]) -> date | None:
    """The calendar day of a statement, or None if there is no such day."""
    try:
        if found["iso"]:
            year, month, day = map(int, found["iso"].split("-"))
        elif found["plain"]:
            day, month, year = map(int, re.split(r"[./-]", found["plain"]))
        else:
            day = int(found["day"] or found["day2"])
            month = _MONTHS.get((found["month"] or found["month2"]).lower(), 0)
            year = int(found["year"] or found["year2"])
        if month > 12 >= day:
            day, month = month, day  # 03/25/2024 can only be American
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
