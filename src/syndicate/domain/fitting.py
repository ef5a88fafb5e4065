"""A text made to fit a network's limit, by leaving things out, never by cutting.

A text cut at a length can end inside a number, a dose or before a "not". So a text is given in parts, each
whole in every form it may take, and what does not fit goes in an order that the author declared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from syndicate.domain.errors import DeliveryReason, Permanent

Measure = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a text and how it may give way.

    `shorter` are other forms of it, from long to short. A part that is not mandatory may also go altogether.
    Parts of a low `rank` give way first; of equal rank, the later part does.
    """

    text: str
    mandatory: bool
    rank: int
    shorter: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form, the best first; "" stands for left out."""
        return (self.text, *self.shorter) if self.mandatory else (self.text, *self.shorter, "")


def fit(
    parts: Sequence[Part],
    measure: Measure,
    limit: int,
    separator: str = "\n\n",
) -> str:
    """The parts in order, joined by `separator`, in the best forms that together measure `limit` at most.

    The part of the highest rank gets its best possible form first, then the next. A limit of 0 is none.
    Raises Permanent(CONTENT) when the mandatory parts do not fit even in their shortest forms.
    """
    chosen = [part.forms[-1] for part in parts]
    if not _fits(chosen, measure, limit, separator):
        raise Permanent(
            DeliveryReason.CONTENT,
            f"The text does not fit: what may not be left out measures {measure(_join(chosen, separator))}, "
            f"the limit is {limit}.",
            hint="Shorten the title in the template or in the source; nothing is cut automatically.",
        )
    for index in sorted(range(len(parts)), key=lambda i: (-parts[i].rank, i)):
        chosen[index] = next(
            form
            for form in parts[index].forms
            if _fits([*chosen[:index], form, *chosen[index + 1 :]], measure, limit, separator)
        )
    return _join(chosen, separator)


def _fits(texts: Sequence[str], measure: Measure, limit: int, separator: str) -> bool:
    return limit == 0 or measure(_join(texts, separator)) <= limit


def _join(texts: Sequence[str], separator: str) -> str:
    return separator.join(text for text in texts if text)
