"""`python -m syndicate` and the console script."""

from __future__ import annotations


def main() -> None:
    """Runs the command line; imports it only now, so that importing this module costs nothing."""
    from syndicate.cli import main as cli_main

    cli_main()


if __name__ == "__main__":
    main()
