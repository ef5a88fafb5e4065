"""A proxy is asked for everything, and what can be judged before it is asked still is."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.fetching.client import GuardedFetcher
from syndicate.ports import Access, Retrieved
from tests.certificates import Authority
from tests.servers import ScriptedServer, page

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROBOTLESS = Access(obey_robots=False)


def unknown(host: str, port: int) -> Sequence[str]:
    """Name servers inside a network that know the proxy and nothing outside."""
    if host == "127.0.0.1":
        return [host]
    raise socket.gaierror(socket.EAI_NONAME, "not known")


def fetcher(proxy: str, **other: object) -> GuardedFetcher:
    values: dict[str, object] = {"resolve": unknown, "gap": timedelta(0), "timeout": 10.0}
    return GuardedFetcher("", proxy=proxy, **(values | other))  # type: ignore[arg-type]


def get(client: GuardedFetcher, url: str, access: Access = ROBOTLESS) -> Retrieved:
    with client:
        found = client.get(url, validators=None, access=access, now=NOW)
    assert isinstance(found, Retrieved)
    return found


@pytest.fixture(name="proxy")
def plain_proxy() -> Iterator[ScriptedServer]:
    """Sees whole addresses in the request line, as a proxy does."""
    with ScriptedServer() as server:
        yield server


def test_a_plain_address_is_asked_for_through_the_proxy(proxy: ScriptedServer) -> None:
    proxy.at("http://kilde.example/side", page("<p>Hej</p>"))
    found = get(fetcher(proxy.url("")), "http://kilde.example/side")
    assert found.body == b"<p>Hej</p>"
    assert proxy.paths() == ["http://kilde.example/side"]


def test_the_login_goes_to_the_proxy(proxy: ScriptedServer) -> None:
    proxy.at("http://kilde.example/side", page("x"))
    login = proxy.url("").replace("://", "://ole:hemmelig@")
    get(fetcher(login), "http://kilde.example/side")
    (request,) = proxy.requests
    sent = request.headers["proxy-authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent) == b"ole:hemmelig"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/"]
)
def test_private_numbers_are_refused_before_the_proxy_is_asked(proxy: ScriptedServer, url: str) -> None:
    def numbers(host: str, port: int) -> Sequence[str]:
        return [host]

    with pytest.raises(FetchError) as caught:
        get(fetcher(proxy.url(""), resolve=numbers), url)
    assert caught.value.reason is FetchReason.REFUSED_ADDRESS
    assert proxy.requests == []


def test_a_name_that_our_own_servers_lead_inside_is_refused_too(proxy: ScriptedServer) -> None:
    def inside(host: str, port: int) -> Sequence[str]:
        return ["192.168.1.1"] if host == "intern.example" else [host]

    with pytest.raises(FetchError) as caught:
        get(fetcher(proxy.url(""), resolve=inside), "http://intern.example/")
    assert caught.value.reason is FetchReason.REFUSED_ADDRESS
    assert proxy.requests == []


def test_a_proxy_that_is_not_there_is_the_sources_trouble() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FetchError) as caught:
        get(fetcher(f"http://127.0.0.1:{port}"), "http://kilde.example/")
    assert caught.value.reason is FetchReason.UNREACHABLE


class Tunnel:
    """A proxy that connects every CONNECT to one server."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.asked: list[str] = []
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        # whoever refuses a certificate hangs up, in the middle of what the other side says
        with contextlib.suppress(OSError):
            self._connect()

    def _connect(self) -> None:
        client, _ = self._listener.accept()
        with client, socket.create_connection(self._target) as server:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head.split(b"\r\n")[0].decode())
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                for side in select.select([client, server], [], [], 20)[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    (server if side is client else client).sendall(data)


def test_the_certificate_behind_a_tunnel_is_checked_here(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with ScriptedServer(tls=authority.server("kilde.example", days=10)) as server:
        server.at("/side", page("sikkert"))
        tunnel = Tunnel((server.host, server.port))
        try:
            client = fetcher(tunnel.url, ca_file=authority.file)
            assert get(client, "https://kilde.example/side").body == b"sikkert"
        finally:
            tunnel.close()
    assert [line.rpartition(" ")[0] for line in tunnel.asked] == ["CONNECT kilde.example:443"]
    assert list(client.certificates()) == ["kilde.example"]


def test_a_certificate_of_another_name_is_refused_behind_a_tunnel(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with ScriptedServer(tls=authority.server("andre.example")) as server:
        tunnel = Tunnel((server.host, server.port))
        try:
            with pytest.raises(FetchError) as caught:
                get(fetcher(tunnel.url, ca_file=authority.file), "https://kilde.example/side")
        finally:
            tunnel.close()
    assert caught.value.reason is FetchReason.TLS
