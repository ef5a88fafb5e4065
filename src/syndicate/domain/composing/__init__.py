"""From comparisons to an update: which changes it tells, under which id, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from syndicate.domain.composing.effect import timely as timely
from syndicate.domain.composing.noting import JudgedResource as JudgedResource
from syndicate.domain.composing.noting import note as note
from syndicate.domain.composing.noting import told_elsewhere as told_elsewhere
from syndicate.domain.composing.texts import compose as compose


def update_id(previous: str, document: str, fingerprints: Sequence[str]) -> str:
    """The id of an update, 20 hexadecimal digits: the same again whenever the same thing is told.

    A function of the document's previous update, the document's identity and what its texts say afterwards
    (invariant 4).
    """
    parts = (previous, document, *fingerprints)
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    return sha256("".join(f"{len(part)}:{part}," for part in parts).encode()).hexdigest()[:20]
