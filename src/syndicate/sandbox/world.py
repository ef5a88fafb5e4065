"""What the sandbox knows: mails and posts, rebuilt from the ledger at every start."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from syndicate.sandbox.faults import Faults
from syndicate.sandbox.ledger import Entry, Ledger, Span

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Mail:
    """An accepted mail; its bytes stay in the ledger."""

    n: int
    id: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    span: Span


@dataclass(slots=True)
class Post:
    """An accepted post. `text` is what readers see, `body` the request as the network keeps it."""

    network: str
    id: str
    n: int
    at: datetime
    author: str
    text: str
    link: str = ""
    title: str = ""
    description: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    previous: str = ""  # X: the post that this one is an edit of
    reply_to: str = ""
    state: str = "live"  # live, edited, superseded (X: by an edit), deleted, vanished
    changed_at: datetime | None = None

    @property
    def visible(self) -> bool:
        return self.state in ("live", "edited")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that the sandbox did not take, and why; kept in memory only, for whoever wonders."""

    at: datetime
    network: str
    request: str
    reason: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a network shows of a linked page, as it last read it."""

    title: str
    description: str


class World:
    """The state, its ledger and its faults. Everything that changes it goes through `record`."""

    def __init__(self, ledger: Ledger, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.ledger = ledger
        self.clock = clock
        self.faults = Faults()
        self.mails: list[Mail] = []
        self.cards: dict[tuple[str, str], Card] = {}  # by network and address
        self.refusals: deque[Refusal] = deque(maxlen=200)
        self.counts: dict[tuple[str, str], int] = {}
        self.n = 0
        self._posts: dict[tuple[str, str], Post] = {}
        self._last_numbers: dict[str, int] = {}
        for entry, span in ledger.replay():
            self._apply(entry, span)

    def record(self, kind: str, network: str, id: str, **data: Any) -> Entry:
        """Puts one event into the state and in line for the ledger; the caller syncs before it answers."""
        entry = {
            "n": self.n + 1,
            "at": self.clock().isoformat(),
            "kind": kind,
            "network": network,
            "id": id,
        } | data
        self._apply(entry, self.ledger.add(entry))
        return entry

    def refuse(self, network: str, request: str, reason: str) -> None:
        """Notes what was not taken."""
        self.refusals.append(Refusal(self.clock(), network, request, reason))

    def number(self, network: str, epoch_ms: int = 0) -> int:
        """A new id as X and LinkedIn make them: milliseconds since an epoch, then 22 bits; ever growing."""
        made = (int(self.clock().timestamp() * 1000) - epoch_ms) << 22
        self._last_numbers[network] = max(self._last_numbers.get(network, 0) + 1, made)
        return self._last_numbers[network]

    def post(self, network: str, id: str) -> Post | None:
        return self._posts.get((network, id))

    def posts(self, network: str = "", author: str = "") -> Iterator[Post]:
        """Newest first, of every state."""
        for post in reversed(self._posts.values()):
            if network in ("", post.network) and author in ("", post.author):
                yield post

    def _apply(self, entry: Entry, span: Span) -> None:
        self.n = entry["n"]
        kind, network, id = entry["kind"], entry["network"], entry["id"]
        self.counts[network, kind] = self.counts.get((network, kind), 0) + 1
        at = datetime.fromisoformat(entry["at"])
        if kind == "mail":
            self._add_mail(entry, at, span)
        elif kind == "post":
            self._add_post(entry, at)
        elif kind == "card":
            self.cards[network, id] = Card(entry["title"], entry["description"])
        else:
            self._change_post(self._posts[network, id], entry, at)

    def _add_mail(self, entry: Entry, at: datetime, span: Span) -> None:
        self.mails.append(
            Mail(
                n=entry["n"],
                id=entry["id"],
                at=at,
                sender=entry["sender"],
                recipients=tuple(entry["recipients"]),
                subject=entry["subject"],
                message_id=entry["message_id"],
                span=span,
            )
        )

    def _add_post(self, entry: Entry, at: datetime) -> None:
        names = (
            "network",
            "id",
            "n",
            "author",
            "text",
            "link",
            "title",
            "description",
            "body",
            "previous",
            "reply_to",
        )
        post = Post(at=at, **{name: entry[name] for name in names if name in entry})
        self._posts[post.network, post.id] = post
        self._last_numbers[post.network] = int(post.id.rpartition(":")[2].rpartition("_")[2])
        if post.previous:
            old = self._posts[post.network, post.previous]
            old.state, old.changed_at = "superseded", at

    def _change_post(self, post: Post, entry: Entry, at: datetime) -> None:
        post.changed_at = at
        if entry["kind"] == "edit":
            post.text, post.body, post.state = entry["text"], post.body | entry["body"], "edited"
        else:
            post.state = {"delete": "deleted", "vanish": "vanished"}[entry["kind"]]
