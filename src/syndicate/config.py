"""The configuration file: TOML, checked to the last key before anything is started.

`load(path, section)` is handed the Config classes of the adapters by bootstrap, so that this file knows
none of them. Every message names the key. Secrets do not stand in the file: a key that ends in `_env`
names the environment variable that holds one, and it is read when what needs it is built.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass as plain_dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic.dataclasses import dataclass

from syndicate.domain.errors import ConfigError, SyndicateError
from syndicate.domain.model import ShowText, Significance

Section = Callable[[str, str], type[BaseModel]]
"""`(room, name)` → the adapter's Config class, for instance `("sources", "page")`."""

DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?", re.ASCII)
SLUG = r"^[a-z0-9][a-z0-9-]{0,62}$"
RESERVED_TOPICS = ("all", "source", "my")

Model = TypeVar("Model")


def parse_duration(value: object) -> timedelta:
    """ "15m", "1h30m", "90s", "1d", and 0, which needs no unit. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    if type(value) is int and value == 0:
        return timedelta(0)
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not value or found is None:
        raise ValueError('must be a duration such as "15m", "90s" or "1h30m"')
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError('must be a time zone such as "Europe/Copenhagen"') from error
    return name


def _base_url(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
        raise ValueError('must be an address such as "https://anbefalinger.example.dk"')
    return url.rstrip("/")


def _proxy(url: str) -> str:
    if url and not re.fullmatch(r"http://[^\s/?#@]+:\d+/?", url):
        raise ValueError('must be an address such as "http://proxy.example.dk:3128", without a login')
    return url.rstrip("/")


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Slug = Annotated[str, Field(pattern=SLUG)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class Part(BaseModel):
    """A table of the file: nothing in it may be unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteConfig(Part):
    title: str = Field(min_length=1)
    base_url: Annotated[str, AfterValidator(_base_url)]
    feed_id: str = Field(pattern=r"^tag:[^\s,]+,\d{4}(-\d\d){0,2}:\S*$")
    language: Language = "da"
    languages: tuple[Language, ...] = ()
    publisher: str = ""
    timezone: Annotated[str, AfterValidator(_time_zone)] = "Europe/Copenhagen"
    templates: Path | None = None
    key_file: Path | None = None


class OperatorConfig(Part):
    email: str = ""
    alert_after: Duration = timedelta(hours=1)


def _database(url: str) -> str:
    if re.match(r"[a-z0-9+]+://[^/@]*:[^/@]+@", url) or re.search(r"[?&]password=", url):
        raise ValueError("must not hold the password: name its variable in `storage.password_env`")
    return url


class StorageConfig(Part):
    url: Annotated[str, AfterValidator(_database)]
    password_env: str = ""
    keep: Duration = timedelta(days=30)


class RunnerConfig(Part):
    kind: Literal["local"] = "local"
    threads: int = Field(default=8, ge=1, le=64)


class WebConfig(Part):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    metrics_port: int = Field(default=0, ge=0, le=65535)
    trusted_proxies: tuple[str, ...] = ()


class FetchingConfig(Part):
    contact: str = ""
    gap: Duration = timedelta(seconds=1)
    timeout: Duration = timedelta(seconds=30)
    max_bytes: int = Field(default=20_000_000, gt=0)
    proxy: Annotated[str, AfterValidator(_proxy)] = ""
    proxy_login_env: str = ""


def _hub(url: str) -> str:
    if not re.fullmatch(r"(https://|http://(127\.0\.0\.1|localhost)[:/])[^\s<>\"#@]+", url):
        raise ValueError('must be an address such as "https://hub.example.org/"')
    return url


def _host_and_port(text: str) -> str:
    if not re.fullmatch(r"([a-z0-9._-]+|\[[0-9a-f:.]+\]):[0-9]{1,5}", text):
        raise ValueError('must be a host and a port such as "filer.kommunen.dk:443"')
    return text


class FeedsConfig(Part):
    hubs: tuple[Annotated[str, AfterValidator(_hub)], ...] = ()
    gone_after: Duration = timedelta(days=180)


class TopicConfig(Part):
    id: Slug
    title: str = Field(min_length=1)
    was: tuple[Slug, ...] = ()


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="ignore"))
class SourceCommon:
    """What every source has, whatever its kind. Without the dict of a model: there may be ten thousand."""

    id: Slug
    kind: str
    title: str = ""
    topics: tuple[str, ...] = ()
    language: Language | Literal[""] = ""
    every: Duration = timedelta(minutes=15)
    at_most: Duration | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    policy: Literal["auto", "review"] = "auto"
    show_text: ShowText = ShowText.FULL
    allow_private: bool = False
    also_private: tuple[Annotated[str, AfterValidator(_host_and_port)], ...] = ()
    obey_robots: bool = True
    headers_env: str = ""


class AccountCommon(BaseModel, frozen=True, extra="ignore"):
    """What every account has, whatever its channel."""

    id: Slug
    channel: str
    topics: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    significance: Significance = Significance.SUBSTANTIVE


class Adapted(BaseModel):
    """An adapter's own part of a table, and where it stands ("accounts[1]")."""

    model_config = ConfigDict(frozen=True)

    key: str
    own: BaseModel


@plain_dataclass(frozen=True, slots=True)
class SourceConfig:
    """A source's parts, and where it stands ("sources[1]")."""

    key: str
    common: SourceCommon
    own: BaseModel


class AccountConfig(Adapted):
    common: AccountCommon


class Config(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """The whole file, checked. Paths are absolute."""

    path: Path
    site: SiteConfig
    operator: OperatorConfig
    storage: StorageConfig
    runner: RunnerConfig
    web: WebConfig
    fetching: FetchingConfig
    feeds: FeedsConfig
    topics: tuple[TopicConfig, ...]
    sources: tuple[SourceConfig, ...]
    channels: Mapping[str, Adapted]
    accounts: tuple[AccountConfig, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """The interface languages, the site's own first."""
        return tuple(dict.fromkeys((self.site.language, *self.site.languages)))


TABLES = ("site", "operator", "storage", "runner", "web", "fetching", "feeds")
LISTS = ("topics", "sources", "accounts", "channels")


def load(path: Path, section: Section) -> Config:
    """Reads and checks the file. Raises ConfigError, which names the key and what to do."""
    data = _read(path)
    _no_unknown_tables(data)
    folder = path.resolve().parent
    topics = tuple(
        _checked(TopicConfig, item, f"topics[{n}]") for n, item in enumerate(_list(data, "topics"))
    )
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
    config = _with_absolute_paths(config, folder)
    _consistent(config)
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


# --- reading ------------------------------------------------------------------------------------------


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
            raise ConfigError(name, "there is no such table.", hint=_did_you_mean(name, known))


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
    return _checked(model, value, key)


def _source(item: dict[str, Any], key: str, section: Section, folder: Path) -> SourceConfig:
    common = _checked(SourceCommon, item, key)
    rest = _rest(item, keys_of(SourceCommon))
    if "path" in rest and isinstance(rest["path"], str):
        rest["path"] = str((folder / rest["path"]).resolve())
    own = _own(section, "sources", common.kind, rest, key, f"{key}.kind", keys_of(SourceCommon))
    return SourceConfig(key=key, common=common, own=own)


def _account(item: dict[str, Any], key: str, section: Section) -> AccountConfig:
    common = _checked(AccountCommon, item, key)
    rest = _rest(item, keys_of(AccountCommon))
    own = _own(section, "channels", common.channel, rest, key, f"{key}.channel", keys_of(AccountCommon))
    return AccountConfig(key=key, common=common, own=own)


def keys_of(model: type[Any]) -> tuple[str, ...]:
    """The keys of a table."""
    return tuple(model.__pydantic_fields__)


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
    return _checked(model, values, key, also=common)


def _checked(model: type[Model], values: Mapping[str, Any], key: str, also: tuple[str, ...] = ()) -> Model:
    try:
        checked: Model = _checker(cast(Any, model)).validate_python(values)
    except ValidationError as error:
        raise _config_error(error, model, key, also) from None
    return checked


@cache
def _checker(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _config_error(error: ValidationError, model: type[Any], key: str, also: tuple[str, ...]) -> ConfigError:
    """The first fault in plain words. The value is not repeated: it could be a secret in the wrong place."""
    faults = error.errors(include_url=False, include_input=False)
    # a misspelt key is at once unknown and missing: the first says more
    fault = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    path = key + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault["loc"])
    if fault["type"] == "missing":
        return ConfigError(path, "this key is missing.", hint="See docs/configuration.md for what it means.")
    if fault["type"] == "extra_forbidden":
        known = [*keys_of(model), *also]
        return ConfigError(path, "there is no such key.", hint=_did_you_mean(str(fault["loc"][-1]), known))
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return ConfigError(path, f"{message[:1].lower()}{message[1:]}.")


def _did_you_mean(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."


# --- the whole ----------------------------------------------------------------------------------------


def _with_absolute_paths(config: Config, folder: Path) -> Config:
    """Relative paths count from the file, not from where somebody happens to stand."""
    url = config.storage.url
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        url = f"sqlite:///{(folder / url.removeprefix('sqlite:///')).resolve()}"
    site = config.site
    paths = {
        name: (folder / value).resolve()
        for name in ("templates", "key_file")
        if (value := getattr(site, name)) is not None
    }
    return config.model_copy(
        update={
            "storage": config.storage.model_copy(update={"url": url}),
            "site": site.model_copy(update=paths),
            "path": config.path.resolve(),
        }
    )


def _consistent(config: Config) -> None:
    if config.storage.password_env and config.storage.url.startswith("sqlite"):
        raise ConfigError("storage.password_env", "a SQLite file has no password.", hint="Take the key out.")
    _distinct("sources", [source.common.id for source in config.sources])
    _distinct("accounts", [account.common.id for account in config.accounts])
    _distinct("topics", [name for topic in config.topics for name in (topic.id, *topic.was)])
    topics = [topic.id for topic in config.topics]
    for n, topic in enumerate(config.topics):
        for reserved in {topic.id, *topic.was} & set(RESERVED_TOPICS):
            key = f"topics[{n}].{'id' if reserved == topic.id else 'was'}"
            raise ConfigError(key, f"{reserved!r} is reserved for feeds of our own.")
    wanted = [(source.key, source.common.topics) for source in config.sources]
    wanted += [(account.key, account.common.topics) for account in config.accounts]
    for key, topic_ids in wanted:
        for topic_id in topic_ids:
            if topic_id not in topics:
                raise ConfigError(
                    f"{key}.topics",
                    f"there is no topic {topic_id!r}.",
                    hint=_did_you_mean(topic_id, topics) if topics else "Add it under [[topics]].",
                )
    for account in config.accounts:
        if account.common.id == "email" or account.common.channel == "email":
            raise ConfigError(account.key, "mail is configured under [channels.email].")


def _distinct(key: str, ids: list[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise ConfigError(key, f"the id {name!r} is used more than once.")
