"""Title and summary of an update, composed from its changes and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.domain import languages
from syndicate.domain.composing.facts import Fact, Teller
from syndicate.domain.languages import Language
from syndicate.domain.model import BlockKind, ChangeKind, NotedChange, UpdateText

TITLE_LIMIT = 110
_SENTENCES = 5
_FEW = 3
"""Changes of one attachment up to which each is told."""


def compose(changes: Sequence[NotedChange], document_title: str, language: str) -> UpdateText:
    """What happened, the weightiest first, in the words of `language`; quoted text stays as it is.

    The title has at most 110 characters, the summary at most five sentences. Where something does not fit,
    a whole part is left out: nothing is cut inside a word, a number or a negation.
    """
    spoken = languages.get(language)
    facts = sorted(_facts(changes, Teller(spoken, document_title)), key=lambda fact: fact.rank)
    return UpdateText(language, _title(facts, document_title, spoken), _summary(facts, spoken))


def _facts(changes: Sequence[NotedChange], teller: Teller) -> list[Fact]:
    """One fact a change, but for groups that are told in one breath."""
    facts: list[Fact] = []
    rest = _take_rewritten([each for each in changes if not each.told_before], teller, facts)
    late = [each for each in changes if each.told_before]
    facts += [
        teller.caught_up([each for each in late if each.resource == name])
        for name in dict.fromkeys(each.resource for each in late)
    ]
    for kind, tell in (
        (ChangeKind.MOVED, teller.many_moved),
        (ChangeKind.RENUMBERED, teller.many_renumbered),
    ):
        group = [each for each in rest if each.change.kind is kind]
        if len(group) > 1:
            facts.append(tell(group))
            rest = [each for each in rest if each.change.kind is not kind]
    while rest:
        section = _section(rest)
        facts.append(teller.whole_section(section) if len(section) > 1 else teller.fact(rest[0]))
        rest = rest[len(section) :]
    return facts


def _take_rewritten(rest: list[NotedChange], teller: Teller, facts: list[Fact]) -> list[NotedChange]:
    for url in dict.fromkeys(each.url for each in rest if each.role == "attachment"):
        group = [each for each in rest if each.url == url]
        if len(group) > _FEW:
            facts.append(teller.rewritten(group))
            rest = [each for each in rest if each.url != url]
    return rest


def _section(rest: Sequence[NotedChange]) -> Sequence[NotedChange]:
    """The first change, with what came or went under it when it is a heading that came or went."""
    head = rest[0]
    one_sided = head.change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED)
    if not one_sided or head.change.block is not BlockKind.HEADING:
        return rest[:1]
    name = head.change.after or head.change.before
    stop = 1
    while stop < len(rest) and _stands_under(rest[stop], head, name):
        stop += 1
    return rest[:stop]


def _stands_under(each: NotedChange, head: NotedChange, name: str | None) -> bool:
    return each.url == head.url and each.change.kind is head.change.kind and name in each.change.section


def _title(facts: Sequence[Fact], document_title: str, language: Language) -> str:
    say, count = language.sentences, sum(fact.changes for fact in facts)
    candidates = ["; ".join(fact.headlines[0] for fact in facts)] if len(facts) <= _FEW else []
    if len(facts) == 1:
        candidates += facts[0].headlines
    elif facts:
        more = count - facts[0].changes
        candidates += [_plural(say.others, more, headline=headline) for headline in facts[0].headlines]
    candidates.append(_plural(say.count_in, count, name=language.quote(document_title)))
    fitting = (text for text in candidates if text and len(text) <= TITLE_LIMIT)
    return next(fitting, _plural(say.count, count))


def _summary(facts: Sequence[Fact], language: Language) -> str:
    told = facts if len(facts) <= _SENTENCES else facts[: _SENTENCES - 1]
    sentences = [fact.sentence for fact in told]
    if len(told) < len(facts):
        more = sum(fact.changes for fact in facts[len(told) :])
        sentences.append(_plural(language.sentences.other_changes, more))
    return " ".join(f"{sentence}." for sentence in sentences)


def _plural(templates: tuple[str, str], count: int, **values: str) -> str:
    return templates[count != 1].format(count=count, **values)
