"""What the tests of the sandbox share: worlds with a clock, signed calls, raw conversations."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import requests

from syndicate.sandbox.ledger import Ledger
from syndicate.sandbox.networks.calls import Call
from syndicate.sandbox.networks.oauth1 import Secrets, base_string, sign
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTINGS = Settings()
X_SECRETS = Secrets(SETTINGS.x_key, SETTINGS.x_secret, SETTINGS.x_token, SETTINGS.x_token_secret)
LINKEDIN_HEADERS = {
    "authorization": f"Bearer {SETTINGS.linkedin_token}",
    "linkedin-version": "202608",
    "x-restli-protocol-version": "2.0.0",
    "content-type": "application/json",
}
MAIL = (
    b"From: Anbefalinger <news@example.org>\r\nTo: reader@example.org\r\n"
    b"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"
    b"Subject: =?utf-8?q?Anbefaling_3_er_sk=C3=A6rpet?=\r\n\r\nHej\r\n"
)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@contextmanager
def a_world(folder: Path, clock: Clock | None = None) -> Iterator[World]:
    """A world on a ledger in `folder`; the same folder gives the same world again."""
    ledger = Ledger(folder / "ledger.jsonl")
    try:
        yield World(ledger, clock or Clock())
    finally:
        ledger.close()


class XSigner:
    """Makes calls to X that are signed as the real one wants them."""

    def __init__(self, base_url: str = "http://127.0.0.1:8025/x", secrets: Secrets = X_SECRETS) -> None:
        self._base_url, self._secrets, self._nonce = base_url, secrets, 0

    def header(self, method: str, url: str, now: datetime, nonce: str = "") -> str:
        self._nonce += 1
        signed = {
            "oauth_consumer_key": self._secrets.key,
            "oauth_nonce": nonce or f"nonce{self._nonce}-{now.timestamp()}",
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(now.timestamp())),
            "oauth_token": self._secrets.token,
            "oauth_version": "1.0",
        }
        bare, _, query = url.partition("?")
        text = base_string(method, bare, [*parse_qsl(query, keep_blank_values=True), *signed.items()])
        signed["oauth_signature"] = base64.b64encode(sign(text, self._secrets)).decode()
        return "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in signed.items())

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        now: datetime = NOON,
        query: Mapping[str, str] | None = None,
    ) -> Call:
        query = query or {}
        url = self._base_url + path + (f"?{urlencode(query)}" if query else "")
        headers = {"authorization": self.header(method, url, now)}
        if body is not None:
            headers["content-type"] = "application/json"
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return Call(method, url, path, tuple(query.items()), headers, content)


def linkedin_body(commentary: str = "Nyt", **changes: Any) -> dict[str, Any]:
    """A post as LinkedIn wants it; a change to None takes the key out."""
    body = {
        "author": "urn:li:organization:7",
        "commentary": commentary,
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    } | changes
    return {key: value for key, value in body.items() if value is not None}


def linkedin_call(method: str, path: str, body: Any = None, **headers: str) -> Call:
    """A call with the usual headers; underscores stand for hyphens, an empty value takes a header out."""
    path, _, query = path.partition("?")
    named = LINKEDIN_HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in named.items() if value}
    content = b"" if body is None else json.dumps(body).encode()
    return Call(method, "http://127.0.0.1/linkedin" + path, path, tuple(parse_qsl(query)), kept, content)


def facebook_call(method: str, path: str, *, token: str | None = None, **form: str) -> Call:
    """A form for POST, a query for everything else."""
    token = SETTINGS.facebook_token if token is None else token
    fields = form | ({"access_token": token} if token else {})
    url = "http://127.0.0.1:8025/facebook" + path
    if method != "POST":
        return Call(method, url, path, tuple(fields.items()))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Call(method, url, path, (), headers, urlencode(fields).encode())


def content(reply: Any) -> Any:
    """The JSON of a reply."""
    return json.loads(reply.body)


def order(url: str, network: str, fault: str, **more: Any) -> None:
    """Switches a fault on in a running sandbox."""
    wish = {"network": network, "fault": fault} | more
    response = requests.post(f"{url}/faults", json=wish, timeout=5)
    assert response.status_code == 201, response.text


class Talk:
    """A raw conversation with an SMTP server."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> str:
        """One whole reply; the empty text once the other side has left."""
        lines: list[str] = []
        while line := self.file.readline().decode():
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                break
        return "\n".join(lines)

    def ask(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def greet(self) -> Talk:
        self.reply()
        self.ask("EHLO client.example.org")
        return self

    def ready_for_data(self, mail: str = "MAIL FROM:<news@example.org>") -> Talk:
        self.greet()
        assert self.ask(mail).startswith("250")
        assert self.ask("RCPT TO:<reader@example.org>").startswith("250")
        assert self.ask("DATA").startswith("354")
        return self
