"""What a rewording did to demands, numbers, dates and negations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from syndicate.domain.diffing.expressions import Expression
from syndicate.domain.diffing.words import Hunk, Word
from syndicate.domain.languages import Strength
from syndicate.domain.model import Facet, FacetKind

_Place = tuple[str, int]
_Both = tuple[Expression | None, Expression | None]
_Sides = tuple[list[Expression], list[Expression]]

_ORDER = (FacetKind.STATUS, FacetKind.STRENGTH, FacetKind.NEGATION, FacetKind.NUMBER, FacetKind.DATE)


def facets(
    before: Sequence[Word],
    after: Sequence[Word],
    hunks: Sequence[Hunk],
    old: Sequence[Expression],
    new: Sequence[Expression],
) -> tuple[Facet, ...]:
    """One facet for each expression that became another, came or went.

    Two expressions stand for each other when they begin at the same kept word or in the same hunk. What only
    went to another place in the block is no facet, but for a negation: there it denies something else.
    """
    places: dict[tuple[FacetKind, _Place], _Sides] = defaultdict(lambda: ([], []))
    for each, place in _placed(before, [(hunk.same, hunk.i1, hunk.i2, hunk.j1) for hunk in hunks], old):
        places[each.kind, place][0].append(each)
    for each, place in _placed(after, [(hunk.same, hunk.j1, hunk.j2, hunk.j1) for hunk in hunks], new):
        places[each.kind, place][1].append(each)
    both: list[_Both] = []
    gone: list[Expression] = []
    come: list[Expression] = []
    for sides in places.values():
        olds, news = _without_common(*sides)
        both += zip(olds, news, strict=False)
        gone += olds[len(news) :]
        come += news[len(olds) :]
    both += _unpaired(gone, come)
    same = [pair for pair in both if _demand_the_same(*pair)]
    told = (_facet(*pair) for pair in both if not _says_as_before(*pair, same))
    return tuple(sorted(dict.fromkeys(told), key=lambda facet: _ORDER.index(facet.kind)))


def _placed(
    row: Sequence[Word], spans: Sequence[tuple[bool, int, int, int]], found: Sequence[Expression]
) -> Iterator[tuple[Expression, _Place]]:
    """Each expression with the kept word, or the number of the hunk, at which it begins."""
    word = span = 0
    for each in found:
        begin = each.start + next((at for at, char in enumerate(each.text) if char.isalnum()), 0)
        while word + 1 < len(row) and row[word + 1].start <= begin:
            word += 1
        while spans[span][2] <= word:
            span += 1
        same, first, _, other = spans[span]
        yield each, ("word", other + word - first) if same else ("hunk", span)


def _without_common(old: list[Expression], new: list[Expression]) -> _Sides:
    """Both sides without what both have, one for one."""
    common = Counter(each.key for each in old) & Counter(each.key for each in new)
    return _without(old, Counter(common)), _without(new, common)


def _without(found: list[Expression], taken: Counter[str]) -> list[Expression]:
    rest = []
    for each in found:
        if taken[each.key]:
            taken[each.key] -= 1
        else:
            rest.append(each)
    return rest


def _demand_the_same(old: Expression | None, new: Expression | None) -> bool:
    """Other words for the same order or advice. Leave is told always: "can" and "may" differ."""
    if not (old and new and old.strength and new.strength):
        return False
    return old.strength == new.strength and old.strength.rank > 1


def _says_as_before(old: Expression | None, new: Expression | None, same: Sequence[_Both]) -> bool:
    """Other words of the same strength, a negation inside them, or "never" for "not"."""
    if (old, new) in same:
        return True
    if not all(each is None or each.kind is FacetKind.NEGATION for each in (old, new)):
        return False
    inside = any(_within(old, demand) or _within(new, other) for demand, other in same)
    return inside or bool(old and new)


def _within(inner: Expression | None, outer: Expression | None) -> bool:
    return bool(inner and outer) and outer.start <= inner.start and inner.end <= outer.end  # type: ignore[union-attr]


def _unpaired(gone: list[Expression], come: list[Expression]) -> Iterator[_Both]:
    """What only came or went. The same elsewhere is no change; a lone pair of one measure is one."""
    for kind in _ORDER:
        olds = [each for each in gone if each.kind is kind]
        news = [each for each in come if each.kind is kind]
        if kind is not FacetKind.NEGATION:
            olds, news = _without_common(olds, news)
            if len(olds) == len(news) == 1 and _measure(olds[0]) == _measure(news[0]):
                yield olds.pop(), news.pop()
        yield from ((each, None) for each in olds)
        yield from ((None, each) for each in news)


def _measure(each: Expression) -> str:
    return each.key.partition(" ")[2] if each.kind is FacetKind.NUMBER else ""


def _facet(old: Expression | None, new: Expression | None) -> Facet:
    kind = (old or new).kind  # type: ignore[union-attr]  # one of them is there
    trend = _trend(old.strength, new.strength) if old and new else ""
    return Facet(kind, old.text if old else "", new.text if new else "", trend)


def _trend(old: Strength | None, new: Strength | None) -> str:
    """Whether the demand grew or shrank; "" where it turned round or stayed as strong."""
    if not old or not new or old.direction is not new.direction or old.rank == new.rank:
        return ""
    return "stronger" if new.rank > old.rank else "weaker"
