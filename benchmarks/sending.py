"""What is sent per second: mails to 500 readers, posts to each network, through the real outbox.

SQLite commits with `synchronous=FULL` before each final dot and each post, and the sandbox has everything on
disk before it says "accepted": both disks are part of what is measured. With Postfix's `smtp-sink` on the
machine, the same mails go to it as well, which accepts faster than any real server does.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import house
from benchmarks.figures import Figure, Meter, rounds_of
from benchmarks.news import News, subscribe
from syndicate.bootstrap import App
from syndicate.domain.model import DeliveryState

ROUNDS, READERS, POSTS = 3, 500, 20
NETWORKS = ("linkedin", "facebook", "x")
SINK = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def measure() -> Iterator[Figure]:
    """Mails and posts per second, and what planning them costs."""
    yield from _mails("the sandbox", None)
    if SINK:
        yield from _mails("smtp-sink", SINK)
    yield from _posts()


def _mails(name: str, sink: str | None) -> Iterator[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        smtp = stack.enter_context(_smtp_sink(sink)) if sink else ""
        app = stack.enter_context(house.beside_sandbox(folder, smtp))
        subscribe(app, READERS)
        news = News(app)
        planning: list[float] = []

        def one_round() -> float:
            news.publish()
            with Meter().running() as spent:
                _plan(app)
            planning.append(spent.wall * 1e3)
            return _sent_per_second(app, "email", READERS)

        rates = rounds_of(ROUNDS, one_round)
        yield Figure(f"plan {READERS} mails", planning[1:], "ms")
        yield Figure(f"mails into {name}", rates, "per s")


def _posts() -> Iterator[Figure]:
    with TemporaryDirectory() as folder, house.beside_sandbox(Path(folder)) as app:
        news = News(app)
        rates: dict[str, list[float]] = {network: [] for network in NETWORKS}
        for _ in range(ROUNDS):
            news.publish(POSTS)
            _plan(app)
            for network in NETWORKS:
                rates[network].append(_sent_per_second(app, network, POSTS))
        for network in NETWORKS:
            yield Figure(f"posts to {network} in the sandbox", rates[network], "per s")


def _plan(app: App) -> None:
    while app.expand.expand(app.clock()):
        pass


def _sent_per_second(app: App, destination: str, expected: int) -> float:
    began = time.perf_counter()
    while app.deliver.deliver(destination, app.clock()):
        pass
    seconds = time.perf_counter() - began
    newest = app.outbox.deliveries(limit=4 * max(READERS, POSTS))
    waiting = [d for d in newest if d.destination == destination and d.state is not DeliveryState.SENT]
    assert not waiting, waiting[0]
    return expected / seconds


@contextmanager
def _smtp_sink(program: str) -> Iterator[str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    with subprocess.Popen([program, *user, address, "100"], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(address)
            yield address
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    host, _, port = address.partition(":")
    for _ in range(100):
        try:
            socket.create_connection((host, int(port))).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on {address}.")
