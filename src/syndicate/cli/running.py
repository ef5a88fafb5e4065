"""init, run, web, sandbox: everything that begins or stays."""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import click

from syndicate import assets
from syndicate.bootstrap import App
from syndicate.cli.context import (
    config_option,
    config_path,
    lock_path,
    log_to_stderr,
    opened_app,
    presence_of,
)
from syndicate.cli.output import say
from syndicate.domain.errors import SyndicateError
from syndicate.runner.heaps import share_heaps
from syndicate.runner.presence import Place
from syndicate.runner.taking_over import take_over

HTTP_PORT, SMTP_PORT = 8025, 1025
STOP_SECONDS = 15.0
"""How long a stop waits for answers; a mail server may take ten minutes, a service manager does not."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Make a new configuration in FOLDER, with the sample page to try it on."""
    target = folder / "config"
    if target.exists():
        raise SyndicateError(f"{target} exists already; nothing was changed.", hint="Name another folder.")
    shutil.copytree(assets.folder("config"), target, ignore=shutil.ignore_patterns("var", "__pycache__"))
    say(f"Made {target}. Next:")
    say(f"  cd {folder}")
    say("  set -a; . config/sandbox.env; set +a")
    say("  syndicate run --sandbox")


@click.command()
@click.option("--sandbox", "with_sandbox", is_flag=True, help="Start the sandbox too, and end it after.")
@config_option
def run(with_sandbox: bool) -> None:
    """Watch, send and serve the site, until stopped."""
    log_to_stderr()
    with opened_app() as app:
        presence = presence_of(app)
        try:
            with _sandbox_beside(app) if with_sandbox else _nothing():
                _run(app, presence)
        finally:
            presence.close()


@click.command()
@config_option
def web() -> None:
    """Serve the public site only; another process watches and sends."""
    log_to_stderr()
    with opened_app() as app:
        _serve(app, lambda: app.feeds.render_feeds(app.clock()), list)


@click.command()
@click.option("--http-port", default=HTTP_PORT, show_default=True, help="Pages, posts and the networks.")
@click.option("--smtp-port", default=SMTP_PORT, show_default=True, help="The mail server.")
@click.option("--ledger", type=click.Path(path_type=Path), help="Where all that is accepted is kept.")
@click.option("--site", type=click.Path(path_type=Path), help="A folder to serve under /site/.")
@config_option
def sandbox(http_port: int, smtp_port: int, ledger: Path | None, site: Path | None) -> None:
    """Stand in for a mail server and the networks, on this machine."""
    sys.exit(subprocess.call(_sandbox_command(http_port, smtp_port, ledger, site)))  # noqa: S603


# --- parts --------------------------------------------------------------------------------------------


def _run(app: App, presence: Place) -> None:
    from syndicate.runner.local import LocalRunner

    share_heaps()
    runner = LocalRunner(app, app.config.runner.threads, presence.renew)
    take_over(app, presence)
    runner.start()
    try:
        _serve(app, lambda: 0, runner.trouble)
    finally:
        with _no_longer_than(STOP_SECONDS):
            runner.stop()


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Ends the process when somebody keeps us waiting: what is left is taken up as after a crash."""
    watchdog = Timer(seconds, _leave)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


def _leave() -> None:
    logging.getLogger("syndicate").warning(
        "Somebody does not answer; what waits is taken up at the next start."
    )
    logging.shutdown()
    os._exit(0)


def _serve(app: App, prepare: Callable[[], object], trouble: Callable[[], list[str]]) -> None:
    from syndicate.web.server import build

    prepare()
    web = app.config.web
    listening = _listen(web.host, web.port)
    host, port = listening.getsockname()[:2]
    logging.getLogger("syndicate").info("The site is at http://%s:%s", host, port)
    server = build(_site(app, trouble), host, port)
    with _metrics(app):
        server.run(sockets=[listening])


def _site(app: App, trouble: Callable[[], list[str]]) -> Any:
    """The public site as an ASGI application; `trouble` says why it is not ready (empty when it is)."""
    from syndicate.web.app import create_app
    from syndicate.web.pages import PageRenderer

    return create_app(
        site=app.site,
        archive=app.archive,
        feeds=app.feed_shelf,
        subscribe=app.subscribe,
        pages=PageRenderer(app.site, app.templates),
        readiness=trouble,
        clock=app.clock,
        trusted_proxies=app.config.web.trusted_proxies,
        hubs=app.config.feeds.hubs,
    )


@contextmanager
def _metrics(app: App) -> Iterator[None]:
    from syndicate.web.metrics import serve

    if not app.config.web.metrics_port:
        yield
        return
    server, thread = serve(app.archive, app.clock, app.config.web.metrics_port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Its protocol is named, as asyncio sets TCP_NODELAY for no other."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        raise SyndicateError(
            f"The site cannot listen on {host}:{port}: {error.strerror}.",
            hint="Is syndicate running already? Else set another `web.port`.",
        ) from error
    return listening


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _sandbox_beside(app: App) -> Iterator[None]:
    """The sandbox as a child that ends with us, whatever ends us: it watches its standard input."""
    folder = app.config.path.parent
    ledger = lock_path(app).parent / "sandbox.jsonl"
    command = _sandbox_command(HTTP_PORT, SMTP_PORT, ledger, folder / "sample-site")
    child = subprocess.Popen(  # noqa: S603
        [*command, "--exit-with-stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise SyndicateError(
                "The sandbox did not start.", hint=f"Are the ports {HTTP_PORT} and {SMTP_PORT} free?"
            )
        ports = json.loads(line)
        logging.getLogger("syndicate").info("The sandbox is at http://127.0.0.1:%s", ports["http"])
        yield
    finally:
        child.terminate()
        child.communicate()  # waits for its end, and closes the pipes


def _sandbox_command(http_port: int, smtp_port: int, ledger: Path | None, site: Path | None) -> list[str]:
    folder = config_path().resolve().parent
    ledger = ledger or folder.parent / "var" / "sandbox.jsonl"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    site = site or folder / "sample-site"
    command = [sys.executable, "-m", "syndicate.sandbox", "--http-port", str(http_port)]
    command += ["--smtp-port", str(smtp_port), "--ledger", str(ledger)]
    return [*command, "--site", str(site)] if site.is_dir() else command
