"""What many sources cost: CPU and memory of a whole `syndicate check --all`, its parser children included.

The pages are alone on their addresses, spread over some hosts of this machine. Memory is the highest sum of
PSS over the process and all below it: pages that processes share count once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import house, sample
from benchmarks.figures import MILLI, Figure
from benchmarks.page_server import PageServer, serving

SOURCES = (1_000, 10_000)
HOSTS = 20
PASSES = ("first", "unchanged")
LOOK_EVERY = 0.05
_MEGABYTE = 1024 * 1024
_SOURCE = """
[[sources]]
id = "page-{number}"
kind = "page"
url = "{url}"
attachments = false
allow_private = true
"""


def measure() -> Iterator[Figure]:
    """CPU milliseconds per check, start-up included, and the peak of memory in MB, each of one run."""
    for count in SOURCES:
        with TemporaryDirectory() as folder, serving(sample.FOLDER, hosts=HOSTS) as server:
            config = _watch_many(Path(folder), server, count)
            for name in PASSES:
                cpu, peak = _check(config)
                title = f"check --all, {count:,} sources, {name} pass"
                yield Figure(title, [cpu / count * MILLI], "CPU ms")
                yield Figure(f"{title}, memory", [peak], "MB PSS", "< 250, flat")


def _watch_many(folder: Path, server: PageServer, count: int) -> Path:
    config = house.make_config(
        folder, {house.PAGE_URL: server.url, "attachments = true": "attachments = false"}
    )
    with config.open("a", encoding="utf-8") as file:
        for number in range(count):
            file.write(_SOURCE.format(number=number, url=f"{server.url_on(number % HOSTS)}?page={number}"))
    return config


def _check(config: Path) -> tuple[float, float]:
    """CPU seconds of one whole check, and its peak of memory in MB."""
    command = [sys.executable, "-m", "syndicate", "check", "--config", str(config), "--all", "--json"]
    environ = {**os.environ, **house.environment(config)}
    peak = 0
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
        while _runs(process.pid):
            peak = max(peak, sum(map(_pss, [process.pid, *_below(process.pid)])))
            time.sleep(LOOK_EVERY)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"the check ended with {process.returncode}"
    return usage.ru_utime + usage.ru_stime, peak / _MEGABYTE


def _runs(pid: int) -> bool:
    """Whether it has not ended, without waiting for it: what it used is asked for only once."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _below(pid: int) -> list[int]:
    try:
        files = list(Path(f"/proc/{pid}/task").glob("*/children"))
        children = [int(child) for file in files for child in file.read_text().split()]
    except OSError:  # it has just ended
        return []
    return children + [below for child in children for below in _below(child)]


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
