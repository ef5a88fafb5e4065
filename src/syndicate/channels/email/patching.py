"""From a stored mail to the mail of one reader: placeholders replaced in the bytes, nothing composed anew."""

from __future__ import annotations

import re
from collections.abc import Mapping

from syndicate.domain.errors import DeliveryReason, InvalidAddress, Permanent
from syndicate.domain.mail_address import normalise
from syndicate.domain.placeholders import MESSAGE_ID, TO, TOKEN_LENGTH, VALUE_NAMES

MAX_LINE = 998
"""Octets of a line without its CRLF (RFC 5322, 2.1.1)."""

_NAMES = (TO, MESSAGE_ID, *VALUE_NAMES.values())
_REMNANTS = tuple(name.rstrip("0").rpartition("@")[2].encode() for name in _NAMES)
"""What gives away a placeholder that was broken by a line end, and so was not replaced."""

_KEY = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(f"[0-9a-f]{{{TOKEN_LENGTH}}}")


def checked_address(address: str) -> str:
    """The address in its ASCII form. Raises Permanent(ADDRESS) where it is not one plain address."""
    try:
        return normalise(address)
    except InvalidAddress:
        raise Permanent(
            DeliveryReason.ADDRESS,
            "The subscriber's address is not one plain e-mail address.",  # not named: errors outlive erasure
            hint="Correct the address of this subscriber.",
        ) from None


def personalise(payload: bytes, address: str, key: str, values: Mapping[str, str]) -> bytes:
    """The mail for one reader.

    `address` is a checked one, `key` the delivery's 32 hex digits; `values` are the reader's tokens by name.
    Raises Permanent(CONTENT) where a placeholder stays, a token is none, or the bytes are not fit for SMTP.
    """
    if not _KEY.fullmatch(key):
        raise _unfit("its key is not 32 hexadecimal digits")
    for name in VALUE_NAMES.keys() & values.keys():
        if not _TOKEN.fullmatch(values[name]):
            raise _unfit(f"its {name} token is not {TOKEN_LENGTH} hexadecimal digits")
    for name, placeholder in (("recipient", TO), ("Message-ID", MESSAGE_ID)):
        if placeholder.encode() not in payload:
            raise _unfit(f"it has no place for its {name}")
    mail = payload
    for name, placeholder in VALUE_NAMES.items():
        if name in values:
            mail = mail.replace(placeholder.encode(), values[name].encode())
    mail = mail.replace(MESSAGE_ID.encode(), key.encode())
    mail = mail.replace(TO.encode(), address.encode())  # last: an address is the one thing that others choose
    _check(mail)
    return mail


def _check(mail: bytes) -> None:
    for remnant in _REMNANTS:
        if remnant in mail:
            raise _unfit(f"the placeholder {remnant.decode()} is not filled, or broken into pieces")
    lines = mail.split(b"\r\n")
    ends = len(lines) - 1
    if lines[-1] or mail.count(b"\r") > ends or mail.count(b"\n") > ends or b"\0" in mail:
        raise _unfit("it has a line that does not end in CRLF, or a NUL")
    if max(map(len, lines)) > MAX_LINE:
        raise _unfit(f"it has a line of more than {MAX_LINE} octets")


def _unfit(what: str) -> Permanent:
    return Permanent(
        DeliveryReason.CONTENT,
        f"The mail cannot be made for this reader: {what}.",
        hint="Render the update again; if the templates are your own, look at them.",
    )
