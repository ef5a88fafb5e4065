"""The syntax of MAIL and RCPT."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.sandbox.envelope import (
    MAIL_PARAMETERS,
    RCPT_PARAMETERS,
    Envelope,
    Refusal,
    check_address,
    read_path,
)


@pytest.mark.parametrize(
    ("rest", "address", "parameters"),
    [
        ("FROM:<a@b.dk>", "a@b.dk", {}),
        ("from:<a@b.dk>", "a@b.dk", {}),
        ("FROM:<>", "", {}),
        ("FROM:<a@b.dk> SIZE=10 body=8bitmime", "a@b.dk", {"SIZE": "10", "BODY": "8bitmime"}),
        ("FROM:<a@b.dk> SMTPUTF8", "a@b.dk", {"SMTPUTF8": ""}),
        ("FROM:<a@b.dk> RET=HDRS ENVID=ab+3Dcd", "a@b.dk", {"RET": "HDRS", "ENVID": "ab+3Dcd"}),
    ],
)
def test_reads_senders(rest: str, address: str, parameters: dict[str, str]) -> None:
    assert read_path(rest, "FROM:", MAIL_PARAMETERS) == (address, parameters)


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("", "501"),
        ("TO:<a@b.dk>", "501"),
        ("FROM: <a@b.dk>", "501"),
        ("FROM:a@b.dk", "501"),
        ("FROM:<a@b.dk", "501"),
        ("FROM:<<a@b.dk>>", "501"),
        ("FROM:<a@b.dk>SIZE=1", "501"),
        ("FROM:<a@b.dk>  SIZE=1", "501"),
        ("FROM:<a@b.dk> SIZE=", "501"),
        ("FROM:<a@b.dk> SIZE=-1", "501"),
        ("FROM:<a@b.dk> SMTPUTF8=1", "501"),
        ("FROM:<a@b.dk> SIZE=1 SIZE=2", "555"),
        ("FROM:<a@b.dk> NOTIFY=NEVER", "555"),
        ("FROM:<a@b.dk> X", "555"),
    ],
)
def test_refuses_other_senders(rest: str, code: str) -> None:
    with pytest.raises(Refusal, match=f"^{code} 5"):
        read_path(rest, "FROM:", MAIL_PARAMETERS)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("NEVER", True),
        ("SUCCESS", True),
        ("failure,delay", True),
        ("FAILURE,DELAY,SUCCESS", True),
        ("NEVER,DELAY", False),
        ("FAILURE,", False),
        ("", False),
        ("ALWAYS", False),
    ],
)
def test_knows_what_can_be_notified(value: str, good: bool) -> None:
    rest = f"TO:<a@b.dk> NOTIFY={value}"
    if good:
        assert read_path(rest, "TO:", RCPT_PARAMETERS)[1] == {"NOTIFY": value}
    else:
        with pytest.raises(Refusal, match="501"):
            read_path(rest, "TO:", RCPT_PARAMETERS)


@pytest.mark.parametrize(
    ("address", "utf8", "good"),
    [
        ("a@b.dk", False, True),
        ("b+token@news.example.org", False, True),
        ("a.b-c_d@x", False, True),
        ("a@[127.0.0.1]", False, True),
        ("æ@b.dk", False, False),
        ("a@bø.dk", False, False),
        ("æ@bø.dk", True, True),
        ("", False, False),
        ("a", False, False),
        ("@b.dk", False, False),
        ("a@", False, False),
        ("a@b@c.dk", False, False),
        ("a b@c.dk", False, False),
        ("a\x00@b.dk", True, False),
        ("a@b..dk", False, False),
        ("a@.dk", False, False),
        ("a" * 65 + "@b.dk", False, False),
        ("a@" + "b" * 260 + ".dk", False, False),
    ],
)
def test_tells_addresses_from_other_texts(address: str, utf8: bool, good: bool) -> None:
    if good:
        check_address(address, utf8=utf8, code="553 5.1.3")
    else:
        with pytest.raises(Refusal, match=r"^553 5"):
            check_address(address, utf8=utf8, code="553 5.1.3")


@pytest.mark.parametrize(
    ("body", "eight_bit"), [("8BITMIME", True), ("8bitmime", True), ("7BIT", False), ("", False)]
)
def test_knows_whether_eight_bits_were_announced(body: str, eight_bit: bool) -> None:
    assert Envelope("", {"BODY": body} if body else {}, []).eight_bit == eight_bit


@given(st.text(max_size=80))
def test_no_text_does_anything_but_be_refused_or_read(text: str) -> None:
    try:
        address, parameters = read_path(f"FROM:{text}", "FROM:", MAIL_PARAMETERS)
    except Refusal as refusal:
        assert str(refusal)[:3] in ("501", "555") and "\r" not in str(refusal) and "\n" not in str(refusal)
    else:
        assert text.startswith(f"<{address}>") and parameters.keys() <= MAIL_PARAMETERS.keys()
