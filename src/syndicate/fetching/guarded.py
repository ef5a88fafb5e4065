"""One guarded exchange: a GET to one address, within its limits, without following anything."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPException

import requests
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as VendorTimeout

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.addresses import PORTS, Address, denied
from syndicate.fetching.bodies import BadBody, BodyTooLarge, read_body
from syndicate.fetching.connections import (
    CONNECT_TIMEOUT,
    INSIDE_HINT,
    READ_TIMEOUT,
    NoConnection,
    Resolve,
    judge_target,
    open_socket,
    resolve,
)
from syndicate.fetching.deadline import Deadline, current
from syndicate.fetching.session import Certified, GuardedSession

_VENDORS = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)
"""What comes up from below when an answer is not sound; ValueError from lines that are not HTTP at all."""

_WITH_BODY = 200
_NOT_MODIFIED = 304
_STEP = 64 * 1024
LONGEST_VALUE = 8192
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered. Header names are lower case; only the body of a 200 is read."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Exchanger:
    """Asks public addresses, or (`allow_private`) also those inside one's own network. Thread safe.

    With a `proxy` all connections go to it: it alone sees the numbers that it connects to. A number in the
    address itself, and those that our own name servers give, are judged before it is asked.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        *,
        allow_private: bool,
        resolve: Resolve = resolve,
        certified: Certified = lambda _host, _end: None,
        proxy: str = "",
    ) -> None:
        self._ports = None if allow_private else PORTS
        refuse = partial(denied, allow_private=allow_private)

        def connect(host: str, port: int) -> socket.socket:
            # The one host that is connected to behind a proxy is the proxy, which the operator chose.
            judge = _nothing_refused if proxy else refuse
            return open_socket(host, port, refuse=judge, resolve=resolve)

        def judge_behind(address: Address) -> None:
            if proxy:
                judge_target(address.host, address.port, refuse=refuse, resolve=resolve)

        self._judge_behind = judge_behind
        self._session = GuardedSession(connect, tls, certified, proxy)

    def get(
        self, address: Address, headers: Mapping[str, str], *, seconds: float, limit: int, cut: bool = False
    ) -> Answer:
        """The answer, within `seconds` for everything and `limit` bytes of body (packed and unpacked).

        With `cut` a longer body ends at the limit; else it is FetchError(TOO_LARGE). A redirect is an answer.
        Raises FetchError for whatever keeps an answer from coming whole.
        """
        self._check_port(address)
        with Deadline(seconds) as deadline:
            try:
                self._judge_behind(address)
                answer = self._exchange(address, headers, limit, cut)
                if deadline.expired:  # what ends with the connection looks whole when the watchdog ends it
                    raise TimeoutError
                return answer
            except NoConnection as error:
                raise FetchError(address.url, error.reason, error.message, hint=error.hint) from None
            except BodyTooLarge:
                message = f"The content of {address.url} is larger than {limit / _MIB:.0f} MiB: it was left."
                raise FetchError(address.url, FetchReason.TOO_LARGE, message) from None
            except (*_VENDORS, BadBody) as error:
                raise _broken(address, error, deadline) from None

    def close(self) -> None:
        """Closes the idle connections."""
        self._session.close()

    def _check_port(self, address: Address) -> None:
        if self._ports is not None and address.port not in self._ports:
            raise FetchError(
                address.url,
                FetchReason.REFUSED_ADDRESS,
                f"Port {address.port} of {address.host} is not one of public pages: it was not contacted.",
                hint=INSIDE_HINT,
            )

    def _exchange(self, address: Address, headers: Mapping[str, str], limit: int, cut: bool) -> Answer:
        try:
            return self._ask(address, headers, limit, cut)
        except _VENDORS as error:
            # A kept connection may close just as we use it again, which says nothing of the page: once more.
            if current().has_connected or not isinstance(_innermost(error), ConnectionError):
                raise
            return self._ask(address, headers, limit, cut)

    def _ask(self, address: Address, headers: Mapping[str, str], limit: int, cut: bool) -> Answer:
        timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
        with self._session.ask(address.url, headers, timeout) as response:
            found = _kept(response.headers)
            if response.status_code not in (_WITH_BODY, _NOT_MODIFIED):
                if _is_short_refusal(response.status_code, found):
                    response.raw.drain_conn()  # so that the connection is kept
                return Answer(response.status_code, found)
            if not cut and _stated_length(found) > limit:
                raise BodyTooLarge
            # Also the (empty) body of a 304 is read to its end: only then is the connection used again.
            pieces = response.raw.stream(_STEP, decode_content=False)
            body = read_body(pieces, found.get("content-encoding", ""), limit, cut=cut)
            if not body and response.status_code == _WITH_BODY and not _says_where_it_ends(found):
                # http.client takes the end of a connection for the end of a head: half of one looks whole.
                raise BadBody("it ended before any content came")
            return Answer(response.status_code, found, body)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """What can be stored, sent back and followed: without control characters (a NUL is an error to some
    databases) and without values that are as long as a page."""
    return {
        name.lower(): value
        for name, value in headers.items()
        if len(value) <= LONGEST_VALUE and not _CONTROL.search(value)
    }


def _nothing_refused(_ip: str) -> None:
    return None


def _says_where_it_ends(headers: Mapping[str, str]) -> bool:
    return "content-length" in headers or "transfer-encoding" in headers


def _is_short_refusal(status: int, headers: Mapping[str, str]) -> bool:
    """A "not found" with little text: nearly every host answers its robots.txt like that."""
    return (
        status >= HTTPStatus.BAD_REQUEST and "content-length" in headers and _stated_length(headers) <= _STEP
    )


def _stated_length(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _broken(address: Address, error: Exception, deadline: Deadline) -> FetchError:
    if deadline.expired:
        message = f"{address.host} answered too slowly: not all had come when the time was over."
        return FetchError(address.url, FetchReason.TIMEOUT, message)
    if isinstance(error, (requests.Timeout, VendorTimeout, TimeoutError)):
        message = f"{address.host} took the connection, but sent nothing for {READ_TIMEOUT:.0f} s."
        return FetchError(address.url, FetchReason.TIMEOUT, message)
    detail = str(error) if isinstance(error, BadBody) else type(_innermost(error)).__name__
    return FetchError(address.url, FetchReason.BROKEN, f"The answer of {address.host} is broken: {detail}.")


def _innermost(error: BaseException) -> BaseException:
    """The error that the vendors wrapped: they put it last into the arguments of their own."""
    while error.args and isinstance(error.args[-1], BaseException):
        error = error.args[-1]
    return error
