"""What the domain knows of a language, as data: how it commands, denies, counts, dates and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way a strength word points: for the act, against it, or for it within a limit ("only")."""

    FOR = "for"
    AGAINST = "against"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Strength:
    """How much a text demands: 3 is an order ("must"), 2 advice ("should"), 1 leave ("may")."""

    rank: int
    direction: Direction = Direction.FOR


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words that show that a page is not the document: plain phrases, compared without case.

    `errors` and `walls` tell alone on a short page; of `logins` it takes two.
    """

    errors: tuple[str, ...]
    logins: tuple[str, ...]
    walls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """How a text says from when it holds, as regular expressions without groups of their own.

    `before` end right before the date, but for `joints` ("den"). `openings` begin a sentence whose date comes
    next, and `behind` must then follow. `denials`, beside the language's negations, turn a statement round.
    `others` show that it speaks of the past or of a deadline; `referred` are what a clause that begins with
    one of `relatives` may tell of instead of the text itself ("the act, which applies from 2015").
    """

    before: tuple[str, ...]
    joints: tuple[str, ...]
    openings: tuple[str, ...]
    behind: tuple[str, ...]
    denials: tuple[str, ...]
    others: tuple[str, ...]
    referred: tuple[str, ...]
    relatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Templates for `str.format`; the names in braces are filled with text that is already quoted.

    A pair is what to say of one and of many. No template ends in a full stop.
    """

    recommendation: str
    item: str
    heading: str
    table_in: str
    text_in: str
    text: str
    in_resource: str
    also_in: str
    new: str
    new_recommendation: str
    new_item: str
    new_section: str
    gone: str
    gone_recommendation: str
    gone_item: str
    gone_section: str
    stronger: str
    weaker: str
    lapsed: str
    changed: str
    became: str
    reads_now: str
    appeared: str
    disappeared: str
    new_link: str
    corrected: str
    moved: tuple[str, str]
    renumbered: tuple[str, str]
    new_attachment: str
    gone_attachment: str
    replaced_attachment: str
    rewritten_attachment: str
    caught_up: str
    detail: str
    others: tuple[str, str]
    other_changes: tuple[str, str]
    count_in: tuple[str, str]
    count: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Language:
    """One language. Lexicons are lower case.

    `strengths` maps phrases to what they demand; a space in a phrase may hold up to two of `fillers`.
    `names` are capitalised words that look like strength words and are not ("May"), `look_alikes` regular
    expressions of nouns that do ("the can"). `codes` are words behind which a number is a name ("§ 8").
    `months` holds all forms of the twelve names, without the full stop of an abbreviation.
    `numerals` are number words that count when a unit follows. `units` may be of two words; a word that ends
    in one of `compound_ends` is a unit too ("hverdage"). `decimal` is the decimal mark.
    `own_date_labels`, `own_date_words` and `counters` are regular expressions: what makes a line of dates one
    that a page states about itself, what else may stand in it, and whole lines that count visits to a page.
    `recommendation` and `references` are stems that tell from its heading what a list holds. `lapsed` and
    `successors` are regular expressions of what says that a unit no longer holds, and which one stands in
    its place; `subjects` of what such a sentence begins with ("Anbefalingen er"). `effect` tells from when
    a unit holds. `warnings` are regular expressions of words that warn: a line with one is never mere noise.
    `naming` are those of words right before a number that names something or limits it, and counts nothing.
    """

    code: str
    strengths: Mapping[str, Strength]
    fillers: tuple[str, ...]
    names: frozenset[str]
    look_alikes: tuple[str, ...]
    codes: tuple[str, ...]
    negations: tuple[str, ...]
    months: tuple[tuple[str, ...], ...]
    numerals: Mapping[str, int]
    units: frozenset[str]
    compound_ends: tuple[str, ...]
    decimal: str
    own_date_words: tuple[str, ...]
    own_date_labels: tuple[str, ...]
    counters: tuple[str, ...]
    recommendation: tuple[str, ...]
    references: tuple[str, ...]
    lapsed: tuple[str, ...]
    successors: tuple[str, ...]
    subjects: tuple[str, ...]
    warnings: tuple[str, ...]
    naming: tuple[str, ...]
    effect: Effect
    quotes: tuple[str, str]
    phrases: Phrases
    sentences: Sentences

    def quote(self, text: str) -> str:
        """`text` in this language's quotation marks."""
        opening, closing = self.quotes
        return f"{opening}{text}{closing}"
