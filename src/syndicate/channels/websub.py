"""WebSub hubs: told of every update, so that they tell those who subscribe there.

A ping is a form of `hub.mode=publish` and the addresses of the feeds that have news. Nothing is said of it in
the standard; hubs have agreed on that. Hearing it twice does no harm: the hub looks twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BaseModel

from syndicate.channels._shared import (
    LOOPBACK,
    UNKNOWN,
    Clock,
    Refusal,
    one_by_one,
    refusal_by_status,
    utc_now,
)
from syndicate.domain.errors import DeliveryReason, Permanent, Transient, Uncertain
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
from syndicate.ports import ApiClient, ApiRequest, ApiResponse, Channel, Commit, Outcome

FORM = {"content-type": "application/x-www-form-urlencoded"}
ANSWER_LIMIT = 500
LONGEST_WAIT = timedelta(hours=6)

DOWN = Refusal(
    Transient,
    DeliveryReason.SERVER,
    "does not answer as it should",
    "Pings wait and go on by themselves.",
    whole_destination=True,
)


def _hub(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("must start with https:// (http:// is for this machine only)")
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("must be a plain address such as https://hub.example.org/")
    return url


class Config(BaseModel, frozen=True, extra="forbid"):
    """`base_url` is the hub's address, as it stands in feeds."""

    base_url: Annotated[str, AfterValidator(_hub)]


def build(
    config: Config, account: Account, api: ApiClient, secrets: Mapping[str, str], clock: Clock = utc_now
) -> Channel:
    """The channel of one hub. It needs no secrets."""
    del account, secrets
    return WebSub(config.base_url, api, clock)


class WebSub:
    """Pings one hub."""

    name = "websub"
    limit = 0
    link_in_text = False

    def __init__(self, hub: str, api: ApiClient, clock: Clock) -> None:
        self._hub = hub
        self._api = api
        self._clock = clock

    def measure(self, text: str) -> int:
        return len(text)

    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared:
        form = parse_qs(message.payload.decode("ascii", "replace"))
        if form.get("hub.mode") != ["publish"] or not form.get("hub.url"):
            raise Permanent(
                DeliveryReason.CONTENT,
                f"The stored message about {message.subject} is not a ping.",
                hint="It may come from another version of this program.",
            )
        return Prepared(key, target.id, message.payload, "POST", self._hub, FORM, planned_at=now)

    def send(self, batch: Sequence[Prepared], commit: Commit) -> Iterator[Outcome]:
        return one_by_one(batch, lambda prepared: self._ping(prepared, commit))

    def reconcile(self, prepared: Prepared) -> Reconciled:
        del prepared
        return Reconciled(Presence.UNKNOWN, reason="A hub does not tell which pings it has heard.")

    def amend(self, receipt: Receipt, action: Action, message: Message | None = None) -> Outcome:
        del message
        error = Permanent(DeliveryReason.CONTENT, f"A ping is over: a hub cannot do »{action.value}« to it.")
        return Outcome(receipt.id, error=error)

    def health(self, now: datetime) -> Health:
        del now
        return Health(HealthState.OK, "Ready.")

    def _ping(self, prepared: Prepared, commit: Commit) -> Receipt:
        commit(prepared.key)
        request = ApiRequest(prepared.method, prepared.url, prepared.headers, prepared.body)
        try:
            response = self._api.call(request)
        except Uncertain as error:  # whether it was heard does not matter: it is simply said again
            raise Transient(
                DeliveryReason.SERVER, error.message, whole_destination=True, hint=DOWN.hint
            ) from error
        if not 200 <= response.status < 300:
            raise self._refused(response)
        return Receipt(prepared.key, "", self._clock(), response.status, _words(response))

    def _refused(self, response: ApiResponse) -> Permanent | Transient:
        refusal = refusal_by_status(response.status)
        if refusal is UNKNOWN:
            refusal = DOWN
        made = refusal.error(
            refusal.reason,
            f"The hub {self._hub} {refusal.what} (status {response.status}).",
            status=response.status,
            answer=_words(response),
            retry_after=self._retry_after(response),
            whole_destination=refusal.whole_destination,
            hint=refusal.hint,
        )
        assert isinstance(made, Permanent | Transient)
        return made

    def _retry_after(self, response: ApiResponse) -> datetime | None:
        seconds = response.headers.get("retry-after", "")
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 10):
            return None
        return self._clock() + min(timedelta(seconds=int(seconds)), LONGEST_WAIT)


def _words(response: ApiResponse) -> str:
    return response.body.decode("utf-8", "replace")[:ANSWER_LIMIT]
