"""How much there is to read: lines that are not empty, of code, templates and tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure

ROOT = Path(__file__).parents[1]
PARTS = {
    "code (src)": ("src", "*.py"),
    "templates": ("templates", "*.j2"),
    "tests": ("tests", "*.py"),
}


def measure() -> Iterator[Figure]:
    """Lines per part, and tests per line of code."""
    lines = {name: _lines(*where) for name, where in PARTS.items()}
    for name, count in lines.items():
        yield Figure(name, [count], "lines")
    yield Figure("tests / code", [lines["tests"] / lines["code (src)"]], "", "≥ 1")


def _lines(folder: str, pattern: str) -> int:
    files = (ROOT / folder).rglob(pattern)
    return sum(1 for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
