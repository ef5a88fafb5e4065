"""The configuration file: TOML, checked to the last key before anything is started.

`load(path, section)` is handed the Config classes of the adapters by bootstrap, so that this file knows
none of them. Every message names the key. Secrets do not stand in the file: a key that ends in `_env`
names the environment variable that holds one, and it is read when what needs it is built.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from syndicate.config.checking import Model, checked, did_you_mean
from syndicate.config.checking import keys_of as keys_of
from syndicate.config.model import AccountCommon as AccountCommon
from syndicate.config.model import AccountConfig as AccountConfig
from syndicate.config.model import Adapted as Adapted
from syndicate.config.model import Config as Config
from syndicate.config.model import FeedsConfig as FeedsConfig
from syndicate.config.model import FetchingConfig as FetchingConfig
from syndicate.config.model import OperatorConfig as OperatorConfig
from syndicate.config.model import RunnerConfig as RunnerConfig
from syndicate.config.model import SiteConfig as SiteConfig
from syndicate.config.model import SourceCommon as SourceCommon
from syndicate.config.model import SourceConfig as SourceConfig
from syndicate.config.model import StorageConfig as StorageConfig
from syndicate.config.model import TopicConfig as TopicConfig
from syndicate.config.model import WebConfig as WebConfig
from syndicate.config.values import parse_duration as parse_duration
from syndicate.config.whole import refuse_contradictions, with_absolute_paths
from syndicate.domain.errors import ConfigError, SyndicateError

Section = Callable[[str, str], type[BaseModel]]
"""`(room, name)` → the adapter's Config class, for instance `("sources", "page")`."""

TABLES = ("site", "operator", "storage", "runner", "web", "fetching", "feeds")
LISTS = ("topics", "sources", "accounts", "channels")


def load(path: Path, section: Section) -> Config:
    """Reads and checks the file. Raises ConfigError, which names the key and what to do."""
    data = _read(path)
    _no_unknown_tables(data)
    folder = path.resolve().parent
    topics = tuple(checked(TopicConfig, item, f"topics[{n}]") for n, item in enumerate(_list(data, "topics")))
    sources = tuple(
        _source(item, f"sources[{n}]", section, folder) for n, item in enumerate(_taken(data, "sources"))
    )
    accounts = tuple(
        _account(item, f"accounts[{n}]", section) for n, item in enumerate(_list(data, "accounts"))
    )
    channels = {
        name: Adapted(key=f"channels.{name}", own=_own(section, "channels", name, table, f"channels.{name}"))
        for name, table in data.get("channels", {}).items()
    }
    config = Config(
        path=path,
        site=_table(SiteConfig, data, "site"),
        operator=_table(OperatorConfig, data, "operator"),
        storage=_table(StorageConfig, data, "storage"),
        runner=_table(RunnerConfig, data, "runner"),
        web=_table(WebConfig, data, "web"),
        fetching=_table(FetchingConfig, data, "fetching"),
        feeds=_table(FeedsConfig, data, "feeds"),
        topics=topics,
        sources=sources,
        accounts=accounts,
        channels=channels,
    )
    config = with_absolute_paths(config, folder)
    refuse_contradictions(config)
    return config


def secrets(part: BaseModel, key: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The secrets that the `_env` keys of a table name, by key without `_env`. Raises ConfigError."""
    found = {}
    for name in type(part).model_fields:
        variable = getattr(part, name)
        if not name.endswith("_env") or not variable:
            continue
        if not environ.get(variable):
            raise ConfigError(
                f"{key}.{name}",
                f"the environment variable {variable} is not set.",
                hint=f"Set it before you start: export {variable}=…",
            )
        found[name.removesuffix("_env")] = environ[variable]
    return found


# --- reading------------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            "",
            f"There is no configuration at {path}.",
            hint="Name one with --config, or make one with `syndicate init`.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("", f"The configuration {path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("", f"The configuration {path} is not valid TOML: {error}.") from error


def _no_unknown_tables(data: Mapping[str, Any]) -> None:
    known = [*TABLES, *LISTS]
    for name in data:
        if name not in known:
            raise ConfigError(name, "there is no such table.", hint=did_you_mean(name, known))


def _list(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ConfigError(name, "must be a list of tables.", hint=f"Begin each with [[{name}]].")
    return value


def _taken(data: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The items of a list, each taken out as it is asked for: ten thousand need not be there twice."""
    items = _list(data, name)
    for place, item in enumerate(items):
        items[place] = {}
        yield item


def _table(model: type[Model], data: Mapping[str, Any], key: str) -> Model:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(key, "must be a table.", hint=f"Begin it with [{key}].")
    return checked(model, value, key)


def _source(item: dict[str, Any], key: str, section: Section, folder: Path) -> SourceConfig:
    common = checked(SourceCommon, item, key)
    rest = _rest(item, keys_of(SourceCommon))
    if "path" in rest and isinstance(rest["path"], str):
        rest["path"] = str((folder / rest["path"]).resolve())
    own = _own(section, "sources", common.kind, rest, key, f"{key}.kind", keys_of(SourceCommon))
    return SourceConfig(key=key, common=common, own=own)


def _account(item: dict[str, Any], key: str, section: Section) -> AccountConfig:
    common = checked(AccountCommon, item, key)
    rest = _rest(item, keys_of(AccountCommon))
    own = _own(section, "channels", common.channel, rest, key, f"{key}.channel", keys_of(AccountCommon))
    return AccountConfig(key=key, common=common, own=own)


def _rest(item: Mapping[str, Any], common: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in common}


def _own(
    section: Section,
    room: str,
    name: str,
    values: Any,
    key: str,
    name_key: str = "",
    common: tuple[str, ...] = (),
) -> BaseModel:
    try:
        model = section(room, name)
    except SyndicateError as error:
        raise ConfigError(name_key or key, error.message, hint=error.hint) from error
    if not isinstance(values, dict):
        raise ConfigError(key, "must be a table.", hint=f"Begin it with [{key}].")
    return checked(model, values, key, also=common)
