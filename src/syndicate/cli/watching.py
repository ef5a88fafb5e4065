"""check, read, diff, status, doctor: what is watched and how it goes."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from syndicate.bootstrap import App
from syndicate.bootstrap.once import fetch_once, read_isolated, try_address
from syndicate.cli.context import config_option, json_option, opened_app, working_app
from syndicate.cli.diagnosis import findings
from syndicate.cli.output import out, print_json, progress, say, table, when
from syndicate.cli.reports import Reports
from syndicate.domain.errors import SyndicateError
from syndicate.domain.model import Change, Comparison, EditOp, Version
from syndicate.ports import ReadOptions, StatusView
from syndicate.services.watched import VisitReport

WEB = ("http://", "https://")


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Visit all sources, due or not.")
@click.option("--explain", is_flag=True, help="Tell each step and its reason.")
@json_option
@config_option
def check(sources: tuple[str, ...], everything: bool, explain: bool, as_json: bool) -> None:
    """Visit SOURCES (by id), or what is due, or with --all everything, once."""
    with working_app() as app, Reports() as reports:
        wanted = _wanted(app, sources, everything)
        began = app.clock()
        app.check.sync(began)
        errors = app.check.find(app.clock(), wanted)
        _visit_all(app, reports, None if everything else wanted, since=began if wanted else None)
        if as_json:
            reports.print_json([str(error) for error in errors])
        else:
            _tell(reports, explain)
            for error in errors:
                say(str(error), "red")
    if errors or reports.any_failed:
        raise click.exceptions.Exit(1)


def _wanted(app: App, sources: tuple[str, ...], everything: bool) -> list[str] | None:
    known = [source.common.id for source in app.config.sources]
    for name in sources:
        if name not in known:
            raise click.UsageError(f"There is no source {name!r}. There are: {', '.join(known) or 'none'}.")
    return known if everything else list(sources) or None


def _visit_all(app: App, reports: Reports, wanted: list[str] | None, since: datetime | None) -> None:
    from syndicate.services.rounds import Rounds

    with progress("Visiting") as bar:
        task = bar.add_task("", total=None)

        def tell(report: VisitReport) -> None:
            reports.add(report)
            bar.advance(task)

        threads = app.config.runner.threads
        Rounds(app.check, app.clock, tell, threads=threads, sources=wanted, since=since).make()


def _tell(reports: Iterable[VisitReport], explain: bool) -> None:
    nothing = True
    for report in reports:
        nothing = False
        line = f"{report.source_id}: {report.document}: {report.outcome}"
        say(f"{line} {report.update_id}".rstrip(), "bold" if report.update_id else None)
        if report.problem and not explain:
            say(f"  {report.problem}", "yellow")
        for step in report.steps if explain else ():
            say(f"  {step}")
    if nothing:
        say("Nothing is due. `syndicate check --all` visits everything now.")


# --- reading and comparing without a database ---------------------------------------------------------


@click.command()
@click.argument("what", metavar="FILE|URL")
@click.option("--select", multiple=True, help="Keep only what this CSS selector matches.")
@click.option("--ignore", multiple=True, help="Cut what this CSS selector matches.")
@click.option("--allow-private", is_flag=True, help="Allow an address on this machine or network.")
@click.option("--explain", is_flag=True, help="Try an address as a source, and tell each step.")
@json_option
def read(
    what: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    allow_private: bool,
    explain: bool,
    as_json: bool,
) -> None:
    """Show what syndicate reads in a file or a page."""
    if explain:
        _explain(what, ReadOptions(select, ignore), allow_private, as_json)
        return
    version = _read(what, ReadOptions(select, ignore), allow_private)
    if as_json:
        print_json(version.as_dict())
        return
    say(version.title, "bold")
    say(f"{len(version.blocks)} blocks, language {version.language or 'unknown'}", "dim")
    for stated in version.dates:
        say(f"{stated.role.value}: {stated.on.isoformat()}", "dim")
    for block in version.blocks:
        indent = "  " * max(0, block.level - 1) if block.kind.value == "item" else ""
        number = f"{block.number}. " if block.number else ""
        item = "" if number else "- "
        mark = {"heading": "#" * (block.level or 1) + " ", "item": item, "row": "| "}.get(block.kind, "")
        say(f"{indent}{mark}{number}{block.text}", "bold" if block.kind == "heading" else None)
    for attachment in version.attachments:
        say(f"→ {attachment.label}: {attachment.url}", "cyan")


def _explain(url: str, options: ReadOptions, allow_private: bool, as_json: bool) -> None:
    if not url.startswith(WEB):
        raise click.UsageError("--explain tries a web address; a file is just read.")
    fits, steps = try_address(url, options, allow_private=allow_private)
    if as_json:
        print_json({"fits": fits, "steps": steps})
    else:
        for step in steps:
            say(step)
    if not fits:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a redline to read.")
@click.option("--allow-private", is_flag=True, help="Allow addresses on this machine or network.")
@json_option
def diff(before: str, after: str, html: Path | None, allow_private: bool, as_json: bool) -> None:
    """Compare two files or pages in the terms of recommendations."""
    from syndicate.library import compare

    old = _read(before, ReadOptions(), allow_private)
    new = _read(after, ReadOptions(), allow_private)
    comparison = compare(old, new)
    if html:
        _write_redline(html, old, new, comparison)
    if as_json:
        changes = [change.as_dict() for change in comparison.changes]
        print_json({"significance": comparison.significance, "changes": changes})
        return
    count = len(comparison.changes)
    say(f"{count} {'change' if count == 1 else 'changes'}, {comparison.significance.value}", "bold")
    for change in comparison.changes:
        tell_change(change)


def _write_redline(path: Path, old: Version, new: Version, comparison: Comparison) -> None:
    from syndicate.rendering.redline import redline_page

    language = new.language if new.language in ("da", "en") else "en"
    path.write_text(redline_page(old, new, comparison, language), encoding="utf-8")


def tell_change(change: Change) -> None:
    place = " › ".join(change.section)
    number = f" {change.number}" if change.number else ""
    say(f"\n{change.kind.value}{number} ({change.significance.value})  {place}".rstrip(), "cyan")
    if change.edits:
        styles = {EditOp.DELETE: "[-{}-]", EditOp.INSERT: "{{+{}+}}", EditOp.EQUAL: "{}"}
        say("".join(styles[edit.op].format(edit.text) for edit in change.edits))
    elif change.before == change.after:
        say(f"  {change.after}")
    else:
        for sign, text in (("- ", change.before), ("+ ", change.after)):
            if text is not None:
                say(sign + text)
    if change.came_from:
        say(f"  from: {' › '.join(change.came_from)}", "dim")
    if change.number_before and change.number_after and change.number_before != change.number_after:
        say(f"  number: {change.number_before} → {change.number_after}", "dim")
    if change.effective:
        say(f"  effective: {', '.join(change.effective)}", "dim")
    for facet in change.facets:
        trend = f" ({facet.trend})" if facet.trend else ""
        say(f"  {facet.kind.value}: {facet.before or '–'} → {facet.after or '–'}{trend}", "dim")


def _read(what: str, options: ReadOptions, allow_private: bool) -> Version:
    if what.startswith(WEB):
        got = fetch_once(what, allow_private=allow_private)
        version: Version = read_isolated(got.body, got.media_type, got.url, options)
        return version
    path = Path(what)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SyndicateError(f"{path} cannot be read: {error.strerror}.") from error
    media_type = mimetypes.guess_type(path.name)[0] or ""
    read_version: Version = read_isolated(data, media_type, path.resolve().as_uri(), options)
    return read_version


# --- how it goes --------------------------------------------------------------------------------------


@click.command()
@json_option
@config_option
def status(as_json: bool) -> None:
    """Show how watching and sending go, with every problem."""
    with opened_app() as app:
        view = app.archive.status(app.clock())
        waiting = app.archive.waiting()
        alerts = app.alerts.open()
    if as_json:
        print_json({**asdict(view), "alerts": alerts})
    else:
        _tell_status(view)
        for alert in alerts:
            told = f"told {when(alert.told)}" if alert.told else "not told yet"
            say(f"alert: {alert.name}: {alert.kind} since {when(alert.since)}, {told}", "red")
        for update in waiting:
            say(f"held: {update.id} {update.text(update.language).title} ({update.reason})", "yellow")
    if any(document.problem for document in view.documents):
        raise click.exceptions.Exit(1)


def _tell_status(view: StatusView) -> None:
    say("Documents", "bold")
    table(
        ("source", "document", "checks", "last ok", "next", "failures"),
        (
            (d.source_id, d.title or d.url, d.checks, when(d.last_ok), when(d.next_visit), d.failures)
            for d in view.documents
        ),
        "Nothing is watched yet: add [[sources]] and run `syndicate check`.",
    )
    for document in view.documents:
        if document.problem:
            since = when(document.problem_since)
            out.print()
            say(f"{document.source_id}: {document.title or document.url} (since {since})", "red")
            say(f"  {document.problem}")
    out.print()
    say("Destinations", "bold")
    table(
        ("destination", "channel", "sent", "pending", "uncertain", "dead", "last sent", "waits until"),
        (
            (d.name, d.channel, d.sent, d.pending, d.uncertain, d.dead, when(d.last_sent), d.not_before)
            for d in view.destinations
        ),
        "Nothing is sent anywhere yet.",
    )
    for destination in view.destinations:
        if destination.reason:
            say(f"{destination.name}: {destination.reason}", "red")
    out.print()
    say(f"{view.subscribers} subscribers, {view.held} held updates, last update {when(view.last_update)}")


@click.command()
@json_option
@config_option
def doctor(as_json: bool) -> None:
    """Check the configuration, the database, the secrets and the disk, and say what to do."""
    found: list[dict[str, Any]] = findings()
    if as_json:
        print_json(found)
    else:
        for finding in found:
            say(("ok    " if finding["ok"] else "FAULT ") + finding["what"], None if finding["ok"] else "red")
            if finding["hint"]:
                say(f"      {finding['hint']}")
    if not all(finding["ok"] for finding in found):
        raise click.exceptions.Exit(1)
