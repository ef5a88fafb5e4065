"""What a server's reply means: it depends on the code, and as much on the phase in which it came."""

from __future__ import annotations

import re
from enum import StrEnum

from syndicate.domain.errors import DeliveryError, DeliveryReason, Permanent, Transient, Uncertain


class Phase(StrEnum):
    """Where in a conversation something happened. Only from DOT on may the mail have been taken."""

    CONNECT = "connecting"
    TLS = "starting TLS"
    AUTH = "logging in"
    MAIL = "naming the sender"
    RCPT = "naming the recipient"
    DATA = "announcing the message"
    BODY = "sending the message"
    DOT = "the final dot"


BEFORE_MAIL = (Phase.CONNECT, Phase.TLS, Phase.AUTH)
_ENHANCED = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})\b")
_PROTOCOL_CODES = (500, 502, 503, 504)
_NEEDS_LOGIN = (530, 534, 535, 538)
_TOO_BIG = 552

_HINTS = {
    DeliveryReason.ADDRESS: "Ask the reader for an address that works, or end the subscription.",
    DeliveryReason.AUTH: "Check user and password of [channels.email] and their environment variables.",
    DeliveryReason.CONTENT: "Read the server's own words; the same mail would be refused again.",
    DeliveryReason.POLICY: "Settle it with whoever runs the mail server; nothing else is sent until then.",
    DeliveryReason.SERVER: "It is tried again by itself.",
}


def refused(phase: Phase, code: int, text: str) -> DeliveryError:
    """The error for a reply that is not the one hoped for. `text` is the server's, without our secrets."""
    if not 400 <= code < 600:
        return broken(phase, f"the reply ({code}) makes no sense there", answer=text)
    if code < 500:
        whole = code == 421 or phase in BEFORE_MAIL
        return _error(Transient, DeliveryReason.SERVER, phase, code, text, whole)
    reason = _permanent_reason(phase, code, text)
    whole = reason in (DeliveryReason.AUTH, DeliveryReason.POLICY) or phase in BEFORE_MAIL
    return _error(Permanent, reason, phase, code, text, whole)


def broken(phase: Phase, what: str, answer: str = "") -> DeliveryError:
    """The error for a conversation that ended without a reply that counts."""
    if phase is Phase.DOT:
        return Uncertain(
            DeliveryReason.UNKNOWN,
            f"All of the mail was sent, but there is no receipt, so that it may have been taken: {what}.",
            answer=answer,
            hint="The mail server's log knows.",
        )
    return Transient(
        DeliveryReason.NOT_SENT,
        f"The mail was not sent, {phase} failed: {what}.",
        answer=answer,
        whole_destination=phase in BEFORE_MAIL,
        hint=_HINTS[DeliveryReason.SERVER],
    )


def unsupported(phase: Phase) -> DeliveryError:
    """The error for a server that does not offer what the configuration asks for; nothing went in clear."""
    if phase is Phase.AUTH:
        what, hint = "no way to log in that we know", "Use the submission port, or leave out `user`."
    else:
        what, hint = "no STARTTLS", "Use a port that offers it, or smtps://."
    reason = DeliveryReason.AUTH if phase is Phase.AUTH else DeliveryReason.POLICY
    return Permanent(reason, f"The mail server offers {what}.", whole_destination=True, hint=hint)


def unfit(what: str, hint: str) -> DeliveryError:
    """The error for a mail that the server said beforehand it would not take."""
    return Permanent(DeliveryReason.CONTENT, f"The mail cannot be sent: {what}.", hint=hint)


def _permanent_reason(phase: Phase, code: int, text: str) -> DeliveryReason:
    """A refusal is the reader's only where it is about the mailbox; it then ends in a dead address."""
    subject = _subject(text)
    if phase is Phase.AUTH or code in _NEEDS_LOGIN:
        return DeliveryReason.AUTH
    if (
        phase in BEFORE_MAIL
        or subject == 7
        or code in _PROTOCOL_CODES
        or (subject == 5 and phase is not Phase.DOT)
    ):
        return DeliveryReason.POLICY
    if phase is Phase.RCPT or (phase is Phase.DOT and subject in (1, 2)):
        return DeliveryReason.ADDRESS
    if phase is Phase.MAIL and code != _TOO_BIG:
        return DeliveryReason.POLICY
    return DeliveryReason.CONTENT


def _subject(text: str) -> int:
    """The middle number of an enhanced status code (RFC 3463): 1 address, 2 mailbox, 5 protocol, 7 policy."""
    found = _ENHANCED.match(text)
    return int(found.group(2)) if found else 0


def _error(
    kind: type[DeliveryError], reason: DeliveryReason, phase: Phase, code: int, text: str, whole: bool
) -> DeliveryError:
    return kind(
        reason,
        f"The mail server refused the mail: {phase} was answered with {code}.",
        status=code,
        answer=text,
        whole_destination=whole,
        hint=_HINTS[reason],
    )
