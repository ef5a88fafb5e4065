"""`make bench`: runs the benchmarks and prints a table. `--only NAME` runs some, `--json` is for programs."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Figure, yardstick

HELPERS = ("__init__", "__main__", "figures", "house", "news", "page_server", "sample")
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in HELPERS)
ROW = "{:<64}{:>10}{:>10}{:>10} {:<10}{}"


def main(arguments: list[str] | None = None) -> None:
    """Prints each figure as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=NAMES, help="may be given several times")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    asked = parser.parse_args(arguments)
    figures = _measured(asked.only or NAMES)
    if asked.json:
        plain = [asdict(figure) | {"median": figure.median} for figure in figures]
        print(json.dumps({"machine": _machine(), "figures": plain}, indent=2))
        return
    print(ROW.format(_machine(), "median", "from", "to", "", "target"))
    for figure in figures:
        numbers = (figure.median, min(figure.rounds), max(figure.rounds))
        shown = (f"{number:,.{2 if figure.median < 100 else 0}f}" for number in numbers)
        print(ROW.format(figure.name, *shown, figure.unit, figure.target).rstrip(), flush=True)


def _measured(names: list[str]) -> Iterator[Figure]:
    yield yardstick()
    for name in names:
        yield from import_module(f"benchmarks.{name}").measure()


def _machine() -> str:
    return f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
