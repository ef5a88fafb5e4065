"""expand: from one published update to the deliveries it means, in resumable chunks.

A chunk's deliveries, the messages they need and the cursor are one transaction: a crash repeats at most a
chunk, and a repeated chunk finds its deliveries there already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.domain.errors import DeliveryError, StorageError
from syndicate.domain.model import Account, Message, Significance, Subject, Target, Update
from syndicate.ports import Archive, Channel, FanOut, Outbox, PlannedDelivery, Renderer
from syndicate.services.tokens import Tokens

CHUNK = 500
OPEN_AT_ONCE = 200
"""More open fan-outs than one call looks at must not all be broken ones: the others would never come."""
EMAIL = "email"
WEBSUB = "websub"


@dataclass(frozen=True, slots=True)
class Destination:
    """A configured way out: an account and the channel object that serves it.

    `can_ask`: its other side can be asked what it has (a network, but not a mail server). Without that,
    `resend_unknown` says whether what may have been taken is sent once more.
    """

    account: Account
    channel: Channel
    can_ask: bool = True
    resend_unknown: bool = False


class ExpandService:
    """Plans deliveries. `random_hex(n)` gives n unpredictable hexadecimal digits; `in_feeds(sequence)` says
    whether the feeds hold the update of that number."""

    def __init__(
        self,
        outbox: Outbox,
        archive: Archive,
        renderer: Renderer,
        destinations: Mapping[str, Destination],
        tokens: Tokens,
        languages: tuple[str, ...],
        random_hex: Callable[[int], str],
        in_feeds: Callable[[int], bool] = lambda _: True,
    ) -> None:
        self._outbox = outbox
        self._archive = archive
        self._renderer = renderer
        self._destinations = destinations
        self._tokens = tokens
        self._languages = languages
        self._random_hex = random_hex
        self._in_feeds = in_feeds

    def expand(self, now: datetime) -> int:
        """One chunk of each open fan-out; returns how many deliveries were planned.

        One that cannot be expanded stays open and holds up no other; its error is raised in the end.
        """
        planned, faults = 0, []
        fan_outs = self._outbox.fan_outs(limit=OPEN_AT_ONCE)
        underway = {(fan_out.update_id, fan_out.channel) for fan_out in fan_outs}
        for fan_out in fan_outs:
            try:
                planned += self._expand(fan_out, underway, now)
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 (ours or of a template: the others must go on)
                faults.append(error)
        if faults:
            raise faults[0]
        return planned

    def _expand(self, fan_out: FanOut, underway: set[tuple[str, str]], now: datetime) -> int:
        update = self._archive.update(fan_out.update_id)
        if update is None:
            return 0
        if (update.corrects, fan_out.channel) in underway:
            return 0  # who is to be told of what it corrects is known when that one is planned
        if fan_out.channel == WEBSUB and not self._in_feeds(update.sequence):
            return 0  # a hub looks at once: it must find the update there
        if fan_out.channel == EMAIL:
            return self._to_readers(fan_out, update, now)
        return self._to_accounts(fan_out, update, now)

    def render(self, update: Update) -> list[Message]:
        """All that would be sent for this update, for review. Raises Permanent(CONTENT)."""
        messages: list[Message] = []
        for destination in self._destinations.values():
            if destination.account.channel == EMAIL:
                messages += [self._renderer.mail(update, language) for language in self._languages]
            elif destination.account.wants(update.topics, update.significance):
                messages += self._renderer.messages(update, destination.account, destination.channel)
        # a ping says nothing to people, so there is nothing to approve in it
        return [message for message in messages if message.kind is Subject.UPDATE]

    # --- accounts ---------------------------------------------------------------------------------

    def _to_accounts(self, fan_out: FanOut, update: Update, now: datetime) -> int:
        planned: list[PlannedDelivery] = []
        for name, destination in self._destinations.items():
            account = destination.account
            if (
                account.channel == fan_out.channel
                and account.wants(update.topics, update.significance)
                and self._concerned(update, account.channel, [account.id])
            ):
                planned += self._to_account(update, name, destination, now)
        self._outbox.plan(fan_out, planned, fan_out.cursor, True, now)
        return len(planned)

    def _to_account(
        self, update: Update, name: str, destination: Destination, now: datetime
    ) -> list[PlannedDelivery]:
        account = destination.account
        target = Target(account.id)
        try:  # what was approved are these very bytes
            messages = self._outbox.stored_messages(
                update.id, account.channel, account.id
            ) or self._renderer.messages(update, account, destination.channel)
        except DeliveryError as error:  # one text that cannot be made must not hold up the others
            empty = Message(Subject.UPDATE, update.id, account.channel, account.id, "", b"")
            return [replace(self._planned(update, name, target, empty, now), error=str(error))]
        return [
            self._planned(update, name, target, message, now, part) for part, message in enumerate(messages)
        ]

    # --- readers ----------------------------------------------------------------------------------

    def _to_readers(self, fan_out: FanOut, update: Update, now: datetime) -> int:
        configured = EMAIL in self._destinations  # it may have been when the update was published
        if not configured or update.significance is not Significance.SUBSTANTIVE:
            self._outbox.plan(fan_out, [], fan_out.cursor, True, now)
            return 0
        readers = self._outbox.readers(update.topics, fan_out.cursor, CHUNK)
        mails = {mail.language: mail for mail in self._outbox.stored_messages(update.id, EMAIL, EMAIL)}
        concerned = self._concerned(update, EMAIL, [reader.uid for reader in readers])
        planned = []
        for reader in readers:
            if reader.uid not in concerned:
                continue
            language = reader.language if reader.language in self._languages else self._languages[0]
            if language not in mails:
                mails[language] = self._renderer.mail(update, language)
            values = {
                "unsubscribe": self._tokens.unsubscribe(reader.uid, reader.topic),
                "preferences": self._tokens.preferences(reader.uid),
            }
            target = Target(reader.uid, reader.address, values)
            planned.append(self._planned(update, EMAIL, target, mails[language], now))
        cursor = readers[-1].row if readers else fan_out.cursor
        self._outbox.plan(fan_out, planned, cursor, len(readers) < CHUNK, now)
        return len(planned)

    def _concerned(self, update: Update, channel: str, targets: Sequence[str]) -> set[str]:
        """A correction concerns people who were told of what it corrects; any other update, everyone."""
        if not update.corrects or channel == WEBSUB:
            return set(targets)
        return self._outbox.told(update.corrects, channel, targets)

    def _planned(
        self, update: Update, name: str, target: Target, message: Message, now: datetime, part: int = 0
    ) -> PlannedDelivery:
        return PlannedDelivery(
            key=self._random_hex(32),
            kind=message.kind,
            subject=update.id,
            channel=self._destinations[name].account.channel,
            destination=name,
            target=target,
            message=message,
            due_at=now,
            part=part,
        )
