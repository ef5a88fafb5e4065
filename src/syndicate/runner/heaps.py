"""The heaps of the C library, which decide what memory a process with many threads seems to need."""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8
HEAPS = 2


def share_heaps() -> bool:
    """Lets all threads that begin after this share two heaps; False where the C library is not glibc.

    Else glibc gives them up to eight for each processor, and what one thread gives back no other uses: a
    process that visits pages by some threads grows for hours without holding anything.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return mallopt is not None and mallopt(_M_ARENA_MAX, HEAPS) == 1
