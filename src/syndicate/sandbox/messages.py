"""Mails: what a careful server checks in them, and what people want to see of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.headerregistry import DateHeader
from email.message import EmailMessage
from html.parser import HTMLParser

_ONCE = (
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "date",
)
_REQUIRED = ("from", "date", "message-id")
_FIELD = re.compile(rb"[\x21-\x39\x3b-\x7e]+:")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")


class BadMessage(Exception):
    """The message breaks a rule of RFC 5322 or of what was agreed on the connection; the text says which."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as people see it."""

    sender: str
    to: str
    subject: str
    text: str
    html: str
    links: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]


def check(data: bytes, *, eight_bit: bool, utf8_headers: bool) -> EmailMessage:
    """The parsed message; `data` has CRLF line ends. Raises BadMessage."""
    head, separator, body = (b"\r\n" + data).partition(b"\r\n\r\n")
    if not separator:
        raise BadMessage("there is no empty line after the headers")
    if b"\0" in data:
        raise BadMessage("it holds a NUL octet")
    if not utf8_headers and not head.isascii():
        raise BadMessage("a header is not ASCII, and SMTPUTF8 was not asked for")
    if not eight_bit and not body.isascii():
        raise BadMessage("the body is not ASCII, and BODY=8BITMIME was not said")
    names = _header_names(head)
    for name in _REQUIRED:
        if name not in names:
            raise BadMessage(f"the header {name.title()} is missing")
    for name in _ONCE:
        if names.count(name) > 1:
            raise BadMessage(f"the header {name.title()} stands there twice")
    return _checked_values(parse(data))


def parse(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def letter(data: bytes) -> Letter:
    """Never fails, whatever the mail holds."""
    message = parse(data)
    text, html = _part(message, "plain"), _part(message, "html")
    links = dict.fromkeys([*_hrefs(html), *_LINK.findall(text)])
    headers = tuple((name, _text(value)) for name, value in message.raw_items())
    found = {name.lower(): value for name, value in headers}
    return Letter(
        sender=found.get("from", ""),
        to=found.get("to", ""),
        subject=found.get("subject", ""),
        text=text,
        html=html,
        links=tuple(links),
        headers=headers,
    )


def subject(message: EmailMessage) -> str:
    return _text(message["subject"] or "")


def _header_names(head: bytes) -> list[str]:
    names: list[str] = []
    for line in head.removeprefix(b"\r\n").split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            if not names or not line.strip():
                raise BadMessage("a header is folded wrongly")
        elif not (field := _FIELD.match(line)):
            raise BadMessage(f"this is no header line: {line[:40]!r}")
        else:
            names.append(field[0][:-1].decode("ascii").lower())
    return names


def _checked_values(message: EmailMessage) -> EmailMessage:
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(message["message-id"]).strip()):
        raise BadMessage("the Message-ID is not <something@domain>")
    date = message["date"]
    if not isinstance(date, DateHeader) or date.datetime is None:
        raise BadMessage("the Date cannot be read")
    if not message["from"].addresses or any(
        "@" not in address.addr_spec for address in message["from"].addresses
    ):
        raise BadMessage("From holds no address")
    return message


def _part(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
        content = part.get_content() if part is not None else ""
    except (LookupError, ValueError, AttributeError):  # an unknown charset, a broken structure
        return ""
    return content if isinstance(content, str) else ""


def _text(value: object) -> str:
    """A header in characters; raw headers may hold octets that are no text."""
    parsed = policy.default.header_factory("subject", str(value).replace("\r", "").replace("\n", ""))
    return str(parsed).encode("utf-8", "replace").decode("utf-8")


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(("http://", "https://")):
            self.found.append(address)


def _hrefs(html: str) -> list[str]:
    parser = _Hrefs()
    parser.feed(html)
    return parser.found
