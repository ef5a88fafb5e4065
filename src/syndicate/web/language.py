"""Which language a page is in: the one in the address, else the browser's wish, else the site's own."""

from __future__ import annotations

from collections.abc import Sequence


def choose(asked: str, accept: str, offered: Sequence[str]) -> str:
    """One of `offered` (its first where nothing fits).

    `asked` is the value of `?lang=`, which wins; `accept` is the header Accept-Language. What neither
    can be read as is ignored: a page is always better than an error about a language.
    """
    if asked in offered:
        return asked
    for wish in _by_preference(accept):
        if wish == "*":
            break
        primary = wish.partition("-")[0]
        if primary in offered:
            return primary
    return offered[0]


def _by_preference(accept: str) -> list[str]:
    """The language ranges of the header, most wanted first, without the refused ones (q=0)."""
    weighted = []
    for part in accept.split(",")[:20]:
        name, _, parameter = part.strip().lower().partition(";")
        quality = _quality(parameter)
        if name and quality > 0:
            weighted.append((quality, name.strip()))
    return [name for _, name in sorted(weighted, key=lambda item: -item[0])]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, float(value))
    except ValueError:
        return 0.0
