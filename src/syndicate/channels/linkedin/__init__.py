"""LinkedIn pages, Posts API: at most 3000 characters and a card that we fill ourselves.

The text is "little text": every reserved character needs a backslash, or LinkedIn cuts the post there and
answers 201 all the same. A repeated post is refused with 422 and the name of the first one, so that sending
the same bytes again after a lost answer settles it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel, Field

from syndicate.channels._shared import (
    CONTENT,
    DUPLICATE,
    UNKNOWN,
    BaseUrl,
    Clock,
    Refusal,
    SocialChannel,
    dig,
    ending_health,
    json_bytes,
    missing_health,
    oldest_possible,
    read_json,
    read_post,
    rows,
    same_text,
    utc_now,
    worst,
)
from syndicate.channels.linkedin.little_text import escape, visible
from syndicate.domain.errors import DeliveryError, DeliveryReason, Permanent
from syndicate.domain.model import (
    Account,
    Action,
    Health,
    HealthState,
    Message,
    Prepared,
    Presence,
    Receipt,
    Reconciled,
    Target,
)
from syndicate.ports import ApiClient, ApiRequest, ApiResponse, Channel

LIMIT = 3000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_URN = re.compile(r"urn:li:(?:share|ugcPost):\d+")


class Config(BaseModel, frozen=True, extra="forbid"):
    """`version_ends` and `token_ends` are dates to be warned of. `escape_urls = false` leaves `_ ~ # * @` in
    addresses alone, for the case that LinkedIn spoils links by them."""

    base_url: BaseUrl = "https://api.linkedin.com"
    web_url: BaseUrl = "https://www.linkedin.com"
    token_env: str
    author: str = Field(pattern=r"^urn:li:(organization|person):[\w-]+$")
    version: str = Field(default="202608", pattern=r"^20\d\d(0[1-9]|1[0-2])$")
    version_ends: date | None = None
    token_ends: date | None = None
    escape_urls: bool = True


def build(
    config: Config, account: Account, api: ApiClient, secrets: Mapping[str, str], clock: Clock = utc_now
) -> Channel:
    """The channel of one page. `secrets`: token."""
    return LinkedIn(config, account, api, secrets, clock)


class LinkedIn(SocialChannel):
    """Posts to one page on LinkedIn."""

    name = "linkedin"
    network = "LinkedIn"
    limit = LIMIT

    def __init__(
        self, config: Config, account: Account, api: ApiClient, secrets: Mapping[str, str], clock: Clock
    ) -> None:
        super().__init__(config, account, api, secrets, clock)
        self._config = config
        self._posts = f"{config.base_url}/rest/posts"
        self._headers = {"linkedin-version": config.version, "x-restli-protocol-version": "2.0.0"}

    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared:
        return Prepared(
            key=key,
            target=target.id,
            method="POST",
            url=self._posts,
            headers={**self._headers, "content-type": "application/json"},
            body=json_bytes(self._body(message)),
            planned_at=now,
        )

    def reconcile(self, prepared: Prepared) -> Reconciled:
        query = urlencode(
            {"q": "author", "author": self._config.author, "count": 50, "sortBy": "LAST_MODIFIED"}
        )
        try:
            response = self._get(f"{self._posts}?{query}", "FINDER")
        except DeliveryError as error:
            return Reconciled(Presence.UNKNOWN, reason=str(error))
        elements = read_json(response).get("elements")
        if response.status == 200 and isinstance(elements, list):
            return self._search(prepared, elements, response)
        if response.status in (400, 403):
            reason = "LinkedIn does not let this token read posts; a repeat is safe, it names the first one."
            return Reconciled(Presence.ABSENT, reason=reason)
        return self._unknown(response)

    def health(self, now: datetime) -> Health:
        config = self._config
        return worst(
            missing_health(self._missing),
            ending_health(f"LinkedIn's version {config.version}", config.version_ends, now),
            ending_health("The LinkedIn token", config.token_ends, now),
            None if config.version_ends else _aging(config.version, now),
        )

    # --- wire ---

    def _body(self, message: Message) -> dict[str, Any]:
        post = read_post(message)
        if self.measure(post.text) > LIMIT or post.reply_to:
            raise Permanent(
                DeliveryReason.CONTENT,
                f"LinkedIn would not take the text about {message.subject}: it measures "
                f"{self.measure(post.text)} of {LIMIT}, or is a reply.",
                hint="Correct the text; on LinkedIn a post is edited, not replied to.",
            )
        body: dict[str, Any] = {
            "author": self._config.author,
            "commentary": escape(post.text, urls=self._config.escape_urls),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if post.link:
            article = {"source": post.link, "title": post.title or post.link, "description": post.description}
            body["content"] = {"article": {name: text for name, text in article.items() if text}}
        return body

    def _signed(self, request: ApiRequest) -> ApiRequest:
        headers = {**request.headers, "authorization": f"Bearer {self._secrets['token']}"}
        return ApiRequest(request.method, request.url, headers, request.body, request.timeout)

    def _get(self, url: str, method: str) -> ApiResponse:
        return self._call("GET", url, {**self._headers, "x-restli-method": method})

    def _receipt(self, response: ApiResponse) -> Receipt | None:
        urn = response.headers.get("x-restli-id", "")
        return self._receipt_of(urn, response) if urn else None

    def _permalink(self, urn: str) -> str:
        return f"{self._config.web_url}/feed/update/{urn}"

    def _post_url(self, urn: str) -> str:
        return f"{self._posts}/{quote(urn, safe='')}"

    def _retry_after(self, response: ApiResponse) -> datetime | None:
        """LinkedIn's limits are per day and start anew at midnight UTC; no header tells."""
        del response
        tomorrow = self._clock().astimezone(UTC).date() + timedelta(days=1)
        return datetime.combine(tomorrow, datetime.min.time(), UTC)

    # --- duplicates ---

    def _refused(self, prepared: Prepared, response: ApiResponse) -> Receipt:
        urn = _duplicate_of(response)
        return self._verified(prepared, urn, response) if urn else super()._refused(prepared, response)

    def _verified(self, prepared: Prepared, urn: str, response: ApiResponse) -> Receipt:
        """The post that a refused repeat names, if it exists and can be the one that was planned."""
        try:
            seen = self._get(self._post_url(urn), "GET")
        except DeliveryError as error:
            raise self._error(UNKNOWN, response) from error
        if seen.status == 404:
            what = f"names {urn} as the first of this text, which does not exist"
            raise self._error(Refusal(CONTENT.error, CONTENT.reason, what, CONTENT.hint), response)
        if seen.status == 403:  # this token may not read: LinkedIn's own word has to do
            return self._receipt_of(urn, response)
        if seen.status != 200:
            raise self._error(UNKNOWN, response)
        post = read_json(seen)
        made = _made_at(post)
        if not _is_same(post, json.loads(prepared.body)) or (made and made < oldest_possible(prepared)):
            raise self._error(DUPLICATE, response)
        return self._receipt_of(urn, response)

    def _search(self, prepared: Prepared, elements: list[Any], response: ApiResponse) -> Reconciled:
        ours = json.loads(prepared.body)
        oldest = oldest_possible(prepared)
        for post in rows(elements):
            made = _made_at(post)
            if made and made >= oldest and _is_same(post, ours):
                return self._found(post, response)
        return self._absent()

    # --- change after posting ---

    def _amended(self, receipt: Receipt, action: Action, message: Message | None) -> Receipt:
        url = self._post_url(receipt.id)
        if action is Action.DELETE:
            response = self._call("DELETE", url, {**self._headers, "x-restli-method": "DELETE"})
            gone: tuple[int, ...] = (200, 204, 404)
        elif action is Action.EDIT and message is not None:
            headers = {
                **self._headers,
                "x-restli-method": "PARTIAL_UPDATE",
                "content-type": "application/json",
            }
            patch = {"patch": {"$set": {"commentary": self._body(message)["commentary"]}}}
            response = self._call("POST", url, headers, json_bytes(patch))
            gone = (200, 204)
        else:
            raise self._not_an_amendment(action)
        if response.status not in gone:
            raise self._amend_error(response)
        return self._receipt_of(receipt.id, response)


def _duplicate_of(response: ApiResponse) -> str:
    """The name of the first post, from a 422 that calls ours a duplicate; else "".

    The code is data, but the name stands in the message only.
    """
    answer = read_json(response)
    errors = rows(dig(answer, "errorDetails", "inputErrors"))
    if response.status != 422 or not any(error.get("code") == "DUPLICATE_POST" for error in errors):
        return ""
    named = _URN.search(str(answer.get("message", ""))) or _URN.search(str(errors))
    return named.group() if named else ""


def _is_same(post: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    alike = same_text(visible(str(post.get("commentary"))), visible(str(ours.get("commentary"))))
    link = dig(post, "content", "article", "source")
    return alike and link in (None, dig(ours, "content", "article", "source"))


def _made_at(post: Mapping[str, Any]) -> datetime | None:
    """When LinkedIn says that a post was made (milliseconds since 1970); None where it does not."""
    moment = post.get("createdAt")
    return _EPOCH + timedelta(milliseconds=moment) if isinstance(moment, int) and 0 < moment < 2**45 else None


def _aging(version: str, now: datetime) -> Health | None:
    """A warning once the year is nearly over for which LinkedIn promises to serve a version."""
    promised = date(int(version[:4]) + 1, int(version[4:]), 1)
    found = ending_health(f"LinkedIn's promise for version {version}", promised, now)
    return Health(HealthState.WARNING, found.detail, found.expires_at) if found else None
