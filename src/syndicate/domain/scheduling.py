"""When to look and when to try again. Pure: the time and the chance are arguments."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_BACKOFF = timedelta(hours=6)
"""A failing document is visited this often at least, or as often as configured."""
LONGEST_WAIT = timedelta(hours=24)
"""A Retry-After is obeyed up to here."""
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
_SPREAD = 0.1
_DOUBLINGS = 40
"""More doublings than any cap needs; keeps the arithmetic small however long something fails."""


def next_visit(
    now: datetime, every: timedelta, failures: int, jitter: float, retry_after: datetime | None
) -> datetime:
    """When to visit a document again, after `failures` visits in a row that failed.

    `every`, doubled by each failure up to the longer of `every` and 6 hours, 10 % more or less by `jitter`
    (0 up to 1); not before `retry_after`, which is obeyed for 24 hours at most.
    """
    wait = _doubled(every, failures, max(every, LONGEST_BACKOFF))
    return _not_before(now + _spread(wait, jitter), retry_after, now)


def next_attempt(now: datetime, attempts: int, jitter: float, retry_after: datetime | None) -> datetime:
    """When to try a failed delivery again, after `attempts` earlier ones: 5 seconds, doubled up to an hour.

    `jitter` and `retry_after` as in `next_visit`.
    """
    return _not_before(
        now + _spread(_doubled(FIRST_RETRY, attempts, LONGEST_RETRY), jitter), retry_after, now
    )


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    seconds = first.total_seconds() * 2.0 ** max(0, min(times, _DOUBLINGS))
    return timedelta(seconds=min(seconds, longest.total_seconds()))


def _spread(wait: timedelta, jitter: float) -> timedelta:
    return wait * (1 - _SPREAD + 2 * _SPREAD * jitter)


def _not_before(due: datetime, retry_after: datetime | None, now: datetime) -> datetime:
    return due if retry_after is None else max(due, min(retry_after, now + LONGEST_WAIT))


FULL_EVERY = 20
"""Visits after which a document is fetched without a condition: a server's 304 can be wrong."""
FULL_AFTER = timedelta(days=3)
_SHARE = 0.1


def interval(
    every: timedelta,
    at_most: timedelta | None,
    now: datetime,
    known_since: datetime | None,
    last_change: datetime | None,
    changes: int,
) -> timedelta:
    """The time between two visits that suits how often a document has changed so far.

    A tenth of the time that it has been quiet, or of its mean time between changes if that is shorter; from
    `every` up to `at_most`. Without `at_most`, or before anything is known, `every`: right after a change
    the next one is likely, and is looked for as often as configured.
    """
    if at_most is None or known_since is None:
        return every
    quiet = now - (last_change or known_since)
    mean = (now - known_since) / (changes + 1)
    return max(every, min(_SHARE * min(quiet, mean), at_most))


def is_full_visit(now: datetime, last_full: datetime | None, since_full: int) -> bool:
    """Whether to fetch all of it this time, whatever the validators are."""
    return last_full is None or since_full >= FULL_EVERY or now - last_full >= FULL_AFTER
