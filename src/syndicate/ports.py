"""What the verbs need of the rooms around them. Each Protocol belongs to its user and is small.

Promises that hold for all: times are aware and in UTC; every error is a `SyndicateError`; an object may be
used from several threads at once. Each method of a store is one transaction and none is handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from syndicate.domain.errors import DeliveryError
from syndicate.domain.model import (
    Account,
    Action,
    Health,
    Message,
    Prepared,
    Receipt,
    Reconciled,
    Target,
    Update,
    Version,
)

# --- watching -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Validators:
    """The server's own words, sent back byte for byte, and only to the address that gave them."""

    url: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One answer with content. `url` is where it came from after redirects; header names are lower case.

    `moved_to` is set when every hop was permanent (301, 308): the address to use from now on.
    """

    url: str
    body: bytes
    media_type: str
    validators: Validators | None
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The other side says that nothing changed since the validators were given."""

    url: str


@dataclass(frozen=True, slots=True)
class Access:
    """What one source may do. `allow_private` frees private addresses and any port, for this source only."""

    allow_private: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    obey_robots: bool = True


class Fetcher(Protocol):
    """The one way to watched addresses."""

    def get(
        self, url: str, *, validators: Validators | None, access: Access, now: datetime
    ) -> Retrieved | NotModified:
        """One GET, politely: robots.txt, one request at a time per host with a gap, Retry-After.

        Raises FetchError. Blocks for the gap of the host at most, and for the total deadline.
        """
        ...


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that a source consists of now. `key` is stable within the source; `host` is "" for files."""

    key: str
    title: str
    address: str
    host: str = ""


class SourceKind(Protocol):
    """What a source consists of and how its parts are retrieved."""

    follows_attachments: bool

    def find(self) -> Sequence[FoundDocument]:
        """The documents that exist now. Raises FetchError."""
        ...

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        """The content at an address of this source or of an attachment. Raises FetchError."""
        ...


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The operator's part of a recipe: CSS selectors to keep and to cut away (HTML only)."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Reader(Protocol):
    """Turns foreign bytes into a version, where they can do no harm."""

    def read(self, data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:
        """Raises ParseError, also when the bytes killed whoever read them."""
        ...


# --- sending --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One call to a network. `headers` may carry secrets: they are never logged and never stored."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """Any answer, of any status. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ApiClient(Protocol):
    """The one way to networks' APIs: fixed hosts, no redirects, no retries."""

    def call(self, request: ApiRequest) -> ApiResponse:
        """Raises Transient(NOT_SENT) when no byte of the request left, Uncertain(UNKNOWN) when some did."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one prepared message: exactly one of `receipt` and `error` is set."""

    key: str
    receipt: Receipt | None = None
    error: DeliveryError | None = None


Commit = Callable[[str], None]
"""Called by a channel with a prepared key right before the step after which the other side may have
taken the message (the final dot, the first byte of a POST). It returns once that is on disk."""


class Channel(Protocol):
    """One configured way out. Everything a channel knows of its network stays in it."""

    name: str
    limit: int
    """The longest text `measure` may give, or 0 where there is none."""
    link_in_text: bool
    """Whether a post's text must carry the link itself (X), or a field does (LinkedIn, Facebook)."""

    def measure(self, text: str) -> int:
        """The length as the network itself counts it."""
        ...

    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared:
        """The exact request or mail, without secrets and without I/O. `key` is the delivery's 32 hex digits;
        `now` is when the delivery was planned. Same arguments, same bytes. Raises Permanent(CONTENT)."""
        ...

    def send(self, batch: Sequence[Prepared], commit: Commit) -> Iterator[Outcome]:
        """Exactly one outcome for each prepared message, in order, as soon as it is known.

        Never raises DeliveryError and never sends anything twice. After an outcome whose cause lies with
        the whole destination the rest gets Transient(NOT_SENT) without being tried."""
        ...

    def reconcile(self, prepared: Prepared) -> Reconciled:
        """Whether an earlier attempt was taken, by asking the network. Never creates anything."""
        ...

    def amend(self, receipt: Receipt, action: Action, message: Message | None = None) -> Outcome:
        """Edit or delete what a receipt names, as far as the network can."""
        ...

    def health(self, now: datetime) -> Health:
        """What is known without calling anyone: missing secrets, ends of life."""
        ...


class Renderer(Protocol):
    """Makes messages from updates; pure: the same update gives the same bytes."""

    def messages(self, update: Update, account: Account, channel: Channel) -> list[Message]:
        """One message per language of the account. Raises Permanent(CONTENT) where the text cannot be made to fit."""
        ...

    def mail(self, update: Update, language: str) -> Message:
        """The mail for readers of `language`, with placeholders."""
        ...

    def confirmation(self, subject: str, topics: Sequence[str], language: str, now: datetime) -> Message:
        """The one mail that asks an address to confirm. Holds no text of the asker's."""
        ...


# --- what people see ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RenderedFeed:
    """A feed ready to be served: bytes, the same bytes gzipped, an entity tag for each (with quotes)."""

    media_type: str
    body: bytes
    gzip: bytes
    etag: str
    gzip_etag: str
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class ResourceView:
    """One member of a document as it reads now. `version` is None while nothing could be read."""

    id: int
    role: str
    label: str
    url: str
    version: Version | None
    retrieved_at: datetime | None
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    id: int
    source_id: str
    title: str
    url: str
    language: str
    topics: tuple[str, ...]
    resources: tuple[ResourceView, ...]
    updates: tuple[Update, ...]
    last_ok: datetime | None


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """How the watching of one document goes. `problem` is "" when the last visit was fine."""

    id: int
    source_id: str
    title: str
    url: str
    checks: int
    failures: int
    last_check: datetime | None
    last_ok: datetime | None
    next_visit: datetime | None
    problem: str
    problem_since: datetime | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class DestinationStatus:
    """How sending to one destination goes. `reason` says why it waits ("" when it does not)."""

    name: str
    channel: str
    not_before: datetime | None
    reason: str
    pending: int
    uncertain: int
    dead: int
    sent: int
    last_sent: datetime | None
    health: Health | None = None


@dataclass(frozen=True, slots=True)
class StatusView:
    documents: tuple[DocumentStatus, ...]
    destinations: tuple[DestinationStatus, ...]
    held: int
    subscribers: int
    last_update: datetime | None


class Archive(Protocol):
    """What the public and the operator may read."""

    def published(
        self, *, topic: str = "", source: str = "", editorial: bool = False, limit: int = 50, before: int = 0
    ) -> list[Update]:
        """Newest first. Without `editorial`, substantive ones only. `before` is a sequence number (exclusive)."""
        ...

    def update(self, update_id: str) -> Update | None:
        """An update of any state; the caller decides who may see it."""
        ...

    def waiting(self) -> list[Update]:
        """Held and approved updates, oldest first."""
        ...

    def document(self, document_id: int) -> DocumentView | None: ...

    def status(self, now: datetime) -> StatusView: ...

    def feed(self, name: str, format_name: str, editorial: bool) -> RenderedFeed | None:
        """The stored feed: `name` is a topic id, "all" or "source/<id>"; None when there is none yet."""
        ...


# --- subscribing ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to, kept as proof: the words shown and their version, when, where, from which address."""

    text: str
    version: str
    form_url: str
    ip: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address. `uid` is 16 random hex digits; `state` is "pending", "active" or "ended"."""

    uid: str
    address: str
    language: str
    state: str
    topics: tuple[str, ...] = ()


class Subscribers(Protocol):
    """Who wants what. The empty topic id "" means all topics."""

    def register(self, address: str, language: str, now: datetime) -> Subscriber:
        """The subscriber of this address, made as "pending" where it is new. Addresses differ by case of the domain only."""
        ...

    def suppressed(self, address_hash: str) -> bool: ...

    def ask(
        self,
        uid: str,
        optin_id: str,
        topics: Sequence[str],
        consent: Consent,
        message: Message,
        target: Target,
        now: datetime,
    ) -> bool:
        """Records the wish and plans its confirmation mail; False, and nothing planned, when this address was
        asked within 24 hours."""
        ...

    def confirm(self, optin_id: str, now: datetime) -> Subscriber | None:
        """Makes the wish a subscription; again is the same. None for an unknown or expired wish."""
        ...

    def find(self, uid: str) -> Subscriber | None: ...

    def end(self, uid: str, topics: Sequence[str] | None, now: datetime) -> None:
        """Ends these subscriptions (None: all), and cancels what is pending for them. Again is the same."""
        ...
