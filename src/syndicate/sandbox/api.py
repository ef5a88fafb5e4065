"""What tests and the demo ask the sandbox: mails, posts, counts, refusals; and how faults are ordered."""

from __future__ import annotations

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syndicate.sandbox.faults import Fault, FaultError
from syndicate.sandbox.messages import letter
from syndicate.sandbox.world import Card, Mail, Post, World

_NO_CARD = Card("", "")


class Api:
    """JSON about the state; nothing of it can be deleted."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.routes = [
            Route("/api/mails", self.mails),
            Route("/api/mails/{id}.eml", self.raw_mail),
            Route("/api/posts", self.posts),
            Route("/api/ledger", self.ledger),
            Route("/api/refusals", self.refusals),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", self.order_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/healthz", self.health),
        ]

    async def mails(self, request: Request) -> Response:
        """Oldest first. `?to=` one recipient, `?after=` only with a greater n."""
        wanted, after = request.query_params.get("to"), _number(request, "after")
        found = [
            mail
            for mail in self._world.mails
            if mail.n > after and (wanted is None or wanted in mail.recipients)
        ]
        await self._world.ledger.sync()  # what comes while it waits is not on disk, and is shown next time
        return JSONResponse([self._shown(mail) for mail in found])

    async def raw_mail(self, request: Request) -> Response:
        found = [mail for mail in self._world.mails if mail.id == request.path_params["id"]]
        if not found:
            return JSONResponse({"error": "There is no such mail."}, 404)
        await self._world.ledger.sync()
        return Response(mail_bytes(self._world, found[0]), media_type="message/rfc822")

    async def posts(self, request: Request) -> Response:
        """Oldest first, of every state. `?network=` one network, `?after=` only with a greater n."""
        after = _number(request, "after")
        posts = [
            post for post in self._world.posts(request.query_params.get("network", "")) if post.n > after
        ]
        return JSONResponse([_post(post, self._world, str(request.base_url)) for post in reversed(posts)])

    async def ledger(self, _: Request) -> Response:
        """How much was accepted; `distinct` counts Message-IDs (with recipient), and texts per author."""
        await self._world.ledger.sync()
        counts: dict[str, dict[str, int]] = {}
        for (network, kind), count in self._world.counts.items():
            counts.setdefault(network, {})[kind] = count
        mails = {(mail.message_id, mail.recipients) for mail in self._world.mails}
        posts = {(post.network, post.author, post.text, post.link) for post in self._world.posts()}
        return JSONResponse(
            {
                "entries": self._world.n,
                "counts": counts,
                "distinct": {"mails": len(mails), "posts": len(posts)},
                "path": str(self._world.ledger.path),
            }
        )

    async def refusals(self, _: Request) -> Response:
        """The latest requests that were not taken, and why; newest first."""
        shown = [
            {
                "at": each.at.isoformat(),
                "network": each.network,
                "request": each.request,
                "reason": each.reason,
            }
            for each in reversed(self._world.refusals)
        ]
        return JSONResponse(shown)

    async def faults(self, _: Request) -> Response:
        return JSONResponse([_fault(fault) for fault in self._world.faults.open])

    async def order_fault(self, request: Request) -> Response:
        # A JSON media type keeps pages of other origins out: a browser asks first before it sends one.
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return JSONResponse({"error": "Send JSON as application/json."}, 415)
        try:
            fault = self._world.faults.order(await request.json(), self._world.n)
        except FaultError as error:
            return JSONResponse({"error": str(error)}, 400)
        except ValueError:
            return JSONResponse({"error": "This is not JSON."}, 400)
        return JSONResponse(_fault(fault), 201)

    async def clear_faults(self, _: Request) -> Response:
        self._world.faults.clear()
        return Response(status_code=204)

    async def health(self, _: Request) -> Response:
        """503 once the ledger could not be written."""
        await self._world.ledger.sync()
        return JSONResponse({"status": "ok"})

    def _shown(self, mail: Mail) -> dict[str, Any]:
        seen = letter(mail_bytes(self._world, mail))
        return {
            "id": mail.id,
            "n": mail.n,
            "at": mail.at.isoformat(),
            "envelope": {"from": mail.sender, "to": list(mail.recipients)},
            "from": seen.sender,
            "to": seen.to,
            "subject": seen.subject,
            "text": seen.text,
            "html": seen.html,
            "links": list(seen.links),
            "headers": [list(header) for header in seen.headers],
        }


def mail_bytes(world: World, mail: Mail) -> bytes:
    """The mail as it came, from the ledger."""
    return base64.b64decode(world.ledger.read(mail.span)["raw"])


def permalink(post: Post) -> str:
    """Where the post can be seen, relative to the sandbox."""
    return f"/posts/{post.network}/{post.id}"


def card(post: Post, world: World) -> Card:
    """What the network shows of the linked page: LinkedIn what it was given, the others what they read."""
    if post.network == "linkedin":
        return Card(post.title, post.description)
    return world.cards.get((post.network, post.link), _NO_CARD)


def _post(post: Post, world: World, base_url: str) -> dict[str, Any]:
    shown = card(post, world)
    return {
        "network": post.network,
        "id": post.id,
        "n": post.n,
        "at": post.at.isoformat(),
        "author": post.author,
        "text": post.text,
        "link": post.link,
        "title": shown.title,
        "description": shown.description,
        "permalink": base_url.rstrip("/") + permalink(post),
        "state": post.state,
        "previous": post.previous,
        "reply_to": post.reply_to,
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "network": fault.network,
        "fault": fault.name,
        "moment": fault.moment,
        "times": fault.times,
        "after": fault.after,
    }


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    return int(text) if text.isdecimal() else 0
