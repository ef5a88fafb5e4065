"""When to look and when to try again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.scheduling import next_attempt, next_visit
from tests.factories import NOON

MIDDLE = 0.5
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        (0, QUARTER),
        (1, 2 * QUARTER),
        (2, 4 * QUARTER),
        (5, 6 * HOUR),
        (10_000, 6 * HOUR),
    ],
)
def test_each_failure_doubles_the_interval_up_to_six_hours(failures: int, expected: timedelta) -> None:
    assert next_visit(NOON, QUARTER, failures, MIDDLE, None) == NOON + expected


def test_an_interval_beyond_six_hours_is_never_shortened() -> None:
    assert next_visit(NOON, 24 * HOUR, 3, MIDDLE, None) == NOON + 24 * HOUR


@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.9), (0.5, 1.0), (1.0, 1.1)])
def test_jitter_spreads_by_a_tenth(jitter: float, share: float) -> None:
    assert next_visit(NOON, 100 * HOUR, 0, jitter, None) == NOON + share * 100 * HOUR


def test_retry_after_is_obeyed_but_not_for_ever() -> None:
    assert next_visit(NOON, QUARTER, 0, MIDDLE, NOON + HOUR) == NOON + HOUR
    assert next_visit(NOON, QUARTER, 0, MIDDLE, NOON + 1000 * HOUR) == NOON + 24 * HOUR


def test_a_retry_after_in_the_past_changes_nothing() -> None:
    assert next_visit(NOON, QUARTER, 0, MIDDLE, NOON - HOUR) == NOON + QUARTER
    assert next_visit(NOON, QUARTER, 0, MIDDLE, NOON + timedelta(seconds=1)) == NOON + QUARTER


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 5), (1, 10), (2, 20), (9, 2560), (10, 3600), (500, 3600)]
)
def test_a_delivery_is_tried_again_ever_later_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert next_attempt(NOON, attempts, MIDDLE, None) == NOON + timedelta(seconds=seconds)


def test_a_delivery_obeys_retry_after_too() -> None:
    assert next_attempt(NOON, 0, MIDDLE, NOON + HOUR) == NOON + HOUR
    assert next_attempt(NOON, 0, MIDDLE, NOON + 48 * HOUR) == NOON + 24 * HOUR


@given(
    every=st.timedeltas(timedelta(seconds=1), timedelta(days=30)),
    failures=st.integers(0, 10**9),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_a_visit_is_always_ahead_and_never_too_far(every: timedelta, failures: int, jitter: float) -> None:
    due = next_visit(NOON, every, failures, jitter, None)
    assert NOON < due <= NOON + 1.1 * max(every, 6 * HOUR) + timedelta(seconds=1)
