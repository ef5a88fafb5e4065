"""What a careful server refuses in a mail, and what is shown of the mails that it takes."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from syndicate.sandbox.messages import BadMessage, check, letter
from tests.sandboxes import MAIL


def checked(data: bytes, **agreed: bool) -> None:
    check(data, **({"eight_bit": False, "utf8_headers": False} | agreed))


def test_takes_a_sound_mail() -> None:
    checked(MAIL)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"From: Anbefalinger <news@example.org>\r\n", b"", "From is missing"),
        (b"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n", b"", "Date is missing"),
        (b"Message-ID: <1@example.org>\r\n", b"", "Message-Id is missing"),
        (b"<1@example.org>", b"1", "Message-ID is not"),
        (b"Mon, 23 Nov 2026 12:00:00 +0000", b"today", "Date cannot be read"),
        (b"Anbefalinger <news@example.org>", b"Anbefalinger", "From holds no address"),
        (b"To: reader@example.org\r\n", b"To: a@b.dk\r\nTo: c@d.dk\r\n", "To stands there twice"),
        (b"To: reader", b"To reader", "no header line"),
        (b"To: reader", b"T\xc3\xb8: reader", "not ASCII"),
        (b"\r\n\r\nHej\r\n", b"\r\nHej\r\n", "no empty line"),
        (b"Hej", b"Hej \xc3\xb8", "8BITMIME"),
        (b"Hej", b"H\0j", "NUL"),
        (b"From:", b" folded\r\nFrom:", "folded wrongly"),
    ],
)
def test_refuses(old: bytes, new: bytes, words: str) -> None:
    assert old in MAIL
    with pytest.raises(BadMessage, match=words):
        checked(MAIL.replace(old, new))


def test_takes_what_was_agreed_on() -> None:
    checked(MAIL.replace(b"Hej", "Hej ø".encode()), eight_bit=True)
    checked(MAIL.replace(b"To: reader", "To: læser".encode()), utf8_headers=True)


def test_refuses_a_mail_without_body_mark() -> None:
    with pytest.raises(BadMessage, match="no empty line"):
        checked(b"From: a@b.dk\r\n")


def two_part_mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Nævnet <a@b.dk>", "c@d.dk", "Ændret"
    message.set_content("Læs https://example.dk/1.\n")
    message.add_alternative(
        '<p>Læs <a href="https://example.dk/1">her</a>, <a href="https://example.dk/2">der</a>'
        ' <a href="javascript:alert(1)">nej</a></p>',
        subtype="html",
    )
    return message.as_bytes()


def test_shows_both_parts_and_the_links_once() -> None:
    seen = letter(two_part_mail())
    assert (seen.sender, seen.to, seen.subject) == ("Nævnet <a@b.dk>", "c@d.dk", "Ændret")
    assert seen.text == "Læs https://example.dk/1.\n" and "<p>" in seen.html
    assert seen.links == ("https://example.dk/1", "https://example.dk/2")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\nHej",
        b"Content-Type: multipart/mixed\r\n\r\nHej",
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Subject: =?utf-8?b?/////w==?=\r\nFrom: \xff\xfe\r\n\r\n\xff",
        b"Subject: " + b"=?utf-8?q?a?= " * 500 + b"\r\n\r\n",
        b"Content-Type: image/png\r\n\r\n\x89PNG",
    ],
)
def test_shows_something_of_any_mail(data: bytes) -> None:
    seen = letter(data)
    str(seen).encode("utf-8", "strict" if b"\xff" not in data else "replace")
