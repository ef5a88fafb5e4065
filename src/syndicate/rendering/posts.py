"""What an update says on a social network, fitted to the network by leaving parts out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, Template

from syndicate.domain.errors import ConfigError
from syndicate.domain.fitting import Part, fit
from syndicate.domain.model import Account, Message, Site, Subject, Update
from syndicate.domain.posting import Post
from syndicate.ports import Channel
from syndicate.rendering.changes import name
from syndicate.rendering.foreign import tame
from syndicate.rendering.headlines import headline
from syndicate.rendering.texts import Texts

MANDATORY = "title"

RANKS = {MANDATORY: 9, "summary": 3, "publisher": 2, "hashtags": 1}
"""Which blocks of the template give way first: the lowest; a block of another name before all of them."""

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zæøå]|[»“\"])")

OPENING, CLOSING = "»“", "«”"


class Posts:
    """Writes posts from the template `social/<channel>.txt.j2`, or `social/post.txt.j2` where there is none.

    Each block of the template is a part of the post, in its order. The same arguments give the same bytes.
    """

    def __init__(self, site: Site, environment: Environment) -> None:
        self._site = site
        self._environment = environment

    def message(
        self, update: Update, account: Account, channel: Channel, language: str, texts: Texts
    ) -> Message:
        """The message in one language. Raises Permanent(CONTENT) where even the title does not fit."""
        text = tame(update.text(language))
        title = headline(update, language, texts)
        link = self._site.update_url(update.id)
        values = {
            "site": self._site,
            "texts": texts,
            "language": language,
            "document_title": name(tame(update.document_title), texts),
            "headline": title,
            "hashtags": [hashtag(self._site.topic(topic).title) for topic in update.topics],
        }
        parts = self._parts(channel.name, values, shorter_forms(beyond_title(text.summary, text.title)))
        if channel.link_in_text:
            parts.append(Part(link, mandatory=True, rank=max(RANKS.values())))
        post = Post(
            text=fit(parts, channel.measure, channel.limit),
            link=link,
            title=title,
            description=text.summary,
            language=text.language,
        )
        return Message(Subject.UPDATE, update.id, account.channel, account.id, language, as_bytes(post))

    def _parts(self, channel: str, values: Mapping[str, Any], summaries: list[str]) -> list[Part]:
        template = self._environment.select_template([f"social/{channel}.txt.j2", "social/post.txt.j2"])
        if MANDATORY not in template.blocks:
            raise ConfigError(
                "",
                f"The template {template.name} has no block named {MANDATORY!r}.",
                hint="Write {% block title %}{{ headline }}{% endblock %} into it.",
            )
        return [self._part(template, block, values, summaries) for block in template.blocks]

    def _part(self, template: Template, block: str, values: Mapping[str, Any], summaries: list[str]) -> Part:
        forms = [_rendered(template, block, {**values, "summary": summary}) for summary in summaries]
        first, *shorter = dict.fromkeys(forms)
        return Part(first, block == MANDATORY, RANKS.get(block, 0), tuple(shorter))


def _rendered(template: Template, block: str, values: Mapping[str, Any]) -> str:
    return "".join(template.blocks[block](template.new_context(dict(values)))).strip()


def as_bytes(post: Post) -> bytes:
    """The stored form of a post: equal posts give equal bytes."""
    return json.dumps(post.as_dict(), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def hashtag(title: str) -> str:
    """#SundhedIBoligområder for "Sundhed i boligområder": capitals tell a screen reader where words begin."""
    return "#" + "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", title))


def beyond_title(summary: str, title: str) -> str:
    """The summary without its first sentence where the title, which stands right above it, begins so."""
    first, *others = split_sentences(summary) or [""]
    return " ".join(others) if title.startswith(first.removesuffix(".")) else summary


def shorter_forms(summary: str) -> list[str]:
    """The summary whole, then with ever fewer of its sentences, from the end."""
    sentences = split_sentences(summary)
    return [" ".join(sentences[:count]) for count in range(len(sentences), 0, -1)] or [""]


def split_sentences(text: str) -> list[str]:
    """The sentences of a composed summary. A full stop inside quotation marks is the source's, not ours."""
    sentences, start, depth = [], 0, 0
    ends = {match.start(): match.end() for match in SENTENCE_END.finditer(text)}
    for index, letter in enumerate(text):
        depth += (letter in OPENING) - (letter in CLOSING)
        if depth <= 0 and index in ends:
            sentences.append(text[start:index])
            start = ends[index]
    return [sentence for sentence in (*sentences, text[start:]) if sentence]
