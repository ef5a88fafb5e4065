"""A web page with its attachments: the PDF and DOCX files that it links to belong to the same document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from syndicate.ports import (
    Access,
    Fetcher,
    FoundDocument,
    Lister,
    NotModified,
    Retrieved,
    SourceKind,
    Validators,
)
from syndicate.sources._shared import Web, WebAddress, host_of


class Config(BaseModel, frozen=True, extra="forbid"):
    """`url`: the address of the page. `attachments`: whether documents that it links to belong to it."""

    url: WebAddress
    attachments: bool = True


class Page:
    """Implements `ports.SourceKind` for one page."""

    __slots__ = ("_url", "_web", "follows_attachments")

    asks_network = False
    lists_all = False

    def __init__(self, config: Config, fetcher: Fetcher, access: Access) -> None:
        self.follows_attachments = config.attachments
        self._url = config.url
        self._web = Web(config.url, fetcher, access)

    def find(self, now: datetime) -> Sequence[FoundDocument]:  # noqa: ARG002
        """The page, without a title: that stands in the page itself."""
        return [FoundDocument(key=self._url, title="", address=self._url, host=host_of(self._url))]

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        """The page or one of its attachments. The configured headers go to the page's own site only."""
        return self._web.get(address, validators, now)


def build(config: Config, fetcher: Fetcher, access: Access, lister: Lister) -> SourceKind:  # noqa: ARG001
    return Page(config, fetcher, access)
