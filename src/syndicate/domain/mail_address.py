"""E-mail addresses of readers: what is one, and how it is written."""

from __future__ import annotations

import re

from syndicate.domain.errors import InvalidAddress

MAX_LENGTH = 254
"""Octets of a whole address (RFC 5321, 4.5.3.1.3, less the angle brackets)."""

MAX_LOCAL = 64
SINGLE_LABEL = frozenset({"localhost", "example"})
"""Domains without a dot that are let through: they cannot leave the machine, and tests use them."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*", re.ASCII)
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+(?!\d+$){_LABEL}", re.ASCII)

_READ_TWO_WAYS = frozenset("ßς\u200c\u200d")
"""Letters that the two editions of IDNA write differently: the domain could be somebody else's."""


def normalise(address: str) -> str:
    """The address as it is stored and written to: domain in lower case and in its ASCII form.

    Raises InvalidAddress for anything that is not one plain `local@domain`: quoted local parts, address
    literals, comments, several addresses, white space or control characters within.
    """
    local, at, domain = address.strip(" ").rpartition("@")
    if not at or len(local) > MAX_LOCAL or not _LOCAL.fullmatch(local):
        raise InvalidAddress(address)
    domain = _ascii_domain(domain, address)
    if domain not in SINGLE_LABEL and not _DOMAIN.fullmatch(domain):
        raise InvalidAddress(address)
    if len(local) + 1 + len(domain) > MAX_LENGTH:
        raise InvalidAddress(address)
    return f"{local}@{domain}"


def _ascii_domain(domain: str, address: str) -> str:
    if len(domain) > MAX_LENGTH or _READ_TWO_WAYS & set(domain):
        raise InvalidAddress(address)
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise InvalidAddress(address) from None
