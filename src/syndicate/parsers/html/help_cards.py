"""Cards below a text that lead to the help pages of its site ("Get help with …", "Visit the Help Center")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicate.domain.model import Block

_HELP = re.compile(
    r"(?:få hjælp|get help|hilfe (?:erhalten|bekommen)|obten(?:ir|ez) de l[’']aide)\b", re.IGNORECASE
)
_HELP_PAGES = re.compile(
    r"(?:besøg|gå til|se|visit|go to|see|zum|zu den|consulter|consultez|visiter|accéder (?:à|aux)) "
    r"(?:the |our |vores |unserem |unseren |le |les |notre |nos )?"
    r"(?:hjælpecent(?:er|ret)|hjælpesider(?:ne)?|help ?(?:cent(?:er|re)|pages?)|"
    r"hilfe(?:bereich|seiten|-?center)|pages d[’']aide|centre d[’']aide)",
    re.IGNORECASE,
)
_LONGEST = 4


def without_help_cards(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without such cards. One with a digit may have a number to call: it stays."""
    kept: list[Block] = []
    for block in blocks:
        kept.append(block)
        if _HELP_PAGES.fullmatch(block.text):
            card = kept[-_LONGEST:]
            starts = [at for at, each in enumerate(card, -len(card)) if _HELP.match(each.text)]
            if starts and not any(map(str.isdigit, "".join(each.text for each in kept[starts[-1] :]))):
                del kept[starts[-1] :]
    return kept
