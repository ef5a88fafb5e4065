"""What networks refuse, in the words of this project."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.domain.errors import DeliveryError, DeliveryReason, Permanent, Transient, Uncertain


@dataclass(frozen=True, slots=True)
class Refusal:
    """A class of refusal, the same for all networks. `what` follows the network's name in a sentence."""

    error: type[DeliveryError]
    reason: DeliveryReason
    what: str
    hint: str = ""
    whole_destination: bool = False


RATE = Refusal(
    Transient,
    DeliveryReason.RATE,
    "asks to slow down",
    "Sending goes on by itself.",
    whole_destination=True,
)
PAID_CAP = Refusal(
    Permanent,
    DeliveryReason.PAID_CAP,
    "has no paid calls left for this account",
    "Raise the cap with the network.",
    whole_destination=True,
)
AUTH = Refusal(
    Permanent,
    DeliveryReason.AUTH,
    "does not accept the token",
    "Make a new token, put it into the environment and start again.",
    whole_destination=True,
)
PERMISSION = Refusal(
    Permanent,
    DeliveryReason.PERMISSION,
    "does not allow this account to do that",
    "Check the app's permissions and the role on the page.",
    whole_destination=True,
)
VERSION = Refusal(
    Permanent,
    DeliveryReason.VERSION,
    "does not serve this version or address",
    "Set `version` (or `base_url`) of the account to one that is served.",
    whole_destination=True,
)
POLICY = Refusal(
    Permanent,
    DeliveryReason.POLICY,
    "has blocked posting for a reason of policy",
    "Settle it with the network; nothing is tried again by itself.",
    whole_destination=True,
)
CONTENT = Refusal(
    Permanent,
    DeliveryReason.CONTENT,
    "refuses this post as it is",
    "Read the network's own words and correct the text.",
)
DUPLICATE = Refusal(
    Permanent,
    DeliveryReason.DUPLICATE,
    "has this text already, but shows no post of ours with it since it was planned",
    "Look at the account: settle the delivery by hand, or change the text.",
)
NO_SUCH_POST = Refusal(
    Permanent, DeliveryReason.CONTENT, "has no such post any more", "It may have been deleted by hand."
)
BUSY = Refusal(Transient, DeliveryReason.SERVER, "could not take the post just now")
UNKNOWN = Refusal(Uncertain, DeliveryReason.UNKNOWN, "did not tell whether it took the post")

_BY_STATUS = {
    401: AUTH,
    402: PAID_CAP,
    403: PERMISSION,
    404: VERSION,
    405: VERSION,
    408: UNKNOWN,
    409: BUSY,
    410: VERSION,
    426: VERSION,
    429: RATE,
}


def refusal_by_status(status: int) -> Refusal:
    """What a status means where the network says nothing better: beyond 4xx nobody knows."""
    return _BY_STATUS.get(status) or (CONTENT if 400 <= status < 500 else UNKNOWN)
