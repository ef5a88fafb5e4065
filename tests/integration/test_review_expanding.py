"""Fan-outs when things around them break or change: one that cannot be told holds up no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.domain.errors import StorageError, SyndicateError
from syndicate.domain.model import Message, Update
from tests.integration.test_services_expand import Publishing
from tests.storing import NOW

pytestmark = pytest.mark.usefixtures("any_database")


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing(tmp_path)


class TemplateBroken(SyndicateError):
    pass


def test_mail_that_is_no_longer_configured_stops_nobody(publishing: Publishing) -> None:
    """The operator took mail out of the configuration between a publication and its fan-out."""
    publishing.store.reader("a@example.org")
    del publishing.destinations["email"]
    assert publishing.all() == 1
    assert publishing.targets() == [("li", "li")]
    assert publishing.store.outbox.fan_outs(10) == []


def test_a_mail_that_cannot_be_made_holds_up_no_other_channel(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(update: Update, language: str) -> Message:
        raise TemplateBroken("The template mail.html is broken.")

    uid = publishing.store.reader("a@example.org")
    whole = publishing.renderer.mail
    monkeypatch.setattr(publishing.renderer, "mail", broken)
    with pytest.raises(TemplateBroken):
        publishing.expand.expand(NOW)
    assert publishing.targets() == [("li", "li")]
    monkeypatch.setattr(publishing.renderer, "mail", whole)  # the operator mends it
    assert publishing.all() == 1
    assert publishing.targets() == [("email", uid), ("li", "li")]


def test_a_locked_database_is_not_waited_for_again_and_again(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def locked(update_id: str) -> Update | None:
        asked.append(update_id)
        raise StorageError("The database is locked by another process.")

    monkeypatch.setattr(publishing.store.archive, "update", locked)
    with pytest.raises(StorageError):
        publishing.expand.expand(NOW)
    assert len(asked) == 1
