"""F3, F6, F10, M3: what is not the document is told to the operator and never compared."""

from __future__ import annotations

import pytest

from syndicate.domain.errors import SuspectContent, SuspectReason
from syndicate.domain.model import Version
from syndicate.domain.plausibility import inspect
from tests.factories import version_of

SENTENCE = "Kommunen bør tilbyde beboere i området en gratis samtale om helbred og arbejde."
REAL = version_of("# Anbefalinger", *(f"{number}. {SENTENCE}" for number in range(1, 21)))


def reason(version: Version, previous: Version | None = None) -> SuspectReason | None:
    try:
        inspect(version, previous, body_size=1234)
    except SuspectContent as error:
        return error.reason
    return None


WALLS = [
    (SuspectReason.ERROR_PAGE, ["# Siden blev ikke fundet", "Prøv forsiden."]),
    (SuspectReason.ERROR_PAGE, ["# Fejl 404", "Her er intet."]),
    (SuspectReason.ERROR_PAGE, ["# Hov!", "Vi kan ikke finde siden, du leder efter."]),
    (SuspectReason.ERROR_PAGE, ["Hjemmesiden er under vedligeholdelse."]),
    (SuspectReason.ERROR_PAGE, ["Serveren er optaget. Prøv igen senere."]),
    (SuspectReason.ERROR_PAGE, ["# 404 Not Found", "nginx"]),
    (SuspectReason.ERROR_PAGE, ["# 503 Service Unavailable"]),
    (SuspectReason.ERROR_PAGE, ["Server busy, please come back."]),
    (SuspectReason.ERROR_PAGE, ["# Sorry", "The page you requested could not be found."]),
    (SuspectReason.LOGIN, ["# Log ind", "Brugernavn", "Adgangskode", "Husk mig"]),
    (SuspectReason.LOGIN, ["# Log på med MitID"]),
    (SuspectReason.LOGIN, ["# Sign in", "Username", "Password", "Forgot your password?"]),
    (SuspectReason.BOT_WALL, ["Checking your browser before you go on."]),
    (SuspectReason.BOT_WALL, ["# Just a moment...", "Enable JavaScript and cookies to continue"]),
    (SuspectReason.BOT_WALL, ["Please verify you are human by ticking the box."]),
    (SuspectReason.BOT_WALL, ["Løs denne CAPTCHA for at komme videre."]),
    (SuspectReason.BOT_WALL, ["Bekræft, at du er et menneske."]),
    (SuspectReason.BOT_WALL, ["Aktivér JavaScript for at fortsætte."]),
]


@pytest.mark.parametrize(("expected", "lines"), WALLS)
@pytest.mark.parametrize("previous", [None, REAL], ids=["at the first reading", "after the real text"])
def test_a_wall_is_refused(expected: SuspectReason, lines: list[str], previous: Version | None) -> None:
    assert reason(version_of(*lines), previous) is expected


@pytest.mark.parametrize(("_", "lines"), WALLS)
def test_a_long_text_may_mention_it(_: SuspectReason, lines: list[str]) -> None:
    assert reason(version_of(*lines, *(f"{number}. {SENTENCE}" for number in range(1, 21)))) is None


def test_a_short_text_may_mention_it_when_it_did_before() -> None:
    before = version_of("# Sådan logger du ind", "Log ind med brugernavn og adgangskode.", "Åbent i maj.")
    after = version_of("# Sådan logger du ind", "Log ind med brugernavn og adgangskode.", "Åbent i juni.")
    assert reason(after, before) is None


def test_a_short_real_text_is_believed() -> None:
    assert reason(version_of("# Råd om søvn", "Sov otte timer om natten.")) is None
    assert reason(version_of("# Råd", "Log ind på portalen og find 404 gode råd.")) is None


@pytest.mark.parametrize("lines", [[], ["…"], ["—", "•"]])
def test_a_page_without_a_word_is_empty(lines: list[str]) -> None:
    with pytest.raises(SuspectContent, match="1234 bytes and no words") as caught:
        inspect(version_of(*lines), None, body_size=1234)
    assert caught.value.reason is SuspectReason.EMPTY
    assert "JavaScript" in caught.value.hint


def test_a_text_that_shrank_to_a_rest_is_suspect() -> None:
    assert reason(version_of(f"1. {SENTENCE}", f"2. {SENTENCE}"), REAL) is SuspectReason.SHRUNK


def test_a_text_that_lost_half_is_news() -> None:
    assert reason(version_of(*(f"{number}. {SENTENCE}" for number in range(1, 11))), REAL) is None


def test_a_short_text_may_become_shorter() -> None:
    assert reason(version_of("Kort."), version_of("En lidt længere tekst, men ikke lang.")) is None


def test_a_message_says_what_to_do() -> None:
    with pytest.raises(SuspectContent) as caught:
        inspect(version_of("# Log ind", "Adgangskode", "Brugernavn"), None, body_size=10)
    assert "headers_env" in str(caught.value)


# --- pages that JavaScript fills ----------------------------------------------------------------------

FILLED = (
    b'<div id="root"></div><script src="/app.js"></script>',
    b"<noscript>You need to enable JavaScript to run this app.</noscript><script>go()</script>",
    b"<app-root></app-root><script src=/main.js></script>",
)


@pytest.mark.parametrize("body", FILLED)
def test_a_page_that_javascript_fills_is_said_to_be_one(body: bytes) -> None:
    with pytest.raises(SuspectContent) as caught:
        inspect(version_of("# Min kommune"), None, body_size=len(body), body=body)
    assert caught.value.reason is SuspectReason.NEEDS_JAVASCRIPT


def test_a_text_that_is_there_without_javascript_is_believed() -> None:
    body = FILLED[0]
    long = version_of("# Råd", *(f"Kommunen bør gøre {n} ting for borgerne hvert år." for n in range(9)))
    inspect(long, None, body_size=len(body), body=body)
    short = version_of("Kommunen bør tilbyde en samtale.")
    inspect(short, short, body_size=len(body), body=body)
    inspect(short, None, body_size=9, body=b"<script>count()</script><p>x</p>")
