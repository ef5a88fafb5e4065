"""What only the whole file tells: where its paths lead, and what contradicts itself."""

from __future__ import annotations

from pathlib import Path

from syndicate.config.checking import did_you_mean
from syndicate.config.model import Config
from syndicate.config.values import RESERVED_TOPICS
from syndicate.domain.errors import ConfigError


def with_absolute_paths(config: Config, folder: Path) -> Config:
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


def refuse_contradictions(config: Config) -> None:
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
                    hint=did_you_mean(topic_id, topics) if topics else "Add it under [[topics]].",
                )
    for account in config.accounts:
        if account.common.id == "email" or account.common.channel == "email":
            raise ConfigError(account.key, "mail is configured under [channels.email].")


def _distinct(key: str, ids: list[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise ConfigError(key, f"the id {name!r} is used more than once.")
