"""What leads away from the text: "Read also", and the teasers of other pages under such a label."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicate.domain.model import Block, BlockKind
from syndicate.parsers.html.links import CONTACTS
from syndicate.parsers.html.speech import demands, phrases

# How a line begins that is mostly a link, and the heading of such links.
_AWAY = re.compile(
    r"[\W_]*(?:"
    + phrases(r"""
        læs (?:også|mere|videre)|se (?:også|mere)|relatere\w+|mere om emnet|flere (?:artikler|nyheder)
        read (?:also|more|next)|see (?:also|more)|also (?:read|on)\b|related\b|recommended\b
        more (?:on|from|about)\b
        you (?:may|might) (?:also )?like|don.t miss|(?:next|previous) (?:article|story|post)
        auch (?:lesen|interessant)\b|lesen sie (?:auch|mehr)|mehr (?:zum thema|dazu|zu |themen)
        das könnte
        (?:weitere|ähnliche) (?:artikel|beiträge|themen)|(?:nachfolge|folge|vorgänger)beitrag
        le puede interesar|puedes? ver|lee también|leer más|czytaj też|zobacz też|dowiedz się więcej
        leggi anche
        (?:à )?lire (?:aussi|également|plus)|à lire|voir aussi|sur le même sujet
        (?:article|billet) (?:suivant|précédent)
    """)
    + ")",
    re.IGNORECASE,
)
# What stands alone above links and teasers.
_LABEL = re.compile(
    r"[\W_]*(?:"
    + phrases(r"""
        (?:mest|flest) læste|seneste nyt|anbefalet til dig|andre læser
        (?:relaterede|flere) (?:artikler|nyheder|links)
        (?:most|top) (?:popular|read|viewed|stories|news)|trending(?: now)?|you (?:may|might) (?:also )?like
        don.t miss|more
        (?:latest|breaking|trending|recent|more|other) (?:news|stories|posts|articles|headlines)
        recommended(?: for you| stories| reading)?|related(?: links| articles| stories| news| posts| content)?
        auch interessant|mehr (?:zum thema|themen)|zum weiterlesen|meist ?gelesen\w*
        aktuelle (?:artikel|nachrichten|beiträge)
        (?:weitere|ähnliche|verwandte) (?:artikel|beiträge|themen|meldungen)(?: zum thema)?
        empfehlungen (?:für sie|der redaktion|aus .{3,40})
        les plus (?:lus|populaires)|(?:articles|contenus) (?:liés|similaires|associés|recommandés)
        notas relacionadas|lee también|más leídas|czytaj też|zobacz też|leggi anche|lees ook
        dernières (?:actualités|nouvelles)|sur le même (?:sujet|thème)
    """)
    + r")[\W_]*",
    re.IGNORECASE,
)
_LONGEST_LABEL = 60
_LONGEST_TEASER = 350
_CREDIT = 60
"""Characters up to which a line under a teaser names its source or its date."""
_MOSTLY = 0.5
_WHOLLY = 0.9


def without_asides(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without links to other pages that a label or their own words call such."""
    kept: list[Block] = []
    place = 0
    while place < len(blocks):
        block = blocks[place]
        if _begins_aside(block) and (end := _end_of_aside(blocks, place + 1)) > place + 1:
            place = end
        else:
            if not _leads_away(block):
                kept.append(block)
            place += 1
    return kept


def names_others(text: str) -> bool:
    """Whether a text begins like what leads to other pages: "Read also"."""
    return _AWAY.match(text) is not None


def link_share(block: Block) -> float:
    """The part of a block's text that is links to pages: a number to call and an address are facts."""
    if not block.links:
        return 0.0
    labels = (link.label for link in block.links if not link.url.lower().startswith(CONTACTS))
    return sum(map(len, labels)) / len(block.text)


def _begins_aside(block: Block) -> bool:
    if block.kind is BlockKind.HEADING:
        return _AWAY.match(block.text) is not None or _is_label(block)
    return block.kind is not BlockKind.ROW and _is_label(block)


def _is_label(block: Block) -> bool:
    return len(block.text) <= _LONGEST_LABEL and _LABEL.fullmatch(block.text) is not None


def _end_of_aside(blocks: Sequence[Block], start: int) -> int:
    """Where the links and teasers that begin at `start` end; `start` itself where there are none."""
    end = start
    cards = 0
    while end < len(blocks) and _is_link(blocks[end]):
        end += 1
        told = _teaser_length(blocks, end)
        if told and (cards or _has_another(blocks, end + told)) and _ends_card(blocks, end + told):
            cards += 1
            end += told
    return end


def _is_link(block: Block) -> bool:
    return link_share(block) >= _WHOLLY


def _teaser_length(blocks: Sequence[Block], start: int) -> int:
    """How many blocks of a teaser's text follow its link: a short text, and a line that names its source."""
    here = blocks[start : start + 2]
    if not here or not _is_short(here[0], _LONGEST_TEASER):
        return 0
    return 2 if len(here) > 1 and _is_short(here[1], _CREDIT) else 1


def _is_short(block: Block, longest: int) -> bool:
    plain = block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM) and not block.number
    return plain and len(block.text) <= longest and not _is_link(block) and not demands(block.text)


def _has_another(blocks: Sequence[Block], place: int) -> bool:
    """Whether another teaser begins here: a text after one link may be the text that goes on."""
    return place < len(blocks) and _is_link(blocks[place]) and _teaser_length(blocks, place + 1) > 0


def _ends_card(blocks: Sequence[Block], place: int) -> bool:
    return place >= len(blocks) or _is_link(blocks[place]) or blocks[place].kind is BlockKind.HEADING


def _leads_away(block: Block) -> bool:
    """Whether it is a line such as "Read also: Another page"; a heading that is a link is still a heading."""
    return (
        bool(block.links)
        and block.kind is not BlockKind.HEADING
        and link_share(block) >= _MOSTLY
        and _AWAY.match(block.text) is not None
    )
