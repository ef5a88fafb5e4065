"""Lines that belong to the page and not to its text, known by their words alone: "Annonce", "Back to top"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syndicate.domain.model import Block, BlockKind
from syndicate.parsers.html.speech import demands, phrases

_LONGEST = 120
_NUMBER = r"(?:[(\[]?\d+[)\]]? ?)?"
# Adverts; what one can do with the page; what readers are asked.
_LINE = re.compile(
    r"[\W_]*(?:"
    + phrases(r"""
        annoncer?|reklame|sponsoreret|artiklen fortsætter (?:efter|under) annoncen
        adverts?|advertisements?|ad|sponsored(?: content)?
        (?:story|article) continues below(?: this)?(?: advertisement)?
        continue reading(?: below)?|scroll to continue.{0,30}
        anzeigen?|werbung|weiter nach der werbung|publicité|contenu sponsorisé
        (?:til |gå til )?toppen|til top|udskriv(?: siden?| artiklen)?|del (?:denne|siden|artiklen)\b.{0,40}
        indlæser
        vis (?:mere|mindre)
        (?:scroll )?back to top|skip to (?:main )?content|print(?: this)?(?: page| article)?|loading|caption
        full ?screen
        share(?: (?:this|on|via|it with)\b.{0,40})?|show (?:all|more|less)
        nach oben|zum seitenanfang|(?:seite |artikel )?drucken|(?:artikel |beitrag |seite )?teilen
        möchten sie den artikel teilen
        haut de (?:la )?page|retour en haut|imprimer(?: la page| l.article)?|voir (?:plus|moins)
        partager(?: (?:sur|cet|cette|l)\b.{0,30})?
        (?:skriv|tilføj|efterlad) (?:en )?kommentar|ingen kommentarer
        (?:var|er) (?:denne|artiklen|siden|indholdet|det her)\b.{0,25}(?:nyttigt?|hjælpsomt?|brugbart?)
        fandt du .{0,30}(?:søgte|ledte efter)
        (?:post|leave|write|add|join)(?: a| your| the)? (?:comment|reply|conversation|discussion)
        (?:no|0) comments?(?: yet)?
        (?:was|is|did|do) (?:this|you) .{0,30}(?:helpful|useful|looking for)|tell us what you think
        rate this (?:page|article)
        kommentar (?:schreiben|verfassen|hinterlassen)|(?:bisher |noch )?keine kommentare
        (?:war|ist) (?:d(?:er|ie|as)|diese[rs]?) (?:artikel|beitrag|seite)\b.{0,20}(?:hilfreich|nützlich)
        (?:artikel|beitrag|seite) bewerten
        laisser un commentaire|aucun commentaire|.{0,40}(?:a-t-elle été|vous a-t-il été) utile
    """)
    + r")[\W_]*",
    re.IGNORECASE,
)
# What stands above a row of links or of what readers wrote, and above a text of its own means something else.
_ABOVE = re.compile(
    rf"[\W_]*(?:{_NUMBER}(?:comments?|kommentarer?|kommentare|commentaires?){_NUMBER}|"
    r"tags?|stichwörter|schlagw[oö]rter?|schlagworte|emneord|mots[- ]clés|topics|themen)[\W_]*",
    re.IGNORECASE,
)
_TAGS = re.compile(
    r"[\W_]*(?:tags?|tagged|stichwörter|schlagwörter|schlagworte|emneord|mots[- ]clés)\b", re.IGNORECASE
)
_BYLINE = re.compile(
    r"[\W_]*(?:(?:[Ww]ritten |[Ss]krevet )?(?:[Bb]y|BY|[Aa]f|[Vv]on|[Pp]ar)|[Tt]e[kx]t):?\s+[^\Wa-z\d]"
)
# Whose the picture above is, and whose the page is. "(c)" alone is the letter of a paragraph.
_RIGHTS = re.compile(
    phrases(r"""
        [\W_]*(?:foto|photo|bild|image|picture|billede)(?:s|graf)? ?(?:credits?|nachweis|by)?\s?[:©].{2,}
        [\W_]*(?:fotocredit|bildcredit|crédits?(?: photos?)?)\s?[:©].{2,}
        [\W_]*(?:©|\(c\)|copyright)[\s©]*\d{4}\b.*
        .*(?:^|[|/]\s?)©(?=.*(?:[|/]|\d{4}|photos|media|licen[cs]e|getty|reuters|stock|ritzau|scanpix)).*
        .*(?:alle rettigheder forbeholdes|all rights reserved|alle rechte vorbehalten)[\W_]*
        .*tous droits réservés[\W_]*
    """),
    re.IGNORECASE,
)
_LONGEST_CALL = 300
# "Subscribe to our newsletter", "Follow us on …": what to do, and where. Both are needed.
_CALL = re.compile(
    r"[\W_]*(?:"
    + phrases(r"""
        tilmeld|abonn[eé]r|følg (?:os|med)|få (?:vores|nyheder|nyhedsbrev)|støt
        subscribe|sign up|follow|never miss|don.t miss|stay (?:up to date|informed)|get the latest
        (?:for|to) (?:the )?(?:latest|full)\b.{0,60}\b(?:subscribe|follow)|first-time subscribers
        do you want to be informed|if you (?:enjoyed|liked)|support (?:us|our)
        abonnieren|jetzt|melde|folge|lust auf|unterstütze|keine? .{3,60} (?:mehr )?(?:verpassen|versäumen)
        abonnez|inscri|suivez|recevez|soutenez|ne manquez
    """)
    + r")",
    re.IGNORECASE,
)
_WAYS = re.compile(
    r"nyhedsbrev|newsletter|facebook|twitter|instagram|linkedin|whatsapp|telegram|youtube|podcast|"
    r"\b(?:rss|abo|subscriptions?|subscribers?|abonnement|donation|spende|full story|storys)\b",
    re.IGNORECASE,
)
_LINKED = 0.5


def without_labels(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without such lines; headings and table rows stay, except a heading with nothing below it."""
    kept: list[Block] = []
    for block in reversed(blocks):
        ends = not kept or kept[-1].kind is BlockKind.HEADING
        if not (_is_furniture(block) or (ends and _is_empty_label(block, last=not kept))):
            kept.append(block)
    return kept[::-1]


def _is_empty_label(block: Block, *, last: bool) -> bool:
    """Whether a label has nothing below it; what is marked as a heading only at the end of the page."""
    if block.kind is BlockKind.HEADING:
        return last and _fits(block, _LINE, _ABOVE)
    return block.kind is BlockKind.PARAGRAPH and _fits(block, _ABOVE)


def _is_furniture(block: Block) -> bool:
    """Whether a paragraph, or an item that is mostly links, is such a line."""
    if not block.links and len(block.text) > _LONGEST:
        return False  # as most paragraphs
    linked = _links_to_pages(block)
    if not (
        block.kind is BlockKind.PARAGRAPH or (block.kind is BlockKind.ITEM and linked and not block.number)
    ):
        return False
    return (
        _fits(block, _LINE)
        or _is_call(block)
        or (_fits(block, _RIGHTS) and not demands(block.text))
        or (linked and _TAGS.match(block.text) is not None)
        or (linked and len(block.text) <= _LONGEST and _BYLINE.match(block.text) is not None)
    )


def _is_call(block: Block) -> bool:
    """Whether it asks its readers to follow the page elsewhere, and has the link for it."""
    return (
        block.kind is BlockKind.PARAGRAPH
        and bool(block.links)
        and len(block.text) <= _LONGEST_CALL
        and _CALL.match(block.text) is not None
        and _WAYS.search(block.text) is not None
        and not demands(block.text)
    )


def _links_to_pages(block: Block) -> bool:
    pages = (link for link in block.links if link.url.startswith("http"))
    return sum(len(link.label) for link in pages) >= _LINKED * len(block.text)


def _fits(block: Block, *patterns: re.Pattern[str]) -> bool:
    text = block.text
    return len(text) <= _LONGEST and any(pattern.fullmatch(text) for pattern in patterns)
