"""Numbers of headings and items as readers see them: "3", "3.2", "a", "iv"."""

from __future__ import annotations

import re

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip

# "3." "3)" "(3)" "3.2" "3.2." "3.2.1)" and "3:" followed by a word.
_DIGITS = re.compile(r"\(?(?P<number>\d{1,3}(?:\.\d{1,3}){0,5})(?P<end>\.\)|[.):]|)\s+(?=\S)")
# "a)" "(a)" "iv)" "B)"
_LETTER = re.compile(r"(?P<open>\(?)(?P<number>[A-Za-zÆØÅæøå]|[ivxlcIVXLC]{1,6})(?P<end>[.)])\s+(?=\S)")
_BULLET = re.compile(r"[•‣◦▪●○■□▸►➢✓·–—\-\uf0b7\uf0a7\uf0d8\uf0fc\uf076]\s+(?=\S)")

# Danish and German ordinals: "3. oktober", "1. linje", "2. Auflage" are no list numbers.
# Danish has them small: "1. Klasselokaler" begins an item.
_ORDINAL = re.compile(
    r"(jan|feb|mar|mär|apr|maj|mai|jun|jul|aug|sep|okt|oct|nov|dec|dez|kvartal|quartal|halvår|halvdel|trimester|"
    r"linje|linie|valg|gang|udgave|auflage|klasse|semester|række|generation|verdenskrig|division|års|behandling|"
    r"dag|uge|måned|leveår|levemåned|graviditets|prioritet|instans|etage|sal|th|tv)"
)
_GERMAN_ORDINAL = re.compile(
    r"(Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|May|Oct|Dec|Mar)[a-zä]*\b|"
    r"(Quartal|Halbjahr|Auflage|Klasse|Semester|Trimester|Generation|Division|Weltkrieg|Instanz|Etage|Liga|Woche|Tag)\b"
)


def split_number(text: str, *, listed: bool = False) -> tuple[str, str]:
    """A printed number and the rest of the text; ("", text) where none is printed.

    `listed` says that the text is a list item or a heading: there "A." and a bare "3.2" count as numbers;
    a paragraph may begin with an initial or a decimal.
    """
    found = _DIGITS.match(text)
    if found and _is_list_number(found, text, listed):
        return found["number"], text[found.end() :]
    found = _LETTER.match(text)
    if found and (found["end"] == ")" or listed):
        return found["number"], text[found.end() :]
    return "", text


def split_bullet(text: str) -> tuple[bool, str]:
    """Whether the text begins with a printed bullet, and the text without it."""
    found = _BULLET.match(text)
    return (True, text[found.end() :]) if found else (False, text)


def _is_list_number(found: re.Match[str], text: str, listed: bool) -> bool:
    rest = text[found.end() :]
    if text.startswith("(") and found["end"] not in (")", ".)"):
        return False
    if found["end"] == "":
        return "." in found["number"] and (rest[0].isupper() if not listed else rest[0].isalpha())
    if found["end"] == ":" and not listed:
        return False
    return not (found["end"] == "." and "." not in found["number"] and _is_ordinal(rest))


def _is_ordinal(rest: str) -> bool:
    """Whether the word behind a number and its full stop makes an ordinal of it."""
    return bool((_GERMAN_ORDINAL if rest[:1].isupper() else _ORDINAL).match(rest))


def counter_text(value: int, style: str) -> str:
    """A counter as it is shown. `style` is "1", "a", "A", "i" or "I", as in the HTML attribute `type`."""
    if style in ("a", "A") and value > 0:
        letters = _letters(value)
    elif style in ("i", "I") and 0 < value < 4000:
        letters = _roman(value)
    else:
        return str(value)
    return letters.upper() if style.isupper() else letters


def _letters(value: int) -> str:
    text = ""
    while value > 0:
        value, digit = divmod(value - 1, 26)
        text = chr(ord("a") + digit) + text
    return text


def _roman(value: int) -> str:
    text = ""
    for size, sign in _ROMAN:
        count, value = divmod(value, size)
        text += sign * count
    return text
