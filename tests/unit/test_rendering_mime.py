"""A mail as bytes: small enough lines, whole placeholders, headers that read back."""

from __future__ import annotations

import quopri
import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.errors import ConfigError, Permanent
from syndicate.domain.placeholders import MESSAGE_ID, PREFERENCES, TO, UNSUBSCRIBE
from syndicate.rendering.mime import Mailbox, compose, quoted_printable, text_header

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map(str.strip)


def read(payload: bytes) -> EmailMessage:
    message = message_from_bytes(payload, policy=default)
    assert not message.defects
    return message


def parts(payload: bytes) -> list[str]:
    return [part.get_content().replace("\r\n", "\n") for part in read(payload).iter_parts()]


class TestQuotedPrintable:
    @given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
    def test_it_reads_back_in_lines_of_76(self, text: str) -> None:
        lines = quoted_printable(text)

        assert quopri.decodestring("\r\n".join(lines).encode("ascii")).decode() == text
        assert all(len(line) <= 76 for line in lines)
        assert not any(line.endswith((" ", "\t")) for line in lines)

    @given(st.integers(0, 200), st.sampled_from([UNSUBSCRIBE, PREFERENCES, TO]))
    def test_no_line_end_falls_into_a_placeholder(self, before: int, token: str) -> None:
        lines = quoted_printable(f"https://{'x' * before}/{token}/tail=")

        assert sum(line.count(token) for line in lines) == 1

    def test_danish_letters_stay_together(self) -> None:
        for indent in range(80):
            lines = quoted_printable(" " * indent + "æøå" * 30)
            assert all(re.fullmatch(r" *(=C3=[0-9A-F]{2})*=?", line) for line in lines)


class TestHeaders:
    @given(PRINTABLE)
    def test_a_subject_reads_back(self, text: str) -> None:
        line = text_header("Subject", text)

        message = read(f"{line}\r\n\r\n".encode("ascii"))
        assert message["Subject"] == text
        assert all(len(part) <= 76 for part in line.split("\r\n"))

    def test_encoded_words_are_at_most_75_long(self) -> None:
        line = text_header("Subject", "Anbefaling 3 er skærpet: »bør« er blevet til »skal« " * 5)

        words = re.findall(r"=\?utf-8\?[bq]\?[^? ]+\?=", line)
        assert len(words) > 3
        assert all(len(word) <= 75 for word in words)

    def test_plain_text_stays_plain(self) -> None:
        assert text_header("Subject", "Recommendation 3") == "Subject: Recommendation 3"

    @pytest.mark.parametrize("text", ["a\r\nBcc: x@example.org", "a\nb", "a\rb", "a\x00b"])
    def test_no_header_can_be_added(self, text: str) -> None:
        with pytest.raises(Permanent, match="control character"):
            text_header("Subject", text)


class TestMailbox:
    @pytest.mark.parametrize(
        ("text", "name", "address"),
        [
            ("nyt@example.org", "", "nyt@example.org"),
            ("<nyt@example.org>", "", "nyt@example.org"),
            ("Nyt <nyt@example.org>", "Nyt", "nyt@example.org"),
            ('"Nyt, alle" <nyt@example.org>', "Nyt, alle", "nyt@example.org"),
            (
                "Foreningen for Åben Rådgivning <nyt@example.org>",
                "Foreningen for Åben Rådgivning",
                "nyt@example.org",
            ),
        ],
    )
    def test_it_reads_and_writes(self, text: str, name: str, address: str) -> None:
        mailbox = Mailbox.parse(text, "channels.email.sender")
        line = mailbox.header("From")

        (seen,) = read(f"{line}\r\n\r\n".encode("ascii"))["From"].addresses
        assert (seen.display_name, seen.addr_spec) == (name, address) == (mailbox.name, mailbox.address)

    @pytest.mark.parametrize("name", ["A, B", "Ålborg " * 20, "x" * 70 + ", Ltd.", 'say "a"', "a\\b"])
    def test_a_name_of_any_sort_reads_back(self, name: str) -> None:
        line = Mailbox(name.strip(), "nyt@example.org").header("From")

        # The header parser of Python 3.11 puts a space between encoded words that are none: the older reads.
        shown, address = parseaddr(line.partition(": ")[2].replace("\r\n", ""))
        assert str(make_header(decode_header(shown))) == name.strip()
        assert address == "nyt@example.org"
        assert all(len(part) <= 78 for part in line.split("\r\n"))

    @pytest.mark.parametrize(
        "text", ["", "nyt", "a@b@c", "a@b>\r\nBcc: <x@y", "å@example.org", "a b@example.org"]
    )
    def test_what_is_no_sender_names_the_key(self, text: str) -> None:
        with pytest.raises(ConfigError, match=r"channels\.email\.sender") as caught:
            Mailbox.parse(text, "channels.email.sender")

        assert caught.value.key == "channels.email.sender"


class TestCompose:
    HEADERS = (f"To: {TO}", f"Message-ID: <{MESSAGE_ID}@example.org>", f"X: <https://a/{UNSUBSCRIBE}>")

    def test_both_forms_read_back(self) -> None:
        text, html = "Æ\n\n=3D .\n.\nFrom x\n-- \n", "<p>ø</p>\n"

        assert parts(compose(self.HEADERS, text, html)) == [text, html]

    @given(PRINTABLE, PRINTABLE)
    def test_any_text_reads_back(self, text: str, html: str) -> None:
        assert parts(compose(self.HEADERS, text, html)) == [text, html]

    def test_it_is_ascii_with_crlf_and_ends_so(self) -> None:
        payload = compose(self.HEADERS, "æ\nø\n", "å")

        assert payload.isascii()
        assert payload.count(b"\n") == payload.count(b"\r\n") == payload.count(b"\r")
        assert payload.endswith(b"--\r\n")

    def test_the_same_gives_the_same_bytes_and_else_another_boundary(self) -> None:
        one, again, other = (compose(self.HEADERS, text, "b") for text in ("a", "a", "c"))

        assert one == again
        assert read(one).get_boundary() != read(other).get_boundary()

    def test_a_boundary_cannot_occur_in_a_part(self) -> None:
        boundary = read(compose(self.HEADERS, "a", "b")).get_boundary()

        assert boundary is not None
        assert boundary.startswith("=_")  # "_" never follows "=" in quoted-printable

    def test_a_line_that_servers_refuse_is_refused_here(self) -> None:
        with pytest.raises(Permanent, match=r"1\d\d\d characters"):
            compose((*self.HEADERS, "X-Long: " + "a" * 1000), "a", "b")
