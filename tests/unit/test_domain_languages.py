"""Every language knows all that is asked of a language."""

from __future__ import annotations

from dataclasses import fields
from string import Formatter

import pytest

from syndicate.domain import languages
from syndicate.domain.languages import Language, Sentences

EVERY = languages.every()


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def templates(language: Language) -> dict[str, tuple[str, ...]]:
    values = {each.name: getattr(language.sentences, each.name) for each in fields(Sentences)}
    return {name: (value,) if isinstance(value, str) else value for name, value in values.items()}


def test_languages_are_found_by_their_files() -> None:
    assert languages.codes() == ("da", "en")
    assert [each.code for each in EVERY] == ["da", "en"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("da", "da"),
        ("da-DK", "da"),
        ("DA", "da"),
        ("en_GB", "en"),
        ("fr", "en"),
        ("", "en"),
        ("_language", "en"),
    ],
)
def test_an_unknown_language_is_english(code: str, expected: str) -> None:
    assert languages.get(code).code == expected


def test_a_text_of_an_unknown_language_is_read_by_all() -> None:
    assert [each.code for each in languages.readings("da-DK")] == ["da"]
    assert languages.readings("") == languages.readings("sv") == EVERY


@pytest.mark.parametrize("language", EVERY, ids=lambda each: each.code)
def test_lexicons_are_in_order(language: Language) -> None:
    assert len(language.months) == 12
    assert set(language.numerals.values()) == set(range(1, 21))
    assert language.decimal in (",", ".")
    for phrase in (*language.strengths, *language.negations, *language.units, *language.fillers):
        assert phrase == phrase.lower().strip()
    assert {each.rank for each in language.strengths.values()} == {1, 2, 3}


@pytest.mark.parametrize("language", EVERY, ids=lambda each: each.code)
def test_every_sentence_names_the_same_things_in_every_language(language: Language) -> None:
    danish = templates(languages.get("da"))
    for name, values in templates(language).items():
        for value, model in zip(values, danish[name], strict=True):
            assert names_in(value) == names_in(model), name
            assert value, name
            assert not value.endswith("."), name


@pytest.mark.parametrize("language", EVERY, ids=lambda each: each.code)
def test_quotation_marks_stand_on_both_sides(language: Language) -> None:
    assert language.quote("ord").startswith(language.quotes[0])
    assert language.quote("ord").endswith(language.quotes[1])
