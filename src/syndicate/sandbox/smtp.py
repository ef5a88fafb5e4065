"""An SMTP server that is strict, keeps what it takes, and can be told to behave badly."""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
import ssl
from collections.abc import Awaitable, Callable

from syndicate.sandbox.envelope import (
    MAIL_PARAMETERS,
    RCPT_PARAMETERS,
    Envelope,
    Refusal,
    check_address,
    read_path,
)
from syndicate.sandbox.faults import Fault
from syndicate.sandbox.ledger import LedgerError
from syndicate.sandbox.messages import BadMessage, check, subject
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.smtp_lines import Gone, Lines, Reader, decoded
from syndicate.sandbox.world import World

_RECIPIENTS = 100
_ERRORS = 20  # bad commands before the server hangs up
_REPLIES = {
    "421_mail": "421 4.3.2 The service is closing",
    "452_mail": "452 4.3.1 Insufficient system storage",
    "451_rcpt": "451 4.7.1 Greylisted, please try again later",
    "550_rcpt": "550 5.1.1 No such user here",
    "451_dot": "451 4.3.0 Could not be queued, please try again",
    "554_dot": "554 5.7.1 Refused as spam",
    "535_auth": "535 5.7.8 Authentication credentials invalid",
}


class SmtpServer:
    """Listens and holds the connections that are open."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world, self._settings = world, settings
        self._tls = _tls_context(settings)
        self._open: set[asyncio.StreamWriter] = set()

    def protocol(self) -> asyncio.StreamReaderProtocol:
        """For `loop.create_server`."""
        return asyncio.StreamReaderProtocol(Reader(limit=65536), self._serve)

    def abort(self) -> None:
        """Cuts every open connection."""
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, Reader)  # by protocol()
        self._open.add(writer)
        try:
            await _Session(Lines(reader, writer), self._world, self._settings, self._tls).run()
        except Gone as gone:
            if str(gone):
                self._world.refuse("smtp", "connection", str(gone))
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # who leaves, leaves
        finally:
            self._open.discard(writer)
            writer.close()


class _Session:
    """One connection, command by command. Pipelined commands are simply read one after the other."""

    def __init__(self, lines: Lines, world: World, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._lines = lines
        self._world, self._settings, self._tls = world, settings, tls
        self._encrypted = self._known = False
        self._greeted = ""  # "", "HELO" or "EHLO"
        self._envelope: Envelope | None = None
        self._errors = 0
        self._verbs: dict[str, Callable[[str], Awaitable[None]]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "VRFY": self._vrfy,
            "QUIT": self._quit,
        }

    async def run(self) -> None:
        if self._fault("connect"):
            raise await self._lines.silence()
        await self._lines.say("220 sandbox.localhost ESMTP, nothing leaves this machine")
        while True:
            line = await self._lines.command()
            verb, _, rest = line.partition(" ")
            try:
                if not (handler := self._verbs.get(verb.upper())):
                    raise Refusal("500 5.5.2 Command not recognised")
                await handler(rest)
            except Refusal as refusal:
                await self._refuse(verb, str(refusal))

    # --- commands ---

    async def _ehlo(self, name: str) -> None:
        self._hello("EHLO", name)
        offers = [
            "PIPELINING",
            "8BITMIME",
            f"SIZE {self._settings.smtp_size}",
            "ENHANCEDSTATUSCODES",
            "DSN",
            "SMTPUTF8",
        ]
        if self._tls and not self._encrypted:
            offers.append("STARTTLS")
        if self._auth_is_open():
            offers.append("AUTH PLAIN LOGIN")
        lines = ["sandbox.localhost", *offers]
        await self._lines.say("\r\n".join(f"250-{line}" for line in lines[:-1]) + f"\r\n250 {lines[-1]}")

    async def _helo(self, name: str) -> None:
        self._hello("HELO", name)
        await self._lines.say("250 sandbox.localhost")

    async def _starttls(self, rest: str) -> None:
        if not self._tls or self._encrypted or rest or not self._greeted:
            raise Refusal("503 5.5.1 STARTTLS is not possible now")
        await self._lines.encrypt(self._tls)
        self._encrypted, self._greeted, self._envelope = True, "", None

    async def _auth(self, rest: str) -> None:
        if not self._auth_is_open() or self._known or self._envelope or not self._greeted:
            raise Refusal("503 5.5.1 AUTH is not possible now")
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() == "PLAIN":
            _, _, both = ((initial and decoded(initial)) or await self._lines.ask("")).partition("\0")
            user, _, password = both.partition("\0")
        elif mechanism.upper() == "LOGIN":
            user = (initial and decoded(initial)) or await self._lines.ask("Username:")
            password = await self._lines.ask("Password:")
        else:
            raise Refusal("504 5.5.4 Mechanism not known")
        if fault := self._fault("auth"):
            raise Refusal(_REPLIES[fault.name])
        given, wanted = f"{user}\0{password}", f"{self._settings.smtp_user}\0{self._settings.smtp_password}"
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise Refusal(_REPLIES["535_auth"])
        self._known = True
        await self._lines.say("235 2.7.0 Welcome")

    async def _mail(self, rest: str) -> None:
        if not self._greeted or self._envelope:
            raise Refusal("503 5.5.1 EHLO first, and one MAIL at a time")
        if self._settings.smtp_user and not self._known:
            raise Refusal("530 5.7.0 Authentication required")
        sender, parameters = read_path(rest, "FROM:", MAIL_PARAMETERS)
        if sender:
            check_address(sender, utf8="SMTPUTF8" in parameters, code="553 5.1.7")
        if int(parameters.get("SIZE", "0")) > self._settings.smtp_size:
            raise Refusal(f"552 5.3.4 More than {self._settings.smtp_size} octets")
        if fault := self._fault("mail"):
            await self._maybe_last(_REPLIES[fault.name])
        self._envelope = Envelope(sender, parameters, [])
        await self._lines.say("250 2.1.0 Sender ok")

    async def _rcpt(self, rest: str) -> None:
        if not self._envelope:
            raise Refusal("503 5.5.1 MAIL first")
        recipient, parameters = read_path(rest, "TO:", RCPT_PARAMETERS)
        check_address(recipient, utf8="SMTPUTF8" in self._envelope.parameters, code="553 5.1.3")
        if len(self._envelope.recipients) >= _RECIPIENTS:
            raise Refusal("452 4.5.3 Too many recipients")
        if fault := self._fault("rcpt"):
            raise Refusal(_REPLIES[fault.name])
        self._envelope.recipients.append({"address": recipient, "parameters": parameters})
        await self._lines.say("250 2.1.5 Recipient ok")

    async def _data(self, rest: str) -> None:
        if rest or not self._envelope:
            raise Refusal("503 5.5.1 MAIL and RCPT first")
        if not self._envelope.recipients:
            raise Refusal("554 5.5.1 No valid recipients")
        await self._lines.say("354 End data with <CR><LF>.<CR><LF>")
        envelope, self._envelope = self._envelope, None
        if self._fault("data"):
            await self._lines.octets()
            raise self._lines.cut()
        data = await self._lines.message(self._settings.smtp_size)
        if fault := self._fault("dot"):
            raise Refusal(_REPLIES[fault.name])
        id = self._take(envelope, data)
        try:
            await self._world.ledger.sync()
        except LedgerError as error:
            raise Refusal("451 4.3.0 The ledger could not be written") from error
        if fault := self._fault("after-dot"):
            raise await self._lines.silence() if fault.name == "hang_after_dot" else self._lines.cut()
        await self._lines.say(f"250 2.0.0 Ok: queued as {id}")

    async def _rset(self, _: str) -> None:
        self._envelope = None
        await self._lines.say("250 2.0.0 Ok")

    async def _noop(self, _: str) -> None:
        await self._lines.say("250 2.0.0 Ok")

    async def _vrfy(self, _: str) -> None:
        await self._lines.say("252 2.1.5 Send it and see")

    async def _quit(self, _: str) -> None:
        await self._lines.say("221 2.0.0 Bye")
        raise Gone

    def _take(self, envelope: Envelope, data: bytes) -> str:
        try:
            message = check(
                data,
                eight_bit=envelope.eight_bit,
                utf8_headers="SMTPUTF8" in envelope.parameters,
            )
        except BadMessage as error:
            raise Refusal(f"554 5.6.0 Message refused: {error}") from error
        id = f"{self._world.n + 1:08d}"
        self._world.record(
            "mail",
            "smtp",
            id,
            sender=envelope.sender,
            recipients=[recipient["address"] for recipient in envelope.recipients],
            parameters={
                "mail": envelope.parameters,
                "rcpt": [each["parameters"] for each in envelope.recipients],
            },
            subject=subject(message),
            message_id=str(message["message-id"]).strip(),
            encrypted=self._encrypted,
            user=self._settings.smtp_user if self._known else "",
            raw=base64.b64encode(data).decode("ascii"),
        )
        return id

    # --- manners ---

    def _fault(self, moment: str) -> Fault | None:
        return self._world.faults.take("smtp", moment)

    async def _maybe_last(self, reply: str) -> None:
        if not reply.startswith("421"):
            raise Refusal(reply)
        raise await self._lines.hang_up(reply)

    async def _refuse(self, verb: str, reply: str) -> None:
        self._world.refuse("smtp", verb[:20], reply)
        await self._lines.say(reply)
        self._errors += 1
        if self._errors >= _ERRORS:
            raise await self._lines.hang_up("421 4.7.0 Too many errors")

    def _hello(self, verb: str, name: str) -> None:
        if not re.fullmatch(r"[\w.:\[\]-]{1,255}", name):
            raise Refusal("501 5.5.4 Say your name")
        self._greeted, self._envelope = verb, None

    def _auth_is_open(self) -> bool:
        return bool(self._settings.smtp_user) and (self._encrypted or not self._tls)


def _tls_context(settings: Settings) -> ssl.SSLContext | None:
    if not settings.smtp_certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.smtp_certificate, settings.smtp_certificate_key)
    return context
