"""X (Twitter), API v2: one post of at most 280 weighted characters that carries the link itself.

Signed by OAuth 1.0a keys of one account. X knows no idempotency key: after a lost answer the account's own
timeline is read. A repeated text is refused with 403 and words only (isolated in `_is_duplicate`).
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.resources import files
from threading import Lock
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from syndicate.channels._shared import (
    AUTH,
    CONTENT,
    PAID_CAP,
    PERMISSION,
    RATE,
    BaseUrl,
    Clock,
    Refusal,
    SocialChannel,
    dig,
    json_bytes,
    missing_health,
    oldest_possible,
    read_json,
    read_post,
    read_time,
    refusal_by_status,
    rows,
    same_text,
    utc_now,
    worst,
)
from syndicate.domain.errors import DeliveryError, DeliveryReason, Permanent
from syndicate.domain.model import (
    Account,
    Action,
    Health,
    Message,
    Prepared,
    Presence,
    Receipt,
    Reconciled,
    Target,
)
from syndicate.ports import ApiClient, ApiRequest, ApiResponse, Channel

LIMIT = 280
PAGE = 100
"""Posts in one reading of the timeline, the most X gives. Each costs money, but only posts since the
planning are asked for."""

_PROBLEMS = {
    "usage-capped": PAID_CAP,
    "rate-limit-exceeded": RATE,
    "unsupported-authentication": AUTH,
    "client-forbidden": PERMISSION,
    "not-authorized-for-resource": PERMISSION,
    "invalid-request": CONTENT,
}
"""By the last segment of a problem's type: it comes with the host api.x.com or api.twitter.com."""

_SCHEME = re.compile(r"https?://")
_IMPORTING = Lock()


class Config(BaseModel, frozen=True, extra="forbid"):
    """`user_id` is the account's numeric id; left empty, X is asked for it once, when it is needed."""

    base_url: BaseUrl = "https://api.x.com"
    web_url: BaseUrl = "https://x.com"
    api_key_env: str
    api_secret_env: str
    token_env: str
    token_secret_env: str
    user_id: str = ""


def build(
    config: Config, account: Account, api: ApiClient, secrets: Mapping[str, str], clock: Clock = utc_now
) -> Channel:
    """The channel of one account. `secrets`: api_key, api_secret, token, token_secret."""
    return Twitter(config, account, api, secrets, clock)


class Twitter(SocialChannel):
    """Posts to one account on X."""

    name = "twitter"
    network = "X"
    limit = LIMIT
    link_in_text = True

    def __init__(
        self, config: Config, account: Account, api: ApiClient, secrets: Mapping[str, str], clock: Clock
    ) -> None:
        super().__init__(config, account, api, secrets, clock)
        self._config = config
        self._posts = f"{config.base_url}/2/tweets"

    def measure(self, text: str) -> int:
        return int(_parsed(text).weightedLength)

    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared:
        return Prepared(
            key=key,
            target=target.id,
            method="POST",
            url=self._posts,
            headers={"content-type": "application/json"},
            body=json_bytes(self._body(message)),
            planned_at=now,
        )

    def reconcile(self, prepared: Prepared) -> Reconciled:
        try:
            response = self._timeline(prepared)
        except DeliveryError as error:
            return Reconciled(Presence.UNKNOWN, reason=str(error))
        answer = read_json(response)
        if response.status != 200 or dig(answer, "meta", "result_count") is None:
            return self._unknown(response)
        text = json.loads(prepared.body)["text"]
        for post in rows(answer.get("data")):
            made = read_time(post.get("created_at"))
            if made and made >= oldest_possible(prepared) and _is_same(post, text):
                return self._found(post, response)
        if dig(answer, "meta", "next_token"):
            return Reconciled(Presence.UNKNOWN, reason="The timeline is longer than one page since then.")
        return self._absent()

    def health(self, now: datetime) -> Health:
        del now
        return worst(missing_health(self._missing))

    # --- wire ---

    def _body(self, message: Message) -> dict[str, Any]:
        post = read_post(message)
        parsed = _parsed(post.text)
        if not parsed.valid:
            raise Permanent(
                DeliveryReason.CONTENT,
                f"X would not take the text about {message.subject}: it measures {parsed.weightedLength} of "
                f"{LIMIT}, or has a character that X forbids.",
                hint="Correct the text; nothing is cut automatically.",
            )
        reply = {"reply": {"in_reply_to_tweet_id": post.reply_to}} if post.reply_to else {}
        return {"text": post.text, **reply}

    def _signed(self, request: ApiRequest) -> ApiRequest:
        _, headers, _ = self._signer.sign(request.url, request.method, headers=dict(request.headers))
        return ApiRequest(request.method, request.url, headers, request.body, request.timeout)

    @cached_property
    def _signer(self) -> Any:
        from oauthlib.oauth1 import Client

        secrets = self._secrets
        return Client(
            secrets["api_key"],
            client_secret=secrets["api_secret"],
            resource_owner_key=secrets["token"],
            resource_owner_secret=secrets["token_secret"],
        )

    def _receipt(self, response: ApiResponse) -> Receipt | None:
        post_id = dig(read_json(response), "data", "id")
        return self._receipt_of(str(post_id), response) if post_id else None

    def _permalink(self, post_id: str) -> str:
        return f"{self._config.web_url}/i/web/status/{post_id}"

    def _refused(self, prepared: Prepared, response: ApiResponse) -> Receipt:
        if _is_duplicate(response):
            return self._found_or_error(prepared, response)
        return super()._refused(prepared, response)

    def _refusal(self, response: ApiResponse) -> Refusal:
        answer = read_json(response)
        problem = str(answer.get("type", "")).rpartition("/")[2]
        if response.status < 500 and problem in _PROBLEMS:
            return _PROBLEMS[problem]
        if any(error.get("code") == 88 for error in rows(answer.get("errors"))):
            return RATE
        return CONTENT if _is_reply_refused(response) else refusal_by_status(response.status)

    def _retry_after(self, response: ApiResponse) -> datetime | None:
        reset = response.headers.get("x-rate-limit-reset", "")
        if not (reset.isdecimal() and len(reset) < 12):
            return None
        moment = datetime.fromtimestamp(int(reset), UTC)
        return moment if moment > self._clock() else None

    # --- the timeline ---

    def _timeline(self, prepared: Prepared) -> ApiResponse:
        query = urlencode(
            {
                "max_results": PAGE,
                "start_time": oldest_possible(prepared).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "post.fields": "created_at,entities",
            }
        )
        return self._call("GET", f"{self._config.base_url}/2/users/{self._user_id}/tweets?{query}")

    @cached_property
    def _user_id(self) -> str:
        if self._config.user_id:
            return self._config.user_id
        response = self._call("GET", f"{self._config.base_url}/2/users/me")
        user_id = dig(read_json(response), "data", "id")
        if response.status != 200 or not user_id:
            raise self._error(self._refusal(response), response)
        return str(user_id)

    # --- change after posting ---

    def _amended(self, receipt: Receipt, action: Action, message: Message | None) -> Receipt:
        if action is Action.DELETE:
            return self._deleted(receipt)
        if action is not Action.EDIT or message is None:
            raise self._not_an_amendment(action)
        body = self._body(message) | {"edit_options": {"previous_post_id": receipt.id}}
        headers = {"content-type": "application/json"}
        response = self._call("POST", self._posts, headers, json_bytes(body))
        edited = self._receipt(response) if response.status in (200, 201) else None
        if edited is None:
            raise self._amend_error(response)
        return edited

    def _deleted(self, receipt: Receipt) -> Receipt:
        response = self._call("DELETE", f"{self._posts}/{receipt.id}")
        if response.status not in (200, 404):
            raise self._amend_error(response)
        return self._receipt_of(receipt.id, response)


def _parsed(text: str) -> Any:
    return _parser()(text)


@cache
def _parser() -> Callable[[str], Any]:
    """The counting of twitter-text, which takes a while to import: only who measures pays for it.

    It asks `pkg_resources` for a file of its own, which a fresh Python 3.12 does not have any more (it came
    with setuptools): for the time of the import a stand-in gives it that file, on every Python alike.
    """
    stand_in = ModuleType("pkg_resources")
    stand_in.resource_string = _resource  # type: ignore[attr-defined]
    with _IMPORTING:
        found = sys.modules.get("pkg_resources")
        sys.modules["pkg_resources"] = stand_in
        try:
            from twitter_text import parse_tweet
        finally:
            del sys.modules["pkg_resources"]
            if found is not None:
                sys.modules["pkg_resources"] = found
    parser: Callable[[str], Any] = parse_tweet
    return parser


def _resource(module: str, name: str) -> bytes:
    return files(module.rpartition(".")[0]).joinpath(name).read_bytes()


def _is_duplicate(response: ApiResponse) -> bool:
    """X tells a repeated text from other 403s by words only."""
    return response.status == 403 and "duplicate content" in str(read_json(response).get("detail", ""))


def _is_reply_refused(response: ApiResponse) -> bool:
    """A reply to a stranger's post is refused by words only, too; the account itself is in order."""
    detail = str(read_json(response).get("detail", ""))
    return response.status == 403 and detail.startswith("You can only reply to or quote posts")


def _is_same(post: Mapping[str, Any], text: str) -> bool:
    """Whether a post of the timeline has our text: X shortens links and escapes `&`, `<` and `>`."""
    theirs = str(post.get("text", ""))
    for url in rows(dig(post, "entities", "urls")):
        theirs = theirs.replace(str(url.get("url")), str(url.get("expanded_url")))
    ours = _SCHEME.sub("", text)
    return any(same_text(_SCHEME.sub("", one), ours) for one in (theirs, html.unescape(theirs)))
