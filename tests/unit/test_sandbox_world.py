"""What the sandbox knows and how it is set up: posts, ids, refusals, and every setting as an option."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from syndicate.sandbox.__main__ import _parser
from syndicate.sandbox.app import build
from syndicate.sandbox.cards import Cards
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.world import World
from tests.asgi import Client
from tests.sandboxes import SETTINGS, Clock, a_world


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    with a_world(tmp_path, clock) as world:
        yield world


def _post(world: World, network: str, id: str, author: str = "7", **more: str) -> None:
    world.record("post", network, id, author=author, text=f"text {id}", body={}, **more)


def _client(world: World) -> Client:
    return Client(build(world, SETTINGS, None, Cards(world)))


def test_posts_come_newest_first_by_network_and_author(world: World) -> None:
    for network, id, author in (("x", "1", "a"), ("facebook", "7_2", "b"), ("x", "3", "b"), ("x", "4", "a")):
        _post(world, network, id, author)
    assert [post.id for post in world.posts()] == ["4", "3", "7_2", "1"]
    assert [post.id for post in world.posts("x")] == ["4", "3", "1"]
    assert [post.id for post in world.posts("x", "a")] == ["4", "1"]
    assert [post.id for post in world.posts(author="b")] == ["3", "7_2"]


def test_the_same_id_on_two_networks_is_two_posts(world: World) -> None:
    _post(world, "x", "1")
    _post(world, "linkedin", "1")
    world.record("delete", "x", "1")
    states = {network: post.state for network in ("x", "linkedin") if (post := world.post(network, "1"))}
    assert states == {"x": "deleted", "linkedin": "live"}


@pytest.mark.parametrize(("kind", "visible"), [("delete", False), ("vanish", False), ("edit", True)])
def test_what_changed_says_when_and_whether_it_is_seen(
    world: World, clock: Clock, kind: str, visible: bool
) -> None:
    _post(world, "linkedin", "urn:li:share:1")
    clock.forward(minutes=3)
    world.record(kind, "linkedin", "urn:li:share:1", text="ny", body={"commentary": "ny"})
    post = world.post("linkedin", "urn:li:share:1")
    assert post and post.visible is visible
    assert post.changed_at == clock.now != post.at


def test_an_edit_on_x_hides_the_post_before_it(world: World) -> None:
    _post(world, "x", "1")
    _post(world, "x", "2", previous="1")
    assert [post.id for post in world.posts("x") if post.visible] == ["2"]


def test_ids_grow_within_a_millisecond_and_apart_on_each_network(world: World, clock: Clock) -> None:
    first, second = world.number("x"), world.number("x")
    assert second == first + 1
    assert world.number("linkedin") == first
    clock.forward(milliseconds=1)
    assert world.number("x") == first + (1 << 22)


def test_a_mail_is_found_in_the_ledger_by_its_span(world: World) -> None:
    for n in (1, 2):
        world.record(
            "mail", "smtp", f"m{n}", sender="news@example.org", recipients=["å@example.org"],
            subject=f"Nr. {n}", message_id=f"<{n}@example.org>", raw="",
        )  # fmt: skip
    asyncio.run(world.ledger.sync())
    assert [world.ledger.read(mail.span)["id"] for mail in world.mails] == ["m1", "m2"]
    assert world.counts == {("smtp", "mail"): 2}


def test_only_the_latest_refusals_are_kept_and_told_newest_first(world: World) -> None:
    for n in range(250):
        world.refuse("x", f"POST /{n}", "no token")
    told = _client(world).get("/api/refusals")
    assert len(world.refusals) == 200
    assert told.text.index("POST /249") < told.text.index("POST /248")
    assert 'POST /49"' not in told.text


@pytest.mark.parametrize("network", ["x", "linkedin", "facebook"])
def test_a_fault_of_a_read_hits_one_read_and_is_noted(world: World, network: str) -> None:
    world.faults.order({"network": network, "fault": "502_html", "on": "read"}, since=0)
    client = _client(world)
    assert client.get(f"/{network}/somewhere").status == 502
    assert [refusal.reason for refusal in world.refusals] == ["the fault 502_html, by order"]
    assert client.get(f"/{network}/somewhere").status < 500


@pytest.mark.parametrize("setting", [field.name for field in fields(Settings)])
def test_every_setting_is_an_option_of_its_own_type(setting: str) -> None:
    option = f"--{setting.replace('_', '-')}"
    asked = _parser().parse_args(["--ledger", "l", option, "12"])
    default = getattr(Settings(), setting)
    wanted = Path("12") if default is None else type(default)("12")
    assert getattr(asked, setting) == wanted
    others = [field.name for field in fields(Settings) if field.name != setting]
    assert all(getattr(asked, name) == getattr(Settings(), name) for name in others)
