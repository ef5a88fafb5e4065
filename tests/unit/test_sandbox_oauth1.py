"""OAuth 1.0a from the server's side, against the worked examples of RFC 5849."""

from __future__ import annotations

import base64

import pytest

from syndicate.sandbox.networks.oauth1 import (
    BadSignature,
    Secrets,
    Verifier,
    base_string,
    parse_header,
    sign,
)

URL = "http://photos.example.net/photos"
QUERY = [("file", "vacation.jpg"), ("size", "original")]
SECRETS = Secrets("dpf43f3p2l4k3l03", "kd94hf93k423kf44", "nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")
SIGNED = {  # RFC 5849 §1.2
    "realm": "Photos",
    "oauth_consumer_key": "dpf43f3p2l4k3l03",
    "oauth_token": "nnch734d00sl2jdk",
    "oauth_signature_method": "HMAC-SHA1",
    "oauth_timestamp": "137131202",
    "oauth_nonce": "chapoH",
    "oauth_signature": "MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D",
}
NOW = 137131202.0


def header(**changes: str | None) -> str:
    pairs = {name: value for name, value in (SIGNED | changes).items() if value is not None}
    return "OAuth " + ",\n    ".join(f'{name}="{value}"' for name, value in pairs.items())


def check(verifier: Verifier | None = None, *, authorization: str = "", now: float = NOW) -> None:
    (verifier or Verifier(SECRETS)).check("GET", URL, QUERY, authorization or header(), now)


def test_accepts_the_signature_of_the_specification() -> None:
    check()


def test_builds_the_base_string_of_the_specification() -> None:
    # RFC 5849 §3.4.1.1, with its parameters in an order of their own
    parameters = [
        ("b5", "=%3D"), ("a3", "a"), ("c@", ""), ("a2", "r b"), ("c2", ""), ("a3", "2 q"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"), ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
    ]  # fmt: skip
    assert base_string("post", "http://EXAMPLE.com:80/request", parameters) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b"
        "5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26o"
        "auth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1"
        "37131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


def test_keeps_a_port_that_is_not_the_default() -> None:
    assert "127.0.0.1%3A8025%2Fx" in base_string("GET", "http://127.0.0.1:8025/x", [])


def test_signs_with_encoded_secrets() -> None:
    # hand-computed: HMAC-SHA1 with the key "a%20b&c%26d" over "base"
    import hashlib
    import hmac

    expected = hmac.new(b"a%20b&c%26d", b"base", hashlib.sha1).digest()
    assert sign("base", Secrets("", "a b", "", "c&d")) == expected


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"oauth_signature": "MdpQcU8iPSUjWoN%2FUDMsK2sui9A%3D"}, "does not fit"),
        ({"oauth_signature": "no base64!"}, "Base64"),
        ({"oauth_nonce": "other"}, "does not fit"),
        ({"oauth_nonce": None}, "missing: oauth_nonce"),
        ({"oauth_timestamp": "soon"}, "five minutes"),
        ({"oauth_token": "other"}, "unknown"),
        ({"oauth_consumer_key": "other"}, "unknown"),
        ({"oauth_signature_method": "PLAINTEXT"}, "HMAC-SHA1"),
        ({"oauth_version": "2.0"}, "oauth_version"),
        ({"extra": "1"}, "does not fit"),
    ],
)
def test_refuses_what_was_tampered_with(changes: dict[str, str | None], why: str) -> None:
    with pytest.raises(BadSignature, match=why):
        check(authorization=header(**changes))


def test_refuses_another_query() -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        Verifier(SECRETS).check("GET", URL, [("file", "vacation.jpg")], header(), NOW)


@pytest.mark.parametrize("late", [-301, 301])
def test_refuses_a_time_outside_the_window(late: int) -> None:
    with pytest.raises(BadSignature, match="five minutes"):
        check(now=NOW + late)


def test_refuses_a_nonce_that_was_used_before() -> None:
    verifier = Verifier(SECRETS)
    check(verifier)
    with pytest.raises(BadSignature, match="nonce"):
        check(verifier)


@pytest.mark.parametrize("text", ["", "Bearer abc", "OAuth a=b", 'OAuth a="1", a="2"'])
def test_refuses_headers_that_it_cannot_read(text: str) -> None:
    with pytest.raises(BadSignature):
        parse_header(text)


def test_the_signature_is_twenty_octets() -> None:
    assert len(base64.b64decode("MdpQcU8iPSUjWoN/UDMsK2sui9I=")) == 20
