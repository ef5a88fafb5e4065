"""Which addresses may be asked: the form of a URL, and the numbers that a name leads to. Pure.

The lists are explicit, because `ipaddress.is_global` calls several special ranges global, and differs
between Python versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from requests import PreparedRequest, RequestException
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import Place

Network = IPv4Network | IPv6Network

PORTS = frozenset({80, 443, 8080, 8443})
"""The ports that a public address may be asked on."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_ENCODED_HOST = re.compile(r"^[^/?#]*//[^/?#]*%")
_LOGIN = re.compile(r"//[^/?#]*@")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL that may be asked for, in the one spelling that is sent; without a fragment."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def place(self) -> Place:
        return self.host, self.port


def check_url(url: str) -> Address:
    """The address that `url` means. Raises FetchError(BAD_ADDRESS) unless it is plain http or https.

    Refused are other schemes, a missing host, user names and passwords, backslashes, percent signs in the
    host, white space and control characters: spellings on which two readers of URLs may disagree.
    """
    url = url.strip(" ")
    if _UNSAFE.search(url):
        raise _bad(url, "has white space, a control character or a backslash in it")
    if _ENCODED_HOST.search(url):
        raise _bad(url, "has a percent sign in the host name")
    try:
        request = PreparedRequest()
        request.prepare_url(url, None)
        parts = parse_url(request.url or "")
    except (RequestException, LocationParseError, UnicodeError, ValueError):
        raise _bad(url, "is not an address that can be understood") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise _bad(url, "does not begin with http:// or https://")
    if parts.auth is not None:
        raise _bad(url, "has a user name in it", hint="Use headers_env for a page that asks for a login.")
    host = (parts.host or "").strip("[]").rstrip(".")
    if not host:
        raise _bad(url, "has no host name")
    port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    return Address(parts._replace(fragment=None).url, parts.scheme, host, port)


def _bad(url: str, why: str, *, hint: str = "Check the address in [[sources]].") -> FetchError:
    url = _LOGIN.sub("//…@", url)  # a password belongs in no message
    return FetchError(url, FetchReason.BAD_ADDRESS, f"The address {url!r} {why}.", hint=hint)


def _table(rows: str) -> dict[Network, str]:
    pairs = (row.split(maxsplit=1) for row in rows.strip().splitlines())
    return {ip_network(network): words for network, words in pairs}


_PRIVATE = _table("""
    10.0.0.0/8          a private address
    100.64.0.0/10       a shared address of a provider's network
    127.0.0.0/8         a loopback address
    172.16.0.0/12       a private address
    192.168.0.0/16      a private address
    ::1/128             a loopback address
    fc00::/7            a private address
""")
"""What `allow_private` frees."""

_NEVER = _table("""
    0.0.0.0/8           an unspecified address
    168.63.129.16/32    a cloud provider's own address
    169.254.0.0/16      a link-local address
    192.0.0.0/24        a special address
    192.0.2.0/24        an address for documentation
    192.88.99.0/24      an address of a 6to4 relay
    198.18.0.0/15       an address for measurements
    198.51.100.0/24     an address for documentation
    203.0.113.0/24      an address for documentation
    224.0.0.0/4         a multicast address
    240.0.0.0/4         a reserved address
    2001::/23           a special address
    2001:db8::/32       an address for documentation
    2002::/16           a 6to4 address
    2620:4f:8000::/48   a special address
    3fff::/20           an address for documentation
""")
"""What nothing frees: no page of ours lives there, and a cloud's secrets do."""

_GLOBAL_V6 = ip_network("2000::/3")


def denied(ip: str, *, allow_private: bool = False) -> str | None:
    """What `ip` is, in words ("a loopback address"), if it may not be asked; None if it may.

    An IPv4 address that is mapped into IPv6 is judged as what it is; other translations of IPv4 (NAT64, 6to4,
    Teredo) are denied. `allow_private` frees private, loopback and shared addresses, never link-local ones.
    """
    try:
        address: IPv4Address | IPv6Address = ip_address(ip.partition("%")[0])
    except ValueError:
        return "not an address"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    private = _which(address, _PRIVATE)
    if private is not None:
        return None if allow_private else private
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return "not a public IPv6 address"
    return _which(address, _NEVER)


def _which(address: IPv4Address | IPv6Address, table: dict[Network, str]) -> str | None:
    return next((words for network, words in table.items() if address in network), None)
