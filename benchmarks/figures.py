"""Figures, and how they are taken: in rounds, as CPU time of this process and of its children."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

MILLI = 1e3


@dataclass(frozen=True, slots=True)
class Figure:
    """One result: what was measured, what each round gave, the unit; `target` is what it should be."""

    name: str
    rounds: Sequence[float]
    unit: str
    target: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


@dataclass(slots=True)
class Spent:
    """What a block of code took, in seconds."""

    cpu: float = 0.0
    wall: float = 0.0


@dataclass(slots=True)
class Meter:
    """Takes CPU time (of this process and its children, without those in `apart`) and wall time."""

    apart: Collection[int] = field(default=())

    @contextmanager
    def running(self) -> Iterator[Spent]:
        """What the block spends stands in the result when it ends."""
        spent = Spent()
        cpu, wall = self._cpu(), time.perf_counter()
        yield spent
        spent.cpu, spent.wall = self._cpu() - cpu, time.perf_counter() - wall

    def _cpu(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        living = sum(cpu_of(pid) for pid in _children() if pid not in self.apart)
        return time.process_time() + ended.ru_utime + ended.ru_stime + living


def cpu_of(pid: int) -> float:
    """CPU seconds of a living process (Linux: its clock has a number that is made from its id)."""
    return time.clock_gettime((~pid << 3) | 2)


def rounds_of(rounds: int, action: Callable[[], float]) -> list[float]:
    """What `action` gives, time after time, after one that warms everything up."""
    action()
    return [action() for _ in range(rounds)]


def cpu_ms(rounds: int, times: int, action: Callable[[], object], meter: Meter | None = None) -> list[float]:
    """CPU milliseconds of one `action`, in rounds of `times` each."""
    meter = meter or Meter()

    def one_round() -> float:
        with meter.running() as spent:
            for _ in range(times):
                action()
        return spent.cpu / times * MILLI

    return rounds_of(rounds, one_round)


def yardstick() -> Figure:
    """A fixed piece of work, so that a slow hour of the machine is not taken for a slow program."""
    words = [f"{number * 7919 % 10_007:05}" for number in range(20_000)]

    def work() -> str:
        return sha256(" ".join(sorted(words)).encode()).hexdigest()

    return Figure("yardstick: sort and hash 20,000 words", cpu_ms(5, 3, work), "CPU ms")


def _children() -> list[int]:
    """The living children of this process, whichever of its threads started them."""
    files = Path("/proc/self/task").glob("*/children")
    found: list[int] = []
    for file in files:
        with suppress(OSError):  # a thread that ended in between has none
            found += map(int, file.read_text().split())
    return found
