"""What every command shares: `--config` before or after the command, and the app that it names."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from syndicate.bootstrap import DEFAULT_CONFIG, App, load_config
from syndicate.runner.heaps import share_heaps
from syndicate.runner.presence import Place, Presence
from syndicate.runner.taking_over import take_over

F = TypeVar("F", bound=Callable[..., Any])


def keep_config(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    """What was typed wins over the environment, and the option nearest to the command over the other."""
    typed = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    if value is not None and (typed or "syndicate.config" not in context.meta):
        context.meta["syndicate.config"] = value


def config_option(command: F) -> F:
    """The option `--config`, on the group and on each command: it may stand before or after."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"The configuration file (default: {DEFAULT_CONFIG}).",
        callback=keep_config,
        expose_value=False,
        envvar="SYNDICATE_CONFIG",
    )(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def config_path() -> Path:
    path: Path = click.get_current_context().meta.get("syndicate.config", DEFAULT_CONFIG)
    return path


@contextmanager
def opened_app() -> Iterator[App]:
    """The app of the configuration, closed at the end."""
    app = App(load_config(config_path()))
    try:
        yield app
    finally:
        app.close()


@contextmanager
def working_app() -> Iterator[App]:
    """An app that claims work beside others: what a dead process left behind is taken up first."""
    share_heaps()
    with opened_app() as app:
        presence = presence_of(app)
        try:
            take_over(app, presence)
            yield app
        finally:
            presence.close()


def presence_of(app: App) -> Place:
    """Our place among those who work on the database. Raises StorageError."""
    return app.database.presence() or Presence(lock_path(app))


def lock_path(app: App) -> Path:
    """The lock file beside a SQLite database; else a place for such files, beside the configuration."""
    url = app.config.storage.url
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///") + ".lock")
    return app.config.path.parent / "syndicate.lock"


def log_to_stderr(level: int = logging.INFO) -> None:
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    for noisy in ("urllib3", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns at every tick of a job that still runs: twice a second, for as long as a database is locked.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
