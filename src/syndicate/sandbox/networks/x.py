"""X, API v2: posts, the own timeline, OAuth 1.0a; its length, its duplicates, its rate."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from syndicate.sandbox.faults import Fault
from syndicate.sandbox.networks import weighted
from syndicate.sandbox.networks.calls import Call, Refused, Reply, json_reply
from syndicate.sandbox.networks.oauth1 import BadSignature, Secrets, Verifier
from syndicate.sandbox.networks.x_shapes import (
    FIELD_QUERY,
    TIMELINE_QUERY,
    as_reply,
    checked_body,
    duplicate,
    expanded,
    fields,
    invalid,
    not_found,
    path_id,
    problem,
    shortened,
    timeline_query,
    unauthorized,
)
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.world import Post, World

EPOCH_MS = 1288834974657  # X's ids count milliseconds from here
_WINDOW = timedelta(minutes=15)
_DUPLICATE_WINDOW = timedelta(hours=24)  # how long the real one remembers is not known
_EDIT_WINDOW, _EDITS = timedelta(minutes=30), 5


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
        raise problem(404, "about:blank", "Not Found", "Not Found")

    def misbehave(self, fault: Fault, _: Call) -> Reply:
        old_host = "https://api.twitter.com/2/problems/"  # both hosts are met
        return {
            "429": lambda: self._too_many(),
            "500": lambda: (
                problem(500, "about:blank", "Internal Server Error", "Internal Server Error").reply
            ),
            "expired_token": lambda: unauthorized("an expired token, by order").reply,
            "permission": lambda: (
                problem(
                    403,
                    old_host + "client-forbidden",
                    "Client Forbidden",
                    "When authenticating requests to the Twitter API v2 endpoints, you must use keys and "
                    "tokens from a Twitter developer App that is attached to a Project.",
                ).reply
            ),
            "duplicate": lambda: duplicate().reply,
            "usage_capped": lambda: (
                problem(
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
        body = checked_body(call)
        text = unicodedata.normalize("NFC", body.get("text", ""))
        self._check_text(text)
        reply_to = body.get("reply", {}).get("in_reply_to_tweet_id", "")
        if reply_to and not self._live(reply_to):
            raise problem(
                403,
                "about:blank",
                "Forbidden",
                "You can only reply to or quote posts where you are mentioned or are the author.",
            )
        previous = self._editable(body["edit_options"]["previous_post_id"]) if "edit_options" in body else ""
        self._check_repeated(text)
        id = str(self._world.number("x", EPOCH_MS))
        found = [expanded(link.url) for link in weighted.addresses(text)]
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
        shown, _ = shortened(text)
        data = {"id": id, "text": shown, "edit_history_post_ids": self._history(id)}
        location = call.url.partition("?")[0] + "/" + id
        return json_reply(201, {"data": data}, taken=id, link=link, location=location, **self._rate_headers())

    def _get(self, call: Call, id: str) -> Reply:
        asked = fields(call, FIELD_QUERY)
        post = self._live(path_id(id))
        if not post:
            return json_reply(200, {"errors": [not_found(id)]})
        return json_reply(200, {"data": self._shown(post, asked)})

    def _delete(self, call: Call, id: str) -> Reply:
        fields(call, set())
        if not self._live(path_id(id)):
            raise Refused(as_reply(404, not_found(id) | {"status": 404}), f"there is no post {id} to delete")
        self._world.record("delete", "x", id)
        return json_reply(200, {"data": {"deleted": True}})

    def _me(self, call: Call) -> Reply:
        fields(call, FIELD_QUERY)
        user = {"id": self._user_id, "name": "Sandbox", "username": self._username}
        return json_reply(200, {"data": user})

    def _timeline(self, call: Call, user_id: str) -> Reply:
        asked = fields(call, TIMELINE_QUERY)
        query = dict(call.query)
        if path_id(user_id) != self._user_id:
            return json_reply(200, {"errors": [not_found(user_id)]})
        size, start, wanted = timeline_query(query)
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
            raise unauthorized(str(error)) from error

    def _check_text(self, text: str) -> None:
        if not text.strip():
            raise invalid("Tweet text is required and must not be blank.")
        if any(ord(character) < 32 and character not in "\n\t\r" for character in text):
            raise invalid("Your Tweet text contains invalid characters.")
        if weighted.weighted_length(text) > weighted.LIMIT:
            raise invalid(
                "Your Tweet text is too long. For more information on length, see the documentation."
            )

    def _check_repeated(self, text: str) -> None:
        since = self._world.clock() - _DUPLICATE_WINDOW
        for post in self._world.posts("x"):
            if post.at >= since and post.state in ("live", "vanished") and post.text == text:
                raise duplicate()

    def _editable(self, id: str) -> str:
        post = self._live(id)
        if (
            not post
            or len(self._history(id)) > _EDITS
            or self._world.clock() - self._first(post).at > _EDIT_WINDOW
        ):
            raise invalid("This post can no longer be edited.")
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
        text, urls = shortened(post.text)
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
        return as_reply(
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
