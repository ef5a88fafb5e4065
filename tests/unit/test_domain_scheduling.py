"""When to look and when to try again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.scheduling import (
    FULL_AFTER,
    FULL_EVERY,
    interval,
    is_full_visit,
    next_attempt,
    next_visit,
)
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


# --- how often a document changes ---------------------------------------------------------------------

DAY = timedelta(days=1)


def test_without_a_longest_interval_or_knowledge_it_is_as_configured() -> None:
    assert interval(QUARTER, None, NOON, NOON - 900 * DAY, None, 0) == QUARTER
    assert interval(QUARTER, DAY, NOON, None, None, 0) == QUARTER


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        (timedelta(0), QUARTER),
        (2 * HOUR, QUARTER),
        (10 * HOUR, HOUR),
        (5 * DAY, DAY / 2),
        (400 * DAY, DAY),
    ],
)
def test_a_quiet_document_is_visited_ever_less_often(quiet: timedelta, expected: timedelta) -> None:
    assert interval(QUARTER, DAY, NOON, NOON - quiet, None, 0) == expected


def test_right_after_a_change_it_is_looked_at_as_often_as_configured() -> None:
    assert interval(QUARTER, DAY, NOON, NOON - 400 * DAY, NOON, 1) == QUARTER


def test_what_changes_often_is_visited_more_often_than_its_last_quiet_time_says() -> None:
    seldom = interval(QUARTER, DAY, NOON, NOON - 40 * DAY, NOON - 9 * DAY, 1)
    often = interval(QUARTER, DAY, NOON, NOON - 40 * DAY, NOON - 9 * DAY, 39)
    assert often < seldom


@given(
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9999)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9999)),
    st.integers(0, 10_000),
)
def test_the_interval_stays_within_its_bounds(known: timedelta, quiet: timedelta, changes: int) -> None:
    last = NOON - min(quiet, known)
    assert QUARTER <= interval(QUARTER, DAY, NOON, NOON - known, last, changes) <= DAY


def test_everything_is_fetched_whole_every_so_often() -> None:
    assert is_full_visit(NOON, None, 0)
    assert not is_full_visit(NOON, NOON - HOUR, FULL_EVERY - 1)
    assert is_full_visit(NOON, NOON - HOUR, FULL_EVERY)
    assert is_full_visit(NOON, NOON - FULL_AFTER, 1)
