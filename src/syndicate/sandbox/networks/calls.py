"""A request to a network and its answer, without the wire: what rules are written against."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from syndicate.sandbox.faults import Fault


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `path` is relative to the network's base URL and still percent-encoded.

    Header names are lower case. `newer_hidden` is the ledger's number after which a lagging timeline hides
    posts (None: nothing is hidden).
    """

    method: str
    url: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    newer_hidden: int | None = None

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> list[tuple[str, str]]:
        """The fields of a form body. Raises ValueError where it is none."""
        return parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(self.body))

    def json(self) -> Any:
        """The JSON body. Raises ValueError for anything else, also for a key given twice and for NaN."""
        return json.loads(self.body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `taken` is the id of a post that it created, `link` a page whose card is to be read now."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    taken: str = ""
    link: str = ""


class Refused(Exception):
    """The network does not take the request; `reason` is for the sandbox's own list of refusals."""

    def __init__(self, reply: Reply, reason: str) -> None:
        super().__init__(reason)
        self.reply = reply
        self.reason = reason


class Network(Protocol):
    """One stand-in."""

    name: str

    def writes(self, call: Call) -> bool:
        """Whether the call would create, change or delete something."""
        ...

    def scrapes(self, call: Call) -> str:
        """The address of a page whose card must be read again before the call can be answered, or ""."""
        ...

    def answer(self, call: Call) -> Reply:
        """The answer by the network's rules; changes the state, the caller syncs. Raises Refused."""
        ...

    def misbehave(self, fault: Fault, call: Call) -> Reply:
        """The fault in the network's own words. Raises KeyError for faults that are none of its own."""
        ...

    def without_id(self, reply: Reply) -> Reply:
        """The same success, as if the network had forgotten to name the post."""
        ...


def json_reply(
    status: int, content: Any, *, taken: str = "", link: str = "", media_type: str = "", **headers: str
) -> Reply:
    """An answer with a JSON body; underscores in `headers` names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Reply(
        status, body, {"content-type": media_type or "application/json; charset=utf-8"} | named, taken, link
    )


Check = Callable[[Any], bool]


def one_of(*values: Any) -> Check:
    """A check for one of a few values."""
    return lambda value: value in values


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_bool(value: Any) -> bool:
    return isinstance(value, bool)


@contextmanager
def no_value_error(refusal: Refused) -> Iterator[None]:
    """Turns ValueError (bad JSON, bad UTF-8, a bad number) into the refusal."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise refusal from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
