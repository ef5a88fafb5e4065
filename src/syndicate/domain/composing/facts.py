"""What a change is called: a few words for a title, a sentence for a summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicate.domain import languages
from syndicate.domain.languages import Language
from syndicate.domain.model import (
    BlockKind,
    Change,
    ChangeKind,
    EditOp,
    Facet,
    FacetKind,
    NotedChange,
    Significance,
)

_QUOTABLE = 260
"""Longest text that a summary quotes; longer ones are told by what differs in them."""
_NAMEABLE = 60
"""Longest heading or label that serves as a name."""
_FEW_LETTERS = 40
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zæøå])")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to tell, without a full stop: of `changes` changes, with `headlines` from long to short."""

    headlines: tuple[str, ...]
    sentence: str
    rank: int
    changes: int = 1


class Teller:
    """Tells changes of one document in one language."""

    def __init__(self, language: Language, document_title: str) -> None:
        self._language, self._title = language, document_title
        self._say = language.sentences

    def fact(self, noted: NotedChange) -> Fact:
        """The fact that one change is."""
        change = noted.change
        if any(facet.kind is FacetKind.ATTACHMENT for facet in change.facets):
            headlines, details = [self._attachment(change)], ""
        elif change.kind is ChangeKind.REWORDED:
            headlines, details = self._reworded(noted)
        elif change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
            headlines, details = self._one_sided(noted)
        else:
            headlines, details = [self._placed(noted)], ""
        sentence = (
            self._say.detail.format(headline=headlines[-1], detail=details) if details else headlines[0]
        )
        if noted.also_in:
            names = ", ".join(map(self._language.quote, noted.also_in))
            sentence = self._say.also_in.format(sentence=sentence, names=names)
        return Fact(tuple(headlines), sentence, _rank(change))

    def many_moved(self, changes: Sequence[NotedChange]) -> Fact:
        text = self._say.moved[1].format(count=len(changes))
        return Fact((text,), text, _rank(changes[0].change), len(changes))

    def many_renumbered(self, changes: Sequence[NotedChange]) -> Fact:
        text = self._say.renumbered[1].format(count=len(changes))
        return Fact((text,), text, _rank(changes[0].change), len(changes))

    def whole_section(self, changes: Sequence[NotedChange]) -> Fact:
        """A heading that came or went together with all that stands under it."""
        fact = self.fact(changes[0])
        return Fact(fact.headlines, fact.sentence, min(_rank(each.change) for each in changes), len(changes))

    def rewritten(self, changes: Sequence[NotedChange]) -> Fact:
        """An attachment with more changes than a summary can tell."""
        name = self._language.quote(changes[0].resource)
        text = self._say.rewritten_attachment.format(name=name, count=len(changes))
        return Fact((text,), text, min(_rank(each.change) for each in changes), len(changes))

    def caught_up(self, changes: Sequence[NotedChange]) -> Fact:
        """An edition that now says what was told of another one before."""
        name = self._language.quote(changes[0].resource or self._title)
        text = self._say.caught_up.format(name=name)
        return Fact((text,), text, min(_rank(each.change) for each in changes), len(changes))

    # --- kinds of change --------------------------------------------------------------------------

    def _attachment(self, change: Change) -> str:
        name = self._language.quote(change.after or change.before or "")
        if change.kind is ChangeKind.ADDED:
            return self._say.new_attachment.format(name=name)
        if change.kind is ChangeKind.REMOVED:
            return self._say.gone_attachment.format(name=name)
        return self._say.replaced_attachment.format(name=name)

    def _placed(self, noted: NotedChange) -> str:
        change = noted.change
        if change.kind is ChangeKind.MOVED:
            return self._say.moved[0].format(subject=self._subject(noted))
        before = self._numbered(change, change.number_before)
        after = self._numbered(change, change.number_after)
        return self._say.renumbered[0].format(before=before, after=_lower_first(after))

    def _one_sided(self, noted: NotedChange) -> tuple[list[str], str]:
        change, say = noted.change, self._say
        text = change.after if change.after is not None else change.before or ""
        added = change.kind is ChangeKind.ADDED
        if change.block is BlockKind.HEADING:
            name = self._language.quote(text)
            return [(say.new_section if added else say.gone_section).format(name=name)], ""
        if change.number and added:
            template = say.new_recommendation if _is_recommendation(change, change.number) else say.new_item
            headline = template.format(number=change.number)
        elif change.number:
            recommended = _is_recommendation(change, change.number)
            template = say.gone_recommendation if recommended else say.gone_item
            headline = template.format(subject=self._numbered(change, change.number))
        else:
            headline = (say.new if added else say.gone).format(name=self._place(noted))
        return [self._located(noted, headline) if change.number else headline], self._excerpt(
            text, [(0, len(text))]
        )

    def _reworded(self, noted: NotedChange) -> tuple[list[str], str]:
        change, say = noted.change, self._say
        subject = self._subject(noted)
        if (
            change.facets
            and all(facet.kind is FacetKind.LINK for facet in change.facets)
            and not change.edits
        ):
            return [say.new_link.format(subject=subject)], ""
        if change.significance is Significance.EDITORIAL:
            headline = say.corrected.format(subject=subject)
        else:
            trends = {"lapsed": say.lapsed, "stronger": say.stronger, "weaker": say.weaker}
            headline = trends.get(_trend(change), say.changed).format(subject=subject)
        details = list(self._details(change))
        headlines = [
            say.detail.format(headline=headline, detail=", ".join(details[:count]))
            for count in sorted({len(details), 1}, reverse=True)
            if details
        ]
        return [*headlines, headline], self._told(change, ", ".join(details))

    def _details(self, change: Change) -> Iterator[str]:
        """What became what, in the fewest whole expressions."""
        told = [facet for facet in change.facets if facet.kind is not FacetKind.LINK]
        strengths = [facet for facet in told if facet.kind is FacetKind.STRENGTH]
        if all(facet.kind is FacetKind.NEGATION for facet in told):
            # "with" that became "without": the pair says more than the negation that came.
            swapped = list(self._swapped_words(change))
            if swapped:
                yield from swapped
                return
        for facet in told:
            if facet.kind is FacetKind.STATUS and not facet.before:
                yield self._language.quote(facet.after)
            elif facet.kind is not FacetKind.NEGATION or not _holds(strengths, facet):
                yield self._became(facet.before, facet.after)

    def _swapped_words(self, change: Change) -> Iterator[str]:
        """The words themselves, where it is few of them at one place."""
        old = [edit.text.strip() for edit in change.edits if edit.op is EditOp.DELETE]
        new = [edit.text.strip() for edit in change.edits if edit.op is EditOp.INSERT]
        short = all(len(text) <= _FEW_LETTERS for text in (*old, *new))
        if len(old) <= 1 and len(new) <= 1 and short and any(text.strip(".,;:") for text in (*old, *new)):
            yield self._became("".join(old), "".join(new))

    def _became(self, before: str, after: str) -> str:
        quote, say = self._language.quote, self._say
        if not before:
            return say.appeared.format(after=quote(after))
        if not after:
            return say.disappeared.format(before=quote(before))
        return say.became.format(before=quote(before), after=quote(after))

    # --- quoting ----------------------------------------------------------------------------------

    def _told(self, change: Change, detail: str) -> str:
        """What became what, and how it reads now; where no word alone says it, both whole sentences.

        What is too long to quote is left out.
        """
        before, after = change.before or "", change.after or ""
        new = self._excerpt(after, _spans(change, EditOp.INSERT))
        if detail:
            return self._say.reads_now.format(detail=detail, after=new) if new else detail
        old = self._excerpt(before, _spans(change, EditOp.DELETE))
        return self._say.became.format(before=old, after=new) if old and new else ""

    def _excerpt(self, text: str, spans: Sequence[tuple[int, int]]) -> str:
        """The whole sentences that hold the spans, in quotation marks; "" where that is too long."""
        if not spans or not text:
            return ""
        ends = [found.start() for found in _SENTENCE_END.finditer(text)]
        first, last = spans[0][0], spans[-1][1]
        start = max((end for end in ends if end <= first), default=0)
        stop = min((end for end in ends if end >= last), default=len(text))
        quoted = text[start:stop].strip()
        return self._language.quote(quoted.removesuffix(".")) if 0 < len(quoted) <= _QUOTABLE else ""

    # --- naming -----------------------------------------------------------------------------------

    def _subject(self, noted: NotedChange) -> str:
        change, say = noted.change, self._say
        if change.number:
            return self._located(noted, self._numbered(change, change.number))
        if change.block is BlockKind.HEADING and len(change.before or "") <= _NAMEABLE:
            return say.heading.format(name=self._language.quote(change.before or ""))
        template = say.table_in if change.block is BlockKind.ROW else say.text_in
        return template.format(name=self._place(noted))

    def _located(self, noted: NotedChange, subject: str) -> str:
        """With the name of the attachment that it stands in."""
        if noted.role != "attachment":
            return subject
        return self._say.in_resource.format(subject=subject, name=self._language.quote(noted.resource))

    def _place(self, noted: NotedChange) -> str:
        section = noted.change.section[-1] if noted.change.section else ""
        own = noted.resource if noted.role == "attachment" else self._title
        name = section if 0 < len(section) <= _NAMEABLE else own
        quoted = self._language.quote(name)
        if name == section and noted.role == "attachment":
            return self._located(noted, quoted)
        return quoted

    def _numbered(self, change: Change, number: str) -> str:
        template = self._say.recommendation if _is_recommendation(change, number) else self._say.item
        return template.format(number=number)


def _is_recommendation(change: Change, number: str) -> bool:
    """Whether a reader calls it a recommendation: a numbered item, or what a heading says to be one."""
    if not number[:1].isdigit():
        return False
    known = languages.every()
    nearest = change.section[-1].casefold() if change.section else ""
    if any(stem in nearest for each in known for stem in each.references):
        return False
    path = " ".join(change.section).casefold()
    named = any(stem in path for each in known for stem in each.recommendation)
    return named or change.block is BlockKind.ITEM


def _rank(change: Change) -> int:
    """The place of a change among others: the smaller the sooner it is told."""
    if change.significance is not Significance.SUBSTANTIVE:
        return 8 if change.kind is ChangeKind.REWORDED else 9
    facets = {facet.kind for facet in change.facets}
    came_or_went = change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED) and bool(change.number)
    if came_or_went or FacetKind.STATUS in facets:
        return 0
    order = (FacetKind.STRENGTH, FacetKind.NEGATION, FacetKind.NUMBER, FacetKind.DATE, FacetKind.ATTACHMENT)
    for rank, kind in enumerate(order, 1):
        if kind in facets:
            return rank
    return 7 if facets == {FacetKind.LINK} else 6


def _trend(change: Change) -> str:
    if any(facet.kind is FacetKind.STATUS and not facet.before for facet in change.facets):
        return "lapsed"
    trends = {facet.trend for facet in change.facets if facet.kind is FacetKind.STRENGTH}
    return trends.pop() if len(trends) == 1 else ""


def _holds(strengths: Sequence[Facet], negation: Facet) -> bool:
    word = (negation.before or negation.after).lower()
    return any(word in f"{each.before} {each.after}".lower().split() for each in strengths)


def _spans(change: Change, op: EditOp) -> list[tuple[int, int]]:
    """Where edits stand on one side; an edit of the other side stands between two words."""
    spans, at = [], 0
    for edit in change.edits:
        length = len(edit.text) if edit.op in (EditOp.EQUAL, op) else 0
        if edit.op is not EditOp.EQUAL:
            spans.append((at, at + length))
        at += length
    return spans


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
