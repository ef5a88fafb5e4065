"""How the command line speaks: tables on a terminal, plain text in a pipe, JSON on request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from syndicate.domain.errors import SyndicateError

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""All but tabs and new lines: an escape sequence in a page's title must not reach a terminal."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
_SEPARATORS = str.maketrans("\t\r\n", "   ")


def complain(error: SyndicateError) -> None:
    """An error for the person who typed the command."""
    err.print(f"[bold red]Error:[/] {escape(error.message)}")
    if error.hint:
        err.print(escape(error.hint))


def say(text: str = "", style: str | None = None) -> None:
    """One line of foreign or own text: nothing in it is markup, and nothing steers the terminal."""
    text = CONTROLS.sub("", text)
    out.print(text, style=style, markup=False)


def print_json(value: Any) -> None:
    click.echo(json.dumps(_plain(value), ensure_ascii=False, indent=2))  # for programs: nothing to draw


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table on a terminal; tab-separated lines in a pipe, so that other programs can cut them."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not out.is_terminal:
        for line in cells:
            click.echo("\t".join(value.translate(_SEPARATORS) for value in line))  # rich would draw tabs
        return
    if not cells:
        say(empty, "dim")
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for line in cells:
        drawn.add_row(*(escape(value) for value in line))
    Console(highlight=False).print(drawn)


def progress(description: str) -> Progress:
    """A bar on standard error; nothing at all where that is no terminal."""
    return Progress(
        TextColumn(description),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        disable=not err.is_terminal,
        transient=True,
    )


def when(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else "never"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return when(value)
    return value.value if isinstance(value, Enum) else str(value)


def _plain(value: Any) -> Any:
    """Anything as JSON can say it."""
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value) if isinstance(value, Path) else value
