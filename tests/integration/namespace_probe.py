"""Runs in a network namespace of its own, where a public address is on the loopback interface.

So the production policy is tried unchanged: real ports, the system's resolver, a name server of ours. Prints
what became of each address, and what reached the server that nobody outside may reach, as JSON.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

from syndicate.domain.errors import FetchError
from syndicate.fetching.client import GuardedFetcher
from syndicate.ports import Access, Retrieved
from tests.servers import Script, ScriptedServer, head, raw, redirect

PUBLIC = "93.184.215.14"
INSIDE = "127.0.0.1"
NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
asked: Counter[str] = Counter()


def addresses(name: str) -> list[str]:
    """What our name server says: rebind.example changes its mind at every question."""
    asked[name] += 1
    if name == "rebind.example":
        return [PUBLIC if asked[name] % 2 else INSIDE]
    return {"sider.example": [PUBLIC], "both.example": [PUBLIC, INSIDE], "inside.example": [INSIDE]}.get(
        name, []
    )


def serve_names() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((INSIDE, 53))
        while True:
            query, client = sock.recvfrom(512)
            sock.sendto(answer(query), client)


def answer(query: bytes) -> bytes:
    """RFC 1035: the question back, and an A record of no lifetime for each address."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode())
        at += 1 + length
    question = query[12 : at + 5]
    is_a = question[-4:-2] == b"\0\1"
    found = addresses(".".join(labels)) if is_a else []
    records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton(ip) for ip in found)
    return query[:2] + struct.pack("!HHHHH", 0x8180, 1, len(found), 0, 0) + question + records


def text(content: bytes) -> Script:
    return raw(head(200, {"Content-Length": str(len(content))}) + content)


def outcome(fetcher: GuardedFetcher, url: str) -> str:
    try:
        found = fetcher.get(url, validators=None, access=Access(), now=NOW)
    except FetchError as error:
        return error.reason
    assert isinstance(found, Retrieved)
    return found.body.decode()


URLS = [
    "http://sider.example/",
    "http://inside.example/",
    "http://both.example/",
    "http://unknown.example/",
    f"http://{INSIDE}/",
    "http://2130706433/",
    f"http://{PUBLIC}/",
    "http://sider.example/to-number",
    "http://sider.example/to-name",
    *["http://rebind.example/"] * 6,
]


def main() -> None:
    threading.Thread(target=serve_names, daemon=True).start()
    with (
        ScriptedServer(host=PUBLIC, port=80) as public,
        ScriptedServer(host=INSIDE, port=80) as inside,
        GuardedFetcher("", timedelta(0), 10.0) as fetcher,
    ):
        public.at("/", text(b"public"))
        public.at("/to-number", redirect(f"http://{INSIDE}/"))
        public.at("/to-name", redirect("http://inside.example/"))
        inside.at("/", text(b"SECRET"))
        outcomes = [outcome(fetcher, url) for url in URLS]
        reached = [request.path for request in inside.requests]
    print(json.dumps({"outcomes": outcomes, "reached": reached, "connections": inside.connections}))  # noqa: T201


if __name__ == "__main__":
    main()
