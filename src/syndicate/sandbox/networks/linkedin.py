"""LinkedIn's versioned REST: posts of organisations, little text, duplicates that name the post."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

from syndicate.sandbox.faults import Fault
from syndicate.sandbox.networks import little_text
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
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.world import Post, World

_REPEAT_WINDOW = timedelta(hours=24)  # also counts for posts deleted since: they block a repetition
_DAY = timedelta(days=1)


def _is_distribution(value: Any) -> bool:
    keys = {"feedDistribution", "targetEntities", "thirdPartyDistributionChannels"}
    if not isinstance(value, dict) or not value.keys() <= keys:
        return False
    rest = [value.get(key, []) for key in sorted(keys - {"feedDistribution"})]
    return value.get("feedDistribution") in ("MAIN_FEED", "NONE") and rest == [[], []]


def _is_content(value: Any) -> bool:
    article = value.get("article") if isinstance(value, dict) and value.keys() == {"article"} else None
    if not isinstance(article, dict) or not {"source", "title"} <= article.keys():
        return False
    if article.keys() - {"source", "title", "description", "thumbnail"} or not all(
        map(is_text, article.values())
    ):
        return False
    sizes = len(article["title"]) <= 400 and len(article.get("description", "")) <= 4086
    return sizes and bool(article["title"]) and bool(re.match("https?://[^/]", article["source"]))


_KEYS: dict[str, Check] = {
    "author": is_text,
    "commentary": is_text,
    "visibility": one_of("PUBLIC", "CONNECTIONS", "LOGGED_IN"),
    "distribution": _is_distribution,
    "lifecycleState": one_of("PUBLISHED"),
    "isReshareDisabledByAuthor": is_bool,
    "content": _is_content,
}
_OPTIONAL = {"isReshareDisabledByAuthor", "content"}


class LinkedIn:
    """The stand-in for api.linkedin.com."""

    name = "linkedin"

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._token = settings.linkedin_token
        self._oldest = settings.linkedin_oldest_version
        self._per_day = settings.linkedin_posts_per_day

    def writes(self, call: Call) -> bool:
        return call.method != "GET"

    def scrapes(self, _: Call) -> str:
        return ""

    def answer(self, call: Call) -> Reply:
        self._check_headers(call)
        routes: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
            ("POST", r"/rest/posts", self._create),
            ("GET", r"/rest/posts", self._find),
            ("GET", r"/rest/posts/([^/]+)", self._get),
            ("POST", r"/rest/posts/([^/]+)", self._update),
            ("DELETE", r"/rest/posts/([^/]+)", self._delete),
        )
        for method, pattern, handler in routes:
            if method == call.method and (match := re.fullmatch(pattern, call.path)):
                return handler(call, *match.groups())
        raise _refused(404, "RESOURCE_NOT_FOUND", f"No virtual resource found for {call.path}")

    def misbehave(self, fault: Fault, call: Call) -> Reply:
        return {
            "429": lambda: _too_many().reply,
            "500": lambda: _refused(500, "INTERNAL_SERVER_ERROR", "Internal Server Error").reply,
            "expired_token": lambda: (
                _refused(
                    401,
                    "EXPIRED_ACCESS_TOKEN",
                    "The token used in the request has expired",
                    serviceErrorCode=65602,
                ).reply
            ),
            "permission": lambda: (
                _refused(
                    403,
                    "ACCESS_DENIED",
                    "Not enough permissions to access: posts.CREATE.20260801",
                    serviceErrorCode=100,
                ).reply
            ),
            "sunset_version": lambda: _sunset(call.headers.get("linkedin-version", "")).reply,
            "duplicate": lambda: _duplicate(self._newest() or self._new_urn()).reply,
            "ghost_urn": lambda: _duplicate(self._new_urn()).reply,
        }[fault.name]()

    def without_id(self, reply: Reply) -> Reply:
        headers = {
            name: value for name, value in reply.headers.items() if name not in ("x-restli-id", "location")
        }
        return Reply(reply.status, reply.body, headers)

    # --- endpoints ---

    def _create(self, call: Call) -> Reply:
        body = _checked_body(call)
        author = body["author"]
        if not re.fullmatch(r"urn:li:organization:[0-9]+", author):
            raise _refused(403, "ACCESS_DENIED", f"The member may not post as {author}", serviceErrorCode=100)
        text = _checked_text(body["commentary"])
        now = self._world.clock()
        own = list(self._world.posts("linkedin", author))
        for post in own:
            if now - post.at <= _REPEAT_WINDOW and _same(post, body):
                raise _duplicate(post.id)
        if sum(1 for post in own if now - post.at <= _DAY) >= self._per_day:
            raise _too_many()
        urn = self._new_urn()
        article = body.get("content", {}).get("article", {})
        self._world.record(
            "post",
            "linkedin",
            urn,
            author=author,
            text=text.visible,
            link=article.get("source", ""),
            title=article.get("title", ""),
            description=article.get("description", ""),
            body=body | {"commentary": text.kept, "sent": body["commentary"]},
            cut=text.cut,
            raw=call.body.decode(),
        )
        headers = {"x-restli-id": urn, "location": f"/rest/posts/{quote(urn, safe='')}"}
        return Reply(201, b"", headers, taken=urn)

    def _find(self, call: Call) -> Reply:
        query = dict(call.query)
        known = {"q", "author", "count", "start", "sortBy", "isDsc", "viewContext"}
        if call.headers.get("x-restli-method", "").upper() != "FINDER" or query.keys() - known:
            raise _refused(400, "ILLEGAL_ARGUMENT", "Invalid query parameters passed to request")
        if query.get("q") != "author" or "author" not in query:
            raise _refused(400, "ILLEGAL_ARGUMENT", "Finder must be author, with the parameter author")
        with no_value_error(
            _refused(400, "ILLEGAL_ARGUMENT", "start and count must be numbers, count 1 to 100")
        ):
            start, count = int(query.get("start", "0")), int(query.get("count", "10"))
            if start < 0 or not 1 <= count <= 100:
                raise ValueError("out of range")
        posts = [post for post in self._world.posts("linkedin", query["author"]) if post.visible]
        if call.newer_hidden is not None:
            posts = [post for post in posts if post.n <= call.newer_hidden]
        page = [_element(post) for post in posts[start : start + count]]
        paging = {"start": start, "count": count, "links": [], "total": len(posts)}
        return json_reply(200, {"paging": paging, "elements": page}, x_restli_protocol_version="2.0.0")

    def _get(self, _: Call, key: str) -> Reply:
        return json_reply(200, _element(self._live(key)), x_restli_protocol_version="2.0.0")

    def _update(self, call: Call, key: str) -> Reply:
        if call.headers.get("x-restli-method", "").upper() != "PARTIAL_UPDATE":
            raise _refused(400, "ILLEGAL_ARGUMENT", "X-RestLi-Method must be PARTIAL_UPDATE")
        post = self._live(key)
        with no_value_error(_unprocessable("/patch :: only $set of commentary is understood")):
            body = call.json()
            commentary = body["patch"]["$set"]["commentary"] if _is_patch(body) else None
            if not isinstance(commentary, str):
                raise ValueError("no commentary")
        text = _checked_text(commentary)
        change = {"commentary": text.kept, "sent": commentary}
        self._world.record(
            "edit", "linkedin", post.id, text=text.visible, body=change, raw=call.body.decode()
        )
        return Reply(204)

    def _delete(self, _: Call, key: str) -> Reply:
        post = self._world.post("linkedin", _urn(key))
        if post and post.visible:
            self._world.record("delete", "linkedin", post.id)
        return Reply(204)

    # --- rules ---

    def _check_headers(self, call: Call) -> None:
        if call.headers.get("authorization") != f"Bearer {self._token}":
            raise _refused(401, "INVALID_ACCESS_TOKEN", "Invalid access token", serviceErrorCode=65600)
        version = call.headers.get("linkedin-version", "")
        if not version:
            raise _refused(
                400,
                "VERSION_MISSING",
                "A version must be present. Please specify a version by adding the LinkedIn-Version header.",
            )
        if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])", version) or version < self._oldest:
            raise _sunset(version)
        if call.headers.get("x-restli-protocol-version") != "2.0.0":
            raise _refused(400, "ILLEGAL_ARGUMENT", "X-Restli-Protocol-Version must be 2.0.0")

    def _live(self, key: str) -> Post:
        post = self._world.post("linkedin", _urn(key))
        if not post or not post.visible:
            raise _refused(404, "NOT_FOUND", f"Could not find entity {unquote(key)}")
        return post

    def _newest(self) -> str:
        return next((post.id for post in self._world.posts("linkedin") if post.visible), "")

    def _new_urn(self) -> str:
        return f"urn:li:share:{self._world.number('linkedin')}"


def _checked_body(call: Call) -> dict[str, Any]:
    if call.media_type != "application/json":
        raise _refused(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json")
    with no_value_error(_refused(400, "BAD_REQUEST", "Cannot parse request entity")):
        body = call.json()
        if not isinstance(body, dict):
            raise ValueError("the body is no object")
    for key in body.keys() - _KEYS.keys():
        raise _unprocessable(f"/{key} :: unrecognized field found but not allowed")
    for key, check in _KEYS.items():
        if key not in body and key not in _OPTIONAL:
            raise _unprocessable(f"/{key} :: field is required but not found and has no default value")
        if key in body and not check(body[key]):
            raise _unprocessable(f"/{key} :: the value is not valid for this field")
    return body


def _checked_text(commentary: str) -> little_text.Read:
    text = little_text.read(commentary)
    if len(text.visible) > little_text.LIMIT:
        raise _unprocessable(f"/commentary :: length exceeds the maximum allowed ({little_text.LIMIT})")
    return text


def _same(post: Post, body: dict[str, Any]) -> bool:
    return post.body.get("sent") == body["commentary"] and post.body.get("content") == body.get("content")


def _is_patch(body: Any) -> bool:
    return (
        isinstance(body, dict)
        and body.keys() == {"patch"}
        and isinstance(body["patch"], dict)
        and body["patch"].keys() == {"$set"}
        and isinstance(body["patch"]["$set"], dict)
        and body["patch"]["$set"].keys() == {"commentary"}
    )


def _urn(key: str) -> str:
    if ":" in key:  # Rest.li reads a bare colon in a key as syntax
        raise _refused(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")
    return unquote(key)


def _element(post: Post) -> dict[str, Any]:
    at = int(post.at.timestamp() * 1000)
    kept = {key: value for key, value in post.body.items() if key != "sent"}
    return kept | {
        "id": post.id,
        "createdAt": at,
        "publishedAt": at,
        "lastModifiedAt": int((post.changed_at or post.at).timestamp() * 1000),
        "lifecycleStateInfo": {"isEditedByAuthor": post.state == "edited"},
    }


def _refused(status: int, code: str, message: str, **more: Any) -> Refused:
    return Refused(json_reply(status, {"status": status, "code": code, "message": message} | more), message)


def _unprocessable(what: str) -> Refused:
    return Refused(json_reply(422, {"message": f"ERROR :: {what}\n", "status": 422}), what)


def _sunset(version: str) -> Refused:
    return _refused(426, "NONEXISTENT_VERSION", f"Requested version {version}01 is not active")


def _too_many() -> Refused:
    return _refused(
        429,
        "TOO_MANY_REQUESTS",
        "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached.",
        serviceErrorCode=101,
    )


def _duplicate(urn: str) -> Refused:
    message = f"Content is a duplicate of {urn}"
    error = {
        "description": message,
        "input": {"inputPath": {"fieldPath": "commentary"}},
        "code": "DUPLICATE_POST",
    }
    content = {"message": message, "errorDetails": {"inputErrors": [error]}, "status": 422}
    return Refused(json_reply(422, content), message)
