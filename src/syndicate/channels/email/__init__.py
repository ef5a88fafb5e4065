"""E-mail by SMTP: a stored mail made personal per reader, handed to one relay over one connection.

Before the final dot nothing was taken and everything may be tried again; after it, only the server's receipt
tells. A mail without a receipt is uncertain: SMTP cannot be asked later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, model_validator

from syndicate.channels._shared import (
    LOOPBACK,
    Clock,
    missing_health,
    missing_secrets,
    one_by_one,
    utc_now,
    worst,
)
from syndicate.channels.email.patching import checked_address, personalise
from syndicate.channels.email.transport import Relay, Security, Transport
from syndicate.domain.errors import DeliveryReason, InvalidAddress, Permanent
from syndicate.domain.mail_address import normalise
from syndicate.domain.model import (
    Action,
    Health,
    HealthState,
    Message,
    Prepared,
    Presence,
    Receipt,
    Reconciled,
    Target,
)
from syndicate.ports import Channel, Commit, Outcome

_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


def _checked_server(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in set(Security) or not parts.hostname or parts.path or parts.username is not None:
        raise ValueError("must be smtp://host:port, smtp+starttls://host:port or smtps://host:port")
    _ = parts.port  # raises ValueError where it is no port
    return url


def _checked_mailbox(text: str) -> str:
    address = parseaddr(text)[1]
    try:
        normalise(address)
    except InvalidAddress as error:
        raise ValueError(f"must be one mailbox such as Name <name@example.org>: {error}") from error
    if address not in text:  # the parser forgives white space inside of an address
        raise ValueError(f"must be one mailbox such as Name <name@example.org>, not {text!r}")
    return text


Mailbox = Annotated[str, AfterValidator(_checked_mailbox)]


class Config(BaseModel, frozen=True, extra="forbid"):
    """`sender` and `reply_to` as "Name <name@example.org>"; times in seconds. `uncertain` says what becomes
    of a mail that may have been taken. `local_hostname` is how we greet; empty, the sender's domain."""

    smtp: Annotated[str, AfterValidator(_checked_server)]
    sender: Mailbox
    reply_to: Mailbox | Literal[""] = ""
    user: str = ""
    user_env: str = ""
    password_env: str = ""
    uncertain: Literal["resend-once", "hold"] = "resend-once"
    timeout: float = Field(default=60.0, gt=0)
    receipt_timeout: float = Field(default=600.0, gt=0)
    cafile: str = ""
    local_hostname: str = ""

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Config:
        if self.has_login and self.security is Security.NONE and not self.is_local:
            raise ValueError("a password needs smtps:// or smtp+starttls://, except to this machine")
        return self

    @property
    def has_login(self) -> bool:
        return bool(self.user or self.user_env or self.password_env)

    @property
    def security(self) -> Security:
        return Security(urlsplit(self.smtp).scheme)

    @property
    def is_local(self) -> bool:
        return urlsplit(self.smtp).hostname in LOOPBACK

    @property
    def sender_address(self) -> str:
        """The envelope's sender: the bare address of `sender`."""
        return normalise(parseaddr(self.sender)[1])


def build(config: Config, secrets: Mapping[str, str], clock: Clock = utc_now) -> Channel:
    """The one channel for all readers. `secrets`: user and password, where they are configured."""
    return Email(config, secrets, clock)


class Email:
    """Sends mails through one relay."""

    name = "email"
    limit = 0
    link_in_text = True

    def __init__(self, config: Config, secrets: Mapping[str, str], clock: Clock) -> None:
        self._config = config
        self._missing = missing_secrets(config, secrets)
        self._relay = _relay(config, secrets)
        self._clock = clock

    def measure(self, text: str) -> int:
        return len(text)

    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared:
        address = checked_address(target.address)
        mail = personalise(message.payload, address, key, target.values)
        return Prepared(key=key, target=target.id, body=mail, address=address, planned_at=now)

    def send(self, batch: Sequence[Prepared], commit: Commit) -> Iterator[Outcome]:
        """As the port says; one connection for the batch, one recipient per transaction."""
        transport = Transport(self._relay)
        try:
            yield from one_by_one(batch, lambda prepared: self._hand_over(transport, prepared, commit))
        finally:
            transport.close()

    def reconcile(self, prepared: Prepared) -> Reconciled:
        """A mail server cannot be asked what it took."""
        del prepared
        return Reconciled(Presence.UNKNOWN, reason="SMTP cannot be asked; the mail server's log knows.")

    def amend(self, receipt: Receipt, action: Action, message: Message | None = None) -> Outcome:
        """Never possible: what was mailed is with its reader."""
        del action, message
        error = Permanent(
            DeliveryReason.CONTENT, "A mail that was sent cannot be changed.", hint="Send a correction."
        )
        return Outcome(receipt.id, error=error)

    def health(self, now: datetime) -> Health:
        del now
        return worst(missing_health(self._missing), self._readable_health())

    def _hand_over(self, transport: Transport, prepared: Prepared, commit: Commit) -> Receipt:
        self._need_login()
        code, text = transport.deliver(prepared.address, prepared.body, lambda: commit(prepared.key))
        return Receipt(text, "", self._clock(), code, text)

    def _need_login(self) -> None:
        if self._missing:
            raise _no_login("is not there", f"Set the environment variable {', '.join(self._missing)}.")
        if not (self._relay.user + self._relay.password).isascii():
            raise _no_login("has letters beyond ASCII, which cannot be sent", "Choose another password.")

    def _readable_health(self) -> Health | None:
        if self._config.security is not Security.NONE or self._config.is_local:
            return None
        return Health(
            HealthState.WARNING, "Mails travel readable to the mail server: use smtp+starttls:// or smtps://."
        )


def _no_login(what: str, hint: str) -> Permanent:
    message = f"The login to the mail server {what}."
    return Permanent(DeliveryReason.AUTH, message, whole_destination=True, hint=hint)


def _relay(config: Config, secrets: Mapping[str, str]) -> Relay:
    parts = urlsplit(config.smtp)
    sender = config.sender_address
    return Relay(
        host=parts.hostname or "",
        port=parts.port or _PORTS[config.security],
        security=config.security,
        sender=sender,
        local_hostname=config.local_hostname or sender.rpartition("@")[2],
        user=secrets.get("user", "") or config.user,
        password=secrets.get("password", ""),
        cafile=config.cafile,
        timeout=config.timeout,
        receipt_timeout=config.receipt_timeout,
    )
