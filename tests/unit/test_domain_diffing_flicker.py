"""What comes and goes in older versions and is told all the same: warnings, numbers that name something."""

from __future__ import annotations

import pytest

from syndicate import compare, read
from syndicate.domain.model import Comparison


def after(history: list[str], now: str, language: str = "da") -> Comparison:
    """The last of these lines against the newest, with those before in mind."""
    text = (
        "<html lang={}><body><h1>Vandet i byen</h1><p>Her står, hvad der gælder for byens vand.</p><p>{}</p>"
    )
    versions = [
        read(text.format(language, line).encode(), media_type="text/html") for line in (*history, now)
    ]
    *older, before, newest = versions
    return compare(before, newest, history=older)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Advarsel: drikkevandet er forurenet.", "da"),
        ("Kontraindikation: graviditet og amning.", "da"),
        ("Kog vandet i hele den nordlige del af byen.", "da"),
        ("Produktet er tilbagekaldt af producenten.", "da"),
        ("Boil tap water before drinking.", "en"),
        ("Warning: the water is contaminated.", "en"),
    ],
)
def test_a_warning_that_came_and_went_before_is_told_each_time(line: str, language: str) -> None:
    assert after([line, "", line, "", line], "", language).is_meaningful
    assert after(["", line, "", line, ""], line, language).is_meaningful


@pytest.mark.parametrize(
    "line",
    [
        "Bekendtgørelse nr. {}",
        "Version {}",
        "Telefon: {}",
        "Grænseværdi for bly: {}",
        "Lokale {}",
        "Takst {}",
        "Guideline no. {}",
    ],
)
def test_a_number_that_names_something_is_no_counter(line: str) -> None:
    assert after([line.format(number) for number in (1201, 1234, 1291)], line.format(1377)).is_meaningful


def test_other_noise_stays_noise() -> None:
    news = "Vær med til sommerfest på torvet i byen."

    assert not after([news, "", news, "", news], "").is_meaningful
    assert not after(["Vi er 1201 nu", "Vi er 1234 nu", "Vi er 1291 nu"], "Vi er 1377 nu").is_meaningful
