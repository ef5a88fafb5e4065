"""updates, show, preview, approve, dismiss, correct, withdraw: the editorial step."""

from __future__ import annotations

import getpass

import click

from syndicate.bootstrap import App
from syndicate.cli.context import config_option, json_option, opened_app
from syndicate.cli.output import print_json, say, table
from syndicate.cli.watching import tell_change
from syndicate.domain.model import Message, Prepared, Target, Update
from syndicate.domain.placeholders import VALUE_NAMES
from syndicate.services.moderate import one_update

NOBODY = "0" * 32


@click.command()
@click.option("--held", is_flag=True, help="Only those that wait for a person.")
@click.option("--limit", default=20, show_default=True)
@json_option
@config_option
def updates(held: bool, limit: int, as_json: bool) -> None:
    """List updates: those that wait first, then the newest published."""
    with opened_app() as app:
        found = app.archive.waiting()
        if not held:
            found += app.archive.published(editorial=True, limit=limit)
    if as_json:
        print_json(found)
        return
    table(
        ("id", "state", "significance", "detected", "document", "title"),
        (
            (u.id, u.state, u.significance, u.detected_at, u.document_title, u.text(u.language).title)
            for u in found
        ),
        "No updates yet.",
    )


@click.command()
@click.argument("update")
@json_option
@config_option
def show(update: str, as_json: bool) -> None:
    """Show one UPDATE with its changes and proofs."""
    with opened_app() as app:
        found = one_update(app.updates, update)
        messages = app.updates.messages(found.id)
    if as_json:
        print_json(found)
        return
    _tell_update(found)
    for message in messages:
        say(f"message {message.channel} {message.account} {message.language} {message.sha256[:16]}", "dim")


def _tell_update(update: Update) -> None:
    text = update.text(update.language)
    say(text.title, "bold")
    say(f"{update.id}  {update.state.value}  {update.significance.value}  {update.reason}", "dim")
    say(f"{update.document_title}  {update.document_url}")
    if text.summary:
        say(text.summary)
    for noted in update.changes:
        tell_change(noted.change)
        say(f"  in {noted.resource} {noted.url}", "dim")
        if noted.also_in:
            say(f"  also in {', '.join(noted.also_in)}", "dim")
    for proof in update.proofs:
        say(f"{proof.resource}: {proof.sha256_before[:16] or '–'} → {proof.sha256_after[:16] or '–'}", "dim")


@click.command()
@click.argument("update")
@click.option("--channel", help="Only this channel.")
@json_option
@config_option
def preview(update: str, channel: str | None, as_json: bool) -> None:
    """Show the exact messages and requests of an UPDATE. Nothing is sent."""
    with opened_app() as app:
        messages = app.moderate.preview(update, app.clock())
        wanted = [m for m in messages if channel in (None, m.channel)]
        requests = [(message, _prepared(app, message)) for message in wanted]
    if as_json:
        print_json([{"sha256": m.sha256, "channel": m.channel, "request": p} for m, p in requests])
        return
    for message, prepared in requests:
        say(f"── {message.channel} {message.account} {message.language}  SHA-256 {message.sha256}", "bold")
        if prepared.method:
            say(f"{prepared.method} {prepared.url}")
            for name, value in prepared.headers.items():
                say(f"{name}: {value}")
            say()
        say(prepared.body.decode("utf-8", errors="replace").replace("\r\n", "\n"))


def _prepared(app: App, message: Message) -> Prepared:
    """The wire form; a mail keeps its placeholders, as there is no reader yet."""
    name = message.account if message.account in app.destinations else message.channel
    channel = app.destinations[name].channel
    target = Target(message.account, "reader@example.org", dict(VALUE_NAMES))
    if message.channel == "email":
        return Prepared(NOBODY, target.id, message.payload)
    return channel.prepare(message, target, NOBODY, app.clock())


@click.command()
@click.argument("update")
@click.option("--by", default=getpass.getuser, help="Who approves (default: the user of this machine).")
@click.option("--sha256", "hashes", multiple=True, help="Approve only if exactly these would be sent.")
@config_option
def approve(update: str, by: str, hashes: tuple[str, ...]) -> None:
    """Approve a held UPDATE and publish it."""
    with opened_app() as app:
        found = app.moderate.approve(update, by, app.clock(), hashes=hashes or None)
    say(f"{found.id} is {found.state.value}: {found.text(found.language).title}")


@click.command()
@click.argument("update")
@click.option("--by", default=getpass.getuser, help="Who dismisses (default: the user of this machine).")
@config_option
def dismiss(update: str, by: str) -> None:
    """Dismiss a held UPDATE: it is never announced."""
    with opened_app() as app:
        found = app.moderate.dismiss(update, by, app.clock())
    say(f"{found.id} is dismissed. Later changes are compared with what it was about.")


@click.command()
@click.argument("update")
@click.option("--text", required=True, help="What was wrong, in a sentence for readers.")
@click.option("--by", default=getpass.getuser, help="Who corrects (default: the user of this machine).")
@config_option
def correct(update: str, text: str, by: str) -> None:
    """Correct a published UPDATE: all who got it are told."""
    with opened_app() as app:
        found = app.amend.correct(update, text, by, app.clock())
    say(f"{found.id} corrects {found.corrects}. The running service sends it, or `syndicate deliver`.")


@click.command()
@click.argument("update")
@click.option("--reason", required=True, help="Why, in a sentence for readers.")
@click.option("--by", default=getpass.getuser, help="Who withdraws (default: the user of this machine).")
@config_option
def withdraw(update: str, reason: str, by: str) -> None:
    """Withdraw a published UPDATE: all who got it are told, and nobody gets it any more."""
    with opened_app() as app:
        found = app.amend.withdraw(update, reason, by, app.clock())
    say(f"{found.id} withdraws {found.corrects}. The running service sends it, or `syndicate deliver`.")
