"""An SMTP connection line by line: replies out, commands and messages in, and its sudden ends."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import ssl

from syndicate.sandbox.envelope import Refusal

COMMAND_LIMIT = 2048  # octets; RFC 5321 asks for 512, and for more with extensions
LINE_LIMIT = 1000  # octets of a message's line with its CRLF, RFC 5321 §4.5.3.1.6


class Gone(Exception):
    """The connection ends here; the text says why, where the other side was at fault."""


class Reader(asyncio.StreamReader):
    """Knows whether octets wait that were not asked for yet."""

    fed = taken = 0

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]
        self.fed += len(data)
        super().feed_data(data)

    @property
    def waiting(self) -> bool:
        return self.fed > self.taken


class Lines:
    """Both directions of one connection."""

    def __init__(self, reader: Reader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def say(self, reply: str) -> None:
        self._writer.write(reply.encode("utf-8") + b"\r\n")
        await self._writer.drain()

    async def command(self) -> str:
        """The next command, without its CRLF. Raises Gone for what is none."""
        line = await self.octets()
        try:
            if len(line) > COMMAND_LIMIT or not line.endswith(b"\r\n") or re.search(rb"[\0\r\n]", line[:-2]):
                raise ValueError("not a command line")
            return line[:-2].decode("utf-8")
        except ValueError as error:
            raise await self.hang_up(
                "500 5.5.2 A command is one line of UTF-8 that ends with CRLF"
            ) from error

    async def ask(self, prompt: str) -> str:
        """One step of AUTH, decoded. Raises Refusal."""
        await self.say("334 " + base64.b64encode(prompt.encode()).decode())
        answer = await self.command()
        if answer == "*":
            raise Refusal("501 5.7.0 Authentication given up")
        return decoded(answer)

    async def message(self, limit: int) -> bytes:
        """What follows DATA, up to the final dot, with its dots unstuffed.

        Raises Refusal, at its end, when a line or the whole is too long; Gone for a bare CR or LF: that is
        how mails are smuggled into one another, and nobody should guess where this one ends.
        """
        lines: list[bytes] = []
        size = longest = 0
        while (line := await self.octets()) != b".\r\n":
            if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
                raise await self.hang_up("521 5.5.2 Bare CR or LF, or a line without end, refused")
            line = line.removeprefix(b".")
            longest, size = max(longest, len(line)), size + len(line)
            if size <= limit:
                lines.append(line)
        if size > limit:
            raise Refusal(f"552 5.3.4 More than {limit} octets")
        if longest > LINE_LIMIT:
            raise Refusal(f"554 5.6.0 A line has more than {LINE_LIMIT} octets")
        return b"".join(lines)

    async def octets(self) -> bytes:
        """The next line with its end; of a very long one as much as fits into memory, without its end."""
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            line = await self._reader.readexactly(error.consumed)
        self._reader.taken += len(line)
        return line

    async def encrypt(self, context: ssl.SSLContext) -> None:
        """The server's side of STARTTLS. Raises Gone when commands wait: they would run as if encrypted."""
        if self._reader.waiting:
            raise await self.hang_up("503 5.5.0 Nothing may be pipelined behind STARTTLS")
        await self.say("220 2.0.0 Ready to start TLS")
        await self._writer.start_tls(context)
        self._reader.fed = self._reader.taken = 0

    async def hang_up(self, reply: str) -> Gone:
        """Says the last word; the result is to be raised."""
        await self.say(reply)
        return Gone(reply)

    async def silence(self) -> Gone:
        """Says nothing until the other side leaves; the result is to be raised."""
        while await self._reader.read(65536):
            pass
        return Gone()

    def cut(self) -> Gone:
        """Breaks the connection off; the result is to be raised."""
        self._writer.transport.abort()
        return Gone()


def decoded(text: str) -> str:
    """Base64 as AUTH has it; "=" is the empty text. Raises Refusal."""
    try:
        return base64.b64decode("" if text == "=" else text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise Refusal("501 5.5.2 This is not Base64") from error
