"""X, API v2: posts, the own timeline, OAuth 1.0a; its length, its duplicates, its rate, its words."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from syndicate.sandbox.faults import Fault
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
from syndicate.sandbox.networks.oauth1 import BadSignature, Secrets, Verifier
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.world import Post, World

EPOCH_MS = 1288834974657  # X's ids count milliseconds from here
_WINDOW = timedelta(minutes=15)
_DUPLICATE_WINDOW = timedelta(hours=24)  # how long the real one remembers is not known
_EDIT_WINDOW, _EDITS = timedelta(minutes=30), 5
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
_FIELD_QUERY = {
    "tweet.fields",
    "post.fields",
    "expansions",
    "user.fields",
    "media.fields",
    "poll.fields",
    "place.fields",
}
_TIMELINE_QUERY = _FIELD_QUERY | {
    "max_results",
    "pagination_token",
    "start_time",
    "end_time",
    "since_id",
    "until_id",
    "exclude",
}


class X:
    """The stand-in for api.x.com."""

    name = "x"

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._user_id, self._username = settings.x_user_id, settings.x_username
        self._limit = settings.x_posts_per_window
        self._verifier = Verifier(
            Secrets(settings.x_key, settings.x_secret, settings.x_token, settings.x_token_secret)
        )
        self._spent = deque(post.at for post in reversed(list(world.posts("x"))))

    def writes(self, call: Call) -> bool:
        return call.method != "GET"

    def scrapes(self, _: Call) -> str:
        return ""

    def answer(self, call: Call) -> Reply:
        self._authenticate(call)
        routes: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
            ("POST", r"/2/tweets", self._create),
            ("GET", r"/2/tweets/([^/]+)", self._get),
            ("DELETE", r"/2/tweets/([^/]+)", self._delete),
            ("GET", r"/2/users/me", self._me),
            ("GET", r"/2/users/([^/]+)/tweets", self._timeline),
        )
        for method, pattern, handler in routes:
            if method == call.method and (match := re.fullmatch(pattern, call.path)):
                return handler(call, *match.groups())
        raise _problem(404, "about:blank", "Not Found", "Not Found")

    def misbehave(self, fault: Fault, _: Call) -> Reply:
        old_host = "https://api.twitter.com/2/problems/"  # both hosts are met
        return {
            "429": lambda: self._too_many(),
            "500": lambda: (
                _problem(500, "about:blank", "Internal Server Error", "Internal Server Error").reply
            ),
            "expired_token": lambda: _unauthorized("an expired token, by order").reply,
            "permission": lambda: (
                _problem(
                    403,
                    old_host + "client-forbidden",
                    "Client Forbidden",
                    "When authenticating requests to the Twitter API v2 endpoints, you must use keys and "
                    "tokens from a Twitter developer App that is attached to a Project.",
                ).reply
            ),
            "duplicate": lambda: _duplicate().reply,
            "usage_capped": lambda: (
                _problem(
                    429,
                    old_host + "usage-capped",
                    "UsageCapExceeded",
                    "Usage cap exceeded: Monthly product cap",
                ).reply
            ),
        }[fault.name]()

    def without_id(self, reply: Reply) -> Reply:
        return json_reply(reply.status, {"data": {}}, **self._rate_headers())

    # --- endpoints ---

    def _create(self, call: Call) -> Reply:
        if len(self._recent()) >= self._limit:
            raise Refused(self._too_many(), f"more than {self._limit} posts in 15 minutes")
        body = _checked_body(call)
        text = unicodedata.normalize("NFC", body.get("text", ""))
        self._check_text(text)
        reply_to = body.get("reply", {}).get("in_reply_to_tweet_id", "")
        if reply_to and not self._live(reply_to):
            raise _problem(
                403,
                "about:blank",
                "Forbidden",
                "You can only reply to or quote posts where you are mentioned or are the author.",
            )
        previous = self._editable(body["edit_options"]["previous_post_id"]) if "edit_options" in body else ""
        self._check_repeated(text)
        id = str(self._world.number("x", EPOCH_MS))
        found = [_expanded(link.url) for link in weighted.addresses(text)]
        link = found[0] if found else ""
        self._world.record(
            "post",
            "x",
            id,
            author=self._user_id,
            text=text,
            link=link,
            body=body,
            previous=previous,
            reply_to=reply_to,
            raw=call.body.decode(),
        )
        self._spent.append(self._world.clock())
        shown, _ = _shortened(text)
        data = {"id": id, "text": shown, "edit_history_post_ids": self._history(id)}
        location = call.url.partition("?")[0] + "/" + id
        return json_reply(201, {"data": data}, taken=id, link=link, location=location, **self._rate_headers())

    def _get(self, call: Call, id: str) -> Reply:
        asked = _fields(call, _FIELD_QUERY)
        post = self._live(_path_id(id))
        if not post:
            return json_reply(200, {"errors": [_not_found(id)]})
        return json_reply(200, {"data": self._shown(post, asked)})

    def _delete(self, call: Call, id: str) -> Reply:
        _fields(call, set())
        if not self._live(_path_id(id)):
            raise Refused(
                _as_reply(404, _not_found(id) | {"status": 404}), f"there is no post {id} to delete"
            )
        self._world.record("delete", "x", id)
        return json_reply(200, {"data": {"deleted": True}})

    def _me(self, call: Call) -> Reply:
        _fields(call, _FIELD_QUERY)
        user = {"id": self._user_id, "name": "Sandbox", "username": self._username}
        return json_reply(200, {"data": user})

    def _timeline(self, call: Call, user_id: str) -> Reply:
        asked = _fields(call, _TIMELINE_QUERY)
        query = dict(call.query)
        if _path_id(user_id) != self._user_id:
            return json_reply(200, {"errors": [_not_found(user_id)]})
        size, start, wanted = _timeline_query(query)
        posts = [post for post in self._world.posts("x") if post.visible and wanted(post)]
        if call.newer_hidden is not None:
            posts = [post for post in posts if post.n <= call.newer_hidden]
        page = posts[start : start + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if len(posts) > start + size:
            meta["next_token"] = f"s{start + size}"
        data = {"data": [self._shown(post, asked) for post in page]} if page else {}
        return json_reply(200, data | {"meta": meta}, **self._rate_headers(limit=900))

    # --- rules ---

    def _authenticate(self, call: Call) -> None:
        header = call.headers.get("authorization", "")
        try:
            self._verifier.check(call.method, call.url, call.query, header, self._world.clock().timestamp())
        except BadSignature as error:
            raise _unauthorized(str(error)) from error

    def _check_text(self, text: str) -> None:
        if not text.strip():
            raise _invalid("Tweet text is required and must not be blank.")
        if any(ord(character) < 32 and character not in "\n\t\r" for character in text):
            raise _invalid("Your Tweet text contains invalid characters.")
        if weighted.weighted_length(text) > weighted.LIMIT:
            raise _invalid(
                "Your Tweet text is too long. For more information on length, see the documentation."
            )

    def _check_repeated(self, text: str) -> None:
        since = self._world.clock() - _DUPLICATE_WINDOW
        for post in self._world.posts("x"):
            if post.at >= since and post.state in ("live", "vanished") and post.text == text:
                raise _duplicate()

    def _editable(self, id: str) -> str:
        post = self._live(id)
        if (
            not post
            or len(self._history(id)) > _EDITS
            or self._world.clock() - self._first(post).at > _EDIT_WINDOW
        ):
            raise _invalid("This post can no longer be edited.")
        return id

    def _first(self, post: Post) -> Post:
        while post.previous and (before := self._world.post("x", post.previous)):
            post = before
        return post

    def _history(self, id: str) -> list[str]:
        post = self._world.post("x", id)
        return [*(self._history(post.previous) if post and post.previous else []), id]

    def _live(self, id: str) -> Post | None:
        post = self._world.post("x", id)
        return post if post and post.visible else None

    def _shown(self, post: Post, asked: set[str]) -> dict[str, Any]:
        text, urls = _shortened(post.text)
        shown: dict[str, Any] = {"id": post.id, "text": text, "edit_history_post_ids": self._history(post.id)}
        if "created_at" in asked:
            shown["created_at"] = (
                post.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{post.at.microsecond // 1000:03}Z"
            )
        if "entities" in asked and urls:
            shown["entities"] = {"urls": urls}
        if "author_id" in asked:
            shown["author_id"] = post.author
        return shown

    def _recent(self) -> deque[datetime]:
        while self._spent and self._world.clock() - self._spent[0] > _WINDOW:
            self._spent.popleft()
        return self._spent

    def _rate_headers(self, limit: int | None = None) -> dict[str, str]:
        spent = self._recent()
        reset = (spent[0] if spent else self._world.clock()) + _WINDOW
        left = limit or max(0, self._limit - len(spent))
        return {
            "x_rate_limit_limit": str(limit or self._limit),
            "x_rate_limit_remaining": str(left),
            "x_rate_limit_reset": str(int(reset.timestamp())),
        }

    def _too_many(self) -> Reply:
        reset = self._rate_headers()["x_rate_limit_reset"]
        return _as_reply(
            429,
            {
                "title": "Too Many Requests",
                "detail": "Too Many Requests",
                "type": "about:blank",
                "status": 429,
            },
            x_rate_limit_limit=str(self._limit),
            x_rate_limit_remaining="0",
            x_rate_limit_reset=reset,
        )


def _checked_body(call: Call) -> dict[str, Any]:
    if call.query:
        raise _invalid(f"The query parameter [{call.query[0][0]}] is not one of []")
    if call.media_type != "application/json":
        raise _problem(415, "about:blank", "Unsupported Media Type", "Content-Type must be application/json")
    with no_value_error(_invalid("Invalid JSON in the request body.")):
        body = call.json()
        if not isinstance(body, dict):
            raise ValueError("the body is no object")
    for key, value in body.items():
        if key not in _KEYS:
            raise _invalid(
                f"$.{key}: is not defined in the schema and the schema does not allow additional properties"
            )
        if not _KEYS[key](value):
            raise _invalid(f"$.{key}: [{value}] is not a valid value")
    return body


def _fields(call: Call, known: set[str]) -> set[str]:
    """The names of all fields and expansions that are asked for."""
    for key, _ in call.query:
        if key not in known:
            raise _invalid(f"The query parameter [{key}] is not one of [{','.join(sorted(known))}]")
    return {name for key, value in call.query if key in _FIELD_QUERY for name in value.split(",")}


def _timeline_query(query: dict[str, str]) -> tuple[int, int, Callable[[Post], bool]]:
    """Page size, where the page starts, and which posts are wanted."""
    with no_value_error(_invalid("The `max_results` query parameter value is not between 5 and 100")):
        size = int(query.get("max_results", "10"))
        if not 5 <= size <= 100:
            raise ValueError("out of range")
    with no_value_error(_invalid("A query parameter value is not valid")):
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


def _path_id(id: str) -> str:
    if not _is_id(id):
        raise _invalid(f"The `id` query parameter value [{id}] is not valid")
    return id


def _shortened(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text with t.co links, and what they stand for."""
    parts: list[str] = []
    urls: list[dict[str, Any]] = []
    at = length = 0
    for link in weighted.links(text):
        short = "https://t.co/" + hashlib.sha256(link.url.encode()).hexdigest()[:10]
        parts += [text[at : link.start], short]
        length += link.start - at
        expanded = _expanded(link.url)
        display = expanded.partition("//")[2]
        urls.append(
            {
                "start": length,
                "end": length + len(short),
                "url": short,
                "expanded_url": expanded,
                "display_url": display if len(display) <= 26 else display[:26] + "…",
            }
        )
        length += len(short)
        at = link.end
    return "".join([*parts, text[at:]]), urls


def _expanded(url: str) -> str:
    return url if url.lower().startswith(("http://", "https://")) else f"http://{url}"


def _as_reply(status: int, content: Any, **headers: str) -> Reply:
    return json_reply(status, content, media_type="application/problem+json", **headers)


def _problem(status: int, type: str, title: str, detail: str, **more: Any) -> Refused:
    content = {"title": title, "detail": detail, "type": type, "status": status} | more
    return Refused(_as_reply(status, content), detail)


def _invalid(message: str) -> Refused:
    detail = "One or more parameters to your request was invalid."
    content = {
        "errors": [{"parameters": {}, "message": message}],
        "title": "Invalid Request",
        "detail": detail,
        "type": _PROBLEMS + "invalid-request",
        "status": 400,
    }
    return Refused(_as_reply(400, content), message)


def _duplicate() -> Refused:
    detail = "You are not allowed to create a Tweet with duplicate content."
    return _problem(403, "about:blank", "Forbidden", detail)


def _unauthorized(reason: str) -> Refused:
    content = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
    return Refused(_as_reply(401, content), reason)


def _not_found(id: str) -> dict[str, Any]:
    return {
        "value": id,
        "detail": f"Could not find post with id: [{id}].",
        "title": "Not Found Error",
        "resource_type": "post",
        "parameter": "id",
        "resource_id": id,
        "type": _PROBLEMS + "resource-not-found",
    }
