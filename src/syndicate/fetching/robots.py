"""What robots.txt of an origin allows (RFC 9309), asked for once a day.

protego judges, because `urllib.robotparser` has no wildcards, takes the first match instead of the longest,
and forgets the second group of an agent.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from protego import Protego

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.addresses import Address, check_url
from syndicate.fetching.guarded import Answer
from syndicate.fetching.politeness import LONGEST_DELAY

AGENT = "syndicate"
"""The name that a robots.txt addresses us by."""

SIZE_LIMIT = 500 * 1024
"""Bytes that are looked at; RFC 9309 section 2.5 asks for at least as many."""

ROOM = 4 * 1024 * 1024
"""What the rules in memory may come to as text; parsed they take up to thirty times as much."""

KEPT = timedelta(hours=24)
KEPT_WHEN_BROKEN = timedelta(minutes=2)
KEPT_WHEN_DEAD = timedelta(seconds=5)
"""A host that cannot be reached is not tried again by each one who waits for it now."""

Origin = tuple[str, str, int]

Ask = Callable[[Address], Answer]
"""Follows redirects, and gives the last answer of any status. Raises FetchError."""

_ABSENT = frozenset({FetchReason.TOO_MANY_REDIRECTS})  # RFC 9309 section 2.3.1.2
_DEAD = frozenset({FetchReason.DNS, FetchReason.UNREACHABLE, FetchReason.TLS, FetchReason.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin allows until a time. `trouble` tells why it is not known, and so nothing is allowed.
    `size` is that of the text in bytes."""

    until: datetime
    parsed: Protego | None = None
    trouble: FetchError | None = None
    size: int = 0

    def check(self, address: Address) -> timedelta:
        """The delay between requests that is asked for. Raises FetchError unless `address` may be read."""
        if self.trouble is not None:
            trouble = self.trouble
            raise FetchError(address.url, trouble.reason, trouble.message, hint=trouble.hint)
        if self.parsed is None:
            return timedelta(0)
        if not self.parsed.can_fetch(address.url, AGENT):
            raise FetchError(
                address.url,
                FetchReason.ROBOTS,
                f"robots.txt of {address.host} does not let us read {address.url}.",
                hint=f"Ask the owner of the page to allow the agent {AGENT!r}.",
            )
        # A number of any size: 1e308 seconds are more than a timedelta takes.
        return timedelta(seconds=min(self.parsed.crawl_delay(AGENT) or 0, LONGEST_DELAY.total_seconds()))


class Robots:
    """Remembers the rules of each origin, within ROOM. Asks once, however many threads want to know."""

    def __init__(self) -> None:
        self._rules: OrderedDict[Origin, Rules] = OrderedDict()
        self._locks: dict[Origin, threading.Lock] = {}
        self._lock = threading.Lock()
        self._size = 0

    def check(self, address: Address, ask: Ask, now: datetime) -> timedelta:
        """The delay that the origin of `address` asks for between requests.

        Raises FetchError(ROBOTS) where the address may not be read or where that is not known; and what `ask`
        raises when the origin cannot be reached at all, for then the page cannot be either.
        """
        with self._lock:
            lock = self._locks.setdefault(address.origin, threading.Lock())
        with lock:
            rules = self._known(address.origin, now)
            if rules is None:
                rules = _rules(address, ask, now)
                self._keep(address.origin, rules)
        return rules.check(address)

    def _known(self, origin: Origin, now: datetime) -> Rules | None:
        with self._lock:
            rules = self._rules.get(origin)
            if rules is None or now >= rules.until:
                return None
            self._rules.move_to_end(origin)
            return rules

    def _keep(self, origin: Origin, rules: Rules) -> None:
        """The origins that nobody asked for longest are forgotten first: a feed may lead to any number."""
        with self._lock:
            self._forget(origin)
            self._rules[origin] = rules
            self._size += _weight(rules)
            while self._size > ROOM:
                oldest = next(iter(self._rules))
                self._forget(oldest)
                self._locks.pop(oldest, None)

    def _forget(self, origin: Origin) -> None:
        if (rules := self._rules.pop(origin, None)) is not None:
            self._size -= _weight(rules)


def _weight(rules: Rules) -> int:
    return 1024 + rules.size


def _rules(address: Address, ask: Ask, now: datetime) -> Rules:
    """Asks for the robots.txt of the origin of `address`.

    4xx: everything is allowed; 5xx, 429 or a broken answer: nothing, until it is known. A host that cannot be
    reached gives the error that the page itself would give. Raises FetchError(RATE_LIMITED, REFUSED_ADDRESS).
    """
    robots = check_url(urljoin(address.url, "/robots.txt"))
    try:
        answer = ask(robots)
    except FetchError as error:
        if error.reason in _ABSENT:
            return Rules(now + KEPT)
        if error.reason in _DEAD:
            return Rules(now + KEPT_WHEN_DEAD, trouble=error)
        if error.reason in (FetchReason.BROKEN, FetchReason.BAD_ADDRESS):
            return _unknown(address, now, error.message)
        raise
    if answer.status == 200:
        # utf-8-sig: a byte order mark would hide the first line from protego.
        parsed = Protego.parse(answer.body.decode("utf-8-sig", errors="replace"))
        return Rules(now + KEPT, parsed, size=len(answer.body))
    if 400 <= answer.status < 500 and answer.status != 429:
        return Rules(now + KEPT)
    return _unknown(address, now, f"it answers with status {answer.status}.")


def _unknown(address: Address, now: datetime, why: str) -> Rules:
    message = f"It is not known what may be read on {address.host}, because of its robots.txt: {why}"
    hint = "It is tried again soon."
    return Rules(
        now + KEPT_WHEN_BROKEN, trouble=FetchError(address.url, FetchReason.ROBOTS, message, hint=hint)
    )
