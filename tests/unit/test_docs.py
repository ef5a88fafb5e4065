"""The documentation is held against the code: what it leaves out, or tells wrongly, fails here."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
from pydantic import BaseModel

from syndicate import config, registry
from syndicate.domain import errors, model
from syndicate.ports import FeedRecord
from syndicate.rendering import MailSettings, Renderer
from syndicate.services.render_feeds import ARCHIVED, ENTRIES
from syndicate.web.limits import FeedLimit
from tests import factories

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
CHANNELS = registry.names("channels")
CONFIG = tomllib.loads((ROOT / "config" / "syndicate.toml").read_text())


def text(name: str) -> str:
    return (DOCS / name).read_text()


def anchors(page: Path) -> set[str]:
    """The ids that a heading gets on the usual forges: lower case, hyphens for spaces, no punctuation."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def relative_links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if "://" not in target and not target.startswith("mailto:"):
                yield page, target


@pytest.mark.parametrize(
    ("page", "target"), list(relative_links()), ids=lambda value: getattr(value, "name", value)
)
def test_every_relative_link_leads_somewhere(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    place = (page.parent / path).resolve() if path else page
    assert place.exists(), f"{page.name} links to {target}"
    assert not anchor or anchor in anchors(place), f"{page.name} links to {target}, which has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:src|tests|docs|config|templates|benchmarks)/[^`<>*\s]+)`", page.read_text())
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing


# --- the command line -------------------------------------------------------------------------------


def command_line() -> click.Group:
    group = importlib.import_module("syndicate.cli").cli
    assert isinstance(group, click.Group)
    return group


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name; a group with subcommands gives those."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        elif command:
            yield f"{prefix}{name}", command


def documented_commands() -> dict[str, str]:
    """Name → its row in docs/commands.md. What is in capitals or brackets in the usage is an argument."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", text("commands.md"), flags=re.MULTILINE)
    names = (" ".join(re.findall(r"(?<!\S)[a-z]+(?!\S)", usage)) for usage, _ in rows)
    return dict(zip(names, (f"{usage} {meaning}" for usage, meaning in rows), strict=True))


def test_every_command_is_documented_and_no_other() -> None:
    assert set(documented_commands()) == {name for name, _ in commands(command_line())}


def test_every_option_is_documented_with_its_command() -> None:
    rows = documented_commands()
    missing = [
        f"{name} {option}"
        for name, command in commands(command_line())
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
        and option not in ("--help", "--config", "--json")
        and option not in rows[name]
    ]
    assert not missing


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    readme = (ROOT / "README.md").read_text()
    assert {"setup", "run", "demo", "test", "check", "bench"} <= targets
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", readme, flags=re.MULTILINE)) <= targets


# --- the configuration ------------------------------------------------------------------------------


def tables(tree: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, str]]:
    """Every (table, key) of a TOML tree; "[[…]]" tables by their name."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from tables(value, f"{name}.{key}".lstrip("."))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                yield from tables(item, key)
        else:
            yield name, key


def values(tree: object) -> Iterator[str]:
    """Every text in a TOML tree."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from values(item)


def explained(table: str) -> str:
    """The section of docs/configuration.md on `[table]` or `[[table]]`."""
    sections = re.split(r"^## ", text("configuration.md"), flags=re.MULTILINE)
    section = next((part for part in sections if re.match(rf"`\[+{re.escape(table)}\]+`", part)), "")
    assert section, f"docs/configuration.md has no section for [{table}]"
    return section


@pytest.mark.parametrize(("table", "key"), sorted(set(tables(CONFIG))))
def test_every_key_of_the_default_configuration_is_explained(table: str, key: str) -> None:
    assert f"`{key}`" in explained(table)


PARTS: dict[str, type] = {
    "site": config.SiteConfig,
    "operator": config.OperatorConfig,
    "storage": config.StorageConfig,
    "runner": config.RunnerConfig,
    "web": config.WebConfig,
    "fetching": config.FetchingConfig,
    "feeds": config.FeedsConfig,
    "topics": config.TopicConfig,
    "sources": config.SourceCommon,
    "accounts": config.AccountCommon,
}


@pytest.mark.parametrize("table", PARTS)
def test_every_key_that_is_possible_is_explained(table: str) -> None:
    section = explained(table)
    assert not [key for key in config.keys_of(PARTS[table]) if f"`{key}`" not in section]


@pytest.mark.parametrize("kind", registry.names("sources"))
def test_every_key_of_every_kind_of_source_is_explained(kind: str) -> None:
    section = explained("sources")
    assert f'`"{kind}"`' in section
    fields = registry.load("sources", kind).Config.model_fields
    assert not [key for key in fields if f"`{key}`" not in section]


def test_the_default_configuration_loads() -> None:
    def section(room: str, name: str) -> type[BaseModel]:
        found: type[BaseModel] = registry.load(room, name).Config
        return found

    loaded = config.load(ROOT / "config" / "syndicate.toml", section)
    assert [source.common.kind for source in loaded.sources] == ["page"]
    assert {account.common.channel for account in loaded.accounts} == {"linkedin", "facebook", "twitter"}


def test_the_sandbox_has_every_secret_that_the_default_configuration_names() -> None:
    given = dict(
        line.split("=", 1)
        for line in (ROOT / "config" / "sandbox.env").read_text().splitlines()
        if line and not line.startswith("#")
    )
    named = {
        value for account in CONFIG["accounts"] for key, value in account.items() if key.endswith("_env")
    }
    assert named == set(given)
    assert all(value.startswith("sandbox-") for value in given.values())


def test_the_default_configuration_speaks_to_this_machine_only() -> None:
    addresses = [value for value in values(CONFIG) if re.match(r"(http|smtp)\S*://", value)]
    assert len(addresses) >= 6
    assert {urlsplit(address).hostname for address in addresses} == {"127.0.0.1"}


# --- the adapters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_has_a_page_that_explains_its_keys(name: str) -> None:
    page = text(f"channels/{name}.md")
    fields = registry.load("channels", name).Config.model_fields
    missing = [field for field in fields if f"`{field}`" not in page and f"{field} =" not in page]
    assert not missing


# --- the feeds --------------------------------------------------------------------------------------


def keys_of_table(page: str, before: str) -> list[str]:
    """The keys in the first column of the table that follows these words."""
    rows = page.partition(before)[2].strip().splitlines()
    table = list(takewhile(lambda row: row.startswith("|"), rows))
    return [key for row in table[2:] for key in re.findall(r"`(\w+)`", row.split("|")[1])]


def test_the_data_in_feeds_is_told_key_by_key() -> None:
    proof = model.Proof("Anbefalinger", factories.SOURCE_URL, "a" * 64, "b" * 64, factories.NOON)
    renderer = Renderer(factories.site(), MailSettings("nyt@example.org", "", "example.org"))
    view = renderer.feed_view(FeedRecord("all", "Alle"), [factories.update(proofs=(proof,))], False)
    (item,) = json.loads(registry.load("feeds", "json").render(view))["items"]
    data, page = item["_syndicate"], text("feeds.md")
    assert keys_of_table(page, "has `_syndicate`:") == list(data)
    assert sorted(keys_of_table(page, "A change:")) == sorted(data["changes"][0])
    assert all(f"`{key}`" in page for key in (*data["proofs"][0], *data["changes"][0]["facets"][0]))


def test_the_numbers_of_feeds_are_those_of_the_program() -> None:
    page = text("feeds.md")
    assert f"the newest {ENTRIES} entries" in page and f"{ARCHIVED} a document" in page
    per_feed = inspect.signature(FeedLimit).parameters["per_feed"].default
    assert f"more than {per_feed} times an hour" in page


# --- the words --------------------------------------------------------------------------------------

WORDS: list[type[StrEnum]] = [
    model.ChangeKind,
    model.FacetKind,
    model.Significance,
    model.Decision,
    model.UpdateState,
    model.DeliveryState,
]
REASONS: list[type[StrEnum]] = [
    errors.FetchReason,
    errors.ParseReason,
    errors.SuspectReason,
    errors.DeliveryReason,
]


@pytest.mark.parametrize("enum", WORDS, ids=lambda enum: enum.__name__)
def test_the_glossary_has_every_word_of_the_model(enum: type[StrEnum]) -> None:
    glossary = text("glossary.md")
    assert not [word.value for word in enum if f"`{word.value}`" not in glossary]


@pytest.mark.parametrize("enum", REASONS, ids=lambda enum: enum.__name__)
def test_the_operator_is_told_what_to_do_about_every_problem(enum: type[StrEnum]) -> None:
    rows = re.findall(r"^\| ([a-z0-9, -]+) \|", text("operations.md"), flags=re.MULTILINE)
    explained = {word.strip() for row in rows for word in row.split(",")}
    assert not [reason.value for reason in enum if reason.value not in explained]


# --- the decisions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_every_decision_is_dated_and_has_its_parts(page: Path) -> None:
    lines = page.read_text().splitlines()
    assert lines[0].startswith(f"# {page.name[:4]}: ")
    assert re.match(r"20\d\d-\d\d-\d\d · (accepted|replaced by \[)", lines[2])
    assert [line for line in lines if line.startswith("## ")] == [
        "## Context",
        "## Decision",
        "## Consequences",
    ]


def test_no_decision_number_is_used_twice() -> None:
    numbers = [page.name[:4] for page in DECISIONS]
    assert len(numbers) == len(set(numbers))


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(name for group in project["optional-dependencies"].values() for name in group),
    ]
    record = text("decisions/0001-dependencies.md")
    names = {re.split(r"[<>=\[; ]", requirement)[0] for requirement in wanted}
    assert not [name for name in sorted(names) if name not in record]


def test_the_lock_has_every_dependency_with_hashes_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.split(r"[<>=\[; ]", requirement)[0]
        assert re.search(rf"^{re.escape(name)}==\S+ .*\\\n    --hash=sha256:", lock, flags=re.MULTILINE), name
    assert "://" not in lock
    assert "index" not in re.sub(r"\S+==\S+", "", lock)
