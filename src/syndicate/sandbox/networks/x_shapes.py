"""What X takes and what it says: the shapes of requests, the words of problems, shortened links."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

from syndicate.sandbox.networks import weighted
from syndicate.sandbox.networks.calls import (
    Call,
    Check,
    Refused,
    Reply,
    is_bool,
    is_text,
    json_reply,
    no_value_error,
    one_of,
)
from syndicate.sandbox.world import Post

_PROBLEMS = "https://api.x.com/2/problems/"


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("[0-9]{1,19}", value))


def _is_reply(value: Any) -> bool:
    keys = {"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"}
    return isinstance(value, dict) and value.keys() <= keys and _is_id(value.get("in_reply_to_tweet_id"))


def _is_edit(value: Any) -> bool:
    return (
        isinstance(value, dict) and value.keys() == {"previous_post_id"} and _is_id(value["previous_post_id"])
    )


_KEYS: dict[str, Check] = {
    "text": is_text,
    "reply": _is_reply,
    "edit_options": _is_edit,
    "quote_tweet_id": _is_id,
    "reply_settings": one_of("following", "mentionedUsers", "subscribers", "verified"),
    "made_with_ai": is_bool,
    "paid_partnership": is_bool,
    "nullcast": is_bool,
    "for_super_followers_only": is_bool,
    "card_uri": is_text,
}
FIELD_QUERY = {
    "tweet.fields",
    "post.fields",
    "expansions",
    "user.fields",
    "media.fields",
    "poll.fields",
    "place.fields",
}
TIMELINE_QUERY = FIELD_QUERY | {
    "max_results",
    "pagination_token",
    "start_time",
    "end_time",
    "since_id",
    "until_id",
    "exclude",
}


def checked_body(call: Call) -> dict[str, Any]:
    if call.query:
        raise invalid(f"The query parameter [{call.query[0][0]}] is not one of []")
    if call.media_type != "application/json":
        raise problem(415, "about:blank", "Unsupported Media Type", "Content-Type must be application/json")
    with no_value_error(invalid("Invalid JSON in the request body.")):
        body = call.json()
        if not isinstance(body, dict):
            raise ValueError("the body is no object")
    for key, value in body.items():
        if key not in _KEYS:
            raise invalid(
                f"$.{key}: is not defined in the schema and the schema does not allow additional properties"
            )
        if not _KEYS[key](value):
            raise invalid(f"$.{key}: [{value}] is not a valid value")
    return body


def fields(call: Call, known: set[str]) -> set[str]:
    """The names of all fields and expansions that are asked for."""
    for key, _ in call.query:
        if key not in known:
            raise invalid(f"The query parameter [{key}] is not one of [{','.join(sorted(known))}]")
    return {name for key, value in call.query if key in FIELD_QUERY for name in value.split(",")}


def timeline_query(query: dict[str, str]) -> tuple[int, int, Callable[[Post], bool]]:
    """Page size, where the page starts, and which posts are wanted."""
    with no_value_error(invalid("The `max_results` query parameter value is not between 5 and 100")):
        size = int(query.get("max_results", "10"))
        if not 5 <= size <= 100:
            raise ValueError("out of range")
    with no_value_error(invalid("A query parameter value is not valid")):
        start = int(query.get("pagination_token", "s0").removeprefix("s"))
        since = _moment(query.get("start_time", "2010-11-06T00:00:00Z"))
        until = _moment(query.get("end_time", "9999-12-31T00:00:00Z"))
        after, before = int(query.get("since_id", "0")), int(query.get("until_id", "9" * 19))
    excluded = query.get("exclude", "").split(",")
    return (
        size,
        start,
        lambda post: (
            since <= post.at <= until
            and after < int(post.id) < before
            and not ("replies" in excluded and post.reply_to)
        ),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def path_id(id: str) -> str:
    if not _is_id(id):
        raise invalid(f"The `id` query parameter value [{id}] is not valid")
    return id


def shortened(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text as X gives it back, with t.co links and `&<>` escaped, and what the links stand for."""
    shown = ""
    urls: list[dict[str, Any]] = []
    at = 0
    for link in weighted.links(text):
        short = "https://t.co/" + hashlib.sha256(link.url.encode()).hexdigest()[:10]
        shown += escape(text[at : link.start], quote=False)
        address = expanded(link.url)
        urls.append(
            {
                "start": len(shown),
                "end": len(shown) + len(short),
                "url": short,
                "expanded_url": address,
                "display_url": display(address),
            }
        )
        shown += short
        at = link.end
    return shown + escape(text[at:], quote=False), urls


def display(address: str) -> str:
    """An address as X shows it."""
    shown = address.partition("://")[2]
    return shown if len(shown) <= 26 else shown[:26] + "…"


def expanded(url: str) -> str:
    return url if url.lower().startswith(("http://", "https://")) else f"http://{url}"


def as_reply(status: int, content: Any, **headers: str) -> Reply:
    return json_reply(status, content, media_type="application/problem+json", **headers)


def problem(status: int, type: str, title: str, detail: str, **more: Any) -> Refused:
    content = {"title": title, "detail": detail, "type": type, "status": status} | more
    return Refused(as_reply(status, content), detail)


def invalid(message: str) -> Refused:
    detail = "One or more parameters to your request was invalid."
    content = {
        "errors": [{"parameters": {}, "message": message}],
        "title": "Invalid Request",
        "detail": detail,
        "type": _PROBLEMS + "invalid-request",
        "status": 400,
    }
    return Refused(as_reply(400, content), message)


def duplicate() -> Refused:
    detail = "You are not allowed to create a Tweet with duplicate content."
    return problem(403, "about:blank", "Forbidden", detail)


def unauthorized(reason: str) -> Refused:
    content = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
    return Refused(as_reply(401, content), reason)


def not_found(id: str) -> dict[str, Any]:
    return {
        "value": id,
        "detail": f"Could not find post with id: [{id}].",
        "title": "Not Found Error",
        "resource_type": "post",
        "parameter": "id",
        "resource_id": id,
        "type": _PROBLEMS + "resource-not-found",
    }
