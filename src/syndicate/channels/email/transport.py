"""A conversation with a mail server, driven command by command, so that each failure has its phase.

smtplib's own `sendmail` raises the same error for a server that never greeted and for one that took the mail
and then fell silent. The difference decides whether a mail may be sent again, so the commands are given here.
"""

from __future__ import annotations

import re
import selectors
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from syndicate.channels.email.errors import BEFORE_MAIL, Phase, broken, refused, unfit, unsupported
from syndicate.domain.errors import DeliveryError

QUIT_TIMEOUT = 2.0
ANSWER_LIMIT = 500
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


_CLOSING = 421


class _Refused(Exception):
    """A reply of another kind than the one that was needed."""

    def __init__(self, code: int, text: bytes) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class Security(StrEnum):
    """How a connection is protected: not at all, by STARTTLS, or from the first byte on."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that mail is handed to. Times are in seconds; `cafile` "" means the system's own.

    `receipt_timeout` is for the reply to the final dot: RFC 5321 (4.5.3.2.6) wants ten minutes, because
    whoever gives up early leaves a mail uncertain that was taken.
    """

    host: str
    port: int
    security: Security
    sender: str
    local_hostname: str
    user: str = ""
    password: str = field(default="", repr=False)
    cafile: str = ""
    timeout: float = 60.0
    receipt_timeout: float = 600.0


class Transport:
    """A connection that opens when a mail needs it, carries one after the other, and opens anew once broken.

    Not to be shared between threads.
    """

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._smtp: smtplib.SMTP | None = None
        self._phase = Phase.CONNECT

    def deliver(self, recipient: str, mail: bytes, before_dot: Callable[[], None]) -> tuple[int, str]:
        """Hands over one mail for one recipient; gives the code and the text of the server's receipt.

        `before_dot` is called when all but the final dot has left. What it raises is passed on, and the mail
        is then not taken. Raises DeliveryError, from which the phase of the failure can be told.
        """
        try:
            return self._transact(recipient, mail, before_dot)
        except _Refused as reply:
            self._settle(reply.code)
            raise refused(self._phase, reply.code, self._words(reply.text)) from None
        except (smtplib.SMTPException, OSError) as failure:
            self._drop()
            raise self._failed(failure) from None
        except BaseException:  # also an interrupt: within a message, hanging up is the only way to say no
            self._drop()
            raise

    def close(self) -> None:
        """Says goodbye, without waiting long for an answer."""
        if self._smtp is not None and self._smtp.sock is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.sock.settimeout(QUIT_TIMEOUT)
                self._smtp.docmd("QUIT")
        self._drop()

    # --- the transaction ---

    def _transact(self, recipient: str, mail: bytes, before_dot: Callable[[], None]) -> tuple[int, str]:
        smtp = self._with_sender(mail)
        self._phase = Phase.RCPT
        _need(2, smtp.rcpt(recipient))
        self._phase = Phase.DATA
        _need(3, smtp.docmd("DATA"))
        self._phase = Phase.BODY
        smtp.send(_LINE_WITH_DOT.sub(b"..", mail))
        before_dot()
        if self._server_spoke(smtp):
            raise _Refused(*smtp.getreply())
        self._phase = Phase.DOT
        _set_timeout(smtp, self._relay.receipt_timeout)
        smtp.send(b".\r\n")
        code, text = _need(2, smtp.getreply())
        _set_timeout(smtp, self._relay.timeout)
        return code, self._words(text)

    def _with_sender(self, mail: bytes) -> smtplib.SMTP:
        """An open connection on which the sender is named.

        Servers close connections that were idle or have carried many mails. Where that shows at the first
        command on a used one, nothing of this mail was sent yet: a new one is opened.
        """
        if self._smtp is not None:
            smtp = self._smtp
            try:
                reply = self._name_sender(smtp, mail)
            except smtplib.SMTPServerDisconnected:
                reply = _CLOSING, b""
            if reply[0] != _CLOSING:
                _need(2, reply)
                return smtp
            self._drop()
        smtp = self._open()
        _need(2, self._name_sender(smtp, mail))
        return smtp

    def _name_sender(self, smtp: smtplib.SMTP, mail: bytes) -> tuple[int, bytes]:
        self._phase = Phase.MAIL
        return smtp.mail(self._relay.sender, _options(smtp, mail))

    def _server_spoke(self, smtp: smtplib.SMTP) -> bool:
        """Whether the server hung up or refused before the dot, so that it surely took nothing.

        On an encrypted connection the bytes may be TLS's own, so that only an open one tells.
        """
        if self._relay.security is not Security.NONE or smtp.sock is None:
            return False
        with selectors.DefaultSelector() as watch:
            watch.register(smtp.sock, selectors.EVENT_READ)
            return bool(watch.select(0))

    # --- before it and after it ---

    def _open(self) -> smtplib.SMTP:
        relay = self._relay
        self._phase = Phase.CONNECT
        if relay.security is Security.TLS:
            self._smtp = smtplib.SMTP_SSL(
                relay.host, relay.port, relay.local_hostname, timeout=relay.timeout, context=self._tls()
            )
        else:
            self._smtp = smtplib.SMTP(relay.host, relay.port, relay.local_hostname, timeout=relay.timeout)
        smtp = self._smtp
        if smtp.sock is not None:
            # The dot is a small write after a big one: without this it waits 40 ms for an acknowledgement.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if relay.security is Security.STARTTLS:
            self._phase = Phase.TLS
            smtp.starttls(context=self._tls())
            _need(2, smtp.ehlo())
        if relay.user:
            self._phase = Phase.AUTH
            smtp.login(relay.user, relay.password)
        return smtp

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._relay.cafile or None)

    def _settle(self, code: int) -> None:
        """Makes the connection ready for the next mail after a refusal, or gives it up."""
        if self._smtp is None or not 400 <= code < 600 or code == _CLOSING:
            self._drop()
        elif self._phase in (Phase.MAIL, Phase.RCPT, Phase.DATA):
            with suppress(OSError, smtplib.SMTPException):
                if self._smtp.rset()[0] == 250:
                    return
            self._drop()
        elif self._phase is not Phase.DOT:
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    # --- replies ---

    def _failed(self, failure: Exception) -> DeliveryError:
        """The error for what smtplib raised by itself."""
        if type(failure) in (smtplib.SMTPNotSupportedError, smtplib.SMTPException):
            return unsupported(
                self._phase
            )  # the bare type is how `login` says that it knows no method offered
        if isinstance(failure, smtplib.SMTPResponseException) and self._phase in BEFORE_MAIL:
            return refused(self._phase, failure.smtp_code, self._words(failure.smtp_error))
        # Later on, smtplib raises a reply of its own making for a line that is too long.
        return broken(self._phase, self._words(str(failure)) or type(failure).__name__)

    def _words(self, text: bytes | str) -> str:
        """The server's words on one line, without the password in any form it was sent in."""
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        for secret in self._spellings():
            words = words.replace(secret, "***")
        return _CONTROLS.sub(" ", words).strip()[:ANSWER_LIMIT]

    def _spellings(self) -> list[str]:
        user, password = self._relay.user, self._relay.password
        if not password:
            return []
        sent = (password, f"\0{user}\0{password}")
        return [password, *(b64encode(text.encode()).decode() for text in sent)]


def _need(kind: int, reply: tuple[int, bytes]) -> tuple[int, bytes]:
    """The reply, when its first digit is `kind`. Raises _Refused."""
    if reply[0] // 100 != kind:
        raise _Refused(*reply)
    return reply


def _options(smtp: smtplib.SMTP, mail: bytes) -> list[str]:
    """The parameters of MAIL. Raises Permanent(CONTENT) for what the server said it does not take."""
    options = []
    if smtp.has_extn("size"):
        limit = smtp.esmtp_features["size"]
        if limit.isdecimal() and 0 < int(limit) < len(mail):
            raise unfit(f"it has {len(mail)} octets and the server takes {limit}", "Shorten the mail.")
        options.append(f"SIZE={len(mail)}")
    if not mail.isascii():
        if not smtp.has_extn("8bitmime"):
            raise unfit("the server takes no 8-bit letters", "Encode the mail as quoted-printable.")
        options.append("BODY=8BITMIME")
    return options


def _set_timeout(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)
