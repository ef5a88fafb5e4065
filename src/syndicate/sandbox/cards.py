"""Link cards: what X and Facebook read from a linked page. Only pages on this machine are read."""

from __future__ import annotations

import asyncio
import http.client
import ipaddress
from html.parser import HTMLParser
from urllib.parse import urlsplit

from syndicate.sandbox.world import Card, World

_TIMEOUT = 2.0  # seconds
_LIMIT = 256 * 1024  # octets


class Cards:
    """The cards that networks keep, per network and address, in the world and its ledger."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._reading: set[asyncio.Task[None]] = set()

    async def look(self, network: str, url: str) -> None:
        """Reads the page and keeps its card; returns when that is done or has failed."""
        card = await asyncio.to_thread(read_card, url)
        if card and card != self._world.cards.get((network, url)):
            self._world.record("card", network, url, title=card.title, description=card.description)
            await self._world.ledger.sync()

    def look_later(self, network: str, url: str) -> None:
        """Starts to read a page whose card is not known yet. A known one stays as it is, however stale."""
        if (network, url) not in self._world.cards:
            task = asyncio.create_task(self.look(network, url))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)

    async def close(self) -> None:
        """Waits for what is being read; each takes two seconds at most."""
        await asyncio.gather(*self._reading)


def read_card(url: str) -> Card | None:
    """The card of a page by its og: tags, or its title and description; None when there is none to be had.

    Blocks for up to two seconds. Follows nothing and asks nobody but loopback addresses.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        return None
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        html = answer.read(_LIMIT) if answer.status == 200 else b""
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return card_of(html.decode("utf-8", "replace")) if html else None


def card_of(html: str) -> Card | None:
    """The card that a page asks for; None for a page without any title."""
    tags = _Tags()
    tags.feed(html)
    title = (
        tags.meta.get("og:title") or tags.meta.get("twitter:title") or " ".join("".join(tags.title).split())
    )
    description = (
        tags.meta.get("og:description")
        or tags.meta.get("twitter:description")
        or tags.meta.get("description", "")
    )
    return Card(title[:300], description[:1000]) if title else None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.title: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self.title
        if tag == "meta":
            named = dict(attrs)
            name = named.get("property") or named.get("name") or ""
            self.meta.setdefault(name.lower(), named.get("content") or "")

    def handle_endtag(self, _: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
