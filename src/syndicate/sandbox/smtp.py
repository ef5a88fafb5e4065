"""An SMTP server that is strict, keeps what it takes, and can be told to behave badly."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from syndicate.sandbox.faults import Fault
from syndicate.sandbox.ledger import LedgerError
from syndicate.sandbox.messages import BadMessage, check, subject
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.world import World

_COMMAND_LIMIT = 2048  # octets; RFC 5321 asks for 512 and more with extensions
_LINE_LIMIT = 1000  # octets of a message line with its CRLF, RFC 5321 §4.5.3.1.6
_RECIPIENTS = 100
_ERRORS = 20  # bad commands before the server hangs up
_ADDRESS = re.compile(r"[^\s<>@\x00-\x1f\x7f]{1,64}@(?:[\w-]+(?:\.[\w-]+)*|\[[\da-fA-F.:]+\])")
_PATH = re.compile(r"<([^<>]*)>((?: [^ ]+)*)")
_MAIL_PARAMETERS = {
    "SIZE": r"[0-9]{1,20}",
    "BODY": r"(?i:7BIT|8BITMIME)",
    "SMTPUTF8": r"",
    "RET": r"(?i:FULL|HDRS)",
    "ENVID": r"[!-<>-~]{1,100}",
    "AUTH": r"[!-~]+",
}
_RCPT_PARAMETERS = {
    "NOTIFY": r"(?i:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*)",
    "ORCPT": r"[!-~]{1,500}",
}
_REPLIES = {
    "421_mail": "421 4.3.2 The service is closing",
    "452_mail": "452 4.3.1 Insufficient system storage",
    "451_rcpt": "451 4.7.1 Greylisted, please try again later",
    "550_rcpt": "550 5.1.1 No such user here",
    "451_dot": "451 4.3.0 Could not be queued, please try again",
    "554_dot": "554 5.7.1 Refused as spam",
    "535_auth": "535 5.7.8 Authentication credentials invalid",
}


class _Gone(Exception):
    """The connection ends here, from whichever side."""


class _No(Exception):
    """A command is refused with this reply."""


@dataclass(slots=True)
class _Envelope:
    sender: str
    parameters: dict[str, str]
    recipients: list[dict[str, object]]

    @property
    def eight_bit(self) -> bool:
        return self.parameters.get("BODY", "").upper() == "8BITMIME"


class _Reader(asyncio.StreamReader):
    """Knows whether octets wait that were not asked for yet."""

    fed = taken = 0

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]
        self.fed += len(data)
        super().feed_data(data)

    @property
    def waiting(self) -> bool:
        return self.fed > self.taken


class SmtpServer:
    """Listens and holds the connections that are open."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world, self._settings = world, settings
        self._tls = _tls_context(settings)
        self._open: set[asyncio.StreamWriter] = set()

    def protocol(self) -> asyncio.StreamReaderProtocol:
        """For `loop.create_server`."""
        return asyncio.StreamReaderProtocol(_Reader(limit=65536), self._serve)

    def abort(self) -> None:
        """Cuts every open connection."""
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, _Reader)
        self._open.add(writer)
        try:
            await _Session(reader, writer, self._world, self._settings, self._tls).run()
        except (_Gone, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # who leaves, leaves
        finally:
            self._open.discard(writer)
            writer.close()


class _Session:
    """One connection, command by command. Pipelined commands are simply read one after the other."""

    def __init__(
        self,
        reader: _Reader,
        writer: asyncio.StreamWriter,
        world: World,
        settings: Settings,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._world, self._settings, self._tls = world, settings, tls
        self._encrypted = self._known = False
        self._greeted = ""  # "", "HELO" or "EHLO"
        self._envelope: _Envelope | None = None
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
            await self._silence()
        await self._say("220 sandbox.localhost ESMTP, nothing leaves this machine")
        while True:
            line = await self._line()
            verb, _, rest = line.partition(" ")
            try:
                if not (handler := self._verbs.get(verb.upper())):
                    raise _No("500 5.5.2 Command not recognised")
                await handler(rest)
            except _No as refusal:
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
        await self._say("\r\n".join(f"250-{line}" for line in lines[:-1]) + f"\r\n250 {lines[-1]}")

    async def _helo(self, name: str) -> None:
        self._hello("HELO", name)
        await self._say("250 sandbox.localhost")

    async def _starttls(self, rest: str) -> None:
        if not self._tls or self._encrypted or rest or not self._greeted:
            raise _No("503 5.5.1 STARTTLS is not possible now")
        if self._reader.waiting:  # commands slipped in before encryption would run as if encrypted
            await self._say("503 5.5.0 Nothing may be pipelined behind STARTTLS")
            raise _Gone
        await self._say("220 2.0.0 Ready to start TLS")
        await self._writer.start_tls(self._tls)
        self._encrypted, self._greeted, self._envelope = True, "", None

    async def _auth(self, rest: str) -> None:
        if not self._auth_is_open() or self._known or self._envelope or not self._greeted:
            raise _No("503 5.5.1 AUTH is not possible now")
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() == "PLAIN":
            _, _, both = ((initial and _decoded(initial)) or await self._ask("")).partition("\0")
            user, _, password = both.partition("\0")
        elif mechanism.upper() == "LOGIN":
            user = (initial and _decoded(initial)) or await self._ask("Username:")
            password = await self._ask("Password:")
        else:
            raise _No("504 5.5.4 Mechanism not known")
        if fault := self._fault("auth"):
            raise _No(_REPLIES[fault.name])
        given, wanted = f"{user}\0{password}", f"{self._settings.smtp_user}\0{self._settings.smtp_password}"
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise _No(_REPLIES["535_auth"])
        self._known = True
        await self._say("235 2.7.0 Welcome")

    async def _mail(self, rest: str) -> None:
        if not self._greeted or self._envelope:
            raise _No("503 5.5.1 EHLO first, and one MAIL at a time")
        if self._settings.smtp_user and not self._known:
            raise _No("530 5.7.0 Authentication required")
        sender, parameters = _path(rest, "FROM:", _MAIL_PARAMETERS)
        if sender:
            _check_address(sender, utf8="SMTPUTF8" in parameters, code="553 5.1.7")
        if int(parameters.get("SIZE", "0")) > self._settings.smtp_size:
            raise _No(f"552 5.3.4 More than {self._settings.smtp_size} octets")
        if fault := self._fault("mail"):
            await self._maybe_last(_REPLIES[fault.name])
        self._envelope = _Envelope(sender, parameters, [])
        await self._say("250 2.1.0 Sender ok")

    async def _rcpt(self, rest: str) -> None:
        if not self._envelope:
            raise _No("503 5.5.1 MAIL first")
        recipient, parameters = _path(rest, "TO:", _RCPT_PARAMETERS)
        _check_address(recipient, utf8="SMTPUTF8" in self._envelope.parameters, code="553 5.1.3")
        if len(self._envelope.recipients) >= _RECIPIENTS:
            raise _No("452 4.5.3 Too many recipients")
        if fault := self._fault("rcpt"):
            raise _No(_REPLIES[fault.name])
        self._envelope.recipients.append({"address": recipient, "parameters": parameters})
        await self._say("250 2.1.5 Recipient ok")

    async def _data(self, rest: str) -> None:
        if rest or not self._envelope:
            raise _No("503 5.5.1 MAIL and RCPT first")
        if not self._envelope.recipients:
            raise _No("554 5.5.1 No valid recipients")
        await self._say("354 End data with <CR><LF>.<CR><LF>")
        envelope, self._envelope = self._envelope, None
        data = await self._message()
        if fault := self._fault("dot"):
            raise _No(_REPLIES[fault.name])
        id = self._take(envelope, data)
        try:
            await self._world.ledger.sync()
        except LedgerError as error:
            raise _No("451 4.3.0 The ledger could not be written") from error
        if fault := self._fault("after-dot"):
            await self._leave(fault)
        await self._say(f"250 2.0.0 Ok: queued as {id}")

    async def _rset(self, _: str) -> None:
        self._envelope = None
        await self._say("250 2.0.0 Ok")

    async def _noop(self, _: str) -> None:
        await self._say("250 2.0.0 Ok")

    async def _vrfy(self, _: str) -> None:
        await self._say("252 2.1.5 Send it and see")

    async def _quit(self, _: str) -> None:
        await self._say("221 2.0.0 Bye")
        raise _Gone

    # --- the message ---

    async def _message(self) -> bytes:
        """The message with its dots unstuffed. Raises _No at its end when a line or the whole is too long."""
        lines: list[bytes] = []
        size = longest = 0
        dropping = self._fault("data")
        while (line := await self._octets()) != b".\r\n":
            if dropping:
                await self._cut()
            if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
                # A lone CR or LF is how mails are smuggled into one another: no guess where this one ends.
                await self._say("521 5.5.2 Bare CR or LF, or a line without end, refused")
                self._world.refuse("smtp", "DATA", "a line does not end with CRLF")
                raise _Gone
            line = line[1:] if line.startswith(b".") else line
            longest, size = max(longest, len(line)), size + len(line)
            if size <= self._settings.smtp_size:
                lines.append(line)
        if size > self._settings.smtp_size:
            raise _No(f"552 5.3.4 More than {self._settings.smtp_size} octets")
        if longest > _LINE_LIMIT:
            raise _No(f"554 5.6.0 A line has more than {_LINE_LIMIT} octets")
        return b"".join(lines)

    def _take(self, envelope: _Envelope, data: bytes) -> str:
        try:
            message = check(
                data,
                eight_bit=envelope.eight_bit,
                utf8_headers="SMTPUTF8" in envelope.parameters,
            )
        except BadMessage as error:
            raise _No(f"554 5.6.0 Message refused: {error}") from error
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

    async def _leave(self, fault: Fault) -> None:
        """The mail is kept; nobody is told."""
        if fault.name == "hang_after_dot":
            await self._silence()
        await self._cut()

    async def _silence(self) -> None:
        while await self._reader.read(65536):
            pass
        raise _Gone

    async def _cut(self) -> None:
        self._writer.transport.abort()
        raise _Gone

    async def _maybe_last(self, reply: str) -> None:
        if not reply.startswith("421"):
            raise _No(reply)
        await self._say(reply)
        raise _Gone

    async def _refuse(self, verb: str, reply: str) -> None:
        self._world.refuse("smtp", verb[:20], reply)
        await self._say(reply)
        self._errors += 1
        if self._errors >= _ERRORS:
            await self._say("421 4.7.0 Too many errors")
            raise _Gone

    # --- lines ---

    async def _say(self, reply: str) -> None:
        self._writer.write(reply.encode("utf-8") + b"\r\n")
        await self._writer.drain()

    async def _ask(self, prompt: str) -> str:
        await self._say("334 " + base64.b64encode(prompt.encode()).decode())
        answer = await self._line()
        if answer == "*":
            raise _No("501 5.7.0 Authentication given up")
        return _decoded(answer)

    async def _line(self) -> str:
        """The next command, without its CRLF."""
        line = await self._octets()
        try:
            if len(line) > _COMMAND_LIMIT or not line.endswith(b"\r\n") or re.search(rb"[\0\r\n]", line[:-2]):
                raise ValueError("not a command line")
            return line[:-2].decode("utf-8")
        except ValueError as error:
            await self._say("500 5.5.2 A command is one line of UTF-8 that ends with CRLF")
            self._world.refuse("smtp", "command", "a line that is no command")
            raise _Gone from error

    async def _octets(self) -> bytes:
        """The next line with its end; of a very long one as much as fits into memory, without its end."""
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            line = await self._reader.readexactly(error.consumed)
        self._reader.taken += len(line)
        return line

    def _hello(self, verb: str, name: str) -> None:
        if not re.fullmatch(r"[\w.:\[\]-]{1,255}", name):
            raise _No("501 5.5.4 Say your name")
        self._greeted, self._envelope = verb, None

    def _auth_is_open(self) -> bool:
        return bool(self._settings.smtp_user) and (self._encrypted or not self._tls)


def _path(rest: str, word: str, known: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The address between the angle brackets, and the parameters behind it."""
    match = _PATH.fullmatch(rest[len(word) :]) if rest.upper().startswith(word) else None
    if not match:
        raise _No(f"501 5.5.4 Syntax: {word}<address> [parameters]")
    parameters: dict[str, str] = {}
    for item in match[2].split():
        name, _, value = item.partition("=")
        if name.upper() not in known or name.upper() in parameters:
            raise _No(f"555 5.5.4 Parameter not recognised: {name[:20]}")
        if not re.fullmatch(known[name.upper()], value):
            raise _No(f"501 5.5.4 Bad value of {name.upper()}")
        parameters[name.upper()] = value
    return match[1], parameters


def _check_address(address: str, *, utf8: bool, code: str) -> None:
    if not _ADDRESS.fullmatch(address) or len(address) > 254:
        raise _No(f"{code} This is no address")
    if not utf8 and not address.isascii():
        raise _No(f"{code[:3]} 5.6.7 The address needs SMTPUTF8")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode("" if text == "=" else text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise _No("501 5.5.2 This is not Base64") from error


def _tls_context(settings: Settings) -> ssl.SSLContext | None:
    if not settings.smtp_certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.smtp_certificate, settings.smtp_certificate_key)
    return context
