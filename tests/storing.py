"""A real database of the test's own, and short ways to put things into it.

It is SQLite, in the folder. A module that says `pytestmark = pytest.mark.usefixtures("any_database")` is run
a second time, on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicate.domain.model import (
    Block,
    BlockKind,
    Message,
    Recipe,
    Subject,
    Target,
    Update,
    Version,
)
from syndicate.ports import (
    Claim,
    Conclusion,
    Consent,
    FanOut,
    Finding,
    FoundDocument,
    PlannedDelivery,
    Reading,
    Retrieved,
    SourceRecord,
    Validators,
)
from syndicate.storage.archive import ArchiveRows
from syndicate.storage.engine import Database
from syndicate.storage.feeds import FeedRows
from syndicate.storage.outbox import OutboxRows
from syndicate.storage.subscribing import SubscriberRows
from syndicate.storage.updates import UpdateRows
from syndicate.storage.watching import WatchRows

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
URL = "https://kilde.example/side"
SOURCE = SourceRecord("kilde", "Kilden", "page", "da", ("sundhed",))
CONSENT = Consent("Ja tak til mails.", "1", "/subscribe", "192.0.2.0")


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/s.db"


url_for: Callable[[Path], str] = sqlite_url
"""The address of a folder's database; the fixture `any_database` puts another function in its place."""


def version(*texts: str, title: str = "En side") -> Version:
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in texts)
    return Version(title, "da", blocks, Recipe("html", 1))


def retrieved(body: bytes, etag: str = '"1"') -> Retrieved:
    return Retrieved(URL, body, "text/html", Validators(URL, etag))


@dataclass
class Store:
    """All stores over one database."""

    folder: Path
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(url_for(self.folder))
        self.database.upgrade()
        self.watch = WatchRows(self.database)
        self.updates = UpdateRows(self.database)
        self.outbox = OutboxRows(self.database)
        self.subscribers = SubscriberRows(self.database)
        self.archive = ArchiveRows(self.database)
        self.feeds = FeedRows(self.database)

    # --- watching ---------------------------------------------------------------------------------

    def source(self, *documents: str, now: datetime = NOW) -> None:
        """A source with documents of these keys, each on a host of its own."""
        self.watch.sync_sources([SOURCE], now)
        found = [
            FoundDocument(key, "", f"https://{key}.example/", f"{key}.example")
            for key in documents or ("side",)
        ]
        self.watch.found([Finding(SOURCE.id, found, now + timedelta(hours=1))], now)

    def claim(self, now: datetime = NOW) -> Claim:
        (claim,) = self.watch.claim(now, LEASE, limit=1)
        return claim

    def visit(
        self, body: bytes, read: Version, *, update: Update | None = None, now: datetime = NOW
    ) -> Claim:
        """One whole visit in which the main resource was read so."""
        claim = self.claim(now)
        main = claim.resources[0]
        snapshot = self.watch.keep_snapshot(claim, main.id, retrieved(body), now)
        assert self.watch.conclude(
            Conclusion(
                claim.document_id,
                claim.token,
                now,
                now + timedelta(minutes=1),
                title=read.title,
                readings=(Reading(main.id, snapshot.id, read),),
                settle=(main.id,) if claim.baseline else (),
                update=update,
                touched=(main.id,) if update else (),
                channels=("email", "linkedin"),
            )
        )
        return claim

    # --- sending ----------------------------------------------------------------------------------

    def fan_out(self, channel: str) -> FanOut:
        return next(fan_out for fan_out in self.outbox.fan_outs(10) if fan_out.channel == channel)

    def reader(self, address: str, topics: Sequence[str] = ("sundhed",), now: datetime = NOW) -> str:
        return self.subscribers.add(address, "da", topics, CONSENT, now)


def message(subject: str, channel: str = "linkedin", account: str = "li", payload: bytes = b"{}") -> Message:
    return Message(Subject.UPDATE, subject, channel, account, "da", payload)


def planned(n: int, subject: str, destination: str = "li", **other: object) -> PlannedDelivery:
    values: dict[str, object] = {
        "key": f"{n:032x}",
        "kind": Subject.UPDATE,
        "subject": subject,
        "channel": "linkedin",
        "destination": destination,
        "target": Target(f"t{n}"),
        "message": message(subject),
        "due_at": NOW,
    }
    return PlannedDelivery(**(values | other))  # type: ignore[arg-type]
