"""Where networks meet HTTP: requests in, answers out, and the ways in which an answer can fail to arrive."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from syndicate.sandbox import faults
from syndicate.sandbox.cards import Cards
from syndicate.sandbox.faults import Fault
from syndicate.sandbox.networks.calls import Call, Network, Refused, Reply
from syndicate.sandbox.world import World

_TRANSPORT = "sandbox.transport"
_BODY_LIMIT = 1024 * 1024
_BAD_GATEWAY = Reply(
    502,
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
    {"content-type": "text/html"},
)


class Protocol(H11Protocol):
    """HTTP/1.1 whose requests can reach their connection, to cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        served = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope[_TRANSPORT] = transport
            await served(scope, receive, send)

        self.app = app


class NetworkApp:
    """One network as an ASGI application, mounted at `/<its name>`."""

    def __init__(self, network: Network, world: World, cards: Cards) -> None:
        self._network, self._world, self._cards = network, world, cards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await _body(request)
        if body is None:
            await Response("The body is too large.", 413)(scope, receive, send)
            return
        call = self._call(scope, request, body)
        writes = self._network.writes(call)
        fault = self._world.faults.take(self._network.name, faults.WRITE_BEFORE if writes else faults.READ)
        if fault and fault.name != "lagging_timeline":
            self._world.refuse(
                self._network.name, f"{call.method} {call.path}", f"the fault {fault.name}, by order"
            )
            await self._fail(fault, call, Wire(scope, receive, send))
            return
        if fault:
            call = replace(call, newer_hidden=fault.since)
        if page := self._network.scrapes(call):
            await self._cards.look(self._network.name, page)
        reply = self._answer(call)
        await self._world.ledger.sync()
        if reply.link:
            self._cards.look_later(self._network.name, reply.link)
        late = (
            self._world.faults.take(self._network.name, faults.WRITE_AFTER)
            if writes and reply.status < 300
            else None
        )
        if late:
            await self._spoil(late, reply, Wire(scope, receive, send))
        else:
            await _send(reply, scope, receive, send)

    def _call(self, scope: Scope, request: Request, body: bytes) -> Call:
        raw_path = scope["raw_path"].decode("ascii")
        query = scope["query_string"].decode("ascii")
        host = request.headers.get("host", "")
        return Call(
            method=request.method,
            url=f"{scope['scheme']}://{host}{raw_path}" + (f"?{query}" if query else ""),
            path=raw_path.removeprefix(f"/{self._network.name}") or "/",
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=dict(request.headers),
            body=body,
        )

    def _answer(self, call: Call) -> Reply:
        try:
            return self._network.answer(call)
        except Refused as refused:
            self._world.refuse(self._network.name, f"{call.method} {call.path}", refused.reason)
            return refused.reply

    async def _fail(self, fault: Fault, call: Call, wire: Wire) -> None:
        """Instead of taking the request."""
        if fault.name == "timeout_before":
            await wire.gone()
        elif fault.name == "502_html":
            await wire.send(_BAD_GATEWAY)
        else:
            await wire.send(self._network.misbehave(fault, call))

    async def _spoil(self, fault: Fault, reply: Reply, wire: Wire) -> None:
        """After the request was taken and is on disk."""
        if fault.name == "timeout_after_success":
            await wire.gone()
        elif fault.name == "reset_after_success":
            await wire.reset()
        elif fault.name == "half_body":
            await wire.half(reply)
        elif fault.name == "500_after_success":
            await wire.send(self._network.misbehave(replace(fault, name="500"), _NO_CALL))
        elif fault.name == "no_id":
            await wire.send(self._network.without_id(reply) if reply.taken else reply)
        else:
            await self._vanish(reply)
            await wire.send(reply)

    async def _vanish(self, reply: Reply) -> None:
        if reply.taken:
            self._world.record("vanish", self._network.name, reply.taken)
            await self._world.ledger.sync()


class Wire:
    """The connection that one request came by."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send

    async def send(self, reply: Reply) -> None:
        await _send(reply, self._scope, self._receive, self._send)

    async def gone(self) -> None:
        """Says nothing until the other side has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def reset(self) -> None:
        """Cuts the connection with a TCP reset."""
        transport: Any = self._scope[_TRANSPORT]
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
        await self.gone()

    async def half(self, reply: Reply) -> None:
        """Sends the head and half of the body, then closes."""
        length = max(2, len(reply.body))
        head = _response(reply).raw_headers
        headers = [(name, value) for name, value in head if name != b"content-length"]
        headers.append((b"content-length", str(length).encode()))
        await self._send({"type": "http.response.start", "status": reply.status, "headers": headers})
        half = reply.body[: length // 2]
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        self._scope[_TRANSPORT].close()
        await self.gone()


_NO_CALL = Call("POST", "", "/")


async def _body(request: Request) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_LIMIT:
            return None
    return body


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, dict(reply.headers))


async def _send(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    await _response(reply)(scope, receive, send)
