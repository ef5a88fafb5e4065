"""How long a person waits for the command line: wall time of whole processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import house, sample
from benchmarks.figures import Figure, rounds_of

ROUNDS = 7


def measure() -> Iterator[Figure]:
    """Milliseconds from start to end of each command."""
    with TemporaryDirectory() as folder:
        config = str(house.make_config(Path(folder), {}))
        page = str(sample.FOLDER / "index.html")
        commands = {
            "python, nothing else": ["-c", ""],
            "syndicate --help": ["-m", "syndicate", "--help"],
            "syndicate status": ["-m", "syndicate", "status", "--config", config],
            "syndicate read (the page)": ["-m", "syndicate", "read", page],
        }
        for name, command in commands.items():
            yield Figure(name, rounds_of(ROUNDS, partial(_milliseconds, command)), "ms")


def _milliseconds(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1e3
