"""The `requests` session that connects through `open_socket` and follows nothing by itself.

urllib3 resolves names in `_new_conn`, a private seam (hence its pin below 3); the tests prove that no
connection goes around ours. TLS still checks the *name*, since only the socket is replaced.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from syndicate.fetching.connections import certificate_end, no_tls
from syndicate.fetching.deadline import current

POOLED_HOSTS = 64
"""How many hosts keep an idle connection."""

Connect = Callable[[str, int], socket.socket]
"""Gives a connected socket to a host name and port. Raises NoConnection."""


Certified = Callable[[str, datetime], None]
"""Is told until when the certificate of a host holds, whenever one was checked."""


class GuardedSession(requests.Session):
    """Keeps connections, but no cookies; reads nothing from the environment; knows http and https only.

    Connections are kept per session: what one session may reach is not open to another.
    """

    def __init__(self, connect: Connect, tls: ssl.SSLContext, certified: Certified, proxy: str = "") -> None:
        super().__init__()
        self.trust_env = False
        self.proxies = {"http": proxy, "https": proxy} if proxy else {}
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        for scheme in ("http://", "https://"):
            self.mount(scheme, _GuardedAdapter(connect, tls, certified))

    def ask(self, url: str, headers: Mapping[str, str], timeout: tuple[float, float]) -> requests.Response:
        """A GET of exactly this URL, in the spelling that is sent, with exactly these headers.

        As `get`, which would merge them with what a session has, and this one has none of: cookies, hooks,
        logins, parameters. That took a fifth of a whole unchanged check. Read and close the response.
        """
        request = requests.PreparedRequest()
        request.method, request.url = "GET", url
        request.headers = CaseInsensitiveDict(headers)
        return self.get_adapter(url).send(request, stream=True, timeout=timeout, proxies=self.proxies)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: requests would read the whole body of a redirect before anybody sees it."""


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, connect: Connect, tls: ssl.SSLContext, certified: Certified) -> None:
        self._connect = connect
        self._certified = certified
        self._tls = tls
        super().__init__(pool_connections=POOLED_HOSTS, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._tls)
        self.poolmanager.pool_classes_by_scheme = _pool_classes(self._connect, self._certified)

    def cert_verify(self, conn: Any, *_: Any) -> None:
        # The context has the authorities; requests would load the whole bundle again per connection.
        conn.cert_reqs = ssl.CERT_REQUIRED

    def proxy_manager_for(self, proxy: str, **_: Any) -> ProxyManager:
        """Only the configured proxy comes here: the session reads nothing from the environment."""
        manager: ProxyManager | None = self.proxy_manager.get(proxy)
        if manager is None:
            manager = ProxyManager(
                proxy,
                proxy_headers=self.proxy_headers(proxy),
                num_pools=POOLED_HOSTS,
                maxsize=2,
                ssl_context=self._tls,
            )
            manager.pool_classes_by_scheme = _pool_classes(self._connect, self._certified)
            self.proxy_manager[proxy] = manager
        return manager


def _pool_classes(connect: Connect, certified: Certified) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, with connections that are made by `connect` and watched by the current deadline."""

    class Watched(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self._dns_host, self.port)

        def getresponse(self) -> HTTPResponse:  # type: ignore[override]
            assert self.sock is not None
            current().watch(self.sock)  # a reused connection is new to this exchange's deadline
            return super().getresponse()

    class WatchedTLS(Watched, HTTPSConnection):
        def connect(self) -> None:
            try:
                super().connect()
            except (OSError, HTTPError, ValueError) as error:
                raise no_tls(self._tunnel_host or self.host, error) from None
            if isinstance(self.sock, ssl.SSLSocket) and (end := certificate_end(self.sock)):
                certified(self._tunnel_host or self.host, end)

    class Pool(HTTPConnectionPool):
        ConnectionCls = Watched

    class PoolTLS(HTTPSConnectionPool):
        ConnectionCls = WatchedTLS

    return {"http": Pool, "https": PoolTLS}
