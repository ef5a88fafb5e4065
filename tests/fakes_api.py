"""A network's API that answers what a test scripted, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syndicate.domain.errors import DeliveryError, DeliveryReason, Transient, Uncertain
from syndicate.domain.model import Message, Subject
from syndicate.domain.posting import Post
from syndicate.ports import ApiRequest, ApiResponse

Answer = ApiResponse | Exception


def answer(status: int, body: Any = None, **headers: str) -> ApiResponse:
    """An answer with a JSON body (or raw bytes); header names are written with underscores."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return ApiResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def unreachable() -> Transient:
    """What the client raises when no byte left."""
    return Transient(DeliveryReason.NOT_SENT, "The host cannot be reached.")


def lost() -> Uncertain:
    """What the client raises when bytes left and no answer came."""
    return Uncertain(DeliveryReason.UNKNOWN, "No answer came.")


class ScriptedApi:
    """Gives its answers in order; an exception among them is raised. `log` also holds commits."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[ApiRequest] = []
        self.log: list[str] = []

    def call(self, request: ApiRequest) -> ApiResponse:
        self.requests.append(request)
        self.log.append(request.method)
        assert self.answers, f"nobody expected {request.method} {request.url}"
        given = self.answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def commit(self, key: str) -> None:
        self.log.append(f"commit {key}")

    def body(self, index: int = -1) -> Any:
        """The JSON that a request carried."""
        return json.loads(self.requests[index].body)

    def headers(self, index: int = -1) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self.requests[index].headers.items()}


def told(error: DeliveryError | None) -> str:
    """An error in three words for a table: its type, its reason, and whether it stops the destination."""
    assert error is not None
    return f"{type(error).__name__} {error.reason} {'destination' if error.whole_destination else 'message'}"


def post_message(channel: str, *, subject: str = "u1", language: str = "da", **fields: str) -> Message:
    """A stored message for a social network; `fields` are those of `Post`."""
    values = {"text": "Anbefaling 3 er skærpet", "link": "", "title": "", "description": ""} | fields
    post = Post(**values, language=language)
    return Message(Subject.UPDATE, subject, channel, "a", language, json.dumps(post.as_dict()).encode())
