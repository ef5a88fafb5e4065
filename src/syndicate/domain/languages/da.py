"""Danish."""

from __future__ import annotations

from syndicate.domain.languages._language import Direction, Effect, Language, Phrases, Sentences, Strength

_MUST, _SHOULD, _MAY = (Strength(rank) for rank in (3, 2, 1))
_MUST_NOT, _SHOULD_NOT, _NEED_NOT = (Strength(rank, Direction.AGAINST) for rank in (3, 2, 1))
_MUST_ONLY, _SHOULD_ONLY, _MAY_ONLY = (Strength(rank, Direction.ONLY) for rank in (3, 2, 1))

_STRENGTHS = {
    "skal": _MUST,
    "skal altid": _MUST,
    "kræves": _MUST,
    "er påkrævet": _MUST,
    "er obligatorisk": _MUST,
    "er forpligtet til": _MUST,
    "er forpligtede til": _MUST,
    "stærk anbefaling": _MUST,
    "stærk anbefaling for": _MUST,
    "skal ikke": _MUST_NOT,
    "skal aldrig": _MUST_NOT,
    "må ikke": _MUST_NOT,
    "må aldrig": _MUST_NOT,
    "må under ingen omstændigheder": _MUST_NOT,
    "er forbudt": _MUST_NOT,
    "er kontraindiceret": _MUST_NOT,
    "stærk anbefaling imod": _MUST_NOT,
    "skal kun": _MUST_ONLY,
    "må kun": _MUST_ONLY,
    "bør": _SHOULD,
    "bør altid": _SHOULD,
    "burde": _SHOULD,
    "anbefales": _SHOULD,
    "anbefaler": _SHOULD,
    "tilrådes": _SHOULD,
    "tilråder": _SHOULD,
    "opfordres": _SHOULD,
    "svag anbefaling": _SHOULD,
    "svag anbefaling for": _SHOULD,
    "betinget anbefaling": _SHOULD,
    "bør ikke": _SHOULD_NOT,
    "bør aldrig": _SHOULD_NOT,
    "bør undgås": _SHOULD_NOT,
    "frarådes": _SHOULD_NOT,
    "fraråder": _SHOULD_NOT,
    "anbefales ikke": _SHOULD_NOT,
    "anbefaler ikke": _SHOULD_NOT,
    "kan ikke anbefales": _SHOULD_NOT,
    "tilrådes ikke": _SHOULD_NOT,
    "tilråder ikke": _SHOULD_NOT,
    "svag anbefaling imod": _SHOULD_NOT,
    "bør kun": _SHOULD_ONLY,
    "anbefales kun": _SHOULD_ONLY,
    "kan": _MAY,
    "må": _MAY,
    "må gerne": _MAY,
    "kan overvejes": _MAY,
    "foreslår": _MAY,
    "foreslås": _MAY,
    "overvej": _MAY,
    "kan ikke": _NEED_NOT,
    "behøver ikke": _NEED_NOT,
    "kan undlades": _NEED_NOT,
    "kan kun": _MAY_ONLY,
}

_NUMERALS = """
    to tre fire fem seks syv otte ni ti elleve tolv tretten fjorten femten seksten sytten atten nitten tyve
"""

_UNITS = """
    år årig årige dag dage dagen døgn døgnet uge uger ugen måned måneder måneden kvartal time timer timen
    minut minutter sekund sekunder gang gange procent pct procentpoint promille kr kroner mio mia millioner
    milliarder tusind tablet tabletter dosis doser dråber genstand genstande enheder kcal portioner stk
    personer borgere deltagere boliger kommuner patienter børn ie grader meter liter gram kilo decibel watt
    volt joule kalorier hektar lux becquerel sievert
"""
_COMPOUND_ENDS = """
    dag dage døgn uge uger måned måneder år time timer minut minutter sekund sekunder meter gram liter kroner
    joule watt volt
"""

_PHRASES = Phrases(
    errors=(
        "siden blev ikke fundet",
        "siden findes ikke",
        "siden kunne ikke findes",
        "siden kunne ikke vises",
        "vi kan ikke finde siden",
        "fejl 404",
        "der opstod en fejl",
        "der er opstået en fejl",
        "under vedligeholdelse",
        "midlertidigt utilgængelig",
        "serveren er optaget",
        "serveren er overbelastet",
        "prøv igen senere",
        "intern serverfejl",
    ),
    logins=("log ind", "log på", "adgangskode", "brugernavn", "glemt din adgangskode", "mitid", "kodeord"),
    walls=(
        "kontrollerer din browser",
        "tjekker din browser",
        "bekræft, at du er et menneske",
        "bekræft at du er et menneske",
        "bekræft, at du ikke er en robot",
        "jeg er ikke en robot",
        "aktivér javascript for at fortsætte",
        "aktiver javascript for at fortsætte",
        "slå javascript til",
        "usædvanlig trafik",
        "captcha",
    ),
)

_SENTENCES = Sentences(
    recommendation="Anbefaling {number}",
    item="Punkt {number}",
    heading="Overskriften {name}",
    table_in="Tabellen i {name}",
    text_in="Teksten i {name}",
    text="Teksten",
    in_resource="{subject} i {name}",
    also_in="{sentence} (også i {names})",
    new="Ny tekst i {name}",
    new_recommendation="Ny anbefaling {number}",
    new_item="Nyt punkt {number}",
    new_section="Nyt afsnit: {name}",
    gone="Tekst er fjernet fra {name}",
    gone_recommendation="{subject} er trukket tilbage",
    gone_item="{subject} er fjernet",
    gone_section="Afsnittet {name} er fjernet",
    stronger="{subject} er skærpet",
    weaker="{subject} er lempet",
    lapsed="{subject} gælder ikke længere",
    changed="{subject} er ændret",
    became="{before} er blevet til {after}",
    reads_now="{detail}. Ny ordlyd: {after}",
    appeared="{after} er kommet til",
    disappeared="{before} er taget ud",
    new_link="{subject} henviser til et andet sted",
    corrected="{subject} er rettet sprogligt",
    moved=("{subject} er flyttet", "{count} stykker tekst er flyttet"),
    renumbered=("{before} er nu {after}", "{count} punkter har fået nye numre"),
    new_attachment="Nyt dokument: {name}",
    gone_attachment="Dokumentet {name} er fjernet",
    replaced_attachment="Dokumentet {name} er udskiftet",
    rewritten_attachment="Dokumentet {name} er ændret {count} steder",
    caught_up="{name} er bragt ajour med ændringer, der er omtalt tidligere",
    detail="{headline}: {detail}",
    others=("{headline} – og 1 ændring mere", "{headline} – og {count} ændringer mere"),
    other_changes=("Desuden er der 1 ændring mere", "Desuden er der {count} ændringer mere"),
    count_in=("1 ændring i {name}", "{count} ændringer i {name}"),
    count=("1 ændring", "{count} ændringer"),
)

_FROM = r"(?:fra(?:\s+og\s+med)?|pr\.)"
_GAP = r"(?:[^.;:!?|]{0,80}?\s)?"
_PARTICIPLES = (
    "født",
    "sat",
    "lagt",
    "startet",
    "rettet",
    "gået",
    "kommet",
    "eret",
    "givet",
    "taget",
    "meldt",
)
_NOT_SINCE = "".join(rf"(?<!{end})" for end in _PARTICIPLES)

_EFFECT = Effect(
    before=(
        rf"gæld(?:er|ende)(?:\s+(?:allerede|dog|derfor|først|nu|også|tidligst))?\s+{_FROM}",
        # not for those who were born or admitted from a date
        rf"gælder\s+(?:også\s+)?for(?:\s+[\w-]+){{1,6}}{_NOT_SINCE}\s+{_FROM}",
        rf"vil\s+gælde\s+{_FROM}",
        rf"skal\s+(?:anvendes|bruges|følges)\s+{_FROM}",
        rf"træde[rs]?\s+{_GAP}i\s+kraft(?:\s+{_FROM})?",
        rf"(?:er|bliver|sættes)\s+i\s+kraft\s+{_FROM}",
        rf"(?:med|har|får)\s+(?:fuld\s+)?virkning\s+{_FROM}",
        rf"ikrafttræd(?:en|else)(?:sdato|sdatoen)?(?:\s+(?:er|{_FROM}))?",
        rf"gyldig(?:hed|t|e)?\s+{_FROM}",
    ),
    joints=(r"(?:man|tirs|ons|tors|fre|lør|søn)dag", r"den", r"d\.", r"dato"),
    openings=(_FROM, r"den", ""),
    behind=(
        r"(?:og\s+frem(?:efter)?\s+)?gælder",
        rf"(?:er|bliver)\s+{_GAP}gældende",
        rf"træder\s+{_GAP}i\s+kraft",
        r"(?:har|får)\s+\w+\s+virkning",
    ),
    denials=(r"længere", r"ophører?", r"bortfalder", r"forvent\w*", r"foreslå\w*"),
    others=(r"var", r"været", r"blev", r"havde", r"tidligere", r"hidtil", r"\w*frist(?:en|er|erne)?"),
    referred=(
        r"\w*lov(?:en|ens|e|ene|givning|givningen)?",
        r"\w*(?:bekendtgørelse|forordning|direktiv|overenskomst|aftale|kontrakt)(?:n|en|et|r|er)?",
    ),
    relatives=(r"der", r"som", r"hvis", r"hvilke[nt]?"),
)

LANGUAGE = Language(
    code="da",
    strengths=_STRENGTHS,
    fillers=(
        "altid",
        "derfor",
        "dog",
        "fortsat",
        "generelt",
        "normalt",
        "også",
        "rutinemæssigt",
        "sædvanligvis",
        "som hovedregel",
        "som udgangspunkt",
        "således",
    ),
    names=frozenset(),
    look_alikes=(r"(?:med|uden|en|hård|tynd|tyk|blød)\s+skal",),
    codes=(
        *("§", "paragraf", "stk", "artikel", "kapitel", "afsnit", "bilag", "tabel", "figur", "side"),
        *("type", "fase", "trin", "klasse", "gruppe", "niveau", "grad", "kode"),
    ),
    negations=("ikke", "aldrig", "ingen", "intet", "uden", "hverken", "ej"),
    months=(
        ("januar", "jan"),
        ("februar", "feb", "febr"),
        ("marts", "mar"),
        ("april", "apr"),
        ("maj",),
        ("juni", "jun"),
        ("juli", "jul"),
        ("august", "aug"),
        ("september", "sep", "sept"),
        ("oktober", "okt"),
        ("november", "nov"),
        ("december", "dec"),
    ),
    numerals={"én": 1, "ét": 1} | {word: number for number, word in enumerate(_NUMERALS.split(), 2)},
    units=frozenset([*_UNITS.split(), "grader celsius", "procent point"]),
    compound_ends=tuple(_COMPOUND_ENDS.split()),
    decimal=",",
    own_date_words=(
        r"(?:denne|dette|siden|side|hjemmesiden|indholdet|sidst|senest|sidste|dokumentet|artiklen|teksten)",
        r"(?:er|blev|den|d|kl|af|og|dato)",
    ),
    own_date_labels=(
        r"(?:oprettet|opdateret|opdatering|revideret|revision|ændret|redigeret|publiceret|offentliggjort|udgivet)",
        r"(?:udskrevet|hentet|vist|printet)",
    ),
    counters=(
        r"(?:(?:denne|dette)\s+)?(?:(?:web|hjemme)?siden?|artiklen|dokumentet|teksten|filen)?\s*"
        r"(?:er\s+blevet|er|blev|har\s+været)?\s*(?:vist|læst|set|besøgt|hentet|downloadet|delt)"
        r"(?:\s+i\s+alt|\s+af)?\W+[\d.\s]+\W*(?:gange?|personer|brugere)?"
        r"(?:\W+(?:siden|i)\s+[\w. ]+)?",
        r"[\d.\s]+(?:personer|brugere|læsere)?\s*har\s+(?:læst|set|besøgt|hentet|delt)\s+(?:denne\s+)?\w+",
        r"[\d.\s]+(?:visninger?|læsere?|besøgende|delinger?|downloads?|kommentarer|synes godt om)",
        r"(?:antal\s+)?(?:(?:side)?visninger|læsere|downloads|delinger)"
        r"(?:\s+(?:på\s+siden|af\s+siden|i\s+alt|i\s+dag))?\W+[\d.\s]+",
        r"(?:antal\s+)?besøg(?:ende)?\s+(?:på|af)\s+(?:denne\s+)?(?:hjemme)?siden?\W+[\d.\s]+",
    ),
    recommendation=("anbefaling",),
    references=("referenc", "litteratur", "kilde", "noter", "fodnote"),
    lapsed=(
        r"udgået|udgår|bortfaldet|bortfalder|ophævet|ophæves|tilbagetrukket|trukket\s+tilbage",
        r"gælder\s+ikke\s+længere|ikke\s+længere\s+gældende",
    ),
    successors=(
        r"(?:erstatte[ts]|afløst|afløses)\s+af\s+(?:den\s+nye\s+)?"
        r"(?:anbefaling|punkt|afsnit|kapitel|råd|bilag|vejledning)(?:en|et)?(?:\s+nr\.)?\s+\d+(?:\.\d+)*\w?",
    ),
    subjects=(
        r"(?:denne|den|dette|det|disse)?\s*(?:anbefaling|punkt|afsnit|kapitel|råd|vejledning)(?:en|et)?"
        r"(?:\s+(?:nr\.\s+)?\d+(?:\.\d+)*)?\s+(?:(?:er|blev|bliver)(?:\s+nu)?\s+)?",
    ),
    warnings=(
        r"advarsel\w*|advare[rs]?|kogepåbud\w*|kontraindi[ck]\w+|tilbagekald\w*|tilbagetr(?:ukket|ukne|ækkes)",
        r"forurene\w*|livsfarlig\w*|livstruende|dødelig\w*|sundhedsfare\w*|bivirkning\w*",
        r"undgå|kog|bliv (?:hjemme|inde|indendørs)",
    ),
    naming=(
        r"nr|nummer|bek(?:endtgørelse)?|lov|cirkulære|vejledning|version|udgave|lokale|postnr|telefon|tlf|mobil",
        r"cvr|grænse(?:værdi(?:en)?)?(?: for \w+)?|loft(?:et)?|takst(?:en)?|pris(?:en)?|gebyr(?:et)?",
        r"maksimum|minimum|højst|mindst",
    ),
    effect=_EFFECT,
    quotes=("»", "«"),
    phrases=_PHRASES,
    sentences=_SENTENCES,
)
