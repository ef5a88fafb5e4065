"""deliver, deliveries, channels, subscribers: what goes out, and to whom."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import click

from syndicate import registry
from syndicate.bootstrap import App
from syndicate.cli.context import config_option, json_option, opened_app, working_app
from syndicate.cli.output import print_json, progress, say, table
from syndicate.domain.errors import InvalidAddress, SyndicateError
from syndicate.domain.mail_address import normalise
from syndicate.domain.model import DeliveryState
from syndicate.ports import Consent

STATES = [state.value for state in DeliveryState]


@click.command()
@config_option
def deliver() -> None:
    """Send everything that is due, once."""
    with working_app() as app:
        app.moderate.publish_approved(app.clock())
        app.feeds.render_feeds(app.clock())
        while app.expand.expand(app.clock()):
            pass
        sent = 0
        with progress("Sending") as bar:
            task = bar.add_task("", total=None)
            while names := app.deliver.ready(app.clock()):
                for name in names:
                    sent += (done := app.deliver.deliver(name, app.clock()))
                    bar.advance(task, done)
        view = app.archive.status(app.clock())
    say(f"{sent} deliveries dealt with.")
    for destination in view.destinations:
        if destination.reason:
            say(f"{destination.name} waits: {destination.reason}", "red")
    if any(d.reason or d.uncertain for d in view.destinations):
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only in this state.")
@click.option("--limit", default=50, show_default=True)
@click.option("--settle", "number", type=int, help="Settle this uncertain or dead delivery …")
@click.option("--as", "outcome", type=click.Choice(["sent", "retry", "cancel"]), help="… as this.")
@json_option
@config_option
def deliveries(
    states: tuple[str, ...], limit: int, number: int | None, outcome: str | None, as_json: bool
) -> None:
    """List deliveries, or settle one that only a person can settle."""
    if (number is None) != (outcome is None):
        raise click.UsageError("--settle and --as go together, for example: --settle 12 --as sent")
    with opened_app() as app:
        if number is not None and outcome is not None:
            if not app.outbox.settle_by_hand(number, outcome, app.clock()):
                raise SyndicateError(f"Delivery {number} is neither uncertain nor dead.")
            say(f"Delivery {number}: {outcome}.")
            return
        found = app.outbox.deliveries(states=states, limit=limit)
    if as_json:
        print_json(found)
        return
    table(
        ("id", "kind", "about", "to", "state", "attempts", "due", "what"),
        (
            (
                d.id,
                d.kind,
                d.subject,
                f"{d.destination}/{d.target}",
                d.state,
                d.attempts,
                d.due_at,
                d.permalink or d.error,
            )
            for d in found
        ),
        "No deliveries.",
    )


@click.command()
@json_option
def channels(as_json: bool) -> None:
    """List the kinds of way out that this installation has."""
    found = [(name, registry.summary("channels", name)) for name in registry.names("channels")]
    if as_json:
        print_json(dict(found))
    else:
        table(("channel", "what"), found, "None.")


class Suppressed(SyndicateError):
    """Whoever was erased is not written to again because somebody else wishes it."""


def _subscribe(app: App, address: str, language: str, topics: Sequence[str], proof: Consent) -> None:
    """Raises InvalidAddress and Suppressed."""
    address = normalise(address)
    if app.subscribers.suppressed(app.tokens.address_hash(address)):
        raise Suppressed(f"{address} was erased and is not subscribed again.")
    app.subscribers.add(address, language, topics, proof, app.clock())


@click.group()
def subscribers() -> None:
    """Manage who gets mail."""


@subscribers.command()
@click.argument("address")
@click.option("--topic", "topics", multiple=True, help="A topic's id (default: all topics).")
@click.option("--language", help="The language of the mails (default: the site's).")
@click.option("--consent", required=True, help="How consent was given, in words; kept as proof.")
@config_option
def add(address: str, topics: tuple[str, ...], language: str | None, consent: str) -> None:
    """Add ADDRESS, whose consent was given elsewhere."""
    with opened_app() as app:
        proof = Consent(consent, "by hand", "command line", "")
        _subscribe(app, address, language or app.site.language, topics or ("",), proof)
    say(f"{address} is subscribed.")


@subscribers.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--consent", required=True, help="How consent was given, in words; kept as proof.")
@config_option
def import_(file: Path, consent: str) -> None:
    """Import subscribers from a CSV file: address, language, topics (separated by blanks)."""
    bad = 0
    with opened_app() as app, progress("Importing") as bar, file.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.reader(lines) if row and row[0] != "address"]
        task = bar.add_task("", total=len(rows))
        proof = Consent(consent, "import", file.name, "")
        for row in rows:
            bar.advance(task)
            language = row[1] if len(row) > 1 and row[1] else app.site.language
            topics = row[2].split() if len(row) > 2 and row[2] else [""]
            try:
                _subscribe(app, row[0], language, topics, proof)
            except (InvalidAddress, Suppressed) as error:
                bad += 1
                say(str(error), "yellow")
    say(f"{len(rows) - bad} imported, {bad} refused.")
    if bad:
        raise click.exceptions.Exit(1)


@subscribers.command()
@json_option
@config_option
def export(as_json: bool) -> None:
    """Export all subscribers as CSV (or JSON)."""
    with opened_app() as app:
        everyone = app.subscribers.everyone()
    if as_json:
        print_json(everyone)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("address", "language", "topics", "state"))
    for subscriber in everyone:
        writer.writerow(
            (subscriber.address, subscriber.language, " ".join(subscriber.topics), subscriber.state)
        )
    click.echo(text.getvalue(), nl=False)


@subscribers.command()
@click.argument("address")
@config_option
def erase(address: str) -> None:
    """Erase ADDRESS for good; only a keyed hash stays, so that it is not written to again."""
    with opened_app() as app:
        address = normalise(address)
        hashed = app.tokens.address_hash(address)
        if not app.subscribers.erase(address, hashed, app.clock()):
            raise SyndicateError(f"{address} is not known.")
    say(f"{address} is erased.")
