"""Links to attachments that come or go because another reader reads the page: no news of the page.

The newest bytes from before this visit are silently read once more, as the texts are: what the present reader
sees in them stood there all along, and what it does not see it would never have seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.domain.errors import ParseError
from syndicate.domain.model import Version
from syndicate.ports import KeptSnapshot, Reader, ReadOptions, SnapshotState, WatchStore
from syndicate.services.watched import Seen


@dataclass(frozen=True, slots=True)
class FormerLinks:
    """The addresses that the present reader finds in a page's former bytes; None where it cannot read them.

    `same_reader`: it read them before as well, so that every difference is the page's own.
    """

    addresses: frozenset[str] | None = None
    same_reader: bool = False

    def had(self, address: str) -> bool:
        """Whether a link that is new to us stood there before, unseen."""
        return not self.same_reader and (self.addresses is None or address in self.addresses)

    def hides(self, address: str) -> bool:
        """Whether a link that we knew is one that the present reader does not see."""
        return not self.same_reader and (self.addresses is None or address not in self.addresses)


def former_links(store: WatchStore, reader: Reader, main: Seen, options: ReadOptions) -> FormerLinks:
    """For a page that was just read. Raises StorageError."""
    if main.version is None or not main.resource.head_version:
        return FormerLinks(same_reader=True)
    head, read = store.version(main.resource.head_version)
    if head.recipe == main.version.recipe:
        return FormerLinks(same_reader=True)
    again = _read_again(store, reader, _newest_read(main, read), options)
    return FormerLinks(frozenset(link.url for link in again.attachments) if again else None)


def _newest_read(main: Seen, read: KeptSnapshot) -> KeptSnapshot:
    """The text may be as in an older snapshot, and the links not."""
    latest = main.resource.latest
    return latest if latest and latest.state is SnapshotState.READ and latest != main.snapshot else read


def _read_again(
    store: WatchStore, reader: Reader, snapshot: KeptSnapshot, options: ReadOptions
) -> Version | None:
    body = store.bytes_of(snapshot.sha256)
    try:
        return reader.read(body, media_type=snapshot.media_type, url=snapshot.url, options=options)
    except ParseError:
        return None
