"""The parts of the file. Nothing in them may be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as plain_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass

from syndicate.config import values
from syndicate.config.values import Duration, Language, Slug
from syndicate.domain.model import ShowText, Significance


class Part(BaseModel):
    """A table of the file: nothing in it may be unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SiteConfig(Part):
    title: str = Field(min_length=1)
    base_url: Annotated[str, AfterValidator(values.base_url)]
    feed_id: str = Field(pattern=r"^tag:[^\s,]+,\d{4}(-\d\d){0,2}:\S*$")
    language: Language = "da"
    languages: tuple[Language, ...] = ()
    publisher: str = ""
    timezone: Annotated[str, AfterValidator(values.time_zone)] = "Europe/Copenhagen"
    templates: Path | None = None
    key_file: Path | None = None


class OperatorConfig(Part):
    email: str = ""
    alert_after: Duration = timedelta(hours=1)


class StorageConfig(Part):
    url: Annotated[str, AfterValidator(values.database)]
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
    proxy: Annotated[str, AfterValidator(values.proxy)] = ""
    proxy_login_env: str = ""


class FeedsConfig(Part):
    hubs: tuple[Annotated[str, AfterValidator(values.hub)], ...] = ()
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
    also_private: tuple[Annotated[str, AfterValidator(values.host_and_port)], ...] = ()
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
