"""Every address of the site, asked for in every way: never an error of ours, and nothing changes by looking.

The addresses come from the application itself: a new one is walked as soon as it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicate.storage.engine import Database
from syndicate.web.guard import SECURITY_HEADERS
from tests import factories
from tests.asgi import FORM, Client, Reply
from tests.feeding import FEEDS, Feeding
from tests.stored_site import stored_app
from tests.web_site import NOW, TOKENS, routes

LOOKING = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "GÅ", "")
EXPECTED = frozenset({200, 204, 304, 307, 400, 403, 404, 405, 410, 413})

ODD_NAMES = [
    *(
        "1",
        "0",
        "-1",
        "²",
        "9" * 30,
        "1e5",
        "NaN",
        "first",
        "all.rss",
        "source/x.atom",
        "my/0.json",
        "..",
        ".",
        "%00",
    ),
    *(
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "a%0d%0aSet-Cookie:%20x=1",
        "%ff%fe",
        "%F0%9F%98%B4",
        "{{7*7}}",
        "a" * 5000,
    ),
    *(
        "<script>",
        "%E2%80%AEgnp",
        "' OR 1=1 --",
        "//evil.example",
        "%5c%5cevil.example",
        "updates-1.xml",
        "a/b/c/d",
    ),
]
ODD_QUERIES = [
    "all=1&topic=all&List-Unsubscribe=One-Click&email=x@example.org&confirm=1",
    "q=a&q=b&topic=x&topic=y&page=1&page=2&before=1&before=x&lang=da&lang=xx&at=2026-01-01&at=x",
    "q=%ff%fe%00&topic=%00&source=%2e%2e&month=2026-99&all=%31&before=%2B1&at=%E2%80%AE",
    "q=%&topic=%zz&page=%4&lang=%C3%28&=&&&;;=x&%=%",
    "q=" + "x" * 60_000,
    "&".join(f"q{n}={n}" for n in range(5_000)),
    "q=%22%27%2A%28%29+NEAR+OR+AND+NOT+-x+%5E+%3A&before=9223372036854775807",
    "page=0&page=-1&page=99999999999999999999&before=99999999999999999999&at=9999-12-31&a=first&b=first",
    "at=0001-01-01T00:00:00%2B23:59&a=%00&b=" + "9" * 200,
    "month=0000-01&before=1e9&lang[]=da&topic[$ne]=1&q[]=x",
    "lang=en&at=2026-02-30T25:61:61Z&page=%D9%A1&before=%D9%A1",
]
ODD_HEADERS = [
    {"host": ""},
    {"host": "["},
    {"host": "evil.example/x?y#z"},
    {"host": "a b\t", "x_forwarded_host": "evil.example", "x_forwarded_proto": "javascript"},
    {"accept_language": "da;q=nan,en;q=inf,*;q=1e999,;;q=,-,zh-Hant-TW-x-" + "a" * 5000},
    {"accept_language": "\xff\xfe\x00", "accept_encoding": "gzip;q=x,*;q=nan, \xff"},
    {"if_modified_since": "Mon, 01 Jan 99999999999999999999 00:00:00 +9999999999999999"},
    {"if_none_match": 'W/"' + "x" * 20_000 + ',"'},
    {"cookie": "a=b; " * 2000, "range": "bytes=0-1,5-,-9999999999999999999999", "te": "trailers"},
    {"content_type": "multipart/form-data; boundary=", "content_length": "99999999999999999999999"},
    {"content_length": "-1", "transfer_encoding": "chunked", "expect": "100-continue"},
    {"origin": "null", "sec_fetch_site": "cross-site", "referer": "javascript:alert(1)"},
]
BODIES = [
    (FORM, b""),
    (FORM, b"email=%ff%00&topic=%00&website=&all=1&List-Unsubscribe=One-Click"),
    (FORM, b"email=a@b&email=c@d&topic=all&topic=x&topic=" + b"y" * 5000),
    (FORM, b"&".join(b"f%d=1" % n for n in range(300))),
    (FORM, b"x" * 70_000),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--"),
    (
        "multipart/form-data; boundary=x; charset=nosuch",
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\nx',
    ),
    ("multipart/form-data", b"\0\xff"),
    ("application/json", b'{"email": ["x"]}'),
    ("\xff", b"\xff"),
]


@pytest.fixture(name="feeding")
def filled(tmp_path: Path) -> Iterator[Feeding]:
    feeding = Feeding(tmp_path)
    feeding.publish(3)
    feeding.service().render_feeds(NOW)
    yield feeding
    feeding.store.database.close()


def known(feeding: Feeding) -> dict[str, list[str]]:
    """Values for the parts of an address, by their names: some that there are."""
    reader = feeding.store.reader("reader@example.org", (factories.HEALTH.id,))
    return {
        "update_id": [f"{1:020x}", f"{3:020x}"],
        "document_id": ["1"],
        "token": [
            TOKENS.unsubscribe(reader, factories.HEALTH.id),
            TOKENS.preferences(reader),
            TOKENS.preferences(reader)[:-1] + "0",
        ],
        "rest": [f"{feed.name}.{suffix}" for feed in FEEDS for suffix in ("rss", "atom", "json")],
        "file": ["pages.xml", "updates-1.xml"],
    }


def addresses(app: object, values: dict[str, list[str]]) -> list[str]:
    """Every address of the application, each with what there is and with what there is not."""
    found: dict[str, None] = {}
    for route in routes(app):
        names = re.findall(r"{(\w+)(?::path)?}", route.path)
        fillings = (
            [[]] if not names else [[value] * len(names) for value in values.get(names[0], []) + ODD_NAMES]
        )
        for filling in fillings:
            parts = iter(filling)
            found[re.sub(r"{\w+(?::path)?}", lambda _: next(parts), route.path)] = None  # noqa: B023
    return [
        *found,
        "/nowhere",
        "/updates/",
        "/%2Fevil.example/",
        "/%5Cevil.example/",
        "/feeds/",
        "/.env",
        "/updates//",
    ]


def state(database: Database) -> str:
    """A hash over every row of every table."""
    digest = sha256()
    with database.read() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
        for (table,) in tables.all():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                digest.update(f"{table}{tuple(row)}".encode(errors="replace"))
    return digest.hexdigest()


def judge(client: Client, reply: Reply, asked: object) -> None:
    assert client.raised is None, asked
    assert reply.status in EXPECTED, (reply.status, asked)
    for name in SECURITY_HEADERS:
        assert reply.headers.get(name), (name, asked)
    assert "set-cookie" not in reply.headers, asked
    location = reply.headers.get("location", "/")
    assert location.startswith("/") and not location.startswith(("//", "/\\")), (location, asked)
    assert "Traceback" not in reply.body.decode(errors="replace"), asked


def test_looking_is_never_an_error_and_changes_nothing(feeding: Feeding) -> None:
    app = stored_app(feeding)
    paths = addresses(app, known(feeding))
    client, before = Client(app), state(feeding.store.database)
    assert len(routes(app)) >= 24
    for path in paths:
        for method in LOOKING:
            judge(client, client.request(method, path, {}), (method, path))
        for query in ODD_QUERIES[:3]:
            judge(client, client.get(f"{path}?{query}"), (path, query))
    assert state(feeding.store.database) == before


def test_no_query_and_no_header_is_an_error(feeding: Feeding) -> None:
    app = stored_app(feeding)
    values = {name: found[:1] for name, found in known(feeding).items()}
    client, before = Client(app), state(feeding.store.database)
    for path in addresses(app, values):
        if any(odd in path for odd in ODD_NAMES[1:]):
            continue
        for query in ODD_QUERIES:
            judge(client, client.get(f"{path}?{query}"), (path, query[:80]))
        for headers in ODD_HEADERS:
            for method in ("GET", "HEAD", "OPTIONS"):
                judge(client, client.request(method, path, headers), (method, path, headers))
    assert state(feeding.store.database) == before


def test_no_body_is_an_error(feeding: Feeding) -> None:
    app = stored_app(feeding)
    client = Client(app)
    for path in addresses(app, known(feeding)):
        for content_type, body in BODIES:
            reply = client.request("POST", path, {"content_type": content_type}, body)
            judge(client, reply, (path, content_type, body[:40]))


def test_a_slash_too_many_leads_to_the_page_and_nowhere_else(feeding: Feeding) -> None:
    client = Client(stored_app(feeding))
    reply = client.get("/updates/?topic=sundhed", host="evil.example")
    assert (reply.status, reply.headers["location"]) == (307, "/updates?topic=sundhed")
    reply = client.request("POST", "/subscribe/", {"content_type": FORM})
    assert (reply.status, reply.headers["location"]) == (307, "/subscribe")
    assert client.get("/nowhere/").status == client.get("/feeds/all.rss/").status == 404
