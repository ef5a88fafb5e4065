"""Errors are types with data. Each says what happened, to what, and what to do.

Nothing decides on message text: what a caller needs to decide is a field.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class SyndicateError(Exception):
    """The root. `str()` is a sentence for the person who reads it; `hint` says what to do ("" if nothing)."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(SyndicateError):
    """The configuration cannot be used. `key` is the TOML path of the culprit ("sources[2].every")."""

    def __init__(self, key: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{key}: {message}" if key else message, hint=hint)
        self.key = key


class FetchReason(StrEnum):
    BAD_ADDRESS = "bad-address"  # not http(s), userinfo, backslash, no host
    REFUSED_ADDRESS = "refused-address"  # a private or special address, or a port that is not allowed
    DNS = "dns"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"  # the answer was not valid HTTP, or ended early
    TOO_LARGE = "too-large"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    STATUS = "status"  # any status that is not 200 or 304, and not one below
    NOT_FOUND = "not-found"  # 404, or a file that is not there
    GONE = "gone"  # 410
    RATE_LIMITED = "rate-limited"  # 429, 503 with Retry-After
    ROBOTS = "robots"
    UNASKED_304 = "unasked-304"  # 304 to a request without validators
    NO_DOCUMENT = "no-document"  # a web page where a linked PDF or Word file should be


class FetchError(SyndicateError):
    """A watched address could not be retrieved. `retry_after` is an aware time, or None."""

    def __init__(
        self,
        url: str,
        reason: FetchReason,
        message: str,
        *,
        status: int = 0,
        retry_after: datetime | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.url = url
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class ParseReason(StrEnum):
    UNSUPPORTED = "unsupported"  # a format that we do not read (ODT, XLSX, an image)
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_TEXT = "no-text"  # a scanned PDF
    TOO_LARGE = "too-large"  # unpacks beyond the limit
    LIMIT = "limit"  # the child was killed, ran out of time or of memory


class ParseError(SyndicateError):
    """Bytes could not be read as a text."""

    def __init__(self, reason: ParseReason, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class SuspectReason(StrEnum):
    EMPTY = "empty"
    ERROR_PAGE = "error-page"
    LOGIN = "login"
    BOT_WALL = "bot-wall"
    NEEDS_JAVASCRIPT = "needs-javascript"
    SHRUNK = "shrunk"


class SuspectContent(SyndicateError):
    """A page was retrieved and read, but it is not the document: nothing may be concluded from it."""

    def __init__(self, reason: SuspectReason, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class StorageError(SyndicateError):
    """The database cannot be used now: busy, full, read-only, or of a newer schema."""


class LeaseLost(StorageError):
    """Somebody else has taken over what was claimed: whoever worked on it writes nothing more."""


class DeliveryReason(StrEnum):
    NOT_SENT = "not-sent"  # nothing reached the other side
    UNKNOWN = "unknown"  # it may or may not have been taken
    DUPLICATE = "duplicate"  # the other side has it already, and does not say where
    RATE = "rate"
    PAID_CAP = "paid-cap"
    AUTH = "auth"
    PERMISSION = "permission"
    VERSION = "version"
    CONTENT = "content"
    POLICY = "policy"
    ADDRESS = "address"  # the mailbox does not exist or does not want it
    SERVER = "server"  # the other side has trouble and says so before taking anything


class DeliveryError(SyndicateError):
    """A message was not, or perhaps not, taken.

    `whole_destination` says that the cause lies with the destination (a token, a rate, a version),
    so that its other deliveries wait as well. `retry_after` is an aware time, or None. `answer` holds
    the other side's own words, without secrets.
    """

    def __init__(
        self,
        reason: DeliveryReason,
        message: str,
        *,
        status: int = 0,
        answer: str = "",
        retry_after: datetime | None = None,
        whole_destination: bool = False,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.status = status
        self.answer = answer
        self.retry_after = retry_after
        self.whole_destination = whole_destination


class Transient(DeliveryError):
    """Surely not taken; may be tried again, with the same bytes."""


class Permanent(DeliveryError):
    """Surely not taken; trying the same again is useless until something changes."""


class Uncertain(DeliveryError):
    """May have been taken. Never sent again blindly: reconcile first."""


class InvalidAddress(SyndicateError):
    """What was given is not one plain e-mail address."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address!r} is not an e-mail address.", hint="Write it like name@example.org.")
        self.address = address


class UnknownTopic(SyndicateError):
    """A wish names a topic that does not exist, or none at all (`topic` is then "")."""

    def __init__(self, topic: str) -> None:
        what = f"There is no topic {topic!r}." if topic else "No topic was chosen."
        super().__init__(what, hint="Choose one of the configured topics.")
        self.topic = topic
