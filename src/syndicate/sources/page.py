"""A web page with its attachments: the PDF and DOCX files that it links to belong to the same document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import BaseModel, field_validator

from syndicate.ports import Access, Fetcher, FoundDocument, NotModified, Retrieved, SourceKind, Validators


class Config(BaseModel, frozen=True, extra="forbid"):
    """`url`: the address of the page. `attachments`: whether documents that it links to belong to it."""

    url: str
    attachments: bool = True

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be a web address that begins with http:// or https://")
        if parts.username is not None:
            raise ValueError(
                "must not have a user name in it; use headers_env for a page that asks for a login"
            )
        return url


class Page:
    """Implements `ports.SourceKind` for one page."""

    def __init__(self, config: Config, fetcher: Fetcher, access: Access) -> None:
        self.follows_attachments = config.attachments
        self._url = config.url
        self._fetcher = fetcher
        self._access = access

    def find(self) -> Sequence[FoundDocument]:
        """The page, without a title: that stands in the page itself."""
        host = urlsplit(self._url).hostname or ""
        return [FoundDocument(key=self._url, title="", address=self._url, host=host)]

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        """The page or one of its attachments. The configured headers go to the page's own site only."""
        access = self._access
        if _origin(address) != _origin(self._url):
            # The page's text chooses where its links lead: no login of ours follows them elsewhere.
            access = replace(access, headers={})
        return self._fetcher.get(address, validators=validators, access=access, now=now)


def build(config: Config, fetcher: Fetcher, access: Access) -> SourceKind:
    return Page(config, fetcher, access)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
