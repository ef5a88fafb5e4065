"""Bad manners that can be switched on: what the real ones do on their bad days."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

WRITE_BEFORE = "write-before"  # instead of taking a write
WRITE_AFTER = "write-after"  # once a write was taken and is on disk
READ = "read"
SMTP_MOMENTS = ("connect", "auth", "mail", "rcpt", "data", "dot", "after-dot")

_ALL = ("x", "linkedin", "facebook")
_HTTP = {
    "timeout_before": (WRITE_BEFORE, _ALL),
    "429": (WRITE_BEFORE, _ALL),
    "500": (WRITE_BEFORE, _ALL),
    "502_html": (WRITE_BEFORE, _ALL),
    "expired_token": (WRITE_BEFORE, _ALL),
    "permission": (WRITE_BEFORE, _ALL),
    "duplicate": (WRITE_BEFORE, _ALL),
    "sunset_version": (WRITE_BEFORE, ("linkedin", "facebook")),
    "usage_capped": (WRITE_BEFORE, ("x",)),
    "ghost_urn": (WRITE_BEFORE, ("linkedin",)),
    "policy_block": (WRITE_BEFORE, ("facebook",)),
    "scrape_failed": (WRITE_BEFORE, ("facebook",)),
    "timeout_after_success": (WRITE_AFTER, _ALL),
    "reset_after_success": (WRITE_AFTER, _ALL),
    "500_after_success": (WRITE_AFTER, _ALL),
    "half_body": (WRITE_AFTER, _ALL),
    "no_id": (WRITE_AFTER, _ALL),
    "vanishing_post": (WRITE_AFTER, _ALL),
    "lagging_timeline": (READ, _ALL),
}
_SMTP = {
    "mute": "connect",
    "535_auth": "auth",
    "421_mail": "mail",
    "452_mail": "mail",
    "451_rcpt": "rcpt",
    "550_rcpt": "rcpt",
    "drop_before_dot": "data",
    "451_dot": "dot",
    "554_dot": "dot",
    "drop_after_dot": "after-dot",
    "hang_after_dot": "after-dot",
}
_READABLE = ("timeout_before", "429", "500", "502_html", "expired_token", "permission")


class FaultError(Exception):
    """An order for a fault that does not exist; the message says what does."""


@dataclass(slots=True)
class Fault:
    """`times` more requests get it, once `after` more were let through.

    `since` is the ledger's number at the time of the order: a lagging timeline hides what is newer.
    """

    id: int
    network: str
    name: str
    moment: str
    times: int = 1
    after: int = 0
    subcode: int = 463
    since: int = 0


class Faults:
    """The orders that are open, first come first served."""

    def __init__(self) -> None:
        self.open: list[Fault] = []
        self._ids = itertools.count(1)

    def order(self, wish: Any, since: int) -> Fault:
        """Takes `{"network", "fault"[, "times", "after", "on", "subcode"]}`. Raises FaultError."""
        if not isinstance(wish, dict) or not {"network", "fault"} <= wish.keys():
            raise FaultError('Send a JSON object with "network" and "fault".')
        if unknown := wish.keys() - {"network", "fault", "times", "after", "on", "subcode"}:
            raise FaultError(f"Unknown keys: {', '.join(sorted(unknown))}.")
        numbers = {key: wish[key] for key in ("times", "after", "subcode") if key in wish}
        if (
            any(type(number) is not int or number < 0 for number in numbers.values())
            or wish.get("times") == 0
        ):
            raise FaultError('"times" is at least 1, "after" and "subcode" are at least 0.')
        moment = self._moment(str(wish["network"]), str(wish["fault"]), str(wish.get("on", "write")))
        fault = Fault(next(self._ids), wish["network"], wish["fault"], moment, since=since, **numbers)
        self.open.append(fault)
        return fault

    def take(self, network: str, moment: str) -> Fault | None:
        """The fault that this request shall get, if any; counts down."""
        for fault in self.open:
            if (fault.network, fault.moment) == (network, moment):
                return self._count(fault)
        return None

    def clear(self) -> None:
        self.open.clear()

    def _count(self, fault: Fault) -> Fault | None:
        if fault.after:
            fault.after -= 1
            return None
        fault.times -= 1
        if not fault.times:
            self.open.remove(fault)
        return fault

    @staticmethod
    def _moment(network: str, name: str, on: str) -> str:
        known = available(network)
        if name not in known:
            raise FaultError(
                f"{network or 'This network'} has no fault {name!r}; it has: {', '.join(known)}."
            )
        if network == "smtp":
            return _SMTP[name]
        if on == "read" and name in _READABLE:
            return READ
        if on != "write":
            raise FaultError(f'"on" is "write", or "read" for: {", ".join(_READABLE)}.')
        return _HTTP[name][0]


def available(network: str) -> list[str]:
    """The names of a network's faults; raises FaultError for an unknown network."""
    if network == "smtp":
        return list(_SMTP)
    if network not in _ALL:
        raise FaultError(f"There is no network {network!r}; there are: x, linkedin, facebook, smtp.")
    return [name for name, (_, networks) in _HTTP.items() if network in networks]
