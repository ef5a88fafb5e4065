"""Facebook pages, Graph API: a message with a link, whose card Facebook reads from the page itself.

The card of a page that changed is refreshed before posting. Facebook refuses only a consecutive repeat, and
without naming the first post: after a lost answer the page's own posts are read.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, quote, urlencode

from pydantic import BaseModel, Field

from syndicate.channels._shared import (
    AUTH,
    CONTENT,
    PERMISSION,
    POLICY,
    RATE,
    UNKNOWN,
    VERSION,
    BaseUrl,
    Clock,
    Refusal,
    SocialChannel,
    dig,
    ending_health,
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

FORM = {"content-type": "application/x-www-form-urlencoded"}
SCRAPE_TIMEOUT = 15.0
PAGE = 50

VERSION_ENDS = {
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
}
"""The ends that Meta has announced (Graph API changelog); a version that is not here has none yet."""

DUPLICATE_CODE = 506
_BY_CODE: dict[int, Refusal] = {
    **dict.fromkeys((1, 2), UNKNOWN),
    **dict.fromkeys((4, 17, 32, 341, 613, 80001), RATE),
    **dict.fromkeys((102, 190), AUTH),
    **dict.fromkeys((10, *range(200, 300)), PERMISSION),
    100: CONTENT,
    368: POLICY,
    1609005: CONTENT,
    2635: VERSION,
}
_TOKEN_DIED = {
    458: "because the app was removed",
    459: "until someone logs in and passes a checkpoint",
    460: "because the password was changed",
    463: "because it has expired",
    464: "because the user is not confirmed",
    467: "because it is no longer valid",
}


class Config(BaseModel, frozen=True, extra="forbid"):
    """`token_env` names a page token. With `app_secret_env` every call proves that it comes from the app.
    `version_ends` and `token_ends` are dates to be warned of."""

    base_url: BaseUrl = "https://graph.facebook.com"
    web_url: BaseUrl = "https://www.facebook.com"
    version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$")
    version_ends: date | None = None
    page_id: str = Field(pattern=r"^\d+$")
    token_env: str
    token_ends: date | None = None
    app_secret_env: str = ""


def build(
    config: Config, account: Account, api: ApiClient, secrets: Mapping[str, str], clock: Clock = utc_now
) -> Channel:
    """The channel of one page. `secrets`: token, and app_secret where it is configured."""
    return Facebook(config, account, api, secrets, clock)


class Facebook(SocialChannel):
    """Posts to one page on Facebook."""

    name = "facebook"
    network = "Facebook"

    def __init__(
        self, config: Config, account: Account, api: ApiClient, secrets: Mapping[str, str], clock: Clock
    ) -> None:
        super().__init__(config, account, api, secrets, clock)
        self._config = config
        self._graph = f"{config.base_url}/{config.version}"

    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared:
        post = read_post(message)
        if post.reply_to:
            raise Permanent(
                DeliveryReason.CONTENT,
                f"Facebook has no replies to posts of a page, as the text about {message.subject} would be.",
                hint="On Facebook a post is edited.",
            )
        form = {"message": post.text, "link": post.link, "published": "true"}
        return Prepared(
            key=key,
            target=target.id,
            method="POST",
            url=f"{self._graph}/{self._config.page_id}/feed",
            headers=FORM,
            body=urlencode({name: text for name, text in form.items() if text}).encode(),
            planned_at=now,
        )

    def reconcile(self, prepared: Prepared) -> Reconciled:
        since = int(oldest_possible(prepared).timestamp())
        query = urlencode({"fields": "id,message,created_time", "limit": PAGE, "since": since})
        try:
            response = self._call("GET", f"{self._graph}/{self._config.page_id}/published_posts?{query}")
        except DeliveryError as error:
            return Reconciled(Presence.UNKNOWN, reason=str(error))
        answer = read_json(response)
        if response.status != 200 or not isinstance(answer.get("data"), list):
            return self._unknown(response)
        text = parse_qs(prepared.body.decode()).get("message", [""])[0]
        times = [read_time(post.get("created_time")) for post in rows(answer["data"])]
        recent = [made is not None and made >= oldest_possible(prepared) for made in times]
        for post, is_recent in zip(rows(answer["data"]), recent, strict=True):
            if is_recent and same_text(str(post.get("message")), text):
                return self._found(post, response)
        if len(recent) >= PAGE and all(recent):
            return Reconciled(Presence.UNKNOWN, reason="The page has more posts since then than one answer.")
        return self._absent()

    def health(self, now: datetime) -> Health:
        config = self._config
        ends = config.version_ends or VERSION_ENDS.get(config.version)
        return worst(
            missing_health(self._missing),
            ending_health(f"Facebook's version {config.version}", ends, now),
            ending_health("The Facebook token", config.token_ends, now),
        )

    # --- wire ---

    def _before(self, prepared: Prepared) -> None:
        """Has Facebook read the linked page anew: it keeps cards up to 30 days. No post depends on it."""
        link = parse_qs(prepared.body.decode()).get("link", [""])[0]
        if link:
            url = f"{self._graph}/?{urlencode({'id': link, 'scrape': 'true'})}"
            request = ApiRequest("POST", url, timeout=SCRAPE_TIMEOUT)
            with suppress(DeliveryError):
                self._api.call(self._signed(request))

    def _signed(self, request: ApiRequest) -> ApiRequest:
        headers = {**request.headers, "authorization": f"Bearer {self._secrets['token']}"}
        url = request.url
        if app_secret := self._secrets.get("app_secret"):
            # The proof is worth nothing without the token, so it may stand in an address.
            proof = hmac.new(app_secret.encode(), self._secrets["token"].encode(), sha256).hexdigest()
            url += f"{'&' if '?' in url else '?'}appsecret_proof={proof}"
        return ApiRequest(request.method, url, headers, request.body, request.timeout)

    def _receipt(self, response: ApiResponse) -> Receipt | None:
        post_id = read_json(response).get("id")
        return self._receipt_of(str(post_id), response) if post_id else None

    def _permalink(self, post_id: str) -> str:
        return f"{self._config.web_url}/{post_id}"

    def _refused(self, prepared: Prepared, response: ApiResponse) -> Receipt:
        if _code(response, "code") == DUPLICATE_CODE:
            return self._found_or_error(prepared, response)
        return super()._refused(prepared, response)

    def _refusal(self, response: ApiResponse) -> Refusal:
        refusal = _BY_CODE.get(_code(response, "code")) or refusal_by_status(response.status)
        if refusal is AUTH and (why := _TOKEN_DIED.get(_code(response, "error_subcode"))):
            return Refusal(AUTH.error, AUTH.reason, f"{AUTH.what} {why}", AUTH.hint, whole_destination=True)
        return refusal

    def _retry_after(self, response: ApiResponse) -> datetime | None:
        minutes = _minutes_to_wait(response)
        return self._clock() + timedelta(minutes=minutes) if minutes else None

    # --- change after posting ---

    def _amended(self, receipt: Receipt, action: Action, message: Message | None) -> Receipt:
        url = f"{self._graph}/{quote(receipt.id, safe='_')}"
        if action is Action.DELETE:
            response = self._call("DELETE", url)
        elif action is Action.EDIT and message is not None:
            response = self._call("POST", url, FORM, urlencode({"message": read_post(message).text}).encode())
        else:
            raise self._not_an_amendment(action)
        if response.status != 200 or read_json(response).get("success") is not True:
            raise self._amend_error(response)
        return self._receipt_of(receipt.id, response)


def _code(response: ApiResponse, name: str) -> int:
    """A number of Graph's error object; 0 where there is none."""
    value = dig(read_json(response), "error", name)
    return value if isinstance(value, int) else 0


def _minutes_to_wait(response: ApiResponse) -> int:
    """The longest `estimated_time_to_regain_access` that the usage header names; 0 for none."""
    usage = read_json(ApiResponse(0, {}, response.headers.get("x-business-use-case-usage", "").encode()))
    waits = [use.get("estimated_time_to_regain_access") for uses in usage.values() for use in rows(uses)]
    return max((wait for wait in waits if isinstance(wait, int) and wait < 100_000), default=0)
