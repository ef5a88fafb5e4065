"""SMTP envelopes: the syntax of MAIL and RCPT, with the parameters that were offered."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"[^\s<>@\x00-\x1f\x7f]{1,64}@(?:[\w-]+(?:\.[\w-]+)*|\[[\da-fA-F.:]+\])")
_PATH = re.compile(r"<([^<>]*)>((?: [^ ]+)*)")
MAIL_PARAMETERS = {
    "SIZE": r"[0-9]{1,20}",
    "BODY": r"(?i:7BIT|8BITMIME)",
    "SMTPUTF8": r"",
    "RET": r"(?i:FULL|HDRS)",
    "ENVID": r"[!-<>-~]{1,100}",
    "AUTH": r"[!-~]+",
}
RCPT_PARAMETERS = {
    "NOTIFY": r"(?i:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*)",
    "ORCPT": r"[!-~]{1,500}",
}


class Refusal(Exception):
    """A command is refused; the text is the reply line."""


@dataclass(slots=True)
class Envelope:
    """Who sends to whom, as said before DATA."""

    sender: str
    parameters: dict[str, str]
    recipients: list[dict[str, object]]

    @property
    def eight_bit(self) -> bool:
        return self.parameters.get("BODY", "").upper() == "8BITMIME"


def read_path(rest: str, word: str, known: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The address between the angle brackets, and the parameters behind it."""
    match = _PATH.fullmatch(rest[len(word) :]) if rest.upper().startswith(word) else None
    if not match:
        raise Refusal(f"501 5.5.4 Syntax: {word}<address> [parameters]")
    parameters: dict[str, str] = {}
    for item in match[2].split():
        name, _, value = item.partition("=")
        if name.upper() not in known or name.upper() in parameters:
            raise Refusal(f"555 5.5.4 Parameter not recognised: {name[:20]}")
        if not re.fullmatch(known[name.upper()], value):
            raise Refusal(f"501 5.5.4 Bad value of {name.upper()}")
        parameters[name.upper()] = value
    return match[1], parameters


def check_address(address: str, *, utf8: bool, code: str) -> None:
    if not _ADDRESS.fullmatch(address) or len(address) > 254:
        raise Refusal(f"{code} This is no address")
    if not utf8 and not address.isascii():
        raise Refusal(f"{code[:3]} 5.6.7 The address needs SMTPUTF8")
