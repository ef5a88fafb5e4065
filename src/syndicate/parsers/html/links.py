"""Which targets of links belong to the text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from syndicate.parsers.html.page import Page

CONTACTS = ("mailto:", "tel:", "sms:")
"""How a target begins that is a fact of the text: where to write, where to call."""
_SHARING = re.compile(
    r"(?:facebook\.com/(?:sharer?|dialog)|(?:twitter|x)\.com/(?:share|intent)|linkedin\.com/(?:shareArticle|sharing|cws/share)|"
    r"pinterest\.\w+/pin/create|reddit\.com/submit|plus\.google\.com/share|wa\.me/|api\.whatsapp\.com/send|t\.me/share|"
    r"tumblr\.com/(?:share|widgets)|bsky\.app/intent|threads\.net/intent|/cdn-cgi/l/email-protection|addtoany\.com|addthis\.com)",
    re.IGNORECASE,
)
# What a content system adds to a link for each visitor or campaign; the target is the same without it.
_TRACKING = re.compile(
    r"(?:(?<=[?&])(?:utm_\w+|fbclid|gclid|msclkid|mc_[ce]id|_ga|_gl|phpsessid|jsessionid|sid)=[^&#]*&?)|;jsessionid=[^?#]*",
    re.IGNORECASE,
)


def is_control(href: str) -> bool:
    """Whether a link only does something with this page: prints it, passes it on, mails it to a friend."""
    return href.strip().lower().startswith(("javascript:", "mailto:?")) or _SHARING.search(href) is not None


def content_target(page: Page, href: str) -> str:
    """The absolute target of a link inside the text; "" for what leads nowhere, shares or runs a script."""
    href = href.strip()
    if not href or href.startswith("#"):
        return ""
    url = page.absolute(href)
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    if scheme not in ("http", "https", "mailto", "tel", "sms", "") or is_control(href):
        return ""
    return _TRACKING.sub("", url).rstrip("?&") if _TRACKING.search(url) else url
