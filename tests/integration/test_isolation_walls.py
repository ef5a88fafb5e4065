"""What a reader cannot do even when a document has taken it over: reach anybody, start anything, look."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.isolation.confinement import CALLS, FILES
from syndicate.isolation.pool import ReaderPool
from syndicate.ports import ReadOptions
from tests.integration.test_isolation import PAGE, children

TAKEN_OVER = """
import os, socket, sys, threading
from syndicate.isolation.confinement import confine
closed = confine()
print(*sorted(closed), file=sys.stderr)
secret, parent = sys.argv[1], os.getppid()
attempts = {
    "a connection": lambda: socket.create_connection(("127.0.0.1", 9)),
    "a name": lambda: socket.getaddrinfo("localhost", 80),
    "a local socket": lambda: socket.socket(socket.AF_UNIX),
    "a program": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
    "a process": os.fork,
    "a signal": lambda: os.kill(parent, 0),
    "another session": os.setsid,
    "a secret": lambda: open(secret).read(),
    "a name list": lambda: open("/etc/passwd").read(),
    "a neighbour": lambda: open(f"/proc/{parent}/environ", "rb").read(),
    "a folder": lambda: os.listdir(os.path.dirname(secret)),
    "a file": lambda: open(secret + ".new", "w"),
    "a change": lambda: open(os.__file__, "a"),
    "a removal": lambda: os.unlink(secret),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    print(name)
print("cp850:", b"\\x9b".decode("cp850"))
"""


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "secret.key"
    path.write_text("hemmelig")
    yield path
    assert path.read_text() == "hemmelig"
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_who_takes_a_reader_over_has_nobody_to_tell_and_nothing_to_take(secret: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", TAKEN_OVER, str(secret)], capture_output=True, text=True, check=True
    )
    assert done.stderr.split() == sorted([CALLS, FILES])
    assert done.stdout.splitlines() == ["cp850: ø"]  # what Python still has to load it can


def test_every_child_is_closed_in_before_its_first_document() -> None:
    with ReaderPool(size=1) as pool:
        pool.read(PAGE, media_type="", url="", options=ReadOptions())
        (pid,) = children()
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"
