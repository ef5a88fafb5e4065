"""How often the form may be used, so that it cannot be turned against other people's mailboxes."""

from __future__ import annotations

import ipaddress
from collections import Counter
from datetime import datetime
from threading import Lock


class HourlyLimit:
    """So many wishes an hour, of one client and of all together; counted in memory, by the clock hour.

    An IPv6 client is its /64, which is what one household or one machine has.
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
            if self._seen.total() >= self._overall or self._seen[name] >= self._per_client:
                return False
            self._seen[name] += 1
            return True


def _network(client: str) -> str:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False))
