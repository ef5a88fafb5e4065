"""What `syndicate run` costs while nothing happens: one source that is due every 15 minutes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import house
from benchmarks.figures import Figure, cpu_of, rounds_of

ROUNDS, SECONDS = 3, 4.0
PATIENCE = 30.0


def measure() -> Iterator[Figure]:
    """Percent of one CPU, over some seconds after the first visit."""
    with TemporaryDirectory() as folder, _service(Path(folder)) as pid:
        yield Figure("syndicate run with nothing to do", rounds_of(ROUNDS, partial(_percent, pid)), "% CPU")


def _percent(pid: int) -> float:
    before = cpu_of(pid)
    time.sleep(SECONDS)
    return (cpu_of(pid) - before) / SECONDS * 100


@contextmanager
def _service(folder: Path) -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    with house.sandbox(folder) as sandbox:
        changes = {
            house.SANDBOX: sandbox.http,
            house.SMTP: sandbox.smtp,
            "127.0.0.1:8080": f"127.0.0.1:{port}",
            "port = 8080": f"port = {port}",
            "metrics_port = 9108": "metrics_port = 0",
            'every = "5s"': 'every = "15m"',
        }
        with _running(house.make_config(folder, changes)) as pid:
            _wait_for(f"http://127.0.0.1:{port}/documents/1")
            yield pid


@contextmanager
def _running(config: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "syndicate", "run", "--config", str(config)]
    environ = {**os.environ, **house.environment(config)}
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    """Until the first visit is concluded: from then on there is nothing to do."""
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{url} did not come within {PATIENCE:.0f} s.")
