"""Addresses, JSON, texts and times as networks write them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator

from syndicate.domain.errors import DeliveryReason, Permanent
from syndicate.domain.model import Message, Prepared
from syndicate.domain.posting import Post
from syndicate.ports import ApiResponse

Clock = Callable[[], datetime]
LOOPBACK = ("127.0.0.1", "localhost", "::1")

CLOCK_SLACK = timedelta(minutes=1)
"""How much older than its planning a post may seem: networks give whole seconds, by clocks of their own."""

_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("must start with https:// (http:// is for this machine only)")
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must be a plain address such as https://host or https://host/path")
    return url.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_checked_url)]
"""Where an API or its web pages live: https, or http on loopback for a stand-in. No slash at the end."""


def json_bytes(value: Any) -> bytes:
    """JSON in the one form that is stored and sent: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def read_json(response: ApiResponse) -> dict[str, Any]:
    """The JSON object of an answer; empty where there is none."""
    try:
        value = json.loads(response.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def dig(value: Any, *path: str) -> Any:
    """What stands at a path of names in an answer; None where the answer has another shape."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list in an answer; none where it is something else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def read_post(message: Message) -> Post:
    """The post that a stored message holds. Raises Permanent(CONTENT)."""
    try:
        post = Post.from_dict(json.loads(message.payload))
        if not all(isinstance(value, str) for value in post.as_dict().values()):
            raise TypeError("a field is not a text")
    except (ValueError, KeyError, TypeError) as error:
        raise Permanent(
            DeliveryReason.CONTENT,
            f"The stored message about {message.subject} for {message.channel} is not a post.",
            hint="It may come from another version of this program: render the update again.",
        ) from error
    if not post.text.strip():
        raise Permanent(DeliveryReason.CONTENT, f"The post about {message.subject} has no text.")
    return post


def same_text(one: str, other: str) -> bool:
    """Whether two texts read the same: NFC, runs of white space folded."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def oldest_possible(prepared: Prepared) -> datetime:
    """A post that was made before this time is not the prepared one, however alike it looks."""
    return (prepared.planned_at or _LONG_AGO) - CLOCK_SLACK


def read_time(text: object) -> datetime | None:
    """A network's ISO time; None where it cannot be read."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
