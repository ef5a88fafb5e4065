"""Which changes of all resources of a document are told, each of them once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate.domain.diffing.links import target
from syndicate.domain.diffing.words import essence
from syndicate.domain.model import (
    Change,
    ChangeKind,
    Comparison,
    Facet,
    FacetKind,
    NotedChange,
    Significance,
)

ATTACHMENT = "attachment"
"""The role of a resource that a page links to; every other role is the document itself."""


@dataclass(frozen=True, slots=True)
class JudgedResource:
    """One resource of a visit: what is new in it, or that it is new or gone as a whole.

    Pass unchanged attachments too, with an empty comparison: a page's link that only follows one to another
    address is then known as no change. `told` are the changes of it that were told of another edition.
    """

    label: str
    url: str
    role: str
    comparison: Comparison
    is_new: bool = False
    is_gone: bool = False
    told: frozenset[Change] = frozenset()


def note(resources: Sequence[JudgedResource]) -> tuple[NotedChange, ...]:
    """The changes of all resources, those of the document itself first, each told once.

    The same change in several editions is told where it comes first; `also_in` names the others. An
    attachment that is new, gone, or both under one label is one change with the facet ATTACHMENT. What a
    page says about a new or vanished attachment by its link alone is not told beside it. What was told of
    another edition earlier is editorial: the resource has only caught up.
    """
    ordered = sorted(resources, key=lambda each: each.role == ATTACHMENT)
    noted: dict[tuple[object, ...], NotedChange] = {}
    for resource in _replaced_as_one(ordered):
        counts: Counter[tuple[object, ...]] = Counter()
        for change in _told(resource, ordered):
            same = _identity(change)
            counts[same] += 1
            key = (*same, counts[same])
            first = noted.get(key)
            if first is None:
                noted[key] = _noted(change, resource)
            elif resource.label not in (first.resource, *first.also_in):
                noted[key] = replace(first, also_in=(*first.also_in, resource.label))
    return tuple(noted.values())


def _noted(change: Change, resource: JudgedResource) -> NotedChange:
    told = change in resource.told
    change = replace(change, significance=Significance.EDITORIAL) if told else change
    return NotedChange(change, resource.label, resource.url, resource.role, told_before=told)


def told_elsewhere(
    changes: Sequence[Change], role: str, label: str, earlier: Sequence[NotedChange]
) -> frozenset[Change]:
    """Those of the changes of a resource that `earlier` told of another one, and did not take back since.

    `earlier` are the changes of the document that were published, oldest first.
    """
    latest = {_identity(noted.change): at for at, noted in enumerate(earlier)}
    others = {_identity(noted.change) for noted in earlier if not _is_of(noted, role, label)}
    own = {_identity(noted.change) for noted in earlier if _is_of(noted, role, label)}
    return frozenset(
        change
        for change in changes
        if (change.before or change.after)  # whose text may be shown: others are not known apart
        and (same := _identity(change)) in others - own
        and latest[same] > latest.get(_identity(_back(change)), -1)
    )


def _is_of(noted: NotedChange, role: str, label: str) -> bool:
    return (noted.role, noted.resource) == (role, label) or label in noted.also_in


_OPPOSITE = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}


def _back(change: Change) -> Change:
    """The change that takes it back."""
    return replace(
        change,
        kind=_OPPOSITE.get(change.kind, change.kind),
        before=change.after,
        after=change.before,
        number_before=change.number_after,
        number_after=change.number_before,
        facets=tuple(replace(facet, before=facet.after, after=facet.before) for facet in change.facets),
    )


def _identity(change: Change) -> tuple[object, ...]:
    """What makes a change the same in another edition, whatever its section and its typography."""
    texts = tuple(None if text is None else essence(text) for text in (change.before, change.after))
    links = tuple(facet.after for facet in change.facets if facet.kind is FacetKind.LINK)
    return change.kind, *texts, essence(change.number_before), essence(change.number_after), links


def _replaced_as_one(resources: Sequence[JudgedResource]) -> Iterator[JudgedResource]:
    """The resources; one that went and one that came under the same label as one that was replaced."""
    gone = {essence(each.label) for each in resources if each.is_gone}
    come = {essence(each.label) for each in resources if each.is_new}
    for each in resources:
        if each.is_gone and essence(each.label) in come:
            continue
        if each.is_new and essence(each.label) in gone:
            facet = Facet(FacetKind.ATTACHMENT, each.label, each.label)
            change = Change(ChangeKind.REWORDED, (), each.label, each.label, (facet,))
            yield replace(each, is_new=False, comparison=Comparison((change,), change.significance))
        else:
            yield each


def _told(resource: JudgedResource, resources: Sequence[JudgedResource]) -> Iterator[Change]:
    if resource.is_new:
        facet = Facet(FacetKind.ATTACHMENT, "", resource.label)
        yield Change(ChangeKind.ADDED, (), None, resource.label, (facet,))
    elif resource.is_gone:
        facet = Facet(FacetKind.ATTACHMENT, resource.label, "")
        yield Change(ChangeKind.REMOVED, (), resource.label, None, (facet,))
    else:
        attachments = [each for each in resources if each.role == ATTACHMENT]
        yield from (
            change for change in resource.comparison.changes if not _only_announces(change, attachments)
        )


def _only_announces(change: Change, attachments: Sequence[JudgedResource]) -> bool:
    """Whether a page's change is nothing but the link to an attachment that is told by itself."""
    if change.kind is ChangeKind.ADDED:
        return any(each.is_new and essence(each.label) == essence(change.after or "") for each in attachments)
    if change.kind is ChangeKind.REMOVED:
        return any(
            each.is_gone and essence(each.label) == essence(change.before or "") for each in attachments
        )
    links = [facet for facet in change.facets if facet.kind is FacetKind.LINK]
    if not links or len(links) < len(change.facets) or change.edits:
        return False
    known = {target(each.url) for each in attachments}
    return all(target(facet.after) in known for facet in links)
