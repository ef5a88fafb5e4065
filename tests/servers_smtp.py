"""A mail server on loopback that does what a test scripts: real sockets, no schedule, one thread each.

Without a script it takes every mail. A script gives, per phase, what happens the first time, the second time
and so on; when it is used up the phase goes well again:

    SmtpServer({"RCPT": ["550 5.1.1 no such user"], "DOT": [DROP]})

Phases: CONNECT (the greeting), EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (after the first line, then it
leaves), DOT, RSET, QUIT. A mail whose dot was answered with DROP or HANG was taken all the same (RFC 1047).
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final

DROP: Final = "drop"
HANG: Final = "hang"

FINE = {
    "CONNECT": "220 stand-in ESMTP",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 fine",
    "RCPT": "250 2.1.5 fine",
    "DATA": "354 go ahead",
    "DOT": "250 2.0.0 Ok: queued as A1B2C3",
    "RSET": "250 2.0.0 fine",
    "QUIT": "221 2.0.0 bye",
}
EXTENSIONS = ("8BITMIME", "SIZE 1000000", "ENHANCEDSTATUSCODES")


@dataclass(frozen=True)
class TakenMail:
    sender: str
    recipient: str
    data: bytes
    connection: int


class _HungUp(Exception):
    """The conversation is over."""


class SmtpServer:
    """Use as a context manager. `port` is where it listens, `mails` what it took, `commands` all it heard;
    `left` is set once it has ended a conversation."""

    def __init__(
        self,
        script: Mapping[str, Sequence[str]] | None = None,
        *,
        extensions: Sequence[str] = EXTENSIONS,
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
        one_byte_at_a_time: bool = False,
    ) -> None:
        self.script = {phase: list(replies) for phase, replies in (script or {}).items()}
        self.extensions = extensions
        self.tls = tls
        self.tls_at_once = tls_at_once
        self.one_byte_at_a_time = one_byte_at_a_time
        self.mails: list[TakenMail] = []
        self.commands: list[str] = []
        self.connections = 0
        self.left = threading.Event()
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> SmtpServer:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    @property
    def data(self) -> list[bytes]:
        return [mail.data for mail in self.mails]

    def next_step(self, phase: str) -> str:
        """What the script says for this phase now."""
        with self._lock:
            steps = self.script.get(phase)
            return steps.pop(0) if steps else FINE.get(phase, "")

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        talk = _Conversation(self, connection, number)
        try:
            talk.run()
        except (_HungUp, OSError):
            pass
        finally:
            talk.close()
            self.left.set()


class _Conversation:
    def __init__(self, server: SmtpServer, connection: socket.socket, number: int) -> None:
        self.server = server
        self.socket = connection
        self.number = number
        self.sender = ""
        self.recipient = ""

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        with suppress(AttributeError, OSError):
            self.file.close()
        self.socket.close()

    def run(self) -> None:
        if self.server.tls_at_once:
            self.encrypt()
        self.file = self.socket.makefile("rb")
        self.step("CONNECT")
        while line := self.line():
            verb, _, rest = line.partition(" ")
            handler = getattr(self, f"on_{verb.lower()}", None)
            if handler is None:
                self.say("500 5.5.1 unknown command")
            else:
                handler(rest)

    def encrypt(self) -> None:
        assert self.server.tls is not None
        self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)

    def line(self) -> str:
        raw = self.file.readline()
        if not raw:
            raise _HungUp
        text = raw.decode("ascii").rstrip("\r\n")
        self.server.commands.append(text)
        return text

    def say(self, text: str) -> None:
        raw = text.encode() + b"\r\n"
        for piece in [raw[i : i + 1] for i in range(len(raw))] if self.server.one_byte_at_a_time else [raw]:
            self.socket.sendall(piece)

    def step(self, phase: str) -> bool:
        """Does what the script says; whether the phase went well."""
        reply = self.server.next_step(phase)
        if reply == DROP:
            raise _HungUp
        if reply == HANG:
            while self.file.read(1):
                pass
            raise _HungUp
        if reply:
            self.say(reply)
        if reply.startswith("421"):
            raise _HungUp
        return reply[:1] in ("", "2", "3")

    def on_ehlo(self, name: str) -> None:
        reply = self.server.next_step("EHLO")
        lines = ["stand-in", *self.server.extensions]
        extended = [f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]
        self.say(reply or "\r\n".join(extended))

    def on_helo(self, name: str) -> None:
        self.say("250 stand-in")

    def on_starttls(self, rest: str) -> None:
        if self.step("STARTTLS"):
            self.encrypt()
            self.file = self.socket.makefile("rb")

    def on_auth(self, rest: str) -> None:
        self.step("AUTH")

    def on_mail(self, rest: str) -> None:
        if self.step("MAIL"):
            self.sender = rest.partition("<")[2].partition(">")[0]

    def on_rcpt(self, rest: str) -> None:
        if self.step("RCPT"):
            self.recipient = rest.partition("<")[2].partition(">")[0]

    def on_data(self, rest: str) -> None:
        if not self.step("DATA"):
            return
        lines: list[bytes] = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                raise _HungUp
            if not lines and self.server.script.get("BODY"):
                self.step("BODY")
                raise _HungUp
            lines.append(line[1:] if line.startswith(b".") else line)
        self.finish(b"".join(lines))

    def finish(self, data: bytes) -> None:
        steps = self.server.script.get("DOT") or [FINE["DOT"]]
        if steps[0] in (DROP, HANG) or steps[0].startswith("2"):
            self.server.mails.append(TakenMail(self.sender, self.recipient, data, self.number))
        self.step("DOT")

    def on_rset(self, rest: str) -> None:
        self.step("RSET")

    def on_quit(self, rest: str) -> None:
        self.step("QUIT")
        raise _HungUp
