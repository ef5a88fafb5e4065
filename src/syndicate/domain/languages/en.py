"""English."""

from __future__ import annotations

from syndicate.domain.languages._language import Direction, Effect, Language, Phrases, Sentences, Strength

_MUST, _SHOULD, _MAY = (Strength(rank) for rank in (3, 2, 1))
_MUST_NOT, _SHOULD_NOT, _NEED_NOT = (Strength(rank, Direction.AGAINST) for rank in (3, 2, 1))
_MUST_ONLY, _SHOULD_ONLY, _MAY_ONLY = (Strength(rank, Direction.ONLY) for rank in (3, 2, 1))

_STRENGTHS = {
    "must": _MUST,
    "must always": _MUST,
    "shall": _MUST,
    "is required": _MUST,
    "are required": _MUST,
    "is mandatory": _MUST,
    "are mandatory": _MUST,
    "has to": _MUST,
    "have to": _MUST,
    "strong recommendation": _MUST,
    "strong recommendation for": _MUST,
    "must not": _MUST_NOT,
    "must never": _MUST_NOT,
    "mustn't": _MUST_NOT,
    "shall not": _MUST_NOT,
    "may not": _MUST_NOT,
    "is prohibited": _MUST_NOT,
    "are prohibited": _MUST_NOT,
    "is forbidden": _MUST_NOT,
    "are forbidden": _MUST_NOT,
    "is contraindicated": _MUST_NOT,
    "are contraindicated": _MUST_NOT,
    "strong recommendation against": _MUST_NOT,
    "must only": _MUST_ONLY,
    "shall only": _MUST_ONLY,
    "should": _SHOULD,
    "should always": _SHOULD,
    "ought to": _SHOULD,
    "recommend": _SHOULD,
    "recommends": _SHOULD,
    "is recommended": _SHOULD,
    "are recommended": _SHOULD,
    "is advised": _SHOULD,
    "are advised": _SHOULD,
    "weak recommendation": _SHOULD,
    "weak recommendation for": _SHOULD,
    "conditional recommendation": _SHOULD,
    "should not": _SHOULD_NOT,
    "should never": _SHOULD_NOT,
    "shouldn't": _SHOULD_NOT,
    "should be avoided": _SHOULD_NOT,
    "is not recommended": _SHOULD_NOT,
    "are not recommended": _SHOULD_NOT,
    "not recommended": _SHOULD_NOT,
    "recommend against": _SHOULD_NOT,
    "recommends against": _SHOULD_NOT,
    "do not recommend": _SHOULD_NOT,
    "does not recommend": _SHOULD_NOT,
    "is advised against": _SHOULD_NOT,
    "are advised against": _SHOULD_NOT,
    "advised against": _SHOULD_NOT,
    "advise against": _SHOULD_NOT,
    "advises against": _SHOULD_NOT,
    "is not advised": _SHOULD_NOT,
    "are not advised": _SHOULD_NOT,
    "is discouraged": _SHOULD_NOT,
    "are discouraged": _SHOULD_NOT,
    "weak recommendation against": _SHOULD_NOT,
    "should only": _SHOULD_ONLY,
    "is only recommended": _SHOULD_ONLY,
    "may": _MAY,
    "can": _MAY,
    "consider": _MAY,
    "suggest": _MAY,
    "suggests": _MAY,
    "suggest against": _NEED_NOT,
    "suggests against": _NEED_NOT,
    "can be considered": _MAY,
    "may be considered": _MAY,
    "cannot": _NEED_NOT,
    "can not": _NEED_NOT,
    "can't": _NEED_NOT,
    "need not": _NEED_NOT,
    "does not have to": _NEED_NOT,
    "do not have to": _NEED_NOT,
    "does not need to": _NEED_NOT,
    "do not need to": _NEED_NOT,
    "may only": _MAY_ONLY,
    "can only": _MAY_ONLY,
}

_NUMERALS = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty
"""

_UNITS = """
    year years day days week weeks month months quarter quarters hour hours minute minutes second seconds
    time times percent percentage per-cent points dose doses tablet tablets drop drops unit units kcal
    portions pieces people persons patients children households homes members participants iu degrees metre
    metres meter meters kilometres litre litres liter liters gram grams kilos million billion thousand
    pounds dollars euros micrograms milligrams nanograms kilograms millilitres milliliters centilitres
    centimetres centimeters millimetres millimeters decibels decibel lux watt watts volts joules calories
    hectares acres miles feet inches degree weekdays weekday workdays fortnight fortnights
"""
_COMPOUND_ENDS = "gram grams metre metres meter meters litre litres liter liters joules watt watts"

_PHRASES = Phrases(
    errors=(
        "page not found",
        "page could not be found",
        "page cannot be found",
        "page you requested could not",
        "404 not found",
        "error 404",
        "404 error",
        "403 forbidden",
        "access denied",
        "500 internal server error",
        "internal server error",
        "bad gateway",
        "gateway timeout",
        "service unavailable",
        "server busy",
        "server is busy",
        "temporarily unavailable",
        "under maintenance",
        "down for maintenance",
        "something went wrong",
        "an error occurred",
        "an error has occurred",
        "try again later",
    ),
    logins=(
        "log in",
        "login",
        "sign in",
        "password",
        "username",
        "forgot your password",
        "keep me signed in",
    ),
    walls=(
        "checking your browser",
        "checking if the site connection is secure",
        "verify you are human",
        "verify that you are human",
        "verifying you are human",
        "are you a robot",
        "i'm not a robot",
        "not a robot",
        "enable javascript and cookies to continue",
        "please enable javascript",
        "please enable cookies",
        "just a moment...",
        "unusual traffic",
        "ddos protection",
        "attention required!",
        "captcha",
    ),
)

_SENTENCES = Sentences(
    recommendation="Recommendation {number}",
    item="Item {number}",
    heading="The heading {name}",
    table_in="The table in {name}",
    text_in="The text in {name}",
    text="The text",
    in_resource="{subject} in {name}",
    also_in="{sentence} (also in {names})",
    new="New text in {name}",
    new_recommendation="New recommendation {number}",
    new_item="New item {number}",
    new_section="New section: {name}",
    gone="Text was removed from {name}",
    gone_recommendation="{subject} has been withdrawn",
    gone_item="{subject} was removed",
    gone_section="The section {name} was removed",
    stronger="{subject} has been strengthened",
    weaker="{subject} has been weakened",
    lapsed="{subject} no longer applies",
    changed="{subject} has changed",
    became="{before} became {after}",
    reads_now="{detail}. It now reads: {after}",
    appeared="{after} was added",
    disappeared="{before} was taken out",
    new_link="{subject} now links to another place",
    corrected="{subject} was corrected (spelling)",
    moved=("{subject} was moved", "{count} pieces of text were moved"),
    renumbered=("{before} is now {after}", "{count} items have new numbers"),
    new_attachment="New document: {name}",
    gone_attachment="The document {name} was removed",
    replaced_attachment="The document {name} was replaced",
    rewritten_attachment="The document {name} changed in {count} places",
    caught_up="{name} has caught up with changes that were told before",
    detail="{headline}: {detail}",
    others=("{headline} – and 1 more change", "{headline} – and {count} more changes"),
    other_changes=("There is 1 more change", "There are {count} more changes"),
    count_in=("1 change in {name}", "{count} changes in {name}"),
    count=("1 change", "{count} changes"),
)

_FROM = r"(?:from|as\s+(?:of|from)|with\s+effect\s+from)"
_ON = rf"(?:on|{_FROM})"
_SUBJECT = (
    r"(?:recommendations?|guidelines?|guidance|rules?|requirements?|changes?|limits?|standards?|they|these)"
)
_GAP = r"(?:[^.;:!?|]{0,80}?\s)?"

_EFFECT = Effect(
    before=(
        rf"effective(?:\s+date)?(?:\s+(?:is|{_ON}))?",
        rf"(?:is|are|be)\s+in\s+(?:force|effect)\s+{_FROM}",
        rf"in\s+force\s+{_FROM}",
        rf"(?:comes?|coming|enters?|entering)\s+into\s+(?:force|effect)(?:\s+{_ON})?",
        rf"(?:takes?|taking)\s+effect(?:\s+{_ON})?",
        r"with\s+effect\s+(?:from|as\s+of)",
        rf"(?:applies|applicable|valid)\s+{_FROM}",
        # not to those who were born or admitted from a date
        rf"applies\s+to(?:\s+[\w-]+){{1,6}}(?<!ed)(?<!born)\s+{_FROM}",
        rf"(?:must|shall)\s+be\s+(?:applied|followed|used)\s+{_FROM}",
        rf"(?:{_SUBJECT}\s+(?:will\s+|shall\s+)?|(?:which|that)\s+)apply\s+{_FROM}",
        r"entry\s+into\s+force(?:\s+(?:is|on))?",
    ),
    joints=(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day,?", r"the"),
    openings=(_ON, ""),
    behind=(
        rf"{_GAP}(?:will\s+apply|shall\s+apply|applies)",
        rf"{_GAP}(?:comes?|enters?)\s+into\s+(?:force|effect)",
        rf"{_GAP}takes?\s+effect",
        rf"{_GAP}(?:is|are|will\s+be)\s+in\s+(?:force|effect)",
    ),
    denials=(r"longer", r"ceases?", r"expected", r"proposed"),
    others=(r"was", r"were", r"been", r"had", r"became", r"former(?:ly)?", r"previous(?:ly)?", r"deadlines?"),
    referred=(
        r"acts?",
        r"laws?",
        r"statutes?",
        r"legislation",
        r"regulations?",
        r"directives?",
        r"agreements?",
    ),
    relatives=(r"which", r"that", r"who", r"whose"),
)

LANGUAGE = Language(
    code="en",
    strengths=_STRENGTHS,
    fillers=("also", "always", "generally", "normally", "routinely", "therefore", "usually", "still"),
    names=frozenset({"May"}),
    look_alikes=(
        r"(?:the|a|an|each|every|per|empty|tin|watering|spray|rubbish|trash|garbage)\s+can",
        r"can(?=\s+of\b)",
        r"(?:evidence|studies|study|data|results?|findings?|trials?|reviews?|research|surveys?)\s+suggests?",
    ),
    codes=(
        *("§", "section", "sections", "article", "chapter", "annex", "appendix", "table", "figure", "page"),
        *("type", "phase", "step", "class", "group", "level", "grade", "code"),
    ),
    negations=(
        *("not", "no", "never", "without", "none", "neither", "nor", "cannot"),
        *("can't", "don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't", "won't"),
        *("shouldn't", "mustn't", "needn't", "wouldn't", "couldn't", "hasn't", "haven't"),
    ),
    months=(
        ("january", "jan"),
        ("february", "feb"),
        ("march", "mar"),
        ("april", "apr"),
        ("may",),
        ("june", "jun"),
        ("july", "jul"),
        ("august", "aug"),
        ("september", "sep", "sept"),
        ("october", "oct"),
        ("november", "nov"),
        ("december", "dec"),
    ),
    numerals={word: number for number, word in enumerate(_NUMERALS.split(), 1)},
    units=frozenset(
        [
            *_UNITS.split(),
            *("per cent", "percentage point", "percentage points", "degrees celsius", "degrees fahrenheit"),
            *(
                f"{kind} {day}"
                for kind in ("working", "business", "calendar", "school")
                for day in ("day", "days")
            ),
            *(f"{power} {unit}" for power in ("square", "cubic") for unit in ("metres", "meters", "feet")),
        ]
    ),
    compound_ends=tuple(_COMPOUND_ENDS.split()),
    decimal=".",
    own_date_words=(
        r"(?:this|the|page|document|article|content|website|last|first|date|on|at|by|and|was|is|of)",
    ),
    own_date_labels=(
        r"(?:created|updated|update|modified|reviewed|revised|revision|changed|edited|published|posted|issued)",
        r"(?:printed|retrieved|accessed|generated)",
    ),
    counters=(
        r"(?:this\s+|the\s+)?(?:(?:web)?page|article|document|file)?\s*(?:has\s+been|was)?\s*"
        r"(?:viewed|read|seen|visited|downloaded|shared)(?:\s+by)?\W+[\d,\s]+\W*(?:times?|people|readers?)?"
        r"(?:\W+(?:since|in)\s+[\w, ]+)?",
        r"[\d,\s]+(?:views?|readers?|shares?|downloads?|comments?|likes?)",
        r"(?:number\s+of\s+)?(?:page\s*)?(?:views|readers|downloads|shares)"
        r"(?:\s+(?:of\s+this\s+page|in\s+total|today))?\W+[\d,\s]+",
        r"(?:number\s+of\s+)?(?:page\s+visits|visit(?:or)?s\s+(?:of|to|on)\s+(?:this|the)\s+(?:web)?(?:page|site))\W+[\d,\s]+",
    ),
    recommendation=("recommendation",),
    references=("reference", "literature", "bibliograph", "footnote", "sources"),
    lapsed=(
        r"withdrawn|repealed|rescinded|revoked|lapsed",
        r"no\s+longer\s+(?:applies|apply|holds|valid|in\s+force|in\s+effect)",
    ),
    successors=(
        r"(?:replaced|superseded)\s+by\s+(?:the\s+new\s+)?"
        r"(?:recommendation|item|point|section|chapter|annex|guideline)(?:\s+no\.)?\s+\d+(?:\.\d+)*\w?",
    ),
    subjects=(
        r"(?:this|the|these)?\s*(?:recommendation|item|point|section|chapter|advice|guideline)"
        r"(?:\s+(?:no\.\s+)?\d+(?:\.\d+)*)?\s+(?:(?:is|was|has\s+been)(?:\s+now)?\s+)?",
    ),
    warnings=(
        r"warnings?|contraindicat\w+|recall(?:s|ed)?|contaminat\w+|life-threatening|fatal",
        r"(?:side|adverse) effects?|avoid|boil|stay (?:at home|home|inside|indoors)",
    ),
    naming=(
        r"no|number|act|order|circular|guideline|version|edition|room|phone|tel|telephone|mobile",
        r"(?:limit|threshold)(?: for \w+)?|cap|rate|price|fee|maximum|minimum|at (?:most|least)|up to",
    ),
    effect=_EFFECT,
    quotes=("“", "”"),
    phrases=_PHRASES,
    sentences=_SENTENCES,
)
