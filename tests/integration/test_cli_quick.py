"""A command imports what it needs and no more: people wait for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
from syndicate.cli import main
main()
"""
NEVER = {"alembic", "apscheduler", "feedgen", "lxml", "sqlalchemy.dialects.postgresql", "twitter_text"}
NETWORK = {"requests", "urllib3", "starlette", "uvicorn"}
DATABASE = {"sqlalchemy"}


@pytest.mark.parametrize(
    ("command", "not_needed"),
    [
        (["--help"], NEVER | NETWORK | DATABASE),
        (["channels"], NEVER | {"starlette", "uvicorn"} | DATABASE),
        (["status"], NEVER | NETWORK),
        (["updates"], NEVER | NETWORK),
        (["deliveries"], NEVER | NETWORK),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_imports_only_what_it_needs(
    command: list[str], not_needed: set[str], config_folder: Path
) -> None:
    names = ["--config", str(config_folder / "syndicate.toml"), *command]
    for _ in range(2):  # the first one makes the database, and may import what that takes
        done = subprocess.run([sys.executable, "-c", RUN, *names], capture_output=True, text=True, check=True)
    imported = set(json.loads(done.stderr.splitlines()[-1]))
    assert imported & not_needed == set()
