"""One request at a time per host, a gap between them, and silence for as long as the host asks for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.addresses import Address

LONGEST_DELAY = timedelta(seconds=30)
"""No crawl-delay holds a worker longer than this."""

LONGEST_SILENCE = timedelta(hours=24)
"""No Retry-After silences us longer than this."""


MOST_HOSTS = 10_000
"""Gates that are kept; then those are forgotten that nobody stands before."""


class _Host:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.free_at = 0.0
        self.not_before: datetime | None = None

    @property
    def matters(self) -> bool:
        """Whether something of it is still to be remembered."""
        return self.not_before is not None or self.lock.locked() or self.free_at > time.monotonic()


class Gates:
    """A gate per host name. A host that is slow or dead delays only those who want the same host."""

    def __init__(self, gap: timedelta, patience: float) -> None:
        self._gap = gap
        self._patience = patience
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, address: Address, now: datetime, crawl_delay: timedelta = timedelta(0)) -> Iterator[None]:
        """Holds the host of `address` while the block runs, after the gap since its last request has passed.

        Raises FetchError(RATE_LIMITED) at once, without traffic, while the host has asked for silence, and
        FetchError(TIMEOUT) if others keep the host busy for longer than our patience.
        """
        host = self._host(address.host)
        _refuse_if_silent(host, address, now)
        if not host.lock.acquire(timeout=self._patience):
            message = f"{address.host} is still busy with another request of ours."
            raise FetchError(address.url, FetchReason.TIMEOUT, message, hint="It will be tried again.")
        try:
            _refuse_if_silent(host, address, now)  # it may have asked for it while we waited
            if (wait := host.free_at - time.monotonic()) > 0:
                time.sleep(wait)
            yield
        finally:
            gap = max(self._gap, min(crawl_delay, LONGEST_DELAY))
            host.free_at = time.monotonic() + gap.total_seconds()
            host.lock.release()

    def silence(self, address: Address, until: datetime) -> None:
        """Remembers that the host of `address` asked not to be asked before `until`."""
        self._host(address.host).not_before = until

    def _host(self, name: str) -> _Host:
        with self._lock:
            if len(self._hosts) >= MOST_HOSTS and name not in self._hosts:
                self._hosts = {known: host for known, host in self._hosts.items() if host.matters}
            return self._hosts.setdefault(name, _Host())


def _refuse_if_silent(host: _Host, address: Address, now: datetime) -> None:
    until = host.not_before
    if until is not None and now < until:
        raise FetchError(
            address.url,
            FetchReason.RATE_LIMITED,
            f"{address.host} asked not to be asked before {until:%Y-%m-%d %H:%M:%S} UTC.",
            retry_after=until,
        )


def retry_after(value: str, now: datetime) -> datetime | None:
    """The time that a Retry-After header means (seconds, or an HTTP date), never before `now` and capped.

    None where it says nothing that can be understood. RFC 9110 section 10.2.3.
    """
    value = value.strip()
    if value.isascii() and value.isdecimal():
        seconds = min(int(value[:9]), LONGEST_SILENCE.total_seconds())
        return now + timedelta(seconds=seconds)
    try:
        at = parsedate_to_datetime(value)
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # also for the last evening of the year 9999 in America
        return None
    return min(max(at, now), now + LONGEST_SILENCE)
