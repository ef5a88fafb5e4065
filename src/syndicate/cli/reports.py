"""The reports of a whole check: told at its end, and kept on disk until then, however many there are."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from tempfile import SpooledTemporaryFile
from textwrap import indent
from threading import Lock
from types import TracebackType
from typing import Self

from syndicate.services.watched import VisitReport

IN_MEMORY = 1 << 20


class Reports:
    """Takes reports from any thread and gives them back in that order; use it as a context."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY, mode="w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._lock = Lock()
        self.any_failed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, report: VisitReport) -> None:
        with self._lock:
            self.any_failed |= report.outcome == "failed"
            self._file.write(json.dumps(asdict(report)) + "\n")

    def __iter__(self) -> Iterator[VisitReport]:
        self._file.seek(0)
        for line in self._file:
            yield VisitReport(**json.loads(line))

    def print_json(self, errors: list[str]) -> None:
        """One object with `visits` and `errors`, as `json.dumps` would indent it."""
        write = sys.stdout.write
        write('{\n  "visits": [')
        between = "\n"
        for report in self:
            write(between + indent(json.dumps(asdict(report), ensure_ascii=False, indent=2), "    "))
            between = ",\n"
        end = "" if between == "\n" else "\n  "
        told = indent(json.dumps(errors, ensure_ascii=False, indent=2), "  ").lstrip()
        write(f'{end}],\n  "errors": {told}\n}}\n')
