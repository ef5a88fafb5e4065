"""The sandbox's SMTP server, by Python's own client and by raw conversations."""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from syndicate import sandbox
from syndicate.sandbox import Ports, Settings
from tests.sandboxes import MAIL, Talk, order

SENDER, READER = "news@example.org", "reader@example.org"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Ports]:
    with sandbox.running(ledger=tmp_path / "ledger.jsonl") as ports:
        yield ports


@pytest.fixture(scope="module")
def stateless_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """One for all tests that leave nothing behind."""
    with sandbox.running(ledger=tmp_path_factory.mktemp("sandbox") / "ledger.jsonl") as ports:
        yield ports


def mails(box: Ports, **query: str) -> list[Any]:
    return list(requests.get(f"{box.url}/api/mails", params=query, timeout=5).json())


def refusals(box: Ports) -> list[str]:
    return [each["reason"] for each in requests.get(f"{box.url}/api/refusals", timeout=5).json()]


def test_keeps_a_mail_byte_for_byte(box: Ports) -> None:
    data = MAIL + b"..\r\n.to prikker\r\n\r\n.\r\n"
    with smtplib.SMTP("127.0.0.1", box.smtp) as client:
        assert client.sendmail(SENDER, [READER], data.decode()) == {}
    (mail,) = mails(box)
    assert mail["subject"] == "Anbefaling 3 er skærpet"
    assert mail["envelope"] == {"from": SENDER, "to": [READER]}
    raw = requests.get(f"{box.url}/api/mails/{mail['id']}.eml", timeout=5)
    assert raw.content == data and raw.headers["content-type"] == "message/rfc822"


def test_offers_what_the_channel_may_use(box: Ports) -> None:
    with smtplib.SMTP("127.0.0.1", box.smtp) as client:
        client.ehlo("client.example.org")
        offers = client.esmtp_features
    assert {"pipelining", "8bitmime", "size", "enhancedstatuscodes", "dsn", "smtputf8"} == offers.keys()
    assert offers["size"] == str(Settings().smtp_size)


def test_takes_pipelined_commands_in_one_write(box: Ports) -> None:
    with Talk(box.smtp) as talk:
        talk.greet()
        envelope = b"MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n" % (SENDER.encode(), READER.encode())
        talk.send(envelope)
        assert [talk.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
        talk.send(MAIL + b".\r\n" + envelope + b"RSET\r\nQUIT\r\n")
        assert [talk.reply()[:3] for _ in range(4)] == ["250", "250", "250", "354"]
        talk.send(b".\r\n")
    assert len(mails(box)) == 1  # the second had no headers: RSET and QUIT were its text


def test_tells_recipients_apart(box: Ports) -> None:
    with smtplib.SMTP("127.0.0.1", box.smtp) as client:
        for reader in ("a@example.org", "b@example.org"):
            client.sendmail(SENDER, [reader], MAIL.decode())
    assert [mail["envelope"]["to"] for mail in mails(box, to="b@example.org")] == [["b@example.org"]]
    first = mails(box)[0]["n"]
    assert len(mails(box, after=str(first))) == 1
    counted = requests.get(f"{box.url}/api/ledger", timeout=5).json()
    assert counted["counts"]["smtp"]["mail"] == 2 and counted["distinct"]["mails"] == 2


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        (["MAIL FROM:<a@b.dk>"], "503"),
        (["EHLO"], "501"),
        (["EHLO c", "RCPT TO:<a@b.dk>"], "503"),
        (["EHLO c", "DATA"], "503"),
        (["EHLO c", "MAIL FROM:<a@b.dk>", "DATA"], "554"),
        (["EHLO c", "MAIL FROM:<a@b.dk>", "MAIL FROM:<a@b.dk>"], "503"),
        (["EHLO c", "MAIL FROM: <a@b.dk>"], "501"),
        (["EHLO c", "MAIL FROM:a@b.dk"], "501"),
        (["EHLO c", "MAIL FROM:<a b@b.dk>"], "553"),
        (["EHLO c", "MAIL FROM:<ab.dk>"], "553"),
        (["EHLO c", "MAIL FROM:<æ@b.dk>"], "553"),
        (["EHLO c", "MAIL FROM:<a@b.dk> FOO=1"], "555"),
        (["EHLO c", "MAIL FROM:<a@b.dk> BODY=9BIT"], "501"),
        (["EHLO c", "MAIL FROM:<a@b.dk> SIZE=99999999999"], "552"),
        (["EHLO c", "MAIL FROM:<>", "RCPT TO:<>"], "553"),
        (["EHLO c", "MAIL FROM:<>", "RCPT TO:<a@b.dk> NOTIFY=NEVER,FAILURE"], "501"),
        (["EHLO c", "MAIL FROM:<>", "RCPT TO:<a@b.dk> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a@b.dk"], "250"),
        (["EHLO c", "MAIL FROM:<æ@b.dk> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=abc"], "250"),
        (["EHLO c", "AUTH PLAIN AGEAYg=="], "503"),
        (["EHLO c", "STARTTLS"], "503"),
        (["EHLO c", "EXPN list"], "500"),
        (["EHLO c", "VRFY a"], "252"),
        (["HELO c", "NOOP"], "250"),
    ],
)
def test_answers_commands(stateless_box: Ports, commands: list[str], code: str) -> None:
    with Talk(stateless_box.smtp) as talk:
        talk.reply()
        answers = [talk.ask(command) for command in commands]
    assert answers[-1].startswith(code), answers


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (MAIL.replace(b"Date:", b"X-Date:") + b".\r\n", "554"),
        (MAIL + b"x" * 998 + b"\r\n.\r\n", "250"),
        (MAIL + b"x" * 999 + b"\r\n.\r\n", "554"),
        (MAIL + "ø".encode() + b"\r\n.\r\n", "554"),
        (b".\r\n", "554"),
        (MAIL + b"lone\nfeed\r\n.\r\n", "521"),
        (MAIL + b"lone\rreturn\r\n.\r\n", "521"),
        (MAIL + b"\n.\r\n", "521"),
        (MAIL + b"x" * 100_000 + b"\r\n.\r\n", "521"),
    ],
)
def test_answers_data(box: Ports, data: bytes, code: str) -> None:
    with Talk(box.smtp) as talk:
        talk.ready_for_data().send(data)
        assert talk.reply().startswith(code)
        if code == "521":
            assert talk.reply() == ""
    assert len(mails(box)) == (code == "250")
    assert bool(refusals(box)) == (code != "250")


def test_takes_eight_bits_when_they_were_announced(box: Ports) -> None:
    with Talk(box.smtp) as talk:
        talk.ready_for_data(f"MAIL FROM:<{SENDER}> BODY=8BITMIME").send(MAIL + "ø\r\n.\r\n".encode())
        assert talk.reply().startswith("250")


def test_hangs_up_on_lines_that_are_no_commands(box: Ports) -> None:
    for line in (b"NOOP\n", b"NO\0OP\r\n", b"\xff\xfe\r\n", b"N" * 5000 + b"\r\n", b"NOOP\rNOOP\r\n"):
        with Talk(box.smtp) as talk:
            talk.greet().send(line)
            assert talk.reply().startswith("500") and talk.reply() == ""


def test_hangs_up_after_too_many_errors(box: Ports) -> None:
    with Talk(box.smtp) as talk:
        talk.greet()
        assert [talk.ask("FOO")[:3] for _ in range(20)] == ["500"] * 20
        assert talk.reply().startswith("421") and talk.reply() == ""


def test_limits_recipients(box: Ports) -> None:
    with Talk(box.smtp) as talk:
        talk.greet()
        talk.ask(f"MAIL FROM:<{SENDER}>")
        codes = [talk.ask(f"RCPT TO:<r{number}@example.org>")[:3] for number in range(101)]
    assert codes == ["250"] * 100 + ["452"]


def test_refuses_a_mail_that_is_larger_than_it_said(tmp_path: Path) -> None:
    with (
        sandbox.running(ledger=tmp_path / "l", settings=Settings(smtp_size=2000)) as box,
        Talk(box.smtp) as talk,
    ):
        talk.ready_for_data().send(MAIL + b"x\r\n" * 1000 + b".\r\n")
        assert talk.reply().startswith("552")
        assert talk.ask("NOOP").startswith("250")
        assert mails(box) == []


# --- AUTH and STARTTLS ---


def test_wants_the_password_that_was_set(tmp_path: Path) -> None:
    settings = Settings(smtp_user="nævnet", smtp_password="adgang")
    with sandbox.running(ledger=tmp_path / "l", settings=settings) as box:
        with Talk(box.smtp) as talk:
            talk.greet()
            assert talk.ask(f"MAIL FROM:<{SENDER}>").startswith("530")
            assert talk.ask("AUTH CRAM-MD5").startswith("504")
            assert talk.ask("AUTH PLAIN ?").startswith("501")
            assert talk.ask("AUTH PLAIN " + base64.b64encode(b"\0a\0b").decode()).startswith("535")
            assert talk.ask("AUTH LOGIN").startswith("334")
            assert talk.ask("*").startswith("501")
            right = base64.b64encode("\0nævnet\0adgang".encode()).decode()
            assert talk.ask("AUTH PLAIN").startswith("334") and talk.ask(right).startswith("235")
            assert talk.ask("AUTH PLAIN " + right).startswith("503")
            assert talk.ask(f"MAIL FROM:<{SENDER}>").startswith("250")
        with Talk(box.smtp) as talk:
            talk.greet()
            talk.ask("AUTH LOGIN")
            talk.ask(base64.b64encode("nævnet".encode()).decode())
            assert talk.ask(base64.b64encode(b"adgang").decode()).startswith("235")
        order(box.url, "smtp", "535_auth")
        with Talk(box.smtp) as talk:
            talk.greet()
            assert talk.ask("AUTH PLAIN " + right).startswith("535")


@pytest.fixture
def tls_settings(tmp_path: Path) -> Settings:
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "certificate.pem", tmp_path / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return Settings(smtp_certificate=pem, smtp_certificate_key=secret, smtp_user="a", smtp_password="b")


def test_encrypts_and_only_then_asks_for_passwords(tmp_path: Path, tls_settings: Settings) -> None:
    with sandbox.running(ledger=tmp_path / "l", settings=tls_settings) as box:
        with smtplib.SMTP("127.0.0.1", box.smtp) as client:
            client.ehlo("c")
            assert not client.has_extn("auth") and client.has_extn("starttls")
            client.starttls(context=ssl.create_default_context(cafile=tls_settings.smtp_certificate))
            client.ehlo("c")
            assert client.has_extn("auth") and not client.has_extn("starttls")
            client.login("a", "b")
            client.sendmail(SENDER, [READER], MAIL.decode())
        assert len(mails(box)) == 1


def test_takes_nothing_that_was_slipped_in_before_encryption(tmp_path: Path, tls_settings: Settings) -> None:
    with sandbox.running(ledger=tmp_path / "l", settings=tls_settings) as box, Talk(box.smtp) as talk:
        talk.greet().send(b"STARTTLS\r\nEHLO attacker\r\n")
        assert talk.reply().startswith("503") and talk.reply() == ""


# --- faults ---


@pytest.mark.parametrize(
    ("fault", "code", "goes_on"),
    [("421_mail", "421", False), ("452_mail", "452", True)],
)
def test_faults_at_mail(box: Ports, fault: str, code: str, goes_on: bool) -> None:
    order(box.url, "smtp", fault)
    with Talk(box.smtp) as talk:
        talk.greet()
        assert talk.ask(f"MAIL FROM:<{SENDER}>").startswith(code)
        assert talk.ask("NOOP").startswith("250") if goes_on else talk.reply() == ""


@pytest.mark.parametrize(("fault", "code"), [("451_rcpt", "451"), ("550_rcpt", "550")])
def test_faults_at_rcpt(box: Ports, fault: str, code: str) -> None:
    order(box.url, "smtp", fault)
    with Talk(box.smtp) as talk:
        talk.greet()
        talk.ask(f"MAIL FROM:<{SENDER}>")
        assert talk.ask(f"RCPT TO:<{READER}>").startswith(code)
        assert talk.ask(f"RCPT TO:<{READER}>").startswith("250")


@pytest.mark.parametrize(("fault", "code"), [("451_dot", "451"), ("554_dot", "554")])
def test_faults_in_answer_to_the_dot(box: Ports, fault: str, code: str) -> None:
    order(box.url, "smtp", fault)
    with Talk(box.smtp) as talk:
        talk.ready_for_data().send(MAIL + b".\r\n")
        assert talk.reply().startswith(code)
    assert mails(box) == []


def broken_off(talk: Talk) -> bool:
    try:
        return talk.reply() == ""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(("fault", "kept"), [("drop_after_dot", 1), ("drop_before_dot", 0)])
def test_drops(box: Ports, fault: str, kept: int) -> None:
    order(box.url, "smtp", fault)
    with Talk(box.smtp) as talk:
        talk.ready_for_data().send(MAIL + b".\r\n")
        assert broken_off(talk)
    assert len(mails(box)) == kept


def test_hangs_after_the_dot_with_the_mail_kept(box: Ports) -> None:
    order(box.url, "smtp", "hang_after_dot")
    with Talk(box.smtp) as talk:
        talk.ready_for_data().send(MAIL + b".\r\n")
        talk.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            talk.reply()
    assert len(mails(box)) == 1


def test_says_nothing_at_all(box: Ports) -> None:
    order(box.url, "smtp", "mute")
    with Talk(box.smtp) as talk:
        talk.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            talk.reply()
    with Talk(box.smtp) as talk:
        assert talk.reply().startswith("220")
