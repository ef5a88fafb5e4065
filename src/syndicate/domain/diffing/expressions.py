"""What in a text demands, denies, counts or dates: its expressions, by the lexicons of the languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syndicate.domain import languages
from syndicate.domain.diffing.standing import STANDING
from syndicate.domain.languages import Language, Strength
from syndicate.domain.model import FacetKind


@dataclass(frozen=True, slots=True)
class Expression:
    """A stretch of a text that says one thing; equal `key`s say the same ("1. jan. 2017", "01-01-2017").

    `fillers` are words inside a demand that neither raise nor lower it ("normally").
    """

    kind: FacetKind
    start: int
    end: int
    text: str
    key: str
    strength: Strength | None = None
    fillers: str = ""


_QUOTED = re.compile(
    r"\"[^\"]{1,120}\"|“[^“”]{1,120}”|»[^»«]{1,120}«|«[^»«]{1,120}»|„[^„“”]{1,120}[“”]"
    r"|”[^“”]{1,120}”|(?<!\w)‘[^‘’]{1,120}’(?!\w)|(?<!\w)[‘’'][^‘’'\s]+(?:\s[^‘’'\s]+){0,2}[‘’'](?!\w)"
)
_NUM = r"(?:\d{1,3}(?:[ .,]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*|\.\d+)"
_NUMBER = re.compile(
    rf"(?<![\w.,])(?<!\w[-–])(?P<limit>[<>≤≥±~]\s?)?(?P<coin>[€$£]\s?|\bkr\.\s|\b(?:DKK|EUR|GBP|USD)\s)?"
    rf"(?P<sign>[-−+])?"
    rf"(?P<first>{_NUM})(?P<rest>(?:\s?[-–—]\s?{_NUM})*)"
)
_LONGEST_CODE = 40
_STANDARD = re.compile(r"\b(?:EN|ISO|DS|DIN|IEC)\s\Z")
_SYMBOLS = frozenset(["%", "‰", "€", "$", "£", "°C", "°F"])
_METRIC = """
    ng µg ug mcg mg g kg t pg ml cl dl l µl mm cm m km mmol mol µmol nmol meq kj kcal cal hz mmhg pa kpa
    bar w kw kwh mw mbit gb mb kb h min s sek ms m² m³ m2 m3 db dba v lux ppm ppb iu bq kbq sv msv µsv ha
"""
_ABBREVIATED = frozenset(["kr", "pct", "mio", "mia", "stk", "min", "sek"])
"""Units whose full stop belongs to them."""
_SPELLINGS = {
    spelling: unit
    for unit, spellings in {
        "%": "pct procent percent per-cent",
        "µg": "ug mcg mikrogram microgram micrograms",
        "mg": "milligram milligrams",
        "g": "gram grams",
        "kg": "kilogram kilograms kilo kilos",
        "ml": "milliliter millilitre millilitres milliliters",
        "l": "liter litre litres liters",
        "cm": "centimeter centimetre centimetres centimeters",
        "mm": "millimeter millimetre millimetres millimeters",
        "km": "kilometer kilometre kilometres kilometers",
        "m": "meter metre metres meters",
        "m²": "m2 kvadratmeter squaremetres squaremeters",
        "m³": "m3 kubikmeter cubicmetres cubicmeters",
        "min": "minut minutter minute minutes",
        "dB": "decibel decibels",
        "kr": "kroner dkk",
        "€": "euro euros eur",
        "$": "dollar dollars usd",
        "£": "pound pounds gbp",
        "°C": "gradercelsius degreescelsius",
    }.items()
    for spelling in spellings.split()
}
"""Units that are one unit written otherwise."""
_ISO = re.compile(r"(?<![\w-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?![\w-])")
_FIGURES = re.compile(
    r"(?<![\w./-])(?P<d>\d{1,2})(?P<sep>[./-]) ?(?P<m>\d{1,2})(?:(?P=sep)|-| ) ?"
    r"(?P<y>\d{4}|(?<=[/-])\d{2})(?![\w/-]|\.\d)"
)


class Grammar:
    """Finds expressions by the lexicons of one language, or of all where the language is unknown."""

    def __init__(self, language: str) -> None:
        self._languages = languages.readings(language)
        self._decimal = self._languages[0].decimal
        self._units = frozenset(_METRIC.split()).union(*(each.units for each in self._languages))
        self._unit = _unit_pattern(name for name in self._units if " " in name)
        self._compound_ends = tuple(end for each in self._languages for end in each.compound_ends)
        codes = "|".join(re.escape(code) for each in self._languages for code in each.codes)
        self._code = re.compile(
            rf"(?<!\w)(?:{codes})\.?\s*(?:\d+\s*(?:[,–-]|[^\W\d]{{2,4}})\s*)*\Z", re.IGNORECASE
        )
        self._look_alike = re.compile(
            rf"(?<!\w)(?:{'|'.join(look for each in self._languages for look in each.look_alikes)})(?!\w)",
            re.IGNORECASE,
        )
        self._strengths = [_StrengthLexicon(each) for each in self._languages]
        self._negation = _any_of(word for each in self._languages for word in each.negations)
        # Where two languages compete, "to" is either 2 or a preposition: better no number than a wrong one.
        self._numerals = dict(self._languages[0].numerals) if len(self._languages) == 1 else {}
        self._numeral = _any_of(self._numerals) if self._numerals else None
        self._dates = _DateForms(languages.every())
        self._found: dict[str, list[Expression]] = {}

    def find(self, text: str) -> list[Expression]:
        """All expressions of `text`, in its order. A number inside a date is no number of its own."""
        if text not in self._found:  # a rewording is looked at from several sides
            self._found[text] = self._search(text)
        return self._found[text]

    def _search(self, text: str) -> list[Expression]:
        statuses = [
            Expression(FacetKind.STATUS, each.start, each.end, each.words, each.words.lower())
            for each in STANDING.find(text)
        ]
        found = [*statuses, *self._dates.find(_masked(text, statuses))]
        found += self._numbers(_masked(text, found))
        unquoted = _blanked(_QUOTED, _masked(text, statuses))
        # What is a quotation from end to end is the text itself.
        unquoted = (unquoted if re.search(r"\w", unquoted) else text).replace("’", "'")
        found += self._find_strengths(_blanked(self._look_alike, unquoted))
        found += self._negations(unquoted)
        return sorted(found, key=lambda each: each.start)

    def normal(self, text: str) -> str:
        """`text` with its dates and numbers in one form, so that another form is no difference."""
        parts, done = [], 0
        for each in self.find(text):
            if each.kind in (FacetKind.DATE, FacetKind.NUMBER) and each.start >= done:
                parts += [text[done : each.start], f" {each.key} "]
                done = each.end
        return "".join([*parts, text[done:]])

    def demands(self, text: str) -> str:
        """`text` with each order and advice in one form, so that other words for it are no difference."""
        parts, done = [], 0
        for each in self.find(text):
            if each.strength and each.strength.rank > 1 and each.start >= done:
                parts += [text[done : each.start], f"{each.strength}{each.fillers}"]
                done = each.end
        return "".join([*parts, text[done:]])

    def dates(self, text: str) -> list[Expression]:
        """The dates in `text`."""
        return list(self._dates.find(text))

    def _numbers(self, text: str) -> Iterator[Expression]:
        for found in _NUMBER.finditer(text):
            number = self._measured(text, found.start(), found.end(), self._value(found), found["coin"] or "")
            if (
                found["coin"]
                or number.end > found.end()
                or not self._is_name(text, found.start(), found.end())
            ):
                yield number
        for found in self._numeral.finditer(text) if self._numeral else ():
            counted = self._measured(text, found.start(), found.end(), str(self._numerals[found[0].lower()]))
            if counted.end > found.end():
                yield counted

    def _measured(self, text: str, start: int, end: int, value: str, coin: str = "") -> Expression:
        """The number with the unit behind it, if there is one; `coin` is a currency before it."""
        unit = self._unit.match(text, end)
        name = unit["unit"] if unit else ""
        if unit and self._is_unit(name):
            end, value = unit.end(), f"{value} {_unit_key(name)}"
            end += name.lower() in _ABBREVIATED and text[end : end + 1] == "."
        elif coin:
            value = f"{value} {_unit_key(coin.strip(' .'))}"
        return Expression(FacetKind.NUMBER, start, end, text[start:end], value)

    def _is_unit(self, name: str) -> bool:
        if name.replace(" ", "") in _SYMBOLS:
            return True
        name = " ".join(name.partition("/")[0].replace("μ", "µ").lower().split())
        return name in self._units or name.endswith(self._compound_ends)

    def _is_name(self, text: str, start: int, end: int) -> bool:
        """Whether a number without a unit is part of a name or code: "§ 8", "stk. 2", "2-diabetes"."""
        behind = text[end : end + 2]
        if behind[:1] == "-" and behind[1:].isalpha():
            return True
        ahead = text[max(start - _LONGEST_CODE, 0) : start]
        return bool(self._code.search(ahead) or _STANDARD.search(ahead))

    def _value(self, found: re.Match[str]) -> str:
        limit = (found["limit"] or "").strip()
        sign = (found["sign"] or "").replace("−", "-")
        numbers = [found["first"], *re.findall(_NUM, found["rest"])]
        return limit + sign + "-".join(self._plain(number) for number in numbers)

    def _plain(self, number: str) -> str:
        """The number without marks between thousands and with a decimal point."""
        number = number.replace(" ", "")
        number = f"0{number}" if number.startswith(".") else number
        thousands = "." if self._decimal == "," else ","
        if re.fullmatch(
            rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?:{re.escape(self._decimal)}\d+)?", number
        ):
            number = number.replace(thousands, "")
        return number.replace(",", ".")

    def _find_strengths(self, text: str) -> Iterator[Expression]:
        for lexicon in self._strengths:
            found = list(lexicon.find(text))
            text = _masked(text, found)
            yield from found

    def _negations(self, text: str) -> Iterator[Expression]:
        for found in self._negation.finditer(text):
            # "No. 5" is a number sign.
            if not re.match(r"\.?\s?\d", text[found.end() : found.end() + 3]):
                yield Expression(FacetKind.NEGATION, found.start(), found.end(), found[0], found[0].lower())


class _StrengthLexicon:
    """The strength phrases of one language as one pattern, longest first."""

    def __init__(self, language: Language) -> None:
        self._strengths, self._names = language.strengths, language.names
        fillers = "|".join(_spaced(filler) for filler in language.fillers)
        gap = rf"\s+(?:(?:{fillers})\s+){{0,2}}"
        longest_first = sorted(language.strengths, key=len, reverse=True)
        groups = "|".join(gap.join(map(re.escape, phrase.split())) for phrase in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])(?:{groups})(?![\w-])", re.IGNORECASE)
        self._filler = re.compile(rf"(?<!\w)(?:{fillers})(?!\w)\s*", re.IGNORECASE)

    def find(self, text: str) -> Iterator[Expression]:
        for found in self._pattern.finditer(text):
            if found[0] in self._names:
                continue
            phrase = " ".join(found[0].lower().split())
            key = phrase if phrase in self._strengths else self._bare(phrase)
            fillers = " ".join(self._filler.findall(phrase))
            yield Expression(
                FacetKind.STRENGTH, found.start(), found.end(), found[0], key, self._strengths[key], fillers
            )

    def _bare(self, phrase: str) -> str:
        return " ".join(self._filler.sub("", phrase).split())


class _DateForms:
    """Dates in words and figures. Figures are read day first, as in Danish and British English."""

    def __init__(self, known: tuple[Language, ...]) -> None:
        self._months = {
            name: number for each in known for number, names in enumerate(each.months, 1) for name in names
        }
        self._abbreviations = {name for each in known for names in each.months for name in names[1:]}
        month = "|".join(sorted(map(re.escape, self._months), key=len, reverse=True))
        month = rf"(?P<m>{month})\b\.?"
        day = r"(?P<d>\d{1,2})(?:\.|st|nd|rd|th)?"
        ahead, year = r"(?<![\w.,/-])", r"(?P<y>\d{4})(?!\d)"
        self._patterns = (
            _ISO,
            _FIGURES,
            re.compile(rf"{ahead}{day}\s*(?:of\s+)?{month}(?:,?\s+{year})?", re.IGNORECASE),
            re.compile(rf"(?<!\w){month}\s+{day}(?!\w)(?:,?\s+{year})?", re.IGNORECASE),
            re.compile(rf"(?<!\w){month},?\s+{year}", re.IGNORECASE),
        )

    def find(self, text: str) -> Iterator[Expression]:
        for pattern in self._patterns:
            taken = []
            for found in pattern.finditer(text):
                key = self._key(found)
                if key:
                    words = self._unended(found[0])
                    end = found.start() + len(words)
                    taken.append(Expression(FacetKind.DATE, found.start(), end, words, key))
            yield from taken
            text = _masked(text, taken)

    def _unended(self, words: str) -> str:
        """The date without a full stop that ends the sentence and abbreviates nothing."""
        last = words.split()[-1].rstrip(".").lower()
        return words if last in self._abbreviations else words.removesuffix(".")

    def _key(self, found: re.Match[str]) -> str:
        """ISO form with what is not said left out; "" for figures that are no date."""
        parts = found.groupdict()
        month = self._months.get(parts["m"].lower()) or (int(parts["m"]) if parts["m"].isdigit() else 0)
        day, year = int(parts.get("d") or 0), parts.get("y") or ""
        if not 1 <= month <= 12 or day > 31:
            return ""
        year = f"20{year}" if len(year) == 2 else year
        return f"{year or '-'}-{month:02}" + (f"-{day:02}" if day else "")


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """`text` with what the pattern finds blanked out, of the same length."""
    return pattern.sub(lambda found: "\x00" * len(found[0]), text)


def _unit_pattern(of_two_words: Iterable[str]) -> re.Pattern[str]:
    """What may be a unit: a sign, a known pair of words, else the next word."""
    pairs = "|".join(sorted(map(_spaced, of_two_words), key=len, reverse=True))
    pairs = rf"(?:{pairs})(?!\w)|" if pairs else ""
    return re.compile(
        rf"[\s-]?(?P<unit>%|‰|°\s?[CF]\b|[€$£]|{pairs}[^\W\d_]+[23]?(?:/[^\W\d_]+[23]?)*)", re.IGNORECASE
    )


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_spaced, phrases))})(?!\w)", re.IGNORECASE)


def _spaced(phrase: str) -> str:
    return r"\s+".join(map(re.escape, phrase.split()))


def _unit_key(unit: str) -> str:
    unit = "".join(unit.replace("μ", "µ").split())
    first, slash, rest = unit.partition("/")
    folded = first.lower() if len(first) > 3 or first.lower() in _SPELLINGS else first
    return f"{_SPELLINGS.get(folded, folded)}{slash}{rest.lower() if len(rest) > 3 else rest}"


def _masked(text: str, found: list[Expression]) -> str:
    """`text` with the expressions blanked out, of the same length."""
    parts, done = [], 0
    for each in sorted(found, key=lambda each: each.start):
        parts += [text[done : each.start], "\x00" * (each.end - max(each.start, done))]
        done = each.end
    return "".join([*parts, text[done:]])
