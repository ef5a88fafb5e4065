"""The form of addresses and the numbers that may not be asked; pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.addresses import check_url, denied


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://Example.ORG/Side?a=1", "https://example.org/Side?a=1"),
        ("https://example.org/side#afsnit-3", "https://example.org/side"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://æblehaven.example/råd", "https://xn--blehaven-i0a.example/r%C3%A5d"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("  https://example.org/  ", "https://example.org/"),
        ("https://example.org/a@b", "https://example.org/a@b"),
    ],
)
def test_an_address_has_one_spelling(url: str, sent: str) -> None:
    assert check_url(url).url == sent
    assert check_url(sent).url == sent


def test_an_address_knows_its_parts() -> None:
    plain = check_url("http://example.org/x")
    assert (plain.scheme, plain.host, plain.port) == plain.origin == ("http", "example.org", 80)
    assert check_url("https://example.org./").origin == ("https", "example.org", 443)
    assert check_url("http://[::1]:81/").origin == ("http", "::1", 81)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org/",
        "http://",
        "http:///path",
        "http://?q",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "FILE:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org:70/_x",
        "data:text/html,hej",
        "javascript:alert(1)",
        "jar:http://example.org!/x",
        "source:file:///etc/passwd",
        "view-source:http://example.org/",
        "http+unix://%2Ftmp%2Fsocket/",
        "httpx://example.org/",
        "http:example.org",
        "http:/example.org",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "http://:@example.org/",
        "http://example.org@127.0.0.1/",
        "http://inside\\@example.org/",
        "http://example.org\\.inside/",
        "http:\\\\example.org/",
        "http://example.org/a b",
        "http://example.org/\x00",
        "http://example.org/\r\nHost: inside",
        "http://exam\tple.org/",
        "http://example.org\n/",
        "http://127%2e0%2e0%2e1/",
        "http://[fe80::1%25eth0]/",
        "http://[::1",
        "http://[::g]/",
        "http://example.org:99999/",
        "http://example.org:x/",
        "http://example.org:-1/",
        "http://*.example.org/",
        "http://①②⑦.⓪.⓪.①/",
    ],
)
def test_a_strange_address_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_url(url)
    assert caught.value.reason is FetchReason.BAD_ADDRESS
    assert caught.value.hint


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(FetchError) as caught:
        check_url("https://operator:hemmeligt@example.org/side")
    assert "hemmeligt" not in str(caught.value)
    assert "hemmeligt" not in caught.value.url
    assert "example.org/side" in str(caught.value)


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_fetch_error(text: str) -> None:
    for url in (text, f"http://{text}", f"https://example.org/{text}"):
        try:
            address = check_url(url)
        except FetchError:
            continue
        assert address.scheme in ("http", "https")
        assert address.host
        assert "@" not in address.url.split("/")[2]


INSIDE = [
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:c0a8:101",
]
NOWHERE = [
    "0.0.0.0",
    "0.1.2.3",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2620:4f:8000::1",
    "3fff::1",
    "4000::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "example.org",
    "127.1",
    "0x7f.0.0.1",
    "2130706433",
    "1.2.3.4.5",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "168.63.129.15",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
]


@pytest.mark.parametrize("ip", INSIDE)
def test_an_inside_address_is_denied_unless_the_source_is_allowed_in(ip: str) -> None:
    assert denied(ip)
    assert denied(ip, allow_private=True) is None


@pytest.mark.parametrize("ip", NOWHERE)
def test_a_special_address_is_denied_to_everyone(ip: str) -> None:
    assert denied(ip)
    assert denied(ip, allow_private=True)


@pytest.mark.parametrize("ip", OUTSIDE)
def test_a_public_address_is_allowed(ip: str) -> None:
    assert denied(ip) is None
    assert denied(ip, allow_private=True) is None


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_the_same_when_it_is_mapped_into_ipv6(ip: object) -> None:
    assert denied(f"::ffff:{ip}") == denied(str(ip))


@given(st.ip_addresses())
def test_whatever_python_calls_private_is_denied(ip: object) -> None:
    # Python's own list is not enough (see the module), but nothing on it may be missing from ours.
    if getattr(ip, "is_private", False) or getattr(ip, "is_multicast", False):
        assert denied(str(ip))
