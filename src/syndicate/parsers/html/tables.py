"""Tables that hold data, told from tables that only do layout."""

from __future__ import annotations

from syndicate.parsers.html.tags import HEADINGS
from syndicate.parsers.html.tree import Element

_LONGEST_MEAN = 400
"""Characters per cell beyond which a table without header cells holds texts side by side, not data."""


def is_data_table(table: Element) -> bool:
    """Whether the rows of a table are rows to a reader."""
    if table.get("role") in ("presentation", "none"):
        return False
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    widest = max((sum(cell.tag in ("td", "th") for cell in row) for row in rows), default=0)
    if widest < 2 or next(table.iterdescendants("table", *HEADINGS), None) is not None:
        return False
    cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
    if next(table.iterdescendants("th"), None) is not None:
        return True
    return sum(len("".join(cell.itertext()).strip()) for cell in cells) <= _LONGEST_MEAN * len(cells)
