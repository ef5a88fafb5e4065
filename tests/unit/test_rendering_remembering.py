"""What was made before: made once, never of something else, and never more than was allowed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from syndicate.rendering.remembering import Remembered


class Kitchen:
    """Makes a text of a basis and counts how often."""

    def __init__(self, most: int) -> None:
        self.remembered: Remembered[str] = Remembered(most)
        self.made: list[str] = []

    def ask(self, key: str, basis: list[str]) -> str:
        return self.remembered.of(key, basis, lambda: self._make(basis))

    def _make(self, basis: list[str]) -> str:
        self.made.append("".join(basis))
        return self.made[-1]


def test_equal_things_are_made_once() -> None:
    kitchen = Kitchen(3)

    assert [kitchen.ask("a", ["x"]) for _ in range(3)] == ["x", "x", "x"]
    assert kitchen.made == ["x"]


def test_another_basis_is_made_anew_and_takes_the_place() -> None:
    kitchen = Kitchen(3)
    kitchen.ask("a", ["x"])

    assert (kitchen.ask("a", ["y"]), kitchen.ask("a", ["y"]), kitchen.ask("a", ["x"])) == ("y", "y", "x")
    assert kitchen.made == ["x", "y", "x"]


def test_what_was_asked_for_last_stays() -> None:
    kitchen = Kitchen(2)
    for key in ("a", "b", "a", "c", "a", "b"):
        kitchen.ask(key, [key])

    assert kitchen.made == ["a", "b", "c", "b"]


def test_threads_share_it() -> None:
    kitchen = Kitchen(4)
    with ThreadPoolExecutor(8) as pool:
        keys = [str(n % 6) for n in range(600)]
        assert list(pool.map(lambda key: kitchen.ask(key, [key]), keys)) == keys
