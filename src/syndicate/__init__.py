"""syndicate: watches recommendations, understands what changed, tells everyone who asked.

`syndicate.read(data)` and `syndicate.compare(before, after)` are the library's face; neither needs
a database or the network. They are imported when first used, so that the command line stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syndicate.library import compare as compare
    from syndicate.library import read as read

__version__ = "0.1.0"
__all__ = ["__version__", "compare", "read"]


def __getattr__(name: str) -> Any:
    if name in ("read", "compare"):
        return getattr(import_module("syndicate.library"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
