"""The sandbox's own count of X's length, against vectors and against the library that it must not share."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from syndicate.channels import twitter
from syndicate.domain.model import Account
from syndicate.sandbox.networks.weighted import addresses, links, weighted_length
from tests.fakes_api import ScriptedApi


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hello, world! 👋", 16),
        ("x.health", 23),
        ("foo.museum bar.online", 47),
        ("Smørrebrød på ø", 15),
        ("e\u0301", 1),  # counted after composing
        ("漢字", 4),
        ("👨‍👩‍👧‍👦", 2),
        ("🇩🇰", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("🙋🏽", 2),
        ("©", 2),
        ("“quoted” – dash", 15),
        ("https://example.org/a/very/long/path?with=query&and=more#part", 23),
        ("Se http://example.org.", 3 + 23 + 1),
        ("(https://example.org/a_(b))", 1 + 23 + 1),
        ("mail@example.org", 16),  # an address is no link
        ("@example.org", 12),
        ("a.notatld", 9),
        ("http://127.0.0.1:8025/site/", 27),  # X knows no numbers and no localhost
        ("http://localhost/x", 18),
    ],
)
def test_counts_as_x_does(text: str, length: int) -> None:
    assert weighted_length(text) == length


def test_long_labels_are_no_host_names() -> None:
    assert weighted_length("a" * 64 + ".com") == 68


@pytest.mark.parametrize(
    "piece", ["a.", "a-", "(", "(a", "é", "http://a.dk/(", "👨\u200d", "a.dk/", "_.", "http://a"]
)
def test_hostile_texts_take_no_long_time(piece: str) -> None:
    # What backtracks without end would not come back at all; a time is not measured.
    weighted_length(piece * 5000)


def test_names_where_links_stand() -> None:
    text = "Læs who.int/news og https://example.dk/a."
    assert [text[link.start : link.end] for link in links(text)] == ["who.int/news", "https://example.dk/a"]


def test_shows_addresses_on_this_machine_as_well() -> None:
    text = "http://127.0.0.1:8080/updates/1 og example.dk"
    assert [link.url for link in addresses(text)] == ["http://127.0.0.1:8080/updates/1", "example.dk"]
    assert [link.url for link in links(text)] == ["example.dk"]


PIECES = [
    "anbefaling", "bør", "skal", "12 mg", "50 %", "漢字", "👍🏽", "👨‍👩‍👧", "🇩🇰", "who.int",
    "example.dk/a?b=c#d", " ", "https://example.org/x_(y)", "http://www.sundhed.dk/", "»", "«", "–",
    "…", " e\u0301 ", "@navn", "#tag", "(", ")", ".", "rådet.dk", "a.b.c.dk", "x@example.org ", "\n",
    "©", "❤️", "٣", " עברית ", "https://example.dk,",
]  # fmt: skip


def test_agrees_with_the_library_on_mixed_texts() -> None:
    config = twitter.Config(api_key_env="K", api_secret_env="S", token_env="T", token_secret_env="U")
    measure = twitter.build(config, Account("x", "twitter"), ScriptedApi(), {}).measure
    dice = random.Random(5849)
    for _ in range(400):
        text = " ".join("".join(dice.choices(PIECES, k=dice.randint(1, 2))) for _ in range(8))
        assert weighted_length(text) == measure(text), text


def _conformance(section: str) -> list[tuple[str, int]]:
    """(text, weighted length) of one section of the published conformance file."""
    folder = os.environ.get("SYNDICATE_DATA")
    if not folder:
        return []
    source = Path(folder, "social/twitter-text/conformance/validate.yml").read_text("utf-8")
    part = source.partition(f"  {section}:\n")[2]
    part = re.split(r"^  \w+:$", part, maxsplit=1, flags=re.MULTILINE)[0]
    cases = re.findall(r'text: "(.*)"\n.*\n\s+weightedLength: (\d+)', part)
    return [(_unescaped(text), int(length)) for text, length in cases]


def _unescaped(text: str) -> str:
    return re.sub(
        r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))",
        lambda match: chr(int(match[1] or match[2], 16)) if match[1] or match[2] else match[3],
        text,
    )


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("section", "count"),
    [("WeightedTweetsWithDiscountedEmojiCounterTest", 22), ("UnicodeDirectionalMarkerCounterTest", 2)],
)
def test_passes_the_published_cases(section: str, count: int) -> None:
    cases = _conformance(section)
    assert len(cases) == count
    for text, length in cases:
        assert weighted_length(text) == length, text
