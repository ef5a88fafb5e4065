"""A person decides about a held update while its document is being visited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.domain.model import UpdateState
from syndicate.ports import Claim
from tests.watching import BASE, SHARPENED, Watcher, page

FURTHER = (SHARPENED[0].replace("3. år", "2. år"), *BASE[1:])
pytestmark = pytest.mark.usefixtures("any_database")

Decision = Callable[[Watcher, str], None]


def publish(watcher: Watcher, update_id: str) -> None:
    assert watcher.store.updates.approve(update_id, [], "me", watcher.now)
    assert watcher.store.updates.publish(update_id, [], watcher.now)


def dismiss(watcher: Watcher, update_id: str) -> None:
    assert watcher.store.updates.dismiss(update_id, "me", watcher.now)


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    """A page whose first recommendation was sharpened, which is held."""
    watcher = Watcher(tmp_path, review=True)
    watcher.visit()
    watcher.serve(page(*SHARPENED))
    assert watcher.visit().outcome == "hold"
    return watcher


def begun(watcher: Watcher) -> Claim:
    watcher.now += timedelta(hours=7)
    (claim,) = watcher.check.claim(watcher.now, limit=1)
    return claim


def next_visit(watcher: Watcher) -> str:
    """The document is due at once."""
    (claim,) = watcher.check.claim(watcher.now, limit=1)
    return watcher.check.visit(claim, watcher.now).outcome


@pytest.mark.parametrize("text", [SHARPENED, FURTHER])
def test_what_was_published_meanwhile_stays_as_it_was_published(
    watcher: Watcher, text: tuple[str, ...]
) -> None:
    (held,) = watcher.store.archive.waiting()
    claim = begun(watcher)
    publish(watcher, held.id)
    (published,), steps = watcher.updates(), watcher.store.archive.steps(held.id)
    watcher.serve(page(*text, date="10. jan. 2017"))
    watcher.check.visit(claim, watcher.now)

    assert watcher.updates() == [published]
    assert watcher.store.archive.steps(held.id) == steps
    assert next_visit(watcher) == ("hold" if text is FURTHER else "drop")
    assert len(watcher.store.archive.waiting()) == (1 if text is FURTHER else 0)


@pytest.mark.parametrize("decide", [publish, dismiss])
def test_a_text_that_goes_back_while_a_person_decides_is_seen(watcher: Watcher, decide: Decision) -> None:
    (held,) = watcher.store.archive.waiting()
    claim = begun(watcher)
    decide(watcher, held.id)
    watcher.serve(page(*BASE, date="10. jan. 2017"))
    watcher.check.visit(claim, watcher.now)

    assert next_visit(watcher) == "hold"
    (update,) = watcher.store.archive.waiting()
    assert update.id != held.id
    assert update.state is UpdateState.HELD
