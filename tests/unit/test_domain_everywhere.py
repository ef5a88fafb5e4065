"""One change to every text in a thing."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.domain.everywhere import everywhere
from syndicate.domain.model import Significance, UpdateText
from tests.factories import update


@pytest.mark.parametrize(
    ("thing", "changed"),
    [
        ("bør", "BØR"),
        (("a", ["b", 1], None), ("A", ["B", 1], None)),
        ({"key": "a", "deep": {"key": ("b",)}}, {"key": "A", "deep": {"key": ("B",)}}),
        (Significance.EDITORIAL, Significance.EDITORIAL),
        (UpdateText("da", "titel", ""), UpdateText("DA", "TITEL", "")),
        (7, 7),
        (UpdateText, UpdateText),
    ],
)
def test_texts_change_and_nothing_else(thing: Any, changed: Any) -> None:
    assert everywhere(thing, str.upper) == changed


def test_nothing_in_an_update_is_forgotten() -> None:
    everything = repr(everywhere(update(), lambda _: "x"))

    assert "Kommunen" not in everything
    assert "example.org" not in everything
    assert everywhere(update(), str) == update()


def test_what_does_not_change_is_given_back_itself() -> None:
    thing = update()

    assert everywhere(thing, lambda text: text) is thing
    assert everywhere(thing, lambda text: text if text != "da" else "en").changes is thing.changes
