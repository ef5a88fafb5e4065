"""What a text says by its words: rules of shape and name leave alone what demands something of its reader."""

from __future__ import annotations

import re


def phrases(lines: str) -> str:
    """A pattern for any of these lines, each of which is a pattern."""
    return "|".join(line.strip() for line in lines.strip().splitlines())


_DEMANDS = re.compile(
    r"\b(?:skal|bør|burde|må (?:ikke|kun|aldrig)|anbefal(?:es|er|ing|inger)|fraråd\w+|forbudt|påkrævet|"
    r"must|shall|should|recommends?|recommendations?|required|prohibited|forbidden|"
    r"muss|müssen|soll|sollen|sollte|sollten|darf|dürfen|empfehlen|empfiehlt|empfohlen|verboten|"
    r"doit|doivent|devrait|devraient|recommandons|recommande|il faut|interdite?s?|obligatoires?)\b",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\d\s?(?:[mkµμ]g|[mcd]?l|mikrogram|micrograms?|mmol|i\.?e\.?|iu)(?![\w-])",
    re.IGNORECASE,
)
# A temperature, a share, a price, a time to keep, a deadline, a number to call.
_TERM = re.compile(
    r"\d\s?(?:g|kg|%|°\s?c|grader|degrees|kr|kroner|euro|"
    r"(?:tablet|kapsl|dråbe|portion|genstand|enhed|spiseske|teske)(?:ter|er|e)|dos(?:er|is)|kcal|gange|"
    r"tablets?|capsules?|drops?|doses?|"
    r"minutter|timer|døgn|dage|uger|måneder|minutes|hours|days|weeks|months|"
    r"minuten|stunden|tagen?|wochen|monaten?|heures|jours|semaines|mois)(?!\w)|"
    r"\b(?:frist(?:en)?|deadline|senest|no later than|spätestens|au plus tard)\b.{0,40}\d|"
    r"\b(?:ring|tlf|telefon|call|phone|téléphone|appelez)\b.{0,30}\d\d",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\W*(?:fig(?:ure?|\.)?|tab(?:el|elle|leau|le|\.)?|abb(?:ildung|\.)?|boks|box|kasten|encadré|diagramm?e?|"
    r"gra(?:f|phique)|schéma|chart|illustration|exhibit|plate)\s{0,2}(?:[a-z]?\d|[ivx]+\b)",
    re.IGNORECASE,
)


def demands(text: str) -> bool:
    """Whether it says what shall, should or must not be done, in Danish, English, German or French."""
    return _DEMANDS.search(text) is not None


def gives_dose(text: str) -> bool:
    """Whether it gives an amount that is measured out: "500 mg", "0,5 ml"."""
    return _DOSE.search(text) is not None


def instructs(text: str) -> bool:
    """Whether it has something to act by: a demand, a dose, a limit, a deadline, a price, a number."""
    return demands(text) or gives_dose(text) or _TERM.search(text) is not None


def is_numbered_figure(text: str) -> bool:
    """Whether it begins like what a text refers to: "Figure 2", "Tabel 1", "Abb. 3"."""
    return _NUMBERED.match(text) is not None
