"""How the command line speaks: to a person at a terminal, to a pipe, to a program."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from syndicate.cli import context, output, running
from syndicate.domain.errors import SyndicateError
from syndicate.domain.model import DeliveryState, Significance
from tests import factories


@dataclass(frozen=True)
class Inner:
    at: datetime
    state: DeliveryState


@dataclass(frozen=True, slots=True)
class Outer:
    parts: tuple[Inner, ...]
    wait: timedelta


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a terminal of 200 columns shows."""
    monkeypatch.setenv("COLUMNS", "200")
    screen = io.StringIO()
    monkeypatch.setattr(output, "out", Console(file=screen, force_terminal=True, color_system=None))
    return screen


# --- for programs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({DeliveryState.SENT: 2}, {"sent": 2}),
        (Significance.COSMETIC, "cosmetic"),
        (timedelta(minutes=1, milliseconds=500), 60.5),
        (factories.NOON, factories.NOON.isoformat()),
        (b"r\xc3\xb8d \xff", "rød \ufffd"),
        (Path("var") / "s.db", "var/s.db"),
        ({1: (True, None)}, {"1": [True, None]}),
        (frozenset({"en"}), ["en"]),
        (
            Outer((Inner(factories.NOON, DeliveryState.DEAD),), timedelta(seconds=3)),
            {"parts": [{"at": factories.NOON.isoformat(), "state": "dead"}], "wait": 3.0},
        ),
    ],
)
def test_says_anything_as_json(value: Any, plain: Any, capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json([value])
    assert json.loads(capsys.readouterr().out) == [plain]


def test_json_keeps_danish_letters_and_is_never_folded(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Blåbærgrød [bold]ål[/] " * 40
    output.print_json({"title": text})
    said = capsys.readouterr().out
    assert text in said
    assert json.loads(said) == {"title": text}


# --- for pipes ----------------------------------------------------------------------------------------


def test_a_piped_table_is_one_line_a_row_without_a_head(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("id", "what"), [(1, "x" * 300), (2, None), (3, DeliveryState.DEAD)], "None.")
    assert capsys.readouterr().out.split("\n") == ["1\t" + "x" * 300, "2\t", "3\tdead", ""]


@pytest.mark.parametrize("foreign", ["en\nto", "en\tto", "en\rto"])
def test_no_foreign_text_adds_a_line_or_a_column(foreign: str, capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("id", "what", "state"), [(1, foreign, "sent")], "None.")
    assert capsys.readouterr().out == "1\ten to\tsent\n"


def test_an_empty_table_says_nothing_to_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("id",), [], "No deliveries.")
    assert capsys.readouterr().out == ""


def test_moments_in_a_table_are_those_of_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("due",), [(factories.NOON,)], "None.")
    said = datetime.strptime(capsys.readouterr().out.strip(), "%Y-%m-%d %H:%M:%S").astimezone()
    assert said == factories.NOON


def test_what_never_happened_is_never() -> None:
    assert output.when(None) == "never"


# --- for people ---------------------------------------------------------------------------------------


def test_an_empty_table_explains_itself_on_a_terminal(terminal: io.StringIO) -> None:
    output.table(("id",), [], "No deliveries [yet].")
    assert terminal.getvalue().strip() == "No deliveries [yet]."


def test_a_table_on_a_terminal_has_a_head_and_shows_brackets(
    terminal: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    output.table(("id", "what"), [(1, "[red]Anbefaling[/red] [1]")], "None.")
    said = capsys.readouterr().out
    assert said.split() == ["id", "what", "1", "[red]Anbefaling[/red]", "[1]"]


def test_foreign_words_are_never_markup(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("[/] [bold]Kost[/bold] [link=https://example.org]her", "bold")
    assert capsys.readouterr().out == "[/] [bold]Kost[/bold] [link=https://example.org]her\n"


def test_complaints_say_what_to_do_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    output.complain(SyndicateError("No [[sources]] in [/x].", hint="Add [[sources]]."))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["Error: No [[sources]] in [/x].", "Add [[sources]]."]


def test_a_complaint_without_advice_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.complain(SyndicateError("Delivery 3 is gone."))
    assert capsys.readouterr().err.splitlines() == ["Error: Delivery 3 is gone."]


def test_progress_leaves_nothing_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("Visiting") as bar:
        bar.advance(bar.add_task("", total=3), 3)
    said = capsys.readouterr()
    assert said.out == said.err == ""


# --- which configuration ------------------------------------------------------------------------------


@click.group()
@context.config_option
def group() -> None:
    pass


@group.command()
@context.config_option
def which() -> None:
    click.echo(context.config_path())


@pytest.mark.parametrize(
    ("words", "variable", "path"),
    [
        (["which"], "", "config/syndicate.toml"),
        (["--config", "a.toml", "which"], "", "a.toml"),
        (["which", "--config", "b.toml"], "", "b.toml"),
        (["--config", "a.toml", "which", "--config", "b.toml"], "", "b.toml"),
        (["which"], "v.toml", "v.toml"),
        (["which", "--config", "b.toml"], "v.toml", "b.toml"),
        (["--config", "a.toml", "which"], "v.toml", "a.toml"),
    ],
)
def test_the_word_nearest_to_the_command_names_the_configuration(
    words: list[str], variable: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYNDICATE_CONFIG", raising=False)
    environment = {"SYNDICATE_CONFIG": variable} if variable else {}
    result = CliRunner(env=environment).invoke(group, words)
    assert result.output == f"{path}\n"


# --- the sandbox's command ----------------------------------------------------------------------------


def _command(config: Path, ledger: Path | None = None, site: Path | None = None) -> list[str]:
    with click.Context(click.Command("sandbox")) as made:
        made.meta["syndicate.config"] = config
        return running._sandbox_command(8025, 0, ledger, site)


def test_the_sandbox_serves_the_sample_site_beside_the_configuration(tmp_path: Path) -> None:
    site = tmp_path / "config" / "sample-site"
    site.mkdir(parents=True)
    command = _command(tmp_path / "config" / "s.toml")
    assert command[1:3] == ["-m", "syndicate.sandbox"]
    assert command[3:] == [
        "--http-port", "8025", "--smtp-port", "0",
        "--ledger", str(tmp_path / "var" / "sandbox.jsonl"), "--site", str(site),
    ]  # fmt: skip
    assert (tmp_path / "var").is_dir()


def test_the_sandbox_needs_no_site_and_takes_another_ledger(tmp_path: Path) -> None:
    ledger = tmp_path / "elsewhere" / "deep" / "l.jsonl"
    command = _command(tmp_path / "s.toml", ledger, tmp_path / "missing")
    assert "--site" not in command
    assert command[-1] == str(ledger)
    assert ledger.parent.is_dir()
    assert not (tmp_path.parent / "var").exists()


def test_a_moment_is_shown_to_the_second() -> None:
    shown = output.when(datetime(2026, 3, 1, 8, 0, 59, 999999, tzinfo=UTC))
    assert shown.endswith(":00:59")


def test_a_foreign_title_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("\x1b]0;owned\x07Title\x9b2J\x7f")
    assert "\x1b" not in (said := capsys.readouterr().out)
    assert said == "]0;ownedTitle2J\n"
