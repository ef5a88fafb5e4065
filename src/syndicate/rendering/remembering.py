"""What was made before is not made again: kept in memory, bounded, and only as long as it is right."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """At most `most` things that were made, those asked for last. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Any, Made]] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, basis: Any, make: Callable[[], Made]) -> Made:
        """What was made for this key, if it was made of an equal `basis`; else what `make` makes now.

        The basis must not be changed afterwards, and must be all that the result depends on besides the key.
        """
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
        if known is not None and known[0] == basis:
            return known[1]
        made = make()
        with self._lock:
            self._kept[key] = (basis, made)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
