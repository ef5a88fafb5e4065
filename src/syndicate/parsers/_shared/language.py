"""Which language a text is in, where nothing says so."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TAG = re.compile(r"\s*([a-zA-Z]{2,3})(?:[-_].*|\s*)$", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH = 3


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COMMON = {
    "da": _set(
        "og i at er en til af på for med den det de som der ikke et har kan bør skal ved eller om fra også"
    ),
    "en": _set(
        "the and of to in is a that for with as on are be by this or not it an at from have which should"
    ),
    "de": _set(
        "der die und das in den von zu mit ist des für im dem nicht ein eine auf als auch werden sich bei"
    ),
    "fr": _set("le la les de des et un une est que pour dans du en par sur au avec ne pas qui ou aux"),
    "sv": _set(
        "och i att det som en på är av för med till den har de inte om ett eller från bör ska vid kan"
    ),
    "no": _set("og i å det som en på er av for med til den har de ikke om et eller fra bør skal kan være"),
}
# Danish and Norwegian share nearly all their small words; these tell them apart.
_TELLING = {
    "da": _set("af også efter hvis være andet meget bliver"),
    "no": _set("av også etter hvis være annet mye blir å"),
}


def primary_subtag(tag: str) -> str:
    """ "da" of "da-DK"; "" of what is no language tag."""
    found = _TAG.match(tag)
    return found[1].lower() if found else ""


def guess_language(lines: Iterable[str], limit: int = 4000) -> str:
    """The language whose commonest words a text has most of; "" for too little text."""
    words = _WORD.findall(" ".join(lines)[:limit].lower())
    votes = {language: sum(word in common for word in words) for language, common in _COMMON.items()}
    for language, telling in _TELLING.items():
        votes[language] += 2 * sum(word in telling for word in words)
    best = max(votes, key=lambda language: votes[language])
    return best if votes[best] >= _ENOUGH else ""
