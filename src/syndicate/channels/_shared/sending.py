"""One post, one call, one outcome: what the channels of all networks do alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import BaseModel

from syndicate.channels._shared.health import missing_secrets
from syndicate.channels._shared.refusals import DUPLICATE, NO_SUCH_POST, UNKNOWN, Refusal, refusal_by_status
from syndicate.channels._shared.wire import Clock, json_bytes
from syndicate.domain.errors import DeliveryError, DeliveryReason, Permanent, Transient
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
from syndicate.ports import ApiClient, ApiRequest, ApiResponse, Commit, Outcome

ANSWER_LIMIT = 2000


def one_by_one(batch: Sequence[Prepared], attempt: Callable[[Prepared], Receipt]) -> Iterator[Outcome]:
    """The outcomes of a batch in order, each as soon as it is known.

    `attempt` sends one message and may raise DeliveryError. After an error that concerns the whole
    destination, the rest is not tried.
    """
    cause: DeliveryError | None = None
    for prepared in batch:
        try:
            if cause:
                raise _not_tried(cause)
            outcome = Outcome(prepared.key, receipt=attempt(prepared))
        except DeliveryError as error:
            cause = cause or (error if error.whole_destination else None)
            outcome = Outcome(prepared.key, error=error)
        yield outcome


def _not_tried(cause: DeliveryError) -> Transient:
    return Transient(
        DeliveryReason.NOT_SENT,
        f"Not tried, because of another message: {cause.message}",
        retry_after=cause.retry_after,
        whole_destination=True,
        hint=cause.hint,
    )


class SocialChannel(ABC):
    """One account on a network that takes one post per call. Subclasses know what is the network's own."""

    name: str
    network: str
    limit: int = 0
    link_in_text: bool = False

    def __init__(
        self, config: BaseModel, account: Account, api: ApiClient, secrets: Mapping[str, str], clock: Clock
    ) -> None:
        self._api = api
        self._secrets = secrets
        self._clock = clock
        self._missing = missing_secrets(config, secrets)
        self._who = f"{self.network} (account {account.id})"

    # --- what is the network's own ---

    @abstractmethod
    def prepare(self, message: Message, target: Target, key: str, now: datetime) -> Prepared: ...

    @abstractmethod
    def reconcile(self, prepared: Prepared) -> Reconciled: ...

    @abstractmethod
    def health(self, now: datetime) -> Health: ...

    @abstractmethod
    def _signed(self, request: ApiRequest) -> ApiRequest:
        """The request with authentication."""

    @abstractmethod
    def _receipt(self, response: ApiResponse) -> Receipt | None:
        """The receipt in a successful answer to a new post; None where it names no post."""

    @abstractmethod
    def _permalink(self, post_id: str) -> str:
        """Where people see a post."""

    @abstractmethod
    def _amended(self, receipt: Receipt, action: Action, message: Message | None) -> Receipt:
        """Does EDIT or DELETE. Raises DeliveryError."""

    def _refusal(self, response: ApiResponse) -> Refusal:
        """What an answer that is no success means."""
        return refusal_by_status(response.status)

    def _retry_after(self, response: ApiResponse) -> datetime | None:  # noqa: ARG002 (subclasses read it)
        """When a rate limit ends; None where the network does not tell."""
        return None

    def _before(self, prepared: Prepared) -> None:
        """Called before anything is committed. Creates nothing and raises no DeliveryError."""
        del prepared

    def _refused(self, prepared: Prepared, response: ApiResponse) -> Receipt:
        """A receipt, where a refusal proves that the post is there already. Raises DeliveryError."""
        del prepared
        raise self._error(self._refusal(response), response)

    # --- what all do alike ---

    def measure(self, text: str) -> int:
        return len(text)

    def send(self, batch: Sequence[Prepared], commit: Commit) -> Iterator[Outcome]:
        return one_by_one(batch, lambda prepared: self._create(prepared, commit))

    def amend(self, receipt: Receipt, action: Action, message: Message | None = None) -> Outcome:
        """Edits or deletes. The key of the outcome is the receipt's id."""
        try:
            self._need_secrets()
            return Outcome(receipt.id, receipt=self._amended(receipt, action, message))
        except DeliveryError as error:
            return Outcome(receipt.id, error=error)

    def _create(self, prepared: Prepared, commit: Commit) -> Receipt:
        self._need_secrets()
        self._before(prepared)
        request = self._signed(ApiRequest(prepared.method, prepared.url, prepared.headers, prepared.body))
        commit(prepared.key)
        response = self._api.call(request)
        if response.status not in (200, 201):
            return self._refused(prepared, response)
        receipt = self._receipt(response)
        if receipt is None:
            raise self._error(UNKNOWN, response)
        return receipt

    def _call(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> ApiResponse:
        """Any call but a new post. Raises DeliveryError where there is no answer."""
        self._need_secrets()
        return self._api.call(self._signed(ApiRequest(method, url, headers or {}, body)))

    def _need_secrets(self) -> None:
        if self._missing:
            raise Permanent(
                DeliveryReason.AUTH,
                f"{self._who} has no token.",
                whole_destination=True,
                hint=f"Set the environment variable {', '.join(self._missing)}.",
            )

    def _found_or_error(self, prepared: Prepared, response: ApiResponse) -> Receipt:
        """For a duplicate that is not named: the post of ours that it repeats. Raises DeliveryError."""
        found = self.reconcile(prepared)
        if found.receipt is not None:
            return found.receipt
        raise self._error(DUPLICATE if found.presence is Presence.ABSENT else UNKNOWN, response)

    def _receipt_of(self, post_id: str, response: ApiResponse) -> Receipt:
        permalink = self._permalink(post_id)
        return Receipt(post_id, permalink, self._clock(), response.status, self._words(response))

    def _found(self, post: Mapping[str, Any], response: ApiResponse) -> Reconciled:
        """For a post of ours that an answer holds: only the post itself is kept of it."""
        shown = ApiResponse(response.status, {}, json_bytes(post))
        receipt = self._receipt_of(str(post.get("id")), shown)
        return Reconciled(Presence.FOUND, receipt, f"{self._who} shows it.")

    def _absent(self) -> Reconciled:
        return Reconciled(Presence.ABSENT, reason=f"{self._who} does not show it.")

    def _error(self, refusal: Refusal, response: ApiResponse) -> DeliveryError:
        return refusal.error(
            refusal.reason,
            f"{self._who} {refusal.what} (status {response.status}).",
            status=response.status,
            answer=self._words(response),
            retry_after=self._retry_after(response) if refusal.reason is DeliveryReason.RATE else None,
            whole_destination=refusal.whole_destination,
            hint=refusal.hint,
        )

    def _amend_error(self, response: ApiResponse) -> DeliveryError:
        gone = response.status in (404, 410)
        return self._error(NO_SUCH_POST if gone else self._refusal(response), response)

    def _unknown(self, response: ApiResponse) -> Reconciled:
        refusal = self._refusal(response)
        return Reconciled(Presence.UNKNOWN, reason=f"{self._who} {refusal.what} (status {response.status}).")

    def _words(self, response: ApiResponse) -> str:
        """The network's own words, without our secrets in any spelling."""
        text = response.body.decode("utf-8", "replace")
        for secret in filter(None, self._secrets.values()):
            for spelling in (secret, quote(secret, safe=""), quote_plus(secret)):
                text = text.replace(spelling, "***")
        return text[:ANSWER_LIMIT]

    def _not_an_amendment(self, action: Action) -> Permanent:
        return Permanent(
            DeliveryReason.CONTENT,
            f"{self._who} cannot do »{action.value}« to a post that exists.",
            hint="Only edit and delete change a post; a reply is a message of its own.",
        )
