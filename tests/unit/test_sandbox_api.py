"""What the sandbox shows of mails is what is on disk, also while others come in."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from starlette.applications import Starlette

from syndicate.sandbox.api import Api
from syndicate.sandbox.ledger import Ledger
from syndicate.sandbox.world import World
from tests.asgi import Client
from tests.sandboxes import MAIL, Clock


class BusyLedger(Ledger):
    """One at which another mail comes in whenever somebody has waited for the disk."""

    world: World

    async def sync(self) -> None:
        await super().sync()
        take_mail(self.world)


def take_mail(world: World) -> None:
    number = len(world.mails) + 1
    world.record(
        "mail",
        "smtp",
        f"{number:08d}",
        sender="news@example.org",
        recipients=["reader@example.org"],
        subject="Nyt",
        message_id=f"<{number}@example.org>",
        raw=base64.b64encode(MAIL).decode(),
    )


def test_a_mail_that_comes_while_the_disk_is_waited_for_is_shown_the_next_time(tmp_path: Path) -> None:
    ledger = BusyLedger(tmp_path / "ledger.jsonl")
    ledger.world = World(ledger, Clock())
    take_mail(ledger.world)
    client = Client(Starlette(routes=Api(ledger.world).routes))
    shown = [len(json.loads(client.get("/api/mails").text)) for _ in range(3)]
    assert shown == [1, 2, 3]
    ledger.close()


def test_one_mail_is_given_as_it_came(tmp_path: Path) -> None:
    ledger = BusyLedger(tmp_path / "ledger.jsonl")
    ledger.world = World(ledger, Clock())
    take_mail(ledger.world)
    client = Client(Starlette(routes=Api(ledger.world).routes))
    assert client.get("/api/mails/00000001.eml").body == MAIL
    assert client.get("/api/mails/00000009.eml").status == 404
    ledger.close()
