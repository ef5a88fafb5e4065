"""db: the database's own commands."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.context import config_option, opened_app
from syndicate.cli.output import say


@click.group()
def db() -> None:
    """Upgrade or back up the database."""


@db.command()
@config_option
def upgrade() -> None:
    """Bring the schema to the newest (every start does that too)."""
    with opened_app() as app:
        app.database.upgrade()
    say("The database is up to date.")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@config_option
def backup(file: Path) -> None:
    """Write a checked copy of the database to FILE, also while it is in use."""
    with opened_app() as app:
        app.database.backup(file)
    say(f"Copied to {file}. Keep the key file {app.config.site.key_file or 'secret.key'} apart from it.")
