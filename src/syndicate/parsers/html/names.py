"""What class and id say about the part that an element plays on its page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from syndicate.parsers.html.tags import HEADINGS
from syndicate.parsers.html.tree import Element

LAYER = "layer"
COMMENTS = "comments"
CAPTION = "caption"
TEASER = "teaser"

_ADDRESSED = frozenset({*HEADINGS, "p", "li", "dt", "dd", "td", "th", "tr", "strong", "b", "em", "i"})
_CHAPTERS = 3
"""How many parts made alike are chapters: a page has one footer, and rarely three boxes without a class."""
_NEAR = 5
"""How far to look for them on each side: a page may have a hundred thousand parts in one row."""

# All patterns are for one name in small letters.
_START, _END = r"(?:^|[\s_:-])", r"(?=\d*(?:$|[\s_:-]))"  # "ad2" is one, "ad627f5b" is none
# Layers above the page: never its text, however long it is.
_LAYERS = re.compile(
    r"cookie-?(?:consent|banner|notice|bar|box|law|policy|info|popup|modal|wrap|message|dialog|settings)|cookiebot|"
    r"onetrust|(?:^|[\s_-])(?:consent|gdpr|cmp|cc)-(?:banner|window|box|modal|dialog|popup)|cookielaw|qc-cmp|"
    r"structured-data|hatom-extra|"
    rf"{_START}(?:modal|popup|pop-up|overlay|lightbox|toast|tooltip|skiptranslate){_END}"
    r"(?!-?(?:enabled|open|trigger|link|toggle|button|target|on|off)\b)",
)
# What readers wrote below it, which may be longer than the text.
_COMMENTS = re.compile(
    rf"{_START}(?:disqus\w*|comments?|commentlist|comments?-?(?:list|area|section|form|wrapper|container|block)|"
    rf"respond){_END}",
)
# What is said under a picture, or of who took it.
_CAPTIONS = re.compile(
    r"caption|(?:photo|image|picture|media|foto|bild|billed)[_-]{0,2}(?:credits?|copyright|byline|attribution)|"
    r"(?:image|img|photo|foto|bild)[_-]?(?:title|legend|inline)|"
    rf"{_START}(?:attribution|bildunterschrift|bildnachweis|bildtext|billedtekst|fotokredit|fotograf){_END}",
)
# What leads to another page; a lead is called so, too, but has no links.
_TEASERS = re.compile(r"teaser(?!s?-?(?:text|lead|list|grid|box))")
# What the text is about, how the page behaves ("tag-rss", "has-menu") or what a machine numbered says nothing
# of its own role.
_ABOUT = re.compile(
    r"^(?:tag(?!-?(?:list|cloud|links))|category|cat(?!-links)|type|status|format|has|is|no|with|js|hentry|"
    r"post(?!-?(?:meta|tags|nav|author|ratings|share|related|footer))|menu-item)[-_]\S+|"
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{8,12}",
)
# Long words are looked for anywhere ("relatedArticles"), short ones as words of their own.
_NAMES = re.compile(
    r"cookie|consent|gdpr|breadcrumb|brodkrumme|brødkrumme|newsletter|nyhedsbrev|"
    r"related[_-]?(?:articles?|posts?|links?|content|stor|news|items?)|"
    r"(?:articles?|posts?)[_-]?related|recommended|you-may|outbrain|taboola|most-?(?:read|popular|viewed)|mest-l|"
    r"share-?(?:this|bar|button|link|icon|tool|box|widget)|sharing|social-?(?:media|share|link|icon|bar|button)|"
    r"addthis|addtoany|sharedaddy|recirc|breaking-?news|trending|next-?prev|prev-?next|cat-links|"
    r"(?:read|more|other|further|weitere|andre|autres)[_-]?(?:also|articles?|stories|news|posts|artikel|nyheder)|"
    r"(?:last|latest|recent|top)[_-]?(?:news|posts|stories|articles)|"
    r"(?:article|entry|post|story|news|blog|node|content|page)[_-]{1,2}(?:meta|tags?|categor(?:y|ies)|share|rating)$|"
    r"donation[_-](?:cta|box|banner|form)|(?:article|post|entry)-donation|sociable|push-?layer|paywall-|(?:editorial|affiliate|advert\w*)-?disclaimer|nyhedsliste|"
    r"warenkorb|shopping-?cart|indk[oø]bskurv|site-?(?:header|footer|nav)|page-?footer|"
    r"(?<!has-)(?<!with-)(?<!no-)(?<!fixed-)side-?bar(?!-?layout)|"
    r"global-?(?:header|footer|nav)|"
    r"(?:main|top|sub|primary|secondary|mobile|mega|side|left|foot|footer|head|user|lang|language)-?(?:menu|nav)|"
    r"navbar|navigation|pagination|paginator|pager|(?<!in)advert|adsense|sponsor|promo(?:$|[\s_-]|tion|box)|"
    r"(?:author|autor|user|auteur|forfatter)[_-]?(?:bio|box|info|card|profile|about|details|position|teaser|block)|"
    r"about-?(?:the-)?author|tag-?(?:s|list|cloud|links)|post-?(?:meta|tags|nav)|"
    r"entry-?(?:meta|utility)|meta-?(?:info|data)|byline|print-?(?:link|button)|tip-?en-?ven|tell-a-friend|"
    r"subscribe|subscription|sign-?up|skip-?link|back-?to-?top|to-?top|popup|modal|overlay|lightbox|toast|"
    r"language-?(?:switch|select|picker)|lang-?(?:switch|select)|toc-?(?:container|wrapper|list)|table-of-contents|"
    r"footer|masthead|read-?(?:more|next)|læs-mere|page-?tools|widget-area|feedback|survey|"
    r"teasers(?:$|[\s_-])|teaser-?(?:list|grid|box)|see-also|twitter-tweet|instagram-media|tiktok-embed|wp-embed"
    rf"|{_START}(?:nav|menu|ads?|ad-\w+|share|social|some|related|relateret|rss|toc|tags|rail|promo|banner|"
    rf"widget|topbar|bottom-?bar|login|search|soeg|søg|counter|tæller|hits|print|disclaimer-bar|copyright|credits?|ratings?|"
    rf"utility){_END}",
)
# What a site says of itself, of who wrote for it, and what it would sell.
_OF_SITE = re.compile(
    r"newsletter|nyhedsbrev|subscri|sign-?up|author|autor|auteur|forfatter|user|cookie|consent|gdpr|donation|"
    r"survey|feedback|login|advert|adsense|^ads?\b|sponsor|paywall|disclaimer|sociable|shar(?:e|ing)|byline|"
    r"copyright|credits?$|tell-a|tip-|search|soeg|søg|warenkorb|cart|indk",
)


def speaks_of_site(name: str) -> bool:
    """Whether a word that `role_name` gave names what a site says of itself, demands and numbers or not."""
    return _OF_SITE.search(name) is not None


def role_name(element: Element) -> str:
    """LAYER, COMMENTS, CAPTION, TEASER, or the word by which an element is called furniture; "" for others.

    The id of a heading, a line of text or a chapter is an address, made of its words: "what-are-cookies".
    """
    names, address = element.get("class"), element.get("id")
    by_class = _role_name(names) if names else ""
    by_id = _role_name(address) if address else ""
    if not by_id or element.tag in _ADDRESSED or _is_chapter(element):
        return by_class
    return _strongest((by_class, by_id))


def _is_chapter(element: Element) -> bool:
    """Whether it begins with a heading and stands in a row of others that are made the same way."""
    made = _make(element)
    if made is None:
        return False
    before, after = element.itersiblings(preceding=True), element.itersiblings()
    near = (element, *islice(before, _NEAR), *islice(after, _NEAR))
    return sum(_make(sibling) == made for sibling in near) >= _CHAPTERS


def _make(element: Element) -> tuple[str, str | None, str] | None:
    """Tag, class and rank of what begins with a heading of its own; None for anything else."""
    first = next(iter(element), None)
    if first is None or first.tag not in HEADINGS:
        return None
    return element.tag, element.get("class"), first.tag


@lru_cache(maxsize=8192)
def _role_name(names: str) -> str:
    return _strongest([role for name in names.lower().split() if (role := _role_of(name))])


def _strongest(roles: Sequence[str]) -> str:
    """LAYER, then COMMENTS, then CAPTION, then the first that is one."""
    for strong in (LAYER, COMMENTS, CAPTION):
        if strong in roles:
            return strong
    return next(filter(None, roles), "")


@lru_cache(maxsize=8192)
def _role_of(name: str) -> str:
    """What one of the names says: a site combines a few hundred of them in thousands of ways."""
    if _LAYERS.search(name):
        return LAYER
    own = _ABOUT.sub(" ", name)
    if _COMMENTS.search(own):
        return COMMENTS
    if _CAPTIONS.search(own):
        return CAPTION
    found = _NAMES.search(own)
    if found is None:
        return TEASER if _TEASERS.search(own) else ""
    return found[0].strip(" _-:")
