"""Starting and stopping a sandbox: one process, one event loop, loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from syndicate.sandbox.app import build
from syndicate.sandbox.cards import Cards
from syndicate.sandbox.ledger import Ledger
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.smtp import SmtpServer
from syndicate.sandbox.wire import Protocol
from syndicate.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a running sandbox listens."""

    host: str
    http: int
    smtp: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.http}"


class Stop:
    """Ends a sandbox from any thread; also before it runs."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._server: _Server | None = None

    def __call__(self) -> None:
        self._asked.set()
        if self._server:
            self._server.end()

    def watch(self, server: _Server) -> None:
        self._server = server
        if self._asked.is_set():
            server.end()


class _Server(uvicorn.Server):
    """A server that ends at once when it is told to, where the original looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()

    def end(self) -> None:
        """Can be called from any thread and from a signal handler, also when all is over."""
        self.should_exit = True
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._ended.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del (
            sig,
            frame,
        )  # the original raises the signal again at the end; here a stop that was asked for is a success
        self.end()

    async def main_loop(self) -> None:
        while not self._ended.is_set():
            await self.on_tick(0)  # renews the Date header
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), 1)


def serve(
    *,
    http_port: int = 8025,
    smtp_port: int = 1025,
    ledger: Path,
    site: Path | None = None,
    host: str = "127.0.0.1",
    settings: Settings | None = None,
    ready: Callable[[Ports], None] | None = None,
    stop: Stop | None = None,
) -> None:
    """Runs until SIGTERM or SIGINT (in a main thread) or until `stop` is called; port 0 means any free port.

    `ready` is called once both ports accept connections. Raises ValueError for a host that is not loopback,
    OSError for a port in use, LedgerError for a ledger that cannot be used.
    """
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"The sandbox listens on loopback addresses only, not on {host}.")
    with contextlib.ExitStack() as closing:
        http = closing.enter_context(_listen(host, http_port))
        smtp = closing.enter_context(_listen(host, smtp_port))
        book = closing.enter_context(contextlib.closing(Ledger(ledger)))
        world = World(book)
        ports = Ports(host, http.getsockname()[1], smtp.getsockname()[1])
        asyncio.run(
            _run(world, settings or Settings(), site, http, smtp, lambda: ready and ready(ports), stop)
        )


@contextlib.contextmanager
def running(*, ledger: Path, site: Path | None = None, settings: Settings | None = None) -> Iterator[Ports]:
    """A sandbox on free ports in a thread of this process, for the time of the block."""
    told: queue.Queue[Ports | BaseException] = queue.Queue()
    stop = Stop()

    def work() -> None:
        try:
            serve(
                http_port=0,
                smtp_port=0,
                ledger=ledger,
                site=site,
                settings=settings,
                ready=told.put,
                stop=stop,
            )
        except BaseException as error:  # noqa: BLE001 - carried over to the thread that waits
            told.put(error)

    thread = threading.Thread(target=work, name="sandbox")
    thread.start()
    try:
        ports = told.get()
        if isinstance(ports, BaseException):
            raise ports
        yield ports
    finally:
        stop()
        thread.join()


async def _run(
    world: World,
    settings: Settings,
    site: Path | None,
    http: socket.socket,
    smtp: socket.socket,
    ready: Callable[[], object],
    stop: Stop | None,
) -> None:
    cards = Cards(world)
    mail = SmtpServer(world, settings)
    listener = await asyncio.get_running_loop().create_server(mail.protocol, sock=smtp)
    config = uvicorn.Config(
        build(world, settings, site, cards),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    if stop:
        stop.watch(server)
    ready()  # both sockets listen; what comes now waits for the loop
    try:
        await server.serve(sockets=[http])
    finally:
        listener.close()
        mail.abort()
        await cards.close()
        await world.ledger.sync()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the protocol is named; else each answer takes 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise OSError(f"port {port} of {host} cannot be used: {error}") from error
    listening.listen(256)
    listening.setblocking(False)
    return listening
