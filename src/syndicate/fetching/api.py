"""The one way to networks' APIs: fixed origins, one request, no redirect, no retry, no secret in any error.

A POST must never go out twice unnoticed, so each call has a connection of its own: on a kept one it could not
be told whether a request that met a closing connection was read. What fails before the first byte of the
request is `Transient(NOT_SENT)`, what fails after it is `Uncertain(UNKNOWN)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from requests.structures import CaseInsensitiveDict

from syndicate.domain.errors import ConfigError, DeliveryReason, FetchError, Transient, Uncertain
from syndicate.fetching.addresses import Address, check_url
from syndicate.fetching.bodies import BadBody, BodyTooLarge, read_body
from syndicate.fetching.connections import NoConnection, Resolve, open_socket, resolve, start_tls, tls_context
from syndicate.fetching.deadline import Deadline
from syndicate.ports import ApiRequest, ApiResponse

MAX_ANSWER = 1024 * 1024
_STEP = 64 * 1024
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class AllowListClient:
    """Implements `ports.ApiClient` for the origins of `base_urls`, and no others. Thread safe.

    Raises ConfigError for a base URL that is not https, unless it is on this machine.
    """

    def __init__(
        self, base_urls: Iterable[str], *, resolve: Resolve = resolve, ca_file: str | None = None
    ) -> None:
        self._origins = {_origin(url).origin for url in base_urls}
        self._resolve = resolve
        self._tls = tls_context(ca_file)

    def call(self, request: ApiRequest) -> ApiResponse:
        """The answer, of any status, within `request.timeout` seconds and 1 MiB.

        Raises Transient(NOT_SENT), Uncertain(UNKNOWN) (with `status` where that much was read), and
        ConfigError for an address not on the list. No error shows more of a request than method and host.
        """
        address = _origin(request.url)
        if address.origin not in self._origins:
            raise ConfigError(
                "accounts",
                f"{address.host}:{address.port} is not the API of any configured account: nothing was sent.",
                hint="Check base_url of the accounts.",
            )
        with Deadline(request.timeout) as deadline:
            connection = self._connected(address)
            try:
                connection.sock.settimeout(request.timeout)
                _form(connection, request, address)
                return _exchange(connection, request, address, deadline)
            finally:
                connection.close()

    def _connected(self, address: Address) -> HTTPConnection:
        safe = address.scheme == "https"
        refuse = _nothing if safe else _all_but_loopback
        try:
            sock = open_socket(address.host, address.port, refuse=refuse, resolve=self._resolve)
            if safe:
                sock = start_tls(sock, address.host, self._tls)
        except NoConnection as error:
            raise Transient(DeliveryReason.NOT_SENT, error.message, hint=error.hint) from None
        connection = (
            HTTPSConnection(address.host, address.port, context=self._tls)
            if safe
            else HTTPConnection(address.host, address.port)
        )
        connection.sock = sock
        return connection


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret, plain or percent-encoded, replaced by three dots."""
    shown = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote(secret))}
    for form in sorted(shown, key=len, reverse=True):
        text = text.replace(form, "…")
    return text


def _origin(url: str) -> Address:
    try:
        address = check_url(url)
    except FetchError:  # whose message shows the address, which may carry a token
        message = "an address of a network's API cannot be understood: nothing was sent."
        raise ConfigError("accounts", message, hint="Check base_url of the accounts.") from None
    if address.scheme != "https" and address.host not in _LOOPBACK_NAMES:
        raise ConfigError(
            "accounts",
            f"{address.host} would get secrets over an open line.",
            hint="base_url must begin with https:// unless it is on this machine.",
        )
    return address


def _nothing(ip: str) -> None:
    """Refuses nothing: the operator named the host, and its certificate proves it."""


def _all_but_loopback(ip: str) -> str | None:
    return None if ip_address(ip).is_loopback else "not on this machine"


def _form(connection: HTTPConnection, request: ApiRequest, address: Address) -> None:
    """Puts the head of the request together; http.client sends nothing before `endheaders`."""
    parts = urlsplit(request.url)  # as given: a signature may cover the very spelling
    headers = CaseInsensitiveDict({"User-Agent": "syndicate", "Accept-Encoding": "identity"})
    headers.update(request.headers)
    if request.body or request.method not in ("GET", "HEAD", "DELETE"):
        headers["Content-Length"] = str(len(request.body))
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.putrequest(request.method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
    except (HTTPException, ValueError):
        raise Transient(
            DeliveryReason.NOT_SENT,
            f"{request.method} to {address.host}: an address or a header has characters that HTTP forbids.",
            hint="Look for line breaks or special letters in the secrets of the account.",
        ) from None


def _exchange(
    connection: HTTPConnection, request: ApiRequest, address: Address, deadline: Deadline
) -> ApiResponse:
    status = 0
    try:
        with suppress(BrokenPipeError):  # some answer and close before they have read all: the answer counts
            connection.endheaders(request.body or None)
        with connection.getresponse() as answer:
            status = answer.status
            found = {name.lower(): value for name, value in answer.getheaders()}
            body = read_body(_pieces(answer), found.get("content-encoding", ""), MAX_ANSWER)
        if deadline.expired:  # what ends with the connection looks whole when the watchdog ends it
            raise TimeoutError
    except (OSError, HTTPException, ValueError, BadBody, BodyTooLarge) as error:
        raise Uncertain(
            DeliveryReason.UNKNOWN,
            f"{request.method} to {address.host}: no whole answer came ({type(error).__name__}).",
            status=status,
            hint="Whether it was taken must be asked before anything is sent again.",
        ) from None
    return ApiResponse(status, found, body)


def _pieces(answer: HTTPResponse) -> Iterator[bytes]:
    while piece := answer.read(_STEP):
        yield piece
    if answer.length:
        raise BadBody("it ends early")
