"""Facebook Pages by the Graph: posts of a page, their cards, error codes and usage headers."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from syndicate.sandbox.faults import Fault
from syndicate.sandbox.networks.calls import Call, Refused, Reply, json_reply, no_value_error
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.world import Post, World

_VERSIONS = ("v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0")
_POST_FIELDS = {
    "id",
    "message",
    "created_time",
    "updated_time",
    "permalink_url",
    "is_published",
    "from",
    "story",
}
_FEED_KEYS = {"message", "link", "published"}
_EXPIRED = {
    458: "The user has not authorized the application.",
    459: "You cannot access the app till you log in and follow the instructions given.",
    460: "The session has been invalidated because the user changed their password.",
    463: "Session has expired.",
    464: "Sessions for the user are not allowed because the user is not confirmed.",
    467: "The session is invalid because the user logged out.",
}


class Facebook:
    """The stand-in for graph.facebook.com."""

    name = "facebook"

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._tokens = {settings.facebook_token: "PAGE", settings.facebook_user_token: "USER"}
        self._app_secret = settings.facebook_app_secret
        self._calls = 0

    def writes(self, call: Call) -> bool:
        return call.method != "GET" and not self._is_scrape(call)

    def scrapes(self, call: Call) -> str:
        try:
            return _values(call).get("id", "") if self._is_scrape(call) else ""
        except Refused:  # answer() will say so
            return ""

    def answer(self, call: Call) -> Reply:
        self._calls += 1
        path = _unversioned(call)
        values = _values(call)
        kind = self._authenticate(call, values)
        if self._is_scrape(call):
            return self._refresh(values)
        routes: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
            ("GET", r"/debug_token", self._debug_token),
            ("POST", r"/(\d+)/feed", self._create),
            ("GET", r"/(\d+)/(?:feed|published_posts|posts)", self._list),
            ("GET", r"/(\d+_\d+)", self._get),
            ("POST", r"/(\d+_\d+)", self._edit),
            ("DELETE", r"/(\d+_\d+)", self._delete),
            ("GET", r"/(\d+|me)", self._page),
        )
        for method, pattern, handler in routes:
            if method == call.method and (match := re.fullmatch(pattern, path)):
                if method != "GET" and kind != "PAGE":
                    raise _error(
                        200, "Unpublished posts must be posted to a page as the page itself.", status=403
                    )
                return self._with_usage(handler(call, values, *match.groups()))
        raise _error(2500, f"Unknown path components: {path}", plain=True)

    def misbehave(self, fault: Fault, _: Call) -> Reply:
        return {
            "429": lambda: self._too_many(),
            "500": lambda: (
                _error(1, "An unknown error occurred", status=500, plain=True, is_transient=True).reply
            ),
            "expired_token": lambda: (
                _error(
                    190,
                    "Error validating access token: " + _EXPIRED.get(fault.subcode, _EXPIRED[463]),
                    error_subcode=fault.subcode,
                    status=401 if fault.subcode == 460 else 400,
                    plain=True,
                ).reply
            ),
            "permission": lambda: (
                _error(
                    200, "Unpublished posts must be posted to a page as the page itself.", status=403
                ).reply
            ),
            "duplicate": lambda: _duplicate().reply,
            "sunset_version": lambda: (
                _error(
                    2635,
                    "You are calling a deprecated version of the API. Please update to v26.0.",
                ).reply
            ),
            "policy_block": lambda: (
                _error(
                    368, "The action attempted has been deemed abusive or is otherwise disallowed", plain=True
                ).reply
            ),
            "scrape_failed": lambda: (
                _error(
                    1609005,
                    "There was a problem scraping data from the provided link.",
                    error_user_title="Link",
                ).reply
            ),
        }[fault.name]()

    def without_id(self, reply: Reply) -> Reply:
        return self._with_usage(json_reply(reply.status, {}))

    # --- endpoints ---

    def _create(self, call: Call, values: dict[str, str], page: str) -> Reply:
        if unknown := values.keys() - _FEED_KEYS:
            raise _error(100, f"Unexpected parameter: {sorted(unknown)[0]}")
        message, link = values.get("message", ""), values.get("link", "")
        if not message.strip() and not link:
            raise _error(197, "The post is empty. Please enter a message to share.")
        if link and (urlsplit(link).scheme not in ("http", "https") or not urlsplit(link).hostname):
            raise _error(100, "link URL is not properly formatted", error_subcode=1500010)
        if values.get("published", "true").lower() not in ("true", "1"):
            raise _error(100, "Only published posts are understood here")
        last = next(self._world.posts("facebook", page), None)
        if last and last.visible and (last.text, last.link) == (message, link):
            raise _duplicate()
        id = f"{page}_{self._world.number('facebook')}"
        self._world.record(
            "post", "facebook", id, author=page, text=message, link=link, body=values, raw=_kept(call)
        )
        return json_reply(200, {"id": id}, taken=id, link=link)

    def _list(self, call: Call, values: dict[str, str], page: str) -> Reply:
        fields = _fields(values, {"limit", "since", "until", "after"})
        with no_value_error(_error(100, "limit, since, until and after must be numbers")):
            limit, start = int(values.get("limit", "25")), int(values.get("after", "0"))
            since, until = float(values.get("since", "0")), float(values.get("until", "inf"))
        if not 1 <= limit <= 100:
            raise _error(100, "Please reduce the amount of data you're asking for, then retry your request")
        posts = [
            post
            for post in self._world.posts("facebook", page)
            if post.visible and since <= post.at.timestamp() <= until
        ]
        if call.newer_hidden is not None:
            posts = [post for post in posts if post.n <= call.newer_hidden]
        shown = posts[start : start + limit]
        paging = {"cursors": {"before": str(start), "after": str(start + len(shown))}}
        content: dict[str, Any] = {"data": [self._shown(call, post, fields) for post in shown]}
        return json_reply(200, content | ({"paging": paging} if shown else {}))

    def _get(self, call: Call, values: dict[str, str], id: str) -> Reply:
        return json_reply(200, self._shown(call, self._live(id, "get"), _fields(values, set())))

    def _edit(self, call: Call, values: dict[str, str], id: str) -> Reply:
        post = self._live(id, "post")
        if values.keys() != {"message"} or not values["message"].strip():
            raise _error(100, "Only message can be changed, and it must not be empty")
        self._world.record(
            "edit", "facebook", post.id, text=values["message"], body=dict(values), raw=_kept(call)
        )
        return json_reply(200, {"success": True})

    def _delete(self, _call: Call, _values: dict[str, str], id: str) -> Reply:
        self._world.record("delete", "facebook", self._live(id, "delete").id)
        return json_reply(200, {"success": True})

    def _page(self, _call: Call, _values: dict[str, str], page: str) -> Reply:
        return json_reply(200, {"id": page, "name": "Sandbox"})

    def _debug_token(self, _: Call, values: dict[str, str]) -> Reply:
        kind = self._tokens.get(values.get("input_token", ""))
        if not kind:
            return json_reply(200, {"data": {"is_valid": False, "scopes": []}})
        scopes = ["pages_manage_posts", "pages_read_engagement"] if kind == "PAGE" else ["pages_show_list"]
        data = {"app_id": "1", "type": kind, "is_valid": True, "expires_at": 0, "scopes": scopes}
        return json_reply(200, {"data": data})

    def _refresh(self, values: dict[str, str]) -> Reply:
        url = values.get("id", "")
        if urlsplit(url).scheme not in ("http", "https"):
            raise _error(100, "Invalid parameter: id is not a URL")
        card = self._world.cards.get(("facebook", url))
        shown = {"title": card.title, "description": card.description} if card else {}
        updated = self._world.clock().strftime("%Y-%m-%dT%H:%M:%S+0000")
        return self._with_usage(
            json_reply(200, {"url": url, "type": "website", "updated_time": updated, "id": url} | shown)
        )

    # --- rules ---

    def _authenticate(self, call: Call, values: dict[str, str]) -> str:
        """The kind of the token that came with the call; takes the credentials out of `values`."""
        token = values.pop("access_token", "")
        scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "oauth"):
            token = token or bearer
        if not token:
            raise _error(104, "An access token is required to request this resource.", plain=True, status=400)
        if token not in self._tokens:
            raise _error(
                190, "Invalid OAuth access token - Cannot parse access token", plain=True, status=401
            )
        proof = values.pop("appsecret_proof", None)
        expected = hmac.new(self._app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if proof is not None and not hmac.compare_digest(proof.encode(), expected.encode()):
            raise _error(
                100, "Invalid appsecret_proof provided in the API argument", type="GraphMethodException"
            )
        return self._tokens[token]

    def _live(self, id: str, verb: str) -> Post:
        post = self._world.post("facebook", id)
        if not post or not post.visible:
            raise _error(
                100,
                f"Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to "
                "missing permissions, or does not support this operation.",
                type="GraphMethodException",
                error_subcode=33,
                plain=True,
            )
        return post

    def _shown(self, call: Call, post: Post, fields: set[str]) -> dict[str, Any]:
        base = call.url.partition("/facebook/")[0]
        everything = {
            "id": post.id,
            "message": post.text,
            "created_time": post.at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "updated_time": (post.changed_at or post.at).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "permalink_url": f"{base}/posts/facebook/{post.id}",
            "is_published": True,
            "from": {"id": post.author, "name": "Sandbox"},
        }
        wanted = fields | {"id"} if fields else {"id", "message", "created_time"}
        return {name: value for name, value in everything.items() if name in wanted and value != ""}

    def _with_usage(self, reply: Reply) -> Reply:
        usage = json.dumps({"call_count": min(99, self._calls // 100), "total_cputime": 0, "total_time": 0})
        return Reply(
            reply.status, reply.body, {**reply.headers, "x-app-usage": usage}, reply.taken, reply.link
        )

    def _too_many(self) -> Reply:
        reply = _error(4, "Application request limit reached", status=403, is_transient=True).reply
        usage = {"call_count": 100, "total_cputime": 25, "total_time": 30}
        regain = [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 7} | usage]
        business = json.dumps({"1": regain})
        headers = {**reply.headers, "x-app-usage": json.dumps(usage), "x-business-use-case-usage": business}
        return Reply(reply.status, reply.body, headers)

    @staticmethod
    def _is_scrape(call: Call) -> bool:
        return call.method == "POST" and bool(re.fullmatch(r"/(v\d+\.\d+/?)?", call.path))


def _unversioned(call: Call) -> str:
    match = re.fullmatch(r"/(v\d+\.\d+)(/.*)?", call.path)
    if not match:
        return call.path
    if match[1] not in _VERSIONS:
        raise _error(2500, f"Unknown path components: /{match[1]}", plain=True)
    return match[2] or "/"


def _values(call: Call) -> dict[str, str]:
    """Query and body as one set of parameters, as the Graph has it."""
    pairs = [*call.query]
    with no_value_error(_error(100, "The request body cannot be read")):
        if call.body and call.media_type == "application/json":
            content = call.json()
            if not isinstance(content, dict):
                raise ValueError("the body is no object")
            pairs += [
                (key, value if isinstance(value, str) else json.dumps(value))
                for key, value in content.items()
            ]
        elif call.body and call.media_type == "application/x-www-form-urlencoded":
            pairs += call.form()
        elif call.body:
            raise ValueError("neither form nor JSON")
    if len(dict(pairs)) < len(pairs):
        raise _error(100, "A parameter is given twice")
    return dict(pairs)


def _fields(values: dict[str, str], known: set[str]) -> set[str]:
    if unknown := values.keys() - known - {"fields"}:
        raise _error(100, f"Unexpected parameter: {sorted(unknown)[0]}")
    fields = set(filter(None, values.get("fields", "").split(",")))
    if unknown := fields - _POST_FIELDS:
        raise _error(100, f"Tried accessing nonexisting field ({sorted(unknown)[0]}) on node type (Post)")
    return fields


def _kept(call: Call) -> str:
    """The request for the ledger, without its token."""
    return re.sub(r'(access_token(?:=|"\s*:\s*"))[^&"]*', r"\1…", call.body.decode())


def _error(
    code: int,
    message: str,
    *,
    status: int = 400,
    type: str = "OAuthException",
    plain: bool = False,
    **more: Any,
) -> Refused:
    """`plain` leaves out the "(#code)" that most messages begin with."""
    said = message if plain else f"(#{code}) {message}"
    content = {"message": said, "type": type, "code": code} | more | {"fbtrace_id": "AsandboxTrace"}
    return Refused(json_reply(status, {"error": content}), said)


def _duplicate() -> Refused:
    return _error(
        506,
        "Duplicate status message",
        error_subcode=1455006,
        is_transient=False,
        error_user_title="Duplicate Status Update",
        error_user_msg="This status update is identical to the last one you posted. Try posting something "
        "different, or delete your previous update.",
    )
