"""`python -m syndicate.sandbox`: says in a line of JSON where it listens, runs until it is told to stop."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

from syndicate.sandbox.ledger import LedgerError
from syndicate.sandbox.server import Ports, Stop, serve
from syndicate.sandbox.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 stopped, 1 could not start."""
    asked = _parser().parse_args(arguments)
    names = [field.name for field in fields(Settings)]
    stop = Stop()
    if asked.exit_with_stdin:
        threading.Thread(target=_wait_for_end_of_stdin, args=(stop,), daemon=True).start()
    try:
        serve(
            http_port=asked.http_port,
            smtp_port=asked.smtp_port,
            ledger=asked.ledger,
            site=asked.site,
            host=asked.host,
            settings=Settings(**{name: getattr(asked, name) for name in names}),
            ready=_report,
            stop=stop,
        )
    except (OSError, ValueError, LedgerError) as error:
        sys.stderr.write(f"The sandbox cannot run: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m syndicate.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--http-port", type=int, default=8025, help="0: any free port")
    parser.add_argument("--smtp-port", type=int, default=1025, help="0: any free port")
    parser.add_argument("--ledger", type=Path, required=True, help="the file of all that was accepted")
    parser.add_argument("--site", type=Path, help="a folder to serve at /site/")
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input ends")
    for field in fields(Settings):
        kind: Any = int if isinstance(field.default, int) else Path if field.default is None else str
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=kind, default=field.default, help="(%(default)s)"
        )
    return parser


def _report(ports: Ports) -> None:
    line = {"http": ports.http, "smtp": ports.smtp, "url": ports.url + "/"}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _wait_for_end_of_stdin(stop: Stop) -> None:
    # Past the buffer of sys.stdin, whose lock Python would want at its own end while this thread waits.
    while os.read(sys.stdin.fileno(), 65536):
        pass
    stop()


if __name__ == "__main__":
    sys.exit(main())
