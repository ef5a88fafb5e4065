"""How a connection is made: resolve once, judge every number, connect to a number that was judged.

Both clients connect through `open_socket`; nothing else in the service opens a connection by HTTP.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_ import create_urllib3_context

from syndicate.domain.errors import FetchReason
from syndicate.fetching.deadline import current

DNS_TIMEOUT = 5.0
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 10.0
"""Seconds that one wait may take; the deadline of the whole exchange may end it sooner."""

Resolve = Callable[[str, int], Sequence[str]]
"""Gives the numeric addresses of a host name, best first. Raises socket.gaierror."""

Refuse = Callable[[str], str | None]
"""Says in words why a numeric address may not be connected to; None where it may."""

INSIDE_HINT = (
    "If this source is meant to be inside your own network, give it allow_private = true, "
    "and name what it links to there under also_private; read and diff take --allow-private."
)
_DNS_HINT = "Check the address; if it is right, the name servers or the owner of the name have a problem."


class NoConnection(Exception):
    """No connection came about: surely no byte of a request has left."""

    def __init__(self, reason: FetchReason, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.hint = hint


def resolve(host: str, port: int) -> list[str]:
    """The numeric addresses of `host` as the system knows them, in its order, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def open_socket(host: str, port: int, *, refuse: Refuse, resolve: Resolve) -> socket.socket:
    """A connected socket to `host`, watched by the current deadline. Raises NoConnection.

    If any address of the name is refused, none is tried: a name that leads to both is an attack.
    """
    addresses = _resolve_in_time(host, port, resolve)
    for ip in addresses:
        _judge(host, ip, refuse)
    problem = OSError("it has no address")
    for ip in addresses:
        try:
            return _connect(host, ip, port, refuse)
        except OSError as error:
            problem = error
    if isinstance(problem, TimeoutError) or current().expired:
        raise NoConnection(FetchReason.TIMEOUT, f"{host} did not answer on port {port} in time.")
    why = problem.strerror or problem
    raise NoConnection(FetchReason.UNREACHABLE, f"{host} could not be reached on port {port}: {why}.")


def judge_target(host: str, port: int, *, refuse: Refuse, resolve: Resolve) -> None:
    """What can be judged of a host that a proxy will connect to. Raises NoConnection.

    The proxy asks name servers of its own: a name that ours do not know is left to it.
    """
    try:
        addresses = _resolve_in_time(host, port, resolve)
    except NoConnection:
        return
    for ip in addresses:
        _judge(host, ip, refuse)


def start_tls(sock: socket.socket, host: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """TLS over `sock`, with the certificate checked against the name `host`. Raises NoConnection."""
    try:
        return context.wrap_socket(sock, server_hostname=host)
    except (OSError, ValueError) as error:
        sock.close()
        raise no_tls(host, error) from None


def certificate_end(sock: ssl.SSLSocket) -> datetime | None:
    """Until when the other side's certificate holds."""
    end = (sock.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if isinstance(end, str) else None


def no_tls(host: str, error: Exception) -> NoConnection:
    """What a failure between connection and request means to the operator."""
    if isinstance(error, TimeoutError) or current().expired:
        return NoConnection(
            FetchReason.TIMEOUT, f"{host} did not finish the start of the encryption in time."
        )
    detail = getattr(error, "verify_message", "") or getattr(error, "reason", "") or type(error).__name__
    return NoConnection(
        FetchReason.TLS,
        f"No safe connection to {host} came about (TLS): {detail}.",
        "The owner of the page must mend the certificate; it is never ignored.",
    )


def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """What is trusted: the authorities in `ca_file`, or the usual ones. Costly: make one and keep it."""
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.load_verify_locations(ca_file or DEFAULT_CA_BUNDLE_PATH)
    return context


def _judge(host: str, ip: str, refuse: Refuse) -> None:
    if words := refuse(ip):
        raise NoConnection(
            FetchReason.REFUSED_ADDRESS,
            f"{host} leads to {ip}, which is {words}: it was not contacted.",
            INSIDE_HINT,
        )


def _connect(host: str, ip: str, port: int, refuse: Refuse) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM)
    try:
        current().has_connected = True
        current().watch(sock)
        sock.settimeout(min(CONNECT_TIMEOUT, current().remaining))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect((ip, port))
        _judge(host, sock.getpeername()[0], refuse)
    except BaseException:
        sock.close()
        raise
    return sock


def _resolve_in_time(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    answer: Future[Sequence[str]] = Future()

    def ask() -> None:
        try:
            answer.set_result(resolve(host, port))
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is empty or too long
            answer.set_exception(error)

    # getaddrinfo cannot be interrupted: a daemon thread that hangs in it holds nobody up, not even the exit.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        return answer.result(min(DNS_TIMEOUT, current().remaining))
    except (OSError, UnicodeError) as error:
        raise NoConnection(FetchReason.DNS, _dns_message(host, error), _DNS_HINT) from None


def _dns_message(host: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"The name servers did not answer in time for {host} (DNS)."
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return f"The name servers could not say now where {host} is (DNS)."
    return f"The host name {host} does not exist (DNS)."
