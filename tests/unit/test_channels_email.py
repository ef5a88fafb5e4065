"""E-mail: what is patched into a mail, and what each reply means in each phase."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from syndicate.channels import email
from syndicate.channels.email.errors import Phase, broken, refused
from syndicate.domain.errors import DeliveryReason, Permanent, StorageError, Transient, Uncertain
from syndicate.domain.model import Action, HealthState, Message, Prepared, Presence, Receipt, Subject, Target
from syndicate.domain.placeholders import MESSAGE_ID, PREFERENCES, TO, TOKEN_LENGTH, UNSUBSCRIBE
from syndicate.ports import Channel, Outcome
from tests.fakes_api import told
from tests.servers_smtp import DROP, EXTENSIONS, HANG, SmtpServer

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = "0123456789abcdef" * 2
TOKENS = {"unsubscribe": "a" * TOKEN_LENGTH, "preferences": "b" * TOKEN_LENGTH}
MAIL = (
    f"From: Nyt <nyt@example.org>\r\nTo: {TO}\r\nMessage-ID: <{MESSAGE_ID}@example.org>\r\n"
    f"List-Unsubscribe: <https://example.org/unsubscribe/{UNSUBSCRIBE}>\r\n\r\n"
    f"Anbefaling 3\r\n.\r\n..to prikker\r\n/preferences/{PREFERENCES}\r\n"
).encode()


def message(payload: bytes = MAIL) -> Message:
    return Message(Subject.UPDATE, "u1", "email", "", "da", payload)


def reader(address: str = "laeser@example.net", values: Mapping[str, str] = TOKENS) -> Target:
    return Target("s1", address, values)


def channel(port: int = 1, secrets: Mapping[str, str] | None = None, **settings: Any) -> Channel:
    values = {
        "smtp": f"smtp://127.0.0.1:{port}",
        "sender": "Nyt <nyt@example.org>",
        "timeout": 5,
        "receipt_timeout": 5,
    }
    config = email.Config.model_validate(values | settings)
    return email.build(config, secrets or {}, clock=lambda: NOW)


def prepared(address: str = "laeser@example.net", payload: bytes = MAIL, key: str = KEY) -> Prepared:
    return channel().prepare(message(payload), reader(address), key, NOW)


def several(count: int) -> list[Prepared]:
    return [prepared(f"laeser{n}@example.net", key=f"{n:032x}") for n in range(count)]


def send(
    script: Mapping[str, Sequence[str]] | None = None,
    batch: Sequence[Prepared] | None = None,
    extensions: Sequence[str] = EXTENSIONS,
    **settings: Any,
) -> tuple[list[Outcome], list[str], SmtpServer]:
    """Outcomes, committed keys and the server, of a batch (one mail by default)."""
    committed: list[str] = []
    with SmtpServer(script, extensions=extensions) as server:
        out = list(channel(server.port, **settings).send(batch or [prepared()], committed.append))
    return out, committed, server


def verdicts(out: Sequence[Outcome]) -> list[str]:
    return [told(one.error) if one.error else "sent" for one in out]


# --- patching ---------------------------------------------------------------------------------------


def test_a_mail_is_made_for_one_reader() -> None:
    made = prepared()
    text = made.body.decode()
    assert (made.key, made.target, made.address, made.planned_at) == (KEY, "s1", "laeser@example.net", NOW)
    assert "To: laeser@example.net\r\n" in text and f"Message-ID: <{KEY}@example.org>" in text
    assert f"/unsubscribe/{'a' * 48}>" in text and f"/preferences/{'b' * 48}\r\n" in text
    assert "syndicate" not in text
    assert [len(line) for line in text.splitlines()[3:]] == [len(line) for line in MAIL.splitlines()[3:]]


def test_a_domain_is_written_in_ascii() -> None:
    assert prepared("laeser@nærebo.example.dk").address == "laeser@xn--nrebo-sra.example.dk"


@pytest.mark.parametrize(
    "address",
    ["", "no-at", "a@b@c", "læser@x.dk", "a@x.dk\r\nBcc: x@y.dk", "a b@x.dk", "a@\x00b.dk", "<a@b.dk>"],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(Permanent) as caught:
        prepared(address)
    assert caught.value.reason is DeliveryReason.ADDRESS
    assert not address or address not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"unsubscribe": "a" * 48},
        TOKENS | {"unsubscribe": "short"},
        TOKENS | {"preferences": "b" * 46 + "\r\n"},
        TOKENS | {"preferences": UNSUBSCRIBE},
    ],
)
def test_tokens_that_are_missing_or_none_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(Permanent) as caught:
        channel().prepare(message(), reader(values=values), KEY, NOW)
    assert caught.value.reason is DeliveryReason.CONTENT


@pytest.mark.parametrize(
    "payload",
    [
        MAIL.replace(b"\r\n", b"\n"),
        MAIL + b"\r",
        MAIL + b"a\nb\r\n",
        MAIL + b"\x00\r\n",
        MAIL + b"x" * 999 + b"\r\n",
        MAIL + b"no end of line",
        MAIL + f"{UNSUBSCRIBE[:30]}=\r\n{UNSUBSCRIBE[30:]}\r\n".encode(),
        MAIL + f"{TO[:20]}=\r\n".encode() + b"placeholder.invalid syndicate-placeholder.invalid\r\n",
    ],
)
def test_bytes_that_are_not_fit_for_smtp_are_refused(payload: bytes) -> None:
    with pytest.raises(Permanent) as caught:
        prepared(payload=payload)
    assert caught.value.reason is DeliveryReason.CONTENT


def test_a_line_of_998_octets_is_fit() -> None:
    assert prepared(payload=MAIL + b"x" * 998 + b"\r\n")


@pytest.mark.parametrize("key", ["", "x" * 32, "a" * 31, KEY.upper()])
def test_a_key_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(Permanent):
        prepared(key=key)


# --- a good conversation ----------------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_prepared_and_is_committed_before_the_dot() -> None:
    out, committed, server = send()
    assert server.data == [prepared().body]
    assert (server.mails[0].sender, server.mails[0].recipient) == ("nyt@example.org", "laeser@example.net")
    assert out == [
        Outcome(KEY, Receipt("2.0.0 Ok: queued as A1B2C3", "", NOW, 250, "2.0.0 Ok: queued as A1B2C3"))
    ]
    assert committed == [KEY]
    assert server.commands[0] == "ehlo example.org" and server.commands[-1] == "QUIT"


def test_one_connection_carries_a_batch_of_single_transactions() -> None:
    out, committed, server = send(batch=several(5))
    assert verdicts(out) == ["sent"] * 5 and server.connections == 1
    assert [mail.recipient for mail in server.mails] == [f"laeser{n}@example.net" for n in range(5)]
    assert committed == [f"{n:032x}" for n in range(5)]


def test_outcomes_come_one_by_one() -> None:
    with SmtpServer() as server:
        out = channel(server.port).send(several(2), lambda key: None)
        next(out)
        assert len(server.mails) == 1
        assert len(list(out)) == 1


def test_a_reply_may_come_one_byte_at_a_time() -> None:
    with SmtpServer(one_byte_at_a_time=True) as server:
        assert verdicts(list(channel(server.port).send([prepared()], lambda key: None))) == ["sent"]


def test_the_size_and_eight_bits_are_announced_where_they_are_offered() -> None:
    payload = MAIL + "æøå\r\n".encode()
    size = len(prepared(payload=payload).body)
    _, _, server = send(batch=[prepared(payload=payload)])
    assert f"mail FROM:<nyt@example.org> size={size} body=8BITMIME".lower() in [
        c.lower() for c in server.commands
    ]
    _, _, plain = send(extensions=["HELP"])
    assert "mail from:<nyt@example.org>" in [c.lower() for c in plain.commands]


def test_what_a_server_says_it_does_not_take_is_not_tried() -> None:
    big, _, server = send(extensions=["SIZE 100"])
    assert verdicts(big) == ["Permanent content message"] and not server.mails
    eight, committed, _ = send(batch=[prepared(payload=MAIL + "ø\r\n".encode())], extensions=["SIZE 0"])
    assert verdicts(eight) == ["Permanent content message"] and not committed


def test_an_old_server_without_extensions_is_good_enough() -> None:
    out, _, server = send({"EHLO": ["502 5.5.1 what?"]})
    assert verdicts(out) == ["sent"] and server.mails


# --- a bad one --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({"CONNECT": [DROP]}, "Transient not-sent destination"),
        ({"CONNECT": ["421 4.3.2 going down"]}, "Transient server destination"),
        ({"CONNECT": ["554 5.3.2 no mail here"]}, "Permanent policy destination"),
        ({"CONNECT": ["nonsense"]}, "Transient not-sent destination"),
        ({"EHLO": [DROP]}, "Transient not-sent destination"),
        ({"MAIL": ["452 4.3.1 full"]}, "Transient server message"),
        ({"MAIL": ["421 4.7.0 later"]}, "Transient server destination"),
        ({"MAIL": ["550 5.7.1 not you"]}, "Permanent policy destination"),
        ({"MAIL": ["530 5.7.0 log in first"]}, "Permanent auth destination"),
        ({"MAIL": ["552 5.3.4 too big"]}, "Permanent content message"),
        ({"MAIL": [DROP]}, "Transient not-sent message"),
        ({"RCPT": ["451 4.7.1 greylisted"]}, "Transient server message"),
        ({"RCPT": ["550 5.1.1 no such user"]}, "Permanent address message"),
        ({"RCPT": ["550 5.7.1 relaying denied"]}, "Permanent policy destination"),
        ({"RCPT": ["503 5.5.1 sequence"]}, "Permanent policy destination"),
        ({"RCPT": ["550 gone"]}, "Permanent address message"),
        ({"RCPT": [DROP]}, "Transient not-sent message"),
        ({"DATA": ["451 4.3.0 not now"]}, "Transient server message"),
        ({"DATA": ["554 5.6.0 no"]}, "Permanent content message"),
        ({"DATA": ["250 what?"]}, "Transient not-sent message"),
        ({"DATA": [DROP]}, "Transient not-sent message"),
        ({"DOT": ["451 4.3.0 not now"]}, "Transient server message"),
        ({"DOT": ["421 4.3.0 going down"]}, "Transient server destination"),
        ({"DOT": ["554 5.6.0 no"]}, "Permanent content message"),
        ({"DOT": ["550 5.7.1 looks like spam"]}, "Permanent policy destination"),
        ({"DOT": ["550 5.1.1 no such user after all"]}, "Permanent address message"),
        ({"DOT": [DROP]}, "Uncertain unknown message"),
        ({"DOT": ["nonsense"]}, "Uncertain unknown message"),
        ({"DOT": ["354 go on"]}, "Uncertain unknown message"),
        ({"DOT": ["250 " + "x" * 10_000]}, "Uncertain unknown message"),
    ],
)
def test_a_refusal_is_told_by_code_and_phase(script: dict[str, list[str]], expected: str) -> None:
    out, committed, _ = send(script)
    assert verdicts(out) == [expected]
    assert bool(committed) == ("DOT" in script)


@pytest.mark.parametrize("phase", ["CONNECT", "MAIL", "RCPT", "DATA"])
def test_a_silent_server_took_nothing_before_the_dot(phase: str) -> None:
    out, committed, _ = send({phase: [HANG]}, timeout=1.0)
    assert isinstance(out[0].error, Transient) and out[0].error.reason is DeliveryReason.NOT_SENT
    assert not committed


def test_a_server_that_is_silent_after_the_dot_may_have_taken_the_mail() -> None:
    out, _, server = send({"DOT": [HANG]}, receipt_timeout=0.2)
    assert isinstance(out[0].error, Uncertain) and len(server.mails) == 1


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("552 5.3.4 too much", "Permanent content message"),
        ("421 4.3.2 going down", "Transient server destination"),
        (DROP, "Transient not-sent message"),
    ],
)
def test_a_server_that_refuses_or_leaves_before_the_dot_took_nothing(step: str, expected: str) -> None:
    with SmtpServer({"BODY": [step]}) as server:

        def slow_commit(key: str) -> None:
            assert server.left.wait(10)

        assert verdicts(list(channel(server.port).send([prepared()], slow_commit))) == [expected]
    assert not server.mails


def test_nobody_listens() -> None:
    with SmtpServer() as server:
        port = server.port
    committed: list[str] = []
    out = list(channel(port).send(several(2), committed.append))
    assert verdicts(out) == ["Transient not-sent destination"] * 2 and not committed


# --- the rest of the batch --------------------------------------------------------------------------


def test_one_refused_reader_leaves_the_others_alone() -> None:
    out, committed, server = send({"RCPT": ["550 5.1.1 no", "451 4.2.1 later"]}, batch=several(4))
    assert verdicts(out) == ["Permanent address message", "Transient server message", "sent", "sent"]
    assert server.connections == 1 and server.commands.count("rset") == 2
    assert committed == [f"{n:032x}" for n in (2, 3)]


def test_the_connection_is_left_where_a_reset_fails() -> None:
    for reset in ("500 what?", DROP):
        out, _, server = send({"RCPT": ["550 5.1.1 no"], "RSET": [reset]}, batch=several(2))
        assert verdicts(out) == ["Permanent address message", "sent"] and server.connections == 2


@pytest.mark.parametrize("step", [DROP, "nonsense", "354 go on"])
def test_after_an_uncertain_mail_the_next_goes_over_a_new_connection(step: str) -> None:
    out, _, server = send({"DOT": [step]}, batch=several(2))
    assert verdicts(out) == ["Uncertain unknown message", "sent"] and server.connections == 2


def test_a_refused_mail_leaves_the_connection_as_it_is() -> None:
    out, _, server = send({"DOT": ["554 5.6.0 no"]}, batch=several(2))
    assert verdicts(out) == ["Permanent content message", "sent"] and server.connections == 1


def test_a_server_that_closes_after_some_mails_is_called_again() -> None:
    for closing in (DROP, "421 4.7.0 enough for this connection"):
        out, _, server = send({"MAIL": ["250 fine", closing]}, batch=several(3))
        assert verdicts(out) == ["sent"] * 3 and server.connections == 2
        assert len(server.mails) == 3


def test_what_concerns_the_whole_server_stops_the_batch() -> None:
    out, committed, server = send({"RCPT": ["250 fine", "550 5.7.1 you are blocked"]}, batch=several(4))
    assert verdicts(out) == [
        "sent",
        "Permanent policy destination",
        "Transient not-sent destination",
        "Transient not-sent destination",
    ]
    assert len(server.mails) == 1 and committed == ["0" * 32]
    assert [one.key for one in out] == [f"{n:032x}" for n in range(4)]


def test_a_commit_that_fails_leaves_the_mail_unsent() -> None:
    def full(key: str) -> None:
        raise StorageError("The disk is full.")

    with SmtpServer() as server, pytest.raises(StorageError):
        list(channel(server.port).send([prepared()], full))
    assert not server.mails


def test_a_batch_that_is_not_read_to_its_end_is_hung_up_on_properly() -> None:
    with SmtpServer() as server:
        out = channel(server.port).send(several(3), lambda key: None)
        next(out)
        out.close()  # type: ignore[attr-defined]
    assert server.commands[-1] == "QUIT" and len(server.mails) == 1


def test_a_server_that_does_not_answer_to_quit_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.channels.email.transport.QUIT_TIMEOUT", 0.1)
    out, _, _ = send({"QUIT": [HANG]})
    assert verdicts(out) == ["sent"]


# --- encryption and login ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    today = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + built.public_bytes(pem))
    return path


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


LOGIN: dict[str, Any] = {"user": "nyt", "password_env": "SMTP_PASSWORD"}
SECRETS = {"password": "hemmelig-1"}


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_goes_encrypted_with_a_login(certificate: Path, scheme: str) -> None:
    offered = [*EXTENSIONS, "STARTTLS", "AUTH PLAIN LOGIN"]
    tls = server_tls(certificate)
    with SmtpServer(extensions=offered, tls=tls, tls_at_once=scheme == "smtps") as server:
        sender = channel(
            smtp=f"{scheme}://127.0.0.1:{server.port}", secrets=SECRETS, cafile=str(certificate), **LOGIN
        )
        assert verdicts(list(sender.send(several(2), lambda key: None))) == ["sent", "sent"]
    login = base64.b64encode(b"\0nyt\0hemmelig-1").decode()
    assert f"AUTH PLAIN {login}" in server.commands and server.connections == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_that_nobody_vouches_for_gets_nothing(certificate: Path, scheme: str) -> None:
    offered = [*EXTENSIONS, "STARTTLS", "AUTH PLAIN"]
    tls = server_tls(certificate)
    with SmtpServer(extensions=offered, tls=tls, tls_at_once=scheme == "smtps") as server:
        sender = channel(smtp=f"{scheme}://127.0.0.1:{server.port}", secrets=SECRETS, **LOGIN)
        (out,) = sender.send([prepared()], lambda key: None)
    assert told(out.error) == "Transient not-sent destination" and "certificate" in str(out.error)
    assert not any("AUTH" in command for command in server.commands)


def test_without_starttls_nothing_goes_readable() -> None:
    with SmtpServer(extensions=["AUTH PLAIN"]) as server:
        sender = channel(smtp=f"smtp+starttls://127.0.0.1:{server.port}", secrets=SECRETS, **LOGIN)
        (out,) = sender.send([prepared()], lambda key: None)
    assert told(out.error) == "Permanent policy destination" and "STARTTLS" in str(out.error)
    assert server.commands == ["ehlo example.org"]


@pytest.mark.parametrize(
    ("offered", "script", "expected"),
    [
        ("AUTH PLAIN", {"AUTH": ["535 5.7.8 wrong: AG55dABoZW1tZWxpZy0x"]}, "Permanent auth destination"),
        ("AUTH PLAIN", {"AUTH": ["454 4.7.0 later"]}, "Transient server destination"),
        ("AUTH PLAIN", {"AUTH": [DROP]}, "Transient not-sent destination"),
        ("AUTH X-UNHEARD-OF", {}, "Permanent auth destination"),
        ("HELP", {}, "Permanent auth destination"),
    ],
)
def test_a_login_that_fails_stops_everything(
    offered: str, script: dict[str, list[str]], expected: str
) -> None:
    with SmtpServer(script, extensions=[offered]) as server:
        out = list(channel(server.port, SECRETS, **LOGIN).send(several(2), lambda key: None))
    assert verdicts(out) == [expected, "Transient not-sent destination"]
    for one in out:
        assert one.error is not None
        assert not re.search("hemmelig|AG55dABo", str(one.error) + one.error.answer)


def test_a_missing_password_is_named_by_its_variable() -> None:
    poor = channel(**LOGIN)
    assert poor.health(NOW).state is HealthState.BROKEN and "SMTP_PASSWORD" in poor.health(NOW).detail
    out = list(poor.send(several(2), lambda key: None))
    assert verdicts(out) == ["Permanent auth destination", "Transient not-sent destination"]


def test_a_password_beyond_ascii_is_an_error_and_no_crash() -> None:
    out = list(channel(secrets={"password": "blåbærgrød"}, **LOGIN).send(several(2), lambda key: None))
    assert verdicts(out) == ["Permanent auth destination", "Transient not-sent destination"]
    assert "grød" not in str(out[0].error)


# --- configuration and the rest ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp": "127.0.0.1:25"},
        {"smtp": "smtp://"},
        {"smtp": "http://example.org"},
        {"smtp": "smtp://user:pw@example.org"},
        {"smtp": "smtp://example.org:port"},
        {"smtp": "smtp://example.org:25", **LOGIN},
        {"sender": "Nyt"},
        {"reply_to": "Nyt <nyt@exa mple.org>"},
        {"uncertain": "resend-always"},
        {"timeout": 0},
        {"surprise": 1},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        channel(**wrong)


@pytest.mark.parametrize(
    ("smtp", "state"),
    [
        ("smtp://127.0.0.1", HealthState.OK),
        ("smtp://mail.example.org", HealthState.WARNING),
        ("smtps://mail.example.org", HealthState.OK),
        ("smtp+starttls://mail.example.org", HealthState.OK),
    ],
)
def test_readable_mail_is_warned_of(smtp: str, state: HealthState) -> None:
    assert channel(smtp=smtp).health(NOW).state is state


def test_a_password_never_stands_in_a_representation() -> None:
    from syndicate.channels.email.transport import Relay, Security

    assert "hemmelig" not in repr(Relay("h", 25, Security.NONE, "a@b.dk", "b.dk", "u", "hemmelig"))


def test_smtp_cannot_be_asked_and_a_sent_mail_cannot_be_changed() -> None:
    assert channel().reconcile(prepared()).presence is Presence.UNKNOWN
    receipt = Receipt("queued", "", NOW, 250)
    assert isinstance(channel().amend(receipt, Action.DELETE).error, Permanent)


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("code", [-1, 0, 100, 250, 354, 421, 450, 500, 550, 554, 599, 600, 999])
def test_only_after_the_dot_is_anything_uncertain(phase: Phase, code: int) -> None:
    for error in (refused(phase, code, "words"), broken(phase, "the line was cut")):
        assert isinstance(error, Uncertain) <= (phase is Phase.DOT)
        assert str(error).endswith((".", "it."))
