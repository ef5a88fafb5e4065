"""The rules of text: two spellings that a reader cannot tell apart become one.

Another charset, NFC or NFD, soft hyphens, no-break and thin spaces must never look like a change.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

# Controls, soft hyphen, zero-width and direction marks, lone surrogates and non-characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_SPELLED_OUT = {
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "st",
    "ﬆ": "st",
    "\u2010": "-",
    "\u2011": "-",
}
_LIGATURE = re.compile(f"[{''.join(_SPELLED_OUT)}]")
# What of all these Python calls printable.
_PRINTABLE = re.compile(f"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f{''.join(_SPELLED_OUT)}]")

# Names of charsets that a page may declare. Python knows codecs that are none ("rot13", "hex").
_CHARSETS = re.compile(
    r"(iso|windows|cp|koi8|mac|euc|big5|gb|shift|sjis|tis|us-ascii|ascii|latin|utf|x-sjis|ks_c)[\w.:+-]*",
    re.ASCII,
)
_NOT_CHARSETS = frozenset({"utf7", "utf-7", "utf_7"})

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def fold(text: str) -> str:
    """One line: NFC, white space folded, what cannot be seen removed, ligatures spelled out."""
    line = " ".join(text.split())
    if line.isprintable():  # true of nearly all, and quickly said
        if line.isascii():
            return line
        if not _PRINTABLE.search(line):
            return unicodedata.normalize("NFC", line)
    visible = _LIGATURE.sub(lambda found: _SPELLED_OUT[found[0]], _INVISIBLE.sub("", text))
    return " ".join(unicodedata.normalize("NFC", visible).split())


_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_EXPONENT, _MEASURE = re.compile(r"[+-]?\d{1,3}"), re.compile(r"\d[\d.,]*|[kcdmµ]?m|s|h")
_CHARGE, _ELEMENT = re.compile(r"\d?[+-]"), re.compile(r"(?:[A-Z][a-z]?\d*)+")
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}(?:[,–-]\s?\d{1,3})*|[a-d]|[*†‡§]+)[\])]?")
_LAST = re.compile(r"[^\s/·(]*\Z")


def raised(text: str, *, behind: str) -> str:
    """What is left of small raised letters: an exponent as such ("m²", "10⁹"), of the mark of a note nothing.

    An exponent stands behind a number or a unit, a charge behind a chemical sign; a mark behind other words.
    """
    last = _LAST.search(behind[-40:])
    for form, bearer in ((_EXPONENT, _MEASURE), (_CHARGE, _ELEMENT)):
        if last and form.fullmatch(text) and bearer.fullmatch(last[0]):
            return text.translate(_RAISED)
    return "" if _NOTE_MARK.fullmatch(text) else text


def decode_text(data: bytes, declared: tuple[str, ...] = ()) -> str:
    """Bytes as text, whatever charset was declared; never raises.

    A byte order mark decides, then bytes that are valid UTF-8 are UTF-8, whatever is declared (Latin-1 by
    mistake is common, valid multibyte UTF-8 by accident is not), then the first usable declared name, then
    Windows-1252. `declared` names are in order of precedence.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(charset, "replace")
    names = [name for name in map(_usable, declared) if name]
    if not any(name.startswith(("utf-16", "utf-32", "iso2022")) for name in names):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for name in names:
        text = data.decode(name, "replace")
        if name != "utf-8" or _mostly_utf8(text):
            return text
    text = data.decode("utf-8", "replace")
    return text if _mostly_utf8(text) else data.decode("cp1252", "replace")


def _usable(name: str) -> str:
    """Python's name of a declared charset, or "" if it is none. Browsers read Latin-1 as Windows-1252."""
    plain = name.strip().strip("\"'").lower()
    if not _CHARSETS.fullmatch(plain) or plain in _NOT_CHARSETS:
        return ""
    try:
        known = codecs.lookup(plain).name
    except LookupError:
        return ""
    return "cp1252" if known in ("iso8859-1", "ascii") else known


def _mostly_utf8(text: str) -> bool:
    """Whether a few bad bytes spoil what is UTF-8: more letters were understood than not."""
    bad = text.count("\ufffd")
    return bad == 0 or sum(char > "\x7f" for char in text) - bad > bad
