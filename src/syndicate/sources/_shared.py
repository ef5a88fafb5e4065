"""What sources on the web have in common: whose addresses get the configured headers, how a list is got."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import Access, Fetcher, Lister, Listing, NotModified, Place, Retrieved, Validators

_PORTS = {"http": 80, "https": 443}


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a web address that begins with http:// or https://")
    if parts.username is not None:
        raise ValueError("must not have a user name in it; use headers_env for a page that asks for a login")
    return url


WebAddress = Annotated[str, AfterValidator(_checked)]


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def place_of(url: str) -> Place:
    """The host and port of an address, as they are asked for; ("", 0) for what is no address."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
        return host, parts.port or _PORTS.get(parts.scheme, 0)
    except (ValueError, UnicodeError):
        return "", 0


def origin(url: str) -> tuple[str, Place]:
    return url.partition(":")[0].lower(), place_of(url)


class Web:
    """The way to the addresses of one source. The configured headers go to the origin of `home` only, and
    only its host and port may be private."""

    __slots__ = ("_access", "_fetcher", "_home")

    def __init__(self, home: str, fetcher: Fetcher, access: Access) -> None:
        self._home = home
        self._fetcher = fetcher
        self._access = access

    def get(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        """Raises FetchError."""
        access = self._access
        # A foreign text chose where its links lead: no login of ours follows them elsewhere, and no link
        # opens a machine of our own network that the operator did not name.
        if address != self._home:
            home = origin(self._home)
            if origin(address) != home:
                access = replace(access, headers={})
            if place_of(address) != home[1]:
                access = replace(access, allow_private=False)
        return self._fetcher.get(address, validators=validators, access=access, now=now)


class KeptList:
    """One list of addresses, read again only when the server says that it differs.

    `narrow` says what of a list is remembered: whoever writes it decides how long it is.
    """

    def __init__(self, url: str, web: Web, lister: Lister, narrow: Callable[[Listing], Listing]) -> None:
        self.url = url
        self._narrow = narrow
        self._web = web
        self._lister = lister
        self._validators: Validators | None = None
        self._listing: Listing | None = None

    def read(self, now: datetime) -> Listing:
        """The list as it is now. Raises FetchError and ParseError; what was known before is then kept."""
        answer = self._web.get(self.url, self._validators, now)
        if isinstance(answer, Retrieved):
            listing = self._lister.list_addresses(answer.body, media_type=answer.media_type, url=answer.url)
            self._listing = self._narrow(listing)
            self._validators = answer.validators
        if self._listing is None:
            raise FetchError(self.url, FetchReason.UNASKED_304, f"{self.url} sent no list.")
        return self._listing
