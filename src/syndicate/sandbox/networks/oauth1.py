"""OAuth 1.0a (RFC 5849) from the server's side: HMAC-SHA1 signatures, nonces, the time window."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

WINDOW = 300  # seconds that a timestamp may be off
_REQUIRED = {
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
}
_PAIR = re.compile(r'\s*([A-Za-z0-9_%.~-]+)="([^"]*)"\s*(?:,|$)')


class BadSignature(Exception):
    """The request is not from who it claims to be from; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The four strings that the two sides share."""

    key: str
    secret: str
    token: str
    token_secret: str


@dataclass(slots=True)
class Verifier:
    """Checks signed requests; remembers nonces for as long as their timestamps are acceptable."""

    secrets: Secrets
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)

    def check(
        self, method: str, url: str, parameters: Iterable[tuple[str, str]], header: str, now: float
    ) -> None:
        """`url` is absolute; `parameters` are those of query and form body, decoded. Raises BadSignature."""
        sent = parse_header(header)
        _well_formed(sent)
        if (sent["oauth_consumer_key"], sent["oauth_token"]) != (self.secrets.key, self.secrets.token):
            raise BadSignature("unknown consumer key or token")
        if not sent["oauth_timestamp"].isdecimal() or abs(now - int(sent["oauth_timestamp"])) > WINDOW:
            raise BadSignature("the timestamp is not within five minutes of now")
        signed = [pair for pair in sent.items() if pair[0] not in ("oauth_signature", "realm")]
        expected = sign(base_string(method, url, [*parameters, *signed]), self.secrets)
        if not hmac.compare_digest(expected, _decoded(sent["oauth_signature"])):
            raise BadSignature("the signature does not fit the request")
        self._use_nonce(sent["oauth_nonce"], sent["oauth_timestamp"], now)

    def _use_nonce(self, nonce: str, timestamp: str, now: float) -> None:
        if (nonce, timestamp) in self._seen:
            raise BadSignature("the nonce was used before")
        self._seen = {pair: at for pair, at in self._seen.items() if now - at <= 2 * WINDOW}
        self._seen[nonce, timestamp] = now


def parse_header(header: str) -> dict[str, str]:
    """The parameters of an `Authorization: OAuth …` header (RFC 5849 §3.5.1). Raises BadSignature."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        raise BadSignature("there is no OAuth 1.0a Authorization header")
    found: dict[str, str] = {}
    at = 0
    while at < len(rest):
        pair = _PAIR.match(rest, at)
        if not pair or unquote(pair[1]) in found:
            raise BadSignature("the Authorization header cannot be read")
        found[unquote(pair[1])] = unquote(pair[2])
        at = pair.end()
    return found


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """The signature base string (RFC 5849 §3.4.1)."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}[parts.scheme]
    host = (parts.hostname or "") + ("" if parts.port in (None, default) else f":{parts.port}")
    encoded = sorted((_encode(name), _encode(value)) for name, value in parameters)
    normal = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join((method.upper(), _encode(f"{parts.scheme}://{host}{parts.path or '/'}"), _encode(normal)))


def sign(base: str, secrets: Secrets) -> bytes:
    """The HMAC-SHA1 of a base string (RFC 5849 §3.4.2), not yet in Base64."""
    key = f"{_encode(secrets.secret)}&{_encode(secrets.token_secret)}"
    return hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()


def _well_formed(sent: dict[str, str]) -> None:
    if missing := _REQUIRED - sent.keys():
        raise BadSignature(f"missing: {', '.join(sorted(missing))}")
    if sent["oauth_signature_method"] != "HMAC-SHA1":
        raise BadSignature("only HMAC-SHA1 is understood")
    if sent.get("oauth_version", "1.0") != "1.0":
        raise BadSignature("oauth_version is not 1.0")


def _encode(text: str) -> str:
    return quote(text, safe="-._~")


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("the signature is not Base64") from error
