"""What pages say to those who use them: captions of buttons and links, ages of a text, times to read it.

Pages come in more languages than recommendations are understood in, and a French page may well have English
buttons: so these stand together, for all languages at once. Regular expressions in lower case. No answer
("yes", "no") is among them, and no word that alone may be what a text says to do.
"""

from __future__ import annotations

CAPTIONS: tuple[str, ...] = (
    # Danish
    r"(?:vis|se|læs|indlæs|hent)\s+(?:mere|mindre|alle|alt|færre|flere|videre)",
    r"(?:næste|forrige)(?:\s+(?:side|artikel|afsnit))?|(?:tilbage\s+)?til\s+toppen",
    r"(?:spring|gå)\s+(?:direkte\s+)?(?:videre\s+)?til\s+(?:hoved)?indhold(?:et)?",
    r"(?:udskriv|print|del)(?:\s+(?:denne\s+)?(?:side|siden|artikel|artiklen))?|kopi[eé]r\s+link(?:et)?",
    r"fold\s+(?:alle\s+)?(?:ud|ind|sammen)|(?:vis|skjul)\s+(?:alle\s+)?(?:detaljer|afsnit)",
    r"log\s+(?:ind|ud|på)|(?:luk\s+)?menu(?:en)?|søg|læs\s+op|lyt\s+til\s+siden",
    r"(?:accept[eé]r|afvis|tillad)\s+(?:alle|valgte)(?:\s+cookies)?|kun\s+nødvendige\s+cookies|"
    r"cookie-?indstillinger",
    r"(?:var|er)\s+(?:denne|dette|siden|indholdet|informationen)(?:\s+\w+)?\s+"
    r"(?:nyttige?|brugbare?|hjælpsomt?|til\s+hjælp)|fandt\s+du,?\s+(?:det|hvad),?\s+du\s+søgte",
    r"tak\s+for\s+(?:din|dit)\s+(?:feedback|tilbagemelding|svar)",
    # English
    r"(?:show|see|view|read|load|learn)\s+(?:more|less|all|fewer)|find\s+out\s+more|continue\s+reading",
    r"(?:next|previous)(?:\s+(?:page|article|section))?|(?:back\s+)?to\s+(?:the\s+)?top(?:\s+of\s+(?:the\s+)?page)?",
    r"skip\s+to\s+(?:the\s+)?(?:main\s+)?content",
    r"(?:print|share)(?:\s+(?:this|the)\s+(?:page|article))?|copy\s+link|listen\s+to\s+this\s+page",
    r"(?:expand|collapse|open|close|show|hide)\s+all(?:\s+(?:sections|details))?|(?:show|hide)\s+details",
    r"(?:sign|log)\s+(?:in|out|up)|(?:close\s+)?menu|search",
    r"(?:accept|reject|decline|allow)\s+(?:all|selected)(?:\s+cookies)?|manage\s+(?:cookies|preferences)|"
    r"cookie\s+(?:settings|preferences)",
    r"(?:was|is)\s+this\s+(?:page|article|information|content|answer)\s+(?:helpful|useful)|"
    r"did\s+you\s+find\s+what\s+you\s+were\s+looking\s+for",
    r"(?:thank\s+you|thanks)\s+for\s+your\s+feedback",
    # German
    r"(?:mehr|weniger)\s+(?:anzeigen|lesen|erfahren)|weiterlesen|alle[s]?\s+anzeigen",
    r"(?:nächste|vorherige)(?:\s+seite)?|(?:zurück\s+)?nach\s+oben|zum\s+(?:haupt)?inhalt(?:\s+springen)?",
    r"(?:seite\s+)?(?:drucken|teilen)|link\s+kopieren|seite\s+vorlesen|alle\s+(?:auf|ein|zu)klappen",
    r"(?:an|ab)melden|suchen?|menü(?:\s+schließen)?|cookie-?einstellungen|nur\s+notwendige\s+cookies",
    r"alle(?:\s+cookies)?\s+(?:akzeptieren|ablehnen|zulassen)|war\s+diese\s+seite\s+hilfreich",
    # French
    r"(?:voir|afficher|lire|en\s+savoir)\s+(?:plus|moins|la\s+suite)|tout\s+(?:afficher|voir|masquer|déplier|replier)",
    r"(?:page\s+)?(?:suivant|précédent)e?|(?:retour\s+)?en\s+haut(?:\s+de\s+(?:la\s+)?page)?|"
    r"aller\s+au\s+contenu(?:\s+principal)?",
    r"(?:imprimer|partager)(?:\s+(?:cette|la)\s+page)?|copier\s+le\s+lien|se\s+(?:dé)?connecter|rechercher",
    r"tout\s+(?:accepter|refuser)|(?:gérer|paramétrer)\s+(?:les\s+|mes\s+)?cookies|"
    r"cette\s+page\s+(?:vous\s+)?a-t-elle\s+été\s+utile",
)
"""Whole lines are made of these, one after another."""

ANSWERS = r"ja|nej|yes|no|nein|oui|non"
"""What may stand behind a question of CAPTIONS, and nowhere else."""

AGES: tuple[str, ...] = (
    r"for\s+(?:\d+|en|et|få)\s+(?:sekund(?:er)?|minut(?:ter)?|timer?|dage?|uger?|måned(?:er)?|år)\s+siden",
    r"(?:\d+|an?|one|few)\s+(?:second|minute|hour|day|week|month|year)s?\s+ago",
    r"vor\s+(?:\d+|eine[mr])\s+(?:sekunden?|minuten?|stunden?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?)",
    r"il\s+y\s+a\s+(?:\d+|une?|quelques)\s+(?:seconde|minute|heure|jour|semaine|mois|an)s?",
)
"""How old a text is, told from today."""

READING_TIMES: tuple[str, ...] = (
    r"læsetid\W*(?:ca\.?\s*)?\d+\s*(?:min(?:ut(?:ter)?)?\.?)?|\d+\s*min(?:utters)?\.?\s+læsning",
    r"reading\s+time\W*\d+\s*(?:min(?:utes?)?\.?)?|\d+\s*min(?:ute)?s?\s+read",
    r"lesezeit\W*(?:ca\.?\s*)?\d+\s*(?:min(?:uten?)?\.?)?",
    r"temps\s+de\s+lecture\W*\d+\s*(?:min(?:utes?)?\.?)?",
)
"""How long reading it takes."""
