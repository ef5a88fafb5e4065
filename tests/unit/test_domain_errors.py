"""Errors are types with data: what a caller decides by is a field, what a person reads is a sentence."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

import pytest

from syndicate.domain.errors import (
    ConfigError,
    DeliveryError,
    DeliveryReason,
    FetchError,
    FetchReason,
    InvalidAddress,
    LeaseLost,
    ParseError,
    ParseReason,
    Permanent,
    StorageError,
    SuspectContent,
    SuspectReason,
    SyndicateError,
    Transient,
    Uncertain,
    UnknownTopic,
)
from syndicate.services.concluding import KeptProblem
from syndicate.services.finding import kind_of
from tests.factories import NOON

URL = "https://kilde.example/side"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SyndicateError("It broke."), "It broke."),
        (SyndicateError("It broke.", hint="Mend it."), "It broke. Mend it."),
        (FetchError(URL, FetchReason.DNS, "No such host.", hint="Look at it."), "No such host. Look at it."),
        (ConfigError("sources[2].every", "is no time"), "sources[2].every: is no time"),
        (ConfigError("", "There is no such file.", hint="Say init."), "There is no such file. Say init."),
        (InvalidAddress("a b"), "'a b' is not an e-mail address. Write it like name@example.org."),
        (UnknownTopic("x"), "There is no topic 'x'. Choose one of the configured topics."),
        (UnknownTopic(""), "No topic was chosen. Choose one of the configured topics."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, SyndicateError) else "",
)
def test_an_error_says_what_happened_and_then_what_to_do(error: SyndicateError, text: str) -> None:
    assert str(error) == text
    assert error.message in text
    assert text.endswith(error.hint)


@pytest.mark.parametrize(
    "error", [InvalidAddress("a\r\nBcc: b@example.org"), UnknownTopic("x\n2026 INFO ok")]
)
def test_what_a_stranger_wrote_cannot_begin_a_line_of_its_own(error: SyndicateError) -> None:
    """These words end in logs and on pages."""
    assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "root"),
    [
        (Transient, DeliveryError),
        (Permanent, DeliveryError),
        (Uncertain, DeliveryError),
        (LeaseLost, StorageError),
        *((kind, SyndicateError) for kind in (ConfigError, FetchError, ParseError, SuspectContent)),
        *((kind, SyndicateError) for kind in (StorageError, DeliveryError, InvalidAddress, UnknownTopic)),
    ],
)
def test_each_is_caught_by_its_root(error: type[Exception], root: type[Exception]) -> None:
    assert issubclass(error, root)


@pytest.mark.parametrize("one", [Transient, Permanent, Uncertain])
def test_the_three_ends_of_a_delivery_exclude_each_other(one: type[DeliveryError]) -> None:
    """One that were two of them would be sent again blindly."""
    error = one(DeliveryReason.UNKNOWN, "So it ended.")
    assert [kind for kind in (Transient, Permanent, Uncertain) if isinstance(error, kind)] == [one]


def test_without_a_word_an_error_asks_for_nothing() -> None:
    """The careful defaults: no wait, no stop of a whole destination, no status."""
    fetch = FetchError(URL, FetchReason.TIMEOUT, "Too slow.")
    assert (fetch.url, fetch.status, fetch.retry_after, fetch.hint) == (URL, 0, None, "")
    delivery = Transient(DeliveryReason.SERVER, "Busy.")
    assert (delivery.status, delivery.answer, delivery.retry_after) == (0, "", None)
    assert delivery.whole_destination is False


def test_what_a_caller_decides_by_is_kept() -> None:
    later = NOON + timedelta(minutes=5)
    fetch = FetchError(URL, FetchReason.RATE_LIMITED, "Slower.", status=429, retry_after=later)
    assert (fetch.reason, fetch.status, fetch.retry_after) == (FetchReason.RATE_LIMITED, 429, later)
    delivery = Permanent(
        DeliveryReason.AUTH, "Expired.", status=401, answer="no", retry_after=later, whole_destination=True
    )
    assert (delivery.reason, delivery.status, delivery.answer) == (DeliveryReason.AUTH, 401, "no")
    assert (delivery.retry_after, delivery.whole_destination) == (later, True)


def test_the_answer_of_the_other_side_is_not_part_of_the_sentence() -> None:
    """It may be a whole page; people find it beside the sentence."""
    assert str(Permanent(DeliveryReason.CONTENT, "Refused.", answer="<html>" * 99)) == "Refused."


# --- classes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reasons", [FetchReason, ParseReason, SuspectReason, DeliveryReason])
def test_a_class_is_written_as_it_is_shown(reasons: type[StrEnum]) -> None:
    for reason in reasons:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", reason.value)
        assert reason.value == reason.name.lower().replace("_", "-")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (FetchError(URL, FetchReason.GONE, "Gone."), "gone"),
        (ParseError(ParseReason.NO_TEXT, "A scan."), "no-text"),
        (SuspectContent(SuspectReason.BOT_WALL, "A wall."), "bot-wall"),
        (Transient(DeliveryReason.NOT_SENT, "No route."), "not-sent"),
        (StorageError("Full."), ""),
        (SyndicateError("Anything."), ""),
        (KeptProblem("dns: No such host.", "dns"), ""),  # its text begins with the class already
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, SyndicateError) else value,
)
def test_the_class_of_an_error(error: SyndicateError, kind: str) -> None:
    assert kind_of(error) == kind


def test_what_is_read_and_what_is_suspected_never_share_a_class() -> None:
    """The kept class of a problem alone decides whether it still holds at the next visit."""
    assert not {reason.value for reason in SuspectReason} & {reason.value for reason in ParseReason}
    assert not {reason.value for reason in SuspectReason} & {reason.value for reason in FetchReason}
