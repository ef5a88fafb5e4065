"""What sources on the web have in common: whose addresses get the configured headers, how a list is got."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import Access, Fetcher, Lister, Listing, NotModified, Retrieved, Validators


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


def origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


class Web:
    """The way to the addresses of one source. The configured headers go to the origin of `home` only."""

    def __init__(self, home: str, fetcher: Fetcher, access: Access) -> None:
        self._home = origin(home)
        self._fetcher = fetcher
        self._access = access

    def get(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        """Raises FetchError."""
        access = self._access
        if origin(address) != self._home:
            # A foreign text chose where its links lead: no login of ours follows them elsewhere.
            access = replace(access, headers={})
        return self._fetcher.get(address, validators=validators, access=access, now=now)


class KeptList:
    """One list of addresses, read again only when the server says that it differs."""

    def __init__(self, url: str, web: Web, lister: Lister) -> None:
        self.url = url
        self._web = web
        self._lister = lister
        self._validators: Validators | None = None
        self._listing: Listing | None = None

    def read(self, now: datetime) -> Listing:
        """The list as it is now. Raises FetchError and ParseError; what was known before is then kept."""
        answer = self._web.get(self.url, self._validators, now)
        if isinstance(answer, Retrieved):
            self._listing = self._lister.list_addresses(
                answer.body, media_type=answer.media_type, url=answer.url
            )
            self._validators = answer.validators
        if self._listing is None:
            raise FetchError(self.url, FetchReason.UNASKED_304, f"{self.url} sent no list.")
        return self._listing
