"""A configuration that cannot be used: nothing starts, and the message names the key and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import Installation, Sandbox

NOWHERE = Sandbox(9, 9, Path())
"""Ports that nobody listens on: nothing is sent by a service that does not start."""

URL = 'url = "http://127.0.0.1:9/site/"'
FAULTS = {
    "an unknown table": ("[operator]", "[operatør]", "TOML", ""),
    "an unknown table of plain letters": ("[operator]", "[operater]", "operater:", "Did you mean operator?"),
    "an unknown key": ("publisher =", "publishers =", "site.publishers:", "Did you mean publisher?"),
    "a wrong type": ("attachments = true", 'attachments = "of course"', "sources[0].attachments:", "boolean"),
    "no duration": ('every = "0.5s"', 'every = "often"', "sources[0].every:", '"15m"'),
    "a missing key": (URL, "", "sources[0].url:", "docs/configuration.md"),
    "an unknown kind": ('kind = "page"', 'kind = "pages"', "sources[0].kind:", "page"),
    "an unknown channel": ('channel = "twitter"', 'channel = "twiter"', "accounts[2].channel:", "twitter"),
    "an unknown topic": ('["sundhed", "beskaeftigelse"]', '["sunhed"]', "sources[0].topics:", "sundhed"),
    "a file": (URL, 'url = "file:///etc/passwd"', "sources[0].url:", "http://"),
    "a user name in an address": (URL, 'url = "http://a:b@127.0.0.1/"', "sources[0].url:", "headers_env"),
    "a backslash in an address": (
        URL,
        r"url = 'http://a.example\@127.0.0.1/'",
        "sources[0].url:",
        "user name",
    ),
    "no mailbox": ("<anbefalinger@naereboliger.example>", "", "channels.email.sender:", "mailbox"),
    "broken TOML": ("[site]", "[site", "not valid TOML", "line"),
}


@pytest.fixture(name="house")
def an_installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path, NOWHERE)


def refusal(house: Installation) -> str:
    """What `syndicate run` says when it refuses to start."""
    done = house.command("run")
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert not house.database.exists(), "nothing is made before the configuration is understood"
    return done.stderr


@pytest.mark.parametrize("what", FAULTS)
def test_the_message_names_the_key_and_what_to_do(house: Installation, what: str) -> None:
    before, after, key, advice = FAULTS[what]
    house.set(before, after)
    said = refusal(house)
    assert key in said
    assert advice in said


def test_a_missing_secret_is_named_and_never_shown(house: Installation) -> None:
    del house.environ["X_TOKEN_SECRET"]
    said = house.command("run")
    assert said.returncode == 2, said.stderr
    assert "accounts[2].token_secret_env:" in said.stderr
    assert "export X_TOKEN_SECRET=" in said.stderr
    assert house.environ["X_TOKEN"] not in said.stderr


def test_a_secret_in_the_wrong_place_is_not_repeated(house: Installation) -> None:
    house.set('token_env = "LINKEDIN_TOKEN"', 'token = "a-secret-of-ours"')
    said = refusal(house)
    assert "accounts[0].token" in said
    assert "a-secret-of-ours" not in said


def test_no_file(house: Installation) -> None:
    house.config.unlink()
    said = refusal(house)
    assert str(house.config) in said
    assert "syndicate init" in said


def test_a_file_that_is_no_text(house: Installation) -> None:
    house.config.write_bytes(b"\xff\xfe[site]")
    assert "cannot be read" in refusal(house)
