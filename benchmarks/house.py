"""A whole syndicate on a temporary database, and the sandbox that it sends to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from syndicate import assets
from syndicate.bootstrap import App, load_config
from syndicate.domain.errors import SyndicateError

SOURCE = "udsatte-boligomraader"
PAGE_URL = "http://127.0.0.1:8025/site/"
SANDBOX = "127.0.0.1:8025"
SMTP = "127.0.0.1:1025"
NO_GAP = {'gap = "0.2s"': 'gap = "0s"'}
GENEROUS = ("--x-posts-per-window", "1000000", "--linkedin-posts-per-day", "1000000")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: where it listens, and its process."""

    http: str
    smtp: str
    pid: int


def make_config(folder: Path, changes: Mapping[str, str]) -> Path:
    """A copy of the shipped configuration in `folder`, with these texts exchanged; its path."""
    config = folder / "config"
    shutil.copytree(assets.folder("config"), config, ignore=shutil.ignore_patterns("var"))
    path = config / "syndicate.toml"
    text = path.read_text(encoding="utf-8")
    for before, after in {**NO_GAP, **changes}.items():
        if before not in text:
            raise SyndicateError(f"The shipped configuration lacks {before!r}.", hint="Mend benchmarks/.")
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    return path


def environment(config: Path) -> dict[str, str]:
    """The sandbox's secrets, as the shipped file has them."""
    lines = (config.parent / "sandbox.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@contextmanager
def opened(folder: Path, changes: Mapping[str, str]) -> Iterator[App]:
    """The app of a changed copy of the shipped configuration."""
    path = make_config(folder, changes)
    app = App(load_config(path), environ=environment(path))
    try:
        yield app
    finally:
        app.close()


@contextmanager
def sandbox(folder: Path) -> Iterator[Sandbox]:
    """A sandbox on free ports, without limits on how much is posted; serves the config's sample site."""
    command = [sys.executable, "-m", "syndicate.sandbox", "--http-port", "0", "--smtp-port", "0", *GENEROUS]
    command += ["--ledger", str(folder / "ledger.jsonl"), "--site", str(folder / "config" / "sample-site")]
    command += ["--exit-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        ports = json.loads(process.stdout.readline())
        try:
            yield Sandbox(f"127.0.0.1:{ports['http']}", f"127.0.0.1:{ports['smtp']}", process.pid)
        finally:
            process.stdin.close()


@contextmanager
def beside_sandbox(folder: Path, smtp: str = "") -> Iterator[App]:
    """The app of the shipped configuration beside a sandbox of its own; mails go to `smtp` if that is set."""
    with sandbox(folder) as others, opened(folder, {SANDBOX: others.http, SMTP: smtp or others.smtp}) as app:
        yield app
