"""The configuration: what is wrong is said with its key and what to do; what is right comes out checked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.bootstrap import load_config
from syndicate.config import Config, parse_duration, secrets
from syndicate.domain.errors import ConfigError
from syndicate.domain.model import Significance

GOOD = """
[site]
title = "Anbefalinger"
base_url = "https://nyt.example.org/"
feed_id = "tag:nyt.example.org,2026:"
languages = ["da", "en"]

[storage]
url = "sqlite:///var/s.db"

[[topics]]
id = "sundhed"
title = "Sundhed"

[[sources]]
id = "kilde"
kind = "page"
url = "https://kilde.example/side"
topics = ["sundhed"]
every = "1h30m"

[channels.email]
smtp = "smtp://127.0.0.1:1025"
sender = "Nyt <nyt@example.org>"

[[accounts]]
id = "li"
channel = "linkedin"
author = "urn:li:organization:1"
token_env = "TOKEN"
significance = "editorial"
"""


def load(folder: Path, text: str = GOOD) -> Config:
    path = folder / "s.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def test_a_good_file_comes_out_checked(tmp_path: Path) -> None:
    config = load(tmp_path)
    assert config.site.base_url == "https://nyt.example.org"
    assert config.languages == ("da", "en")
    assert config.sources[0].common.every == timedelta(minutes=90)
    assert config.sources[0].common.policy == "auto"
    assert config.accounts[0].common.significance is Significance.EDITORIAL
    assert config.storage.url == f"sqlite:///{tmp_path}/var/s.db"


def test_relative_paths_count_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    folder = '[[sources]]\nid = "f"\nkind = "folder"\npath = "papers"\n'
    text = GOOD.replace('languages = ["da", "en"]', 'templates = "own"') + folder
    config = load(tmp_path, text)
    assert config.site.templates == tmp_path / "own"
    own: Any = config.sources[1].own
    assert own.path == tmp_path / "papers"


FAULTS = {
    "unknown table": ("[storage]", "[storrage]\n[storage]", "storrage", "Did you mean storage?"),
    "unknown key": ('title = "Anbefalinger"', 'titel = "Anbefalinger"', "site.titel", "Did you mean title?"),
    "missing key": ('title = "Anbefalinger"', "", "site.title", "this key is missing"),
    "wrong type": ('title = "Anbefalinger"', "title = 7", "site.title", "string"),
    "no duration": ('"1h30m"', '"soon"', "sources[0].every", 'such as "15m"'),
    "unknown kind": ('"page"', '"pages"', "sources[0].kind", "Did you mean 'page'?"),
    "unknown channel": ('"linkedin"', '"myspace"', "accounts[0].channel", "There are:"),
    "unknown key of a source": ("every =", "evry =", "sources[0].evry", "Did you mean every?"),
    "unknown key of an account": ("author =", "autor =", "accounts[0]", "author"),
    "no web address": ('"https://kilde.example/side"', '"file:///etc/passwd"', "sources[0].url", "http"),
    "no base url": ('"https://nyt.example.org/"', '"nyt.example.org"', "site.base_url", "such as"),
    "no tag": ('"tag:nyt.example.org,2026:"', '"nyt"', "site.feed_id", "pattern"),
    "unknown topic": ('topics = ["sundhed"]', 'topics = ["helse"]', "sources[0].topics", "no topic 'helse'"),
    "reserved topic": ('id = "sundhed"', 'id = "all"', "topics[0].id", "reserved"),
    "topic with a reserved past": (
        'id = "sundhed"',
        'id = "sundhed"\nwas = ["my"]',
        "topics[0].was",
        "reserved",
    ),
    "twice": (
        "[channels.email]",
        '[[topics]]\nid="sundhed"\ntitle="x"\n[channels.email]',
        "topics",
        "more than once",
    ),
    "a password in the file": (
        "sqlite:///var/s.db",
        "postgresql+psycopg://me:geheim@db.example/s",
        "storage.url",
        "storage.password_env",
    ),
    "a password for a file": (
        "sqlite:///var/s.db",
        'sqlite:///var/s.db"\npassword_env = "DB_PASSWORD',
        "storage.password_env",
        "no password",
    ),
    "a password behind it": (
        "sqlite:///var/s.db",
        "postgresql+psycopg:///s?password=geheim",
        "storage.url",
        "storage.password_env",
    ),
    "time zone": ("languages =", 'timezone = "Mars/Base"\nlanguages =', "site.timezone", "Europe/Copenhagen"),
    "table for list": ("[[topics]]", "[topics]", "topics", "[[topics]]"),
    "mail as account": ('channel = "linkedin"', 'channel = "email"', "accounts[0]", ""),
}


@pytest.mark.parametrize(("before", "after", "key", "hint"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_said_with_its_key_and_what_to_do(
    tmp_path: Path, before: str, after: str, key: str, hint: str
) -> None:
    assert before in GOOD
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, GOOD.replace(before, after, 1))
    assert key in caught.value.key
    assert hint in str(caught.value)


def test_a_value_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, GOOD.replace('title = "Anbefalinger"', 'title = ["s3cret"]', 1))
    assert "s3cret" not in str(caught.value)


def test_no_file_and_no_toml_are_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no configuration at"):
        load_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load(tmp_path, "[site")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "bytes.toml")


def test_secrets_come_from_the_environment_and_a_missing_one_is_named(tmp_path: Path) -> None:
    account = load(tmp_path).accounts[0]
    assert secrets(account.own, account.key, {"TOKEN": "s3cret"}) == {"token": "s3cret"}
    with pytest.raises(ConfigError, match=r"accounts\[0\]\.token_env.*TOKEN is not set") as caught:
        secrets(account.own, account.key, {})
    assert "export TOKEN=" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("90s", 90),
        ("1h30m", 5400),
        ("1d", 86400),
        ("0s", 0),
        ("0.2s", 0.2),
        (0, 0),
        ("1d2h3m4s", 93784),
    ],
)
def test_durations(text: object, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "15", "m", "-5m", "5 m", "5m3", 15, 0.0, False, None, "1h1d"])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="must be a duration"):
        parse_duration(text)
