"""A whole mail as bytes, made by hand where a library would fold, wrap or draw lots.

A mail is stored once and sent to many: the e-mail channel only replaces placeholders in it. So the bytes
must be the same each time (a boundary from a hash, a given date), no placeholder may be broken by a line
end, and List-Unsubscribe stays on one line, as its signature may not survive folding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr
from hashlib import sha256

from syndicate.domain.errors import ConfigError, DeliveryReason, Permanent
from syndicate.domain.placeholders import MESSAGE_ID, TO, VALUE_NAMES

TOKENS = (TO, MESSAGE_ID, *VALUE_NAMES.values())

QP_LINE = 76
HEADER_LINE = 998

UNIT = re.compile("|".join(map(re.escape, TOKENS)) + r"|.", re.DOTALL)


SENDER = re.compile(r"(?:(?P<name>[^<>]*?) ?<)?(?P<address>[!-;=?A-~]+@[A-Za-z0-9.-]+)>?")

CONTROL = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name ("" for none) and an address for a header."""

    name: str
    address: str

    @classmethod
    def parse(cls, text: str, key: str) -> Mailbox:
        """From "Name <name@example.org>" or "name@example.org"; `key` is where the operator wrote it.

        Raises ConfigError for what is no address or would break a header.
        """
        match = SENDER.fullmatch(text)
        if not match or CONTROL.search(text):
            raise ConfigError(
                key, f"{text!r} is no sender of mail.", hint='Write it as "Name <name@example.org>".'
            )
        return cls((match["name"] or "").strip(' "'), match["address"])

    def header(self, name: str) -> str:
        """The header line of that name, folded where the standard wants it."""
        if self.name.isascii() and len(self.name) <= QP_LINE // 2:
            return f"{name}: {formataddr((self.name, self.address))}"
        return f"{name}: {_encoded_words(name, self.name)}\r\n <{self.address}>"


def text_header(name: str, text: str) -> str:
    """A header of free text: as it is where that is plain and short, else in encoded words (RFC 2047).

    Raises Permanent(CONTENT) for line ends and other control characters: they could add headers.
    """
    if CONTROL.search(text):
        raise Permanent(DeliveryReason.CONTENT, f"The {name} of a mail holds a control character: {text!r}.")
    line = f"{name}: {text}"
    if text.isascii() and len(line) <= QP_LINE and "=?" not in text and text == text.strip():
        return line
    return f"{name}: {_encoded_words(name, text)}"


def _encoded_words(name: str, text: str) -> str:
    return Header(text, "utf-8", maxlinelen=QP_LINE - 1, header_name=name).encode(linesep="\r\n")


def compose(headers: Sequence[str], text: str, html: str) -> bytes:
    """The mail: these header lines, then the text and the HTML as two forms of the same, ASCII and CRLF.

    Raises Permanent(CONTENT) when a placeholder did not come through whole or a line is too long.
    """
    boundary = "=_" + sha256("\0".join((*headers, text, html)).encode()).hexdigest()[:40]
    lines = [
        *headers,
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
        f"--{boundary}",
        *_part("plain", text),
        f"--{boundary}",
        *_part("html", html),
        f"--{boundary}--",
        "",
    ]
    payload = "\r\n".join(lines).encode("ascii")
    _check(payload, "".join((*headers, text, html)))
    return payload


def _part(subtype: str, body: str) -> list[str]:
    return [
        f'Content-Type: text/{subtype}; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        *(piece for line in body.split("\n") for piece in quoted_printable(line)),
    ]


def quoted_printable(line: str) -> list[str]:
    """One line of text in lines of quoted-printable (RFC 2045), 76 characters each at most.

    Soft line ends fall between characters and never inside a placeholder, which the standard library's
    encoder breaks.
    """
    lines, current = [], ""
    for unit in UNIT.findall(line):
        encoded = _encoded(unit)
        if len(current) + len(encoded) >= QP_LINE:
            lines.append(current + "=")
            current = ""
        current += encoded
    if current.endswith(" "):  # space at the end of a line does not survive the way
        current = current[:-1] + "=20"
    return [*lines, current]


def _encoded(unit: str) -> str:
    if len(unit) > 1 or unit == " " or ("!" <= unit <= "~" and unit != "="):
        return unit
    return "".join(f"={byte:02X}" for byte in unit.encode())


def _check(payload: bytes, source: str) -> None:
    for token in TOKENS:
        if payload.count(token.encode()) != source.count(token):
            raise Permanent(DeliveryReason.CONTENT, f"The placeholder {token} was broken in a mail.")
    longest = max(map(len, payload.split(b"\r\n")))
    if longest > HEADER_LINE:
        raise Permanent(
            DeliveryReason.CONTENT,
            f"A mail has a line of {longest} characters, {HEADER_LINE} are allowed.",
            hint="Shorten base_url in [site].",
        )
