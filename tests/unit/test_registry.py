"""Adapters are found by their files, and imported when they are asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from syndicate import registry


@pytest.mark.parametrize("room", registry.ROOMS)
def test_every_adapter_of_a_room_can_be_loaded_and_says_what_it_is(room: str) -> None:
    found = registry.names(room)
    assert found
    for name in found:
        assert not name.startswith("_")
        assert registry.summary(room, name)


def test_the_rooms_hold_what_is_promised() -> None:
    assert {"email", "facebook", "linkedin", "twitter"} <= set(registry.names("channels"))
    assert {"atom", "json", "rss"} <= set(registry.names("feeds"))
    assert {"docx", "html", "pdf", "text"} <= set(registry.names("parsers"))
    assert {"folder", "page"} <= set(registry.names("sources"))


@pytest.mark.parametrize("name", ["nothing", "_shared", "../config", "os.path", "", "email.x"])
def test_what_is_no_adapter_is_refused_with_the_names_that_are(name: str) -> None:
    with pytest.raises(registry.UnknownAdapter) as caught:
        registry.load("channels", name)
    assert "email" in caught.value.names


def test_a_near_miss_is_guessed() -> None:
    with pytest.raises(registry.UnknownAdapter, match="Did you mean 'linkedin'"):
        registry.load("channels", "linkedn")


HEAVY = ("sqlalchemy", "requests", "lxml", "starlette", "feedgen", "twitter_text", "apscheduler")


@pytest.mark.parametrize("arguments", [["--help"], ["channels", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from syndicate.cli import cli;"
        f"CliRunner().invoke(cli, {arguments!r});"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
