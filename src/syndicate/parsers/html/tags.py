"""What the tags mean to us."""

from __future__ import annotations


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = _set("ul ol menu dir")
CELLS = _set("td th")
BLOCKS = _set(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption "
    "figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup "
    "option p pre search section summary table tbody td tfoot th thead tr ul"
)
CONTROLS = _set("input select textarea option optgroup datalist keygen output progress meter")
INVISIBLE = _set(
    "script style noscript template svg math iframe object embed applet canvas audio video map head link "
    "meta title base noframes frame frameset picture source track img dialog"
)
