"""How often something may be used.

The form, so that it cannot be turned against other people's mailboxes; feeds, so that one careless program
does not take what is for all.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from datetime import datetime
from threading import Lock


class HourlyLimit:
    """So many wishes an hour, of one client and of all together; counted in memory, by the clock hour.

    An IPv6 client is its /64, which is what one household or one machine has. An address of this machine is
    no client but a proxy that nobody named, with everybody behind it: for it only `overall` counts.
    """

    def __init__(self, per_client: int = 20, overall: int = 500) -> None:
        self._per_client = per_client
        self._overall = overall
        self._hour: tuple[int, ...] = ()
        self._seen: Counter[str] = Counter()
        self._lock = Lock()

    def allow(self, client: str, now: datetime) -> bool:
        """Counts one wish and says whether it may go through. Memory is bounded by `overall`."""
        hour = now.timetuple()[:4]
        name = _network(client)
        with self._lock:
            if hour != self._hour:
                self._hour, self._seen = hour, Counter()
            if self._seen.total() >= self._overall:
                return False
            if self._seen[name] >= self._per_client and not _is_this_machine(name):
                return False
            self._seen[name] += 1
            return True


class FeedLimit:
    """So many whole answers an hour of one feed to one client that never says what it has already.

    Generous, because a whole municipality may stand behind one address; an address of this machine is a proxy
    that nobody named, and is not bounded. Memory is: when more are counted than `most`, the hour begins anew
    for all.
    """

    def __init__(self, per_feed: int = 600, most: int = 100_000) -> None:
        self._per_feed = per_feed
        self._most = most
        self._hour: tuple[int, ...] = ()
        self._seen: Counter[tuple[str, str]] = Counter()

    def wait(self, client: str, path: str, now: datetime) -> int:
        """Counts one answer; the seconds to wait where it is one too many, else 0."""
        if _is_this_machine(client):
            return 0
        hour = now.timetuple()[:4]
        if hour != self._hour or len(self._seen) >= self._most:
            self._hour, self._seen = hour, Counter()
        name = (_network(client), path)
        self._seen[name] += 1
        return 3600 - now.minute * 60 - now.second if self._seen[name] > self._per_feed else 0


def _is_this_machine(client: str) -> bool:
    return client.startswith("127.") or client.partition("/")[0] in ("::", "::1")


def _network(client: str) -> str:
    if ":" not in client:
        return client
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False))
