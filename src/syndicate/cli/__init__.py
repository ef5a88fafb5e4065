"""The command line. Exit 0: fine; 1: something failed; 2: wrong use, which includes the configuration."""

from __future__ import annotations

import sys

import click

from syndicate import __version__
from syndicate.cli import deciding, running, sending, storing, watching
from syndicate.cli.context import config_option, keep_config
from syndicate.cli.demo import demo
from syndicate.cli.output import complain
from syndicate.domain.errors import ConfigError, SyndicateError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="syndicate")
@config_option
def cli(**_options: object) -> None:
    """Watches pages and documents with recommendations and tells everyone who asked what changed."""


for command in (
    running.init,
    running.run,
    running.web,
    running.sandbox,
    watching.check,
    watching.read,
    watching.diff,
    watching.status,
    watching.doctor,
    deciding.updates,
    deciding.show,
    deciding.preview,
    deciding.approve,
    deciding.dismiss,
    deciding.correct,
    deciding.withdraw,
    sending.deliver,
    sending.deliveries,
    sending.channels,
    sending.subscribers,
    storing.db,
    demo,
):
    cli.add_command(command)


def main() -> None:
    """Runs the command line of this process and exits."""
    try:
        sys.exit(cli.main(standalone_mode=False))  # what a command exits with comes back as a value
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except ConfigError as error:
        complain(error)
        sys.exit(2)
    except SyndicateError as error:
        complain(error)
        sys.exit(1)


__all__ = ["cli", "keep_config", "main"]
