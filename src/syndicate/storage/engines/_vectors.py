"""Words as PostgreSQL's tsvector and tsquery, written out by us.

Its own reading of a text depends on the server's settings and locale, and splits Danish words by English
rules. Words here have letters and digits only: nothing needs to be escaped.
"""

from __future__ import annotations

from collections import defaultdict

from syndicate.storage.searching import Term, words_of

LONGEST_WORD = 500
"""Characters of a word that count; PostgreSQL takes 2,046 bytes."""
LAST_PLACE = 16_383
MOST_PLACES = 255
MOST_BYTES = 1_000_000
"""Of all words with their places; PostgreSQL takes 1,048,575. What comes after them is not found."""


def vector(text: str) -> str:
    places: defaultdict[str, list[int]] = defaultdict(list)
    size = 0
    for n, word in enumerate(words_of(text), start=1):
        word = word[:LONGEST_WORD]
        if len(places[word]) == MOST_PLACES:
            continue
        size += 2 if places[word] else len(word.encode()) + 6
        if size > MOST_BYTES:
            break
        places[word].append(min(n, LAST_PLACE))
    return " ".join(f"'{word}':{','.join(map(str, at))}" for word, at in places.items() if at)


def query(terms: list[Term]) -> str:
    return " & ".join(_one(term) for term in terms)


def _one(term: Term) -> str:
    words = [f"'{word[:LONGEST_WORD]}'" for word in term.words]
    return f"({' <-> '.join(words)}{'' if term.whole else ':*'})"
