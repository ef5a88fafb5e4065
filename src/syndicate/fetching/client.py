"""The one way to watched addresses: guarded, polite, and honest about what came back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.addresses import Address, check_url
from syndicate.fetching.connections import Resolve, resolve, tls_context
from syndicate.fetching.guarded import Answer, Exchanger
from syndicate.fetching.politeness import Gates, retry_after
from syndicate.fetching.robots import SIZE_LIMIT, Robots
from syndicate.ports import Access, NotModified, Place, Retrieved, Validators

MAX_BYTES = 20 * 1024 * 1024
MAX_HOPS = 5
"""Redirects that are followed."""

_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OVERLOADED = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class _Errand:
    """What stays the same from hop to hop. `inside` are the hosts and ports that may be private."""

    access: Access
    inside: frozenset[Place]
    now: datetime
    limit: int
    validators: Validators | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Where the redirects ended, and what was answered there."""

    address: Address
    answer: Answer
    moved: bool


class GuardedFetcher:
    """Implements `ports.Fetcher`. Thread safe; close it, or use it in a `with` block.

    `gap` is the pause between two requests to a host; `timeout` the seconds that one retrieval may take on
    the network, redirects included; `max_bytes` the largest body, packed and unpacked. `contact` (an address
    or a page) goes into the User-Agent, so that the owner of a page can reach the operator. `resolve` stands
    in for the name servers, and `ca_file` for the usual certificate authorities. `proxy` (an http address,
    with a login if it needs one) is asked for everything.
    """

    def __init__(
        self,
        contact: str,
        gap: timedelta = timedelta(seconds=1),
        timeout: float = 30.0,
        max_bytes: int = MAX_BYTES,
        version: str = "0",
        *,
        resolve: Resolve = resolve,
        ca_file: str | None = None,
        proxy: str = "",
    ) -> None:
        self._agent = f"syndicate/{version} (+{contact})" if contact else f"syndicate/{version}"
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._gates = Gates(gap, patience=timeout)
        self._robots = Robots()
        tls = tls_context(ca_file)
        self._certificates: dict[str, datetime] = {}
        certified = self._certificates.__setitem__
        self._public, self._private = (
            Exchanger(tls, allow_private=private, resolve=resolve, certified=certified, proxy=proxy)
            for private in (False, True)
        )

    def get(
        self, url: str, *, validators: Validators | None, access: Access, now: datetime
    ) -> Retrieved | NotModified:
        """The content at `url` after at most 5 redirects, or the word that it is as the validators say.

        Raises FetchError. A redirect is judged like any address: form, robots.txt, gap, numbers.
        """
        asked = check_url(url)
        inside = access.also_private | ({asked.place} if access.allow_private else frozenset())
        arrival = self._follow(asked, _Errand(access, inside, now, self._max_bytes, validators))
        address, answer = arrival.address, arrival.answer
        if answer.status == 200:
            return Retrieved(
                url=address.url,
                body=answer.body,
                media_type=answer.headers.get("content-type", ""),
                validators=_validators(address, answer),
                headers=answer.headers,
                moved_to=address.url if arrival.moved else "",
            )
        if answer.status == 304 and _conditions(address, validators):
            return NotModified(address.url)
        raise _status_error(address, answer, now)

    def certificates(self) -> dict[str, datetime]:
        """Until when the certificate of each host holds that was seen so far."""
        return dict(self._certificates)

    def close(self) -> None:
        self._public.close()
        self._private.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _follow(self, address: Address, errand: _Errand) -> _Arrival:
        first, permanent, left = address, True, self._timeout
        own: Mapping[str, str] = errand.access.headers
        for _ in range(MAX_HOPS + 1):
            delay = self._delay(address, errand)
            with self._gates.turn(address, errand.now, delay):
                began = time.monotonic()
                answer = self._ask(address, own, errand, left)
                left -= time.monotonic() - began
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return _Arrival(address, answer, moved=permanent and address is not first)
            permanent = permanent and answer.status in _PERMANENT
            target = _target(address, answer.headers["location"])
            if target.origin != address.origin:
                own = {}
            address = target
        message = f"{first.url} redirects more than {MAX_HOPS} times."
        raise FetchError(first.url, FetchReason.TOO_MANY_REDIRECTS, message)

    def _delay(self, address: Address, errand: _Errand) -> timedelta:
        if not errand.access.obey_robots:
            return timedelta(0)
        plain = _Errand(Access(obey_robots=False), errand.inside, errand.now, SIZE_LIMIT, cut=True)
        return self._robots.check(address, lambda robots: self._follow(robots, plain).answer, errand.now)

    def _ask(self, address: Address, own: Mapping[str, str], errand: _Errand, seconds: float) -> Answer:
        headers = {
            **own,
            **_conditions(address, errand.validators),
            "User-Agent": self._agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "keep-alive",
        }
        exchanger = self._private if address.place in errand.inside else self._public
        answer = exchanger.get(address, headers, seconds=seconds, limit=errand.limit, cut=errand.cut)
        if until := _silence(answer, errand.now):
            self._gates.silence(address, until)
        return answer


def _conditions(address: Address, validators: Validators | None) -> dict[str, str]:
    """The server's own words, for the address that gave them and no other."""
    if validators is None or validators.url != address.url:
        return {}
    headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in headers.items() if value}


def _validators(address: Address, answer: Answer) -> Validators | None:
    etag, modified = (answer.headers.get(name, "") for name in ("etag", "last-modified"))
    return Validators(address.url, etag, modified) if etag or modified else None


def _target(address: Address, location: str) -> Address:
    with suppress(UnicodeError):  # http.client reads headers as Latin-1, servers write them in UTF-8
        location = location.encode("latin-1").decode("utf-8")
    try:
        return check_url(urljoin(address.url, location))
    except (FetchError, ValueError):
        message = f"{address.url} redirects to {location[:200]!r}, which is not an address of a page."
        raise FetchError(address.url, FetchReason.BAD_ADDRESS, message) from None


def _silence(answer: Answer, now: datetime) -> datetime | None:
    if answer.status not in _OVERLOADED:
        return None
    return retry_after(answer.headers.get("retry-after", ""), now)


def _status_error(address: Address, answer: Answer, now: datetime) -> FetchError:
    status, until = answer.status, _silence(answer, now)
    if status == 429 or until is not None:
        reason, words = FetchReason.RATE_LIMITED, "asks us to come back later"
    else:
        reason, words = _STATUSES.get(status, (FetchReason.STATUS, "did not answer with a page"))
    message = f"{address.url} {words} (status {status})."
    return FetchError(
        address.url, reason, message, status=status, retry_after=until, hint=_HINTS.get(status, "")
    )


_STATUSES = {
    304: (FetchReason.UNASKED_304, "says that nothing changed, though it was not asked whether it did"),
    401: (FetchReason.STATUS, "asks for a login"),
    403: (FetchReason.STATUS, "does not let us in"),
    404: (FetchReason.NOT_FOUND, "does not exist"),
    410: (FetchReason.GONE, "was taken away for good"),
    500: (FetchReason.STATUS, "has an error on its side"),
    502: (FetchReason.STATUS, "has an error on its side"),
    503: (FetchReason.STATUS, "is out of service for now"),
}
_HINTS = {
    401: "Give the source headers_env if you have a login.",
    404: "If it moved, put the new address into [[sources]].",
    410: "If it moved, put the new address into [[sources]]; else take the source out.",
}
