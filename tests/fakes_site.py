"""In-memory stand-ins for what the site and the subscribe service are given; they keep the promises."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syndicate.domain.model import (
    Account,
    Message,
    Significance,
    Subject,
    Target,
    Update,
    UpdateState,
)
from syndicate.ports import (
    Channel,
    Consent,
    DocumentStatus,
    DocumentView,
    Latency,
    ResourceView,
    Selection,
    SourceView,
    StatusView,
    Step,
    Subscriber,
    UpdateHead,
)


@dataclass
class FakeArchive:
    """ports.Archive over lists that a test fills."""

    updates: list[Update] = field(default_factory=list)
    documents: dict[int, DocumentView] = field(default_factory=dict)
    statuses: list[DocumentStatus] = field(default_factory=list)
    known_sources: list[SourceView] = field(default_factory=list)
    known_steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    editions: dict[tuple[int, int], tuple[ResourceView, ...]] = field(default_factory=dict)
    latencies: Latency = field(default_factory=Latency)
    fails_with: Exception | None = None

    def published(
        self, *, topic: str = "", source: str = "", editorial: bool = False, limit: int = 50, before: int = 0
    ) -> list[Update]:
        self._check()
        floor = Significance.EDITORIAL if editorial else Significance.SUBSTANTIVE
        found = [
            update
            for update in self.updates
            if update.state is UpdateState.PUBLISHED
            and update.significance.rank >= floor.rank
            and (not topic or topic in update.topics)
            and (not source or source == update.source_id)
            and (not before or update.sequence < before)
        ]
        return sorted(found, key=lambda update: -update.sequence)[:limit]

    def update(self, update_id: str) -> Update | None:
        self._check()
        return next((update for update in self.updates if update.id == update_id), None)

    def waiting(self) -> list[Update]:
        states = (UpdateState.HELD, UpdateState.APPROVED)
        return sorted((u for u in self.updates if u.state in states), key=lambda update: update.detected_at)

    def document(self, document_id: int, *, texts: bool = True, history: bool = True) -> DocumentView | None:
        self._check()
        known = self.documents.get(document_id)
        if known and not texts:
            known = replace(known, resources=tuple(replace(view, version=None) for view in known.resources))
        return known if known is None or history else replace(known, updates=())

    def near(self, update: Update) -> list[UpdateHead]:
        self._check()
        public = [other for other in self.updates if other.state is UpdateState.PUBLISHED]
        found = [
            other
            for other in public
            if other.id in (update.previous, update.corrects)
            or (other.document_id == update.document_id and update.id in (other.previous, other.corrects))
        ]
        return [head(other) for other in sorted(found, key=lambda other: -other.sequence)]

    def edition(self, document_id: int, sequence: int) -> tuple[ResourceView, ...]:
        """The newest one in `editions` that is no younger; else as the document reads now."""
        self._check()
        known = [n for (document, n) in self.editions if document == document_id and n <= sequence]
        if known:
            return self.editions[document_id, max(known)]
        return self.documents[document_id].resources if document_id in self.documents else ()

    def sequence_at(self, document_id: int, at: datetime) -> int:
        self._check()
        public = [u for u in self.updates if u.state is UpdateState.PUBLISHED]
        return max(
            (u.sequence for u in public if u.document_id == document_id and u.detected_at <= at), default=0
        )

    def steps(self, update_id: str) -> tuple[Step, ...]:
        self._check()
        update = self.update(update_id)
        public = update is not None and update.state is UpdateState.PUBLISHED
        return self.known_steps.get(update_id, ()) if public else ()

    def select(self, selection: Selection, *, limit: int = 50, before: int = 0) -> list[UpdateHead]:
        found = self.published(
            topic=selection.topic,
            source=selection.source,
            editorial=selection.editorial,
            limit=len(self.updates),
            before=before,
        )
        return [head(update) for update in found if _is_selected(update, selection)][:limit]

    def addresses(self, after: int, until: int) -> list[tuple[str, datetime]]:
        self._check()
        return [
            (update.id, update.published_at)
            for update in sorted(self.updates, key=lambda update: update.sequence)
            if update.published_at
            and update.state is UpdateState.PUBLISHED
            and after < update.sequence <= until
        ]

    def last_changes(self) -> dict[int, datetime | None]:
        self._check()
        return {
            document.id: document.updates[0].published_at if document.updates else None
            for document in self.documents.values()
        }

    def newest(self) -> int:
        self._check()
        return max((u.sequence for u in self.updates if u.state is UpdateState.PUBLISHED), default=0)

    def sources(self) -> list[SourceView]:
        self._check()
        return self.known_sources

    def latency(self) -> Latency:
        self._check()
        return self.latencies

    def status(self, now: datetime) -> StatusView:
        self._check()
        newest = max((u.published_at for u in self.updates if u.published_at), default=None)
        return StatusView(tuple(self.statuses), (), len(self.waiting()), 0, newest)

    def _check(self) -> None:
        if self.fails_with:
            raise self.fails_with


def head(update: Update) -> UpdateHead:
    """A published update as lists have it."""
    return UpdateHead(
        id=update.id,
        kind=update.kind,
        significance=update.significance,
        source_id=update.source_id,
        document_id=update.document_id,
        document_title=update.document_title,
        language=update.language,
        topics=update.topics,
        detected_at=update.detected_at,
        published_at=update.published_at or update.detected_at,
        sequence=update.sequence,
        previous=update.previous,
        corrects=update.corrects,
        texts=update.texts,
    )


def _is_selected(update: Update, selection: Selection) -> bool:
    at = update.published_at or update.detected_at
    beginnings = selection.words.casefold().split()
    said = " ".join(
        [
            update.document_title,
            *(f"{text.title} {text.summary}" for text in update.texts.values()),
            *(f"{noted.change.before} {noted.change.after}" for noted in update.changes),
        ]
    )
    words = re.findall(r"\w+", said.casefold())
    return (
        (selection.since is None or selection.since <= at)
        and (selection.until is None or at < selection.until)
        and all(any(word.startswith(beginning) for word in words) for beginning in beginnings)
    )


@dataclass
class Wish:
    uid: str
    topics: tuple[str, ...]
    consent: Consent
    message: Message
    target: Target
    at: datetime
    confirmed: bool = False


@dataclass
class FakeSubscribers:
    """ports.Subscribers in dictionaries. `wishes` is what would be mailed, by opt-in id."""

    people: dict[str, Subscriber] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    suppressions: set[str] = field(default_factory=set)
    keeps_for: timedelta = timedelta(days=7)

    def register(self, address: str, language: str, now: datetime) -> Subscriber:
        for known in self.people.values():
            if known.address == address:
                return known
        uid = f"{len(self.people) + 1:016x}"
        self.people[uid] = Subscriber(uid, address, language, "pending")
        return self.people[uid]

    def suppressed(self, address_hash: str) -> bool:
        return address_hash in self.suppressions

    def ask(
        self,
        uid: str,
        optin_id: str,
        topics: Sequence[str],
        consent: Consent,
        message: Message,
        target: Target,
        now: datetime,
    ) -> bool:
        if any(w.uid == uid and now - w.at < timedelta(hours=24) for w in self.wishes.values()):
            return False
        self.wishes[optin_id] = Wish(uid, tuple(topics), consent, message, target, now)
        return True

    def confirm(self, optin_id: str, now: datetime) -> Subscriber | None:
        wish = self.wishes.get(optin_id)
        if wish is None or (not wish.confirmed and now - wish.at > self.keeps_for):
            return None
        if not wish.confirmed:  # confirming again must not undo an unsubscription since
            wish.confirmed = True
            person = self.people[wish.uid]
            topics = tuple(dict.fromkeys(person.topics + wish.topics))
            self.people[wish.uid] = replace(person, state="active", topics=topics)
        return self.people.get(wish.uid)

    def find(self, uid: str) -> Subscriber | None:
        return self.people.get(uid)

    def end(self, uid: str, topics: Sequence[str] | None, now: datetime) -> None:
        person = self.people.get(uid)
        if person is None:
            return
        left = () if topics is None else tuple(topic for topic in person.topics if topic not in topics)
        self.people[uid] = replace(person, topics=left, state=person.state if left else "ended")

    def everyone(self) -> list[Subscriber]:
        return [person for person in self.people.values() if person.address]

    def add(self, address: str, language: str, topics: Sequence[str], consent: Consent, now: datetime) -> str:
        person = self.register(address, language, now)
        self.people[person.uid] = replace(person, state="active", topics=tuple(topics))
        return person.uid

    def erase(self, address: str, address_hash: str, now: datetime) -> bool:
        known = [person for person in self.people.values() if person.address == address]
        for person in known:
            del self.people[person.uid]
        self.suppressions.add(address_hash)
        return bool(known)


class FakeRenderer:
    """ports.Renderer for confirmations alone: the payload shows what it was asked for."""

    def messages(self, update: Update, account: Account, channel: Channel) -> list[Message]:
        raise NotImplementedError("the site sends no updates")

    def mail(self, update: Update, language: str) -> Message:
        raise NotImplementedError("the site sends no updates")

    def confirmation(self, subject: str, topics: Sequence[str], language: str, now: datetime) -> Message:
        payload = f"{language}: {', '.join(topics) or 'all'}".encode()
        return Message(Subject.CONFIRMATION, subject, "email", "", language, payload)


def counting_hex() -> Callable[[int], str]:
    """A `random_hex` that counts, so that a test knows what comes."""
    counter = itertools.count(1)
    return lambda digits: f"{next(counter):0{digits}x}"
