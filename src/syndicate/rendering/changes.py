"""The changes of an update in the words of one language, ready for a template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from syndicate.domain.model import Change, ChangeKind, Facet, FacetKind, NotedChange, Update
from syndicate.rendering.environment import stated_days
from syndicate.rendering.foreign import isolated, tame, web_address
from syndicate.rendering.texts import Texts
from syndicate.rendering.wordings import LONGEST_CHANGE, bounded, forms

LONGEST_LIST = 20

LONGEST_NAME = 200
"""What is shown of a heading, a label or a quoted word, in characters."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change for people.

    `kind` and `significance` are for a style sheet, `label` says the kind in words and `place` where it is
    ("Anbefalinger › Sundhed › Punkt 3"). `before` and `after` are the wordings with their differences
    marked, None for a side that does not exist and both None where nothing but place or number differs;
    `redline` is both in one. `text` says the same without markup. `notes` are sentences about what is
    special. `language` is that of the wordings. `url` is "" where there is nothing to link to.
    """

    kind: str
    significance: str
    label: str
    place: str
    before: Markup | None
    after: Markup | None
    redline: Markup
    text: str
    notes: tuple[str, ...]
    resource: str
    role: str
    url: str
    language: str


def change_views(update: Update, texts: Texts) -> tuple[ChangeView, ...]:
    """Every change of the update in full, in its order."""
    title = tame(update.document_title)
    return tuple(change_view(noted, title, update.language, texts) for noted in tame(update.changes))


def short_list(
    update: Update, texts: Texts, length: int = LONGEST_LIST
) -> tuple[tuple[ChangeView, ...], int]:
    """The first changes of a tame update without much of what stayed the same, and how many more there are.

    For a mail or a feed, which must not grow to megabytes; who wants all of it follows the link to the page.
    """
    first, title = update.changes[:length], update.document_title
    views = [change_view(noted, title, update.language, texts, short=True) for noted in first]
    return tuple(views), len(update.changes) - len(first)


def fitting_length(update: Update, room: int) -> int:
    """How many changes a short list may have so that their wordings fit; at least one."""
    for number, noted in enumerate(update.changes[:LONGEST_LIST]):
        sides = (noted.change.before or "", noted.change.after or "")
        room -= sum(min(len(side), LONGEST_CHANGE) for side in sides)
        if room < 0 and number:
            return number
    return min(len(update.changes), LONGEST_LIST)


def change_data(noted: NotedChange, texts: Texts) -> dict[str, Any]:
    """The change as plain data with names, for programs that read a feed; wordings of a few pages at most."""
    change = noted.change
    before, after = (
        None if side is None else bounded(side, LONGEST_CHANGE, texts["left_out"])
        for side in (change.before, change.after)
    )
    return {
        "kind": change.kind.value,
        "significance": change.significance.value,
        "section": list(change.section),
        "number": change.number,
        "before": before,
        "after": after,
        "facets": [
            {"kind": facet.kind.value, "before": facet.before, "after": facet.after, "trend": facet.trend}
            for facet in change.facets
        ],
        "resource": noted.resource,
        "url": noted.url,
        "also_in": list(noted.also_in),
        "effective": list(change.effective),
        "came_from": list(change.came_from),
    }


def change_view(
    noted: NotedChange, title: str, language: str, texts: Texts, *, short: bool = False
) -> ChangeView:
    """One change in the words of `texts`; `title` is that of the document, `language` that of its words.

    Both the change and the title are tame already.
    """
    change = noted.change
    made = forms(change, texts, short=short)
    return ChangeView(
        kind=change.kind.value,
        significance=change.significance.value,
        label=texts["kind_link" if _only_leads_elsewhere(change) else f"kind_{change.kind}"],
        place=_place(change, title, texts),
        before=made.before,
        after=made.after,
        redline=made.redline,
        text=made.text,
        notes=tuple(_notes(noted, title, texts)),
        resource=name(noted.resource, texts),
        role=noted.role,
        url=web_address(noted.url),
        language=language,
    )


def _place(change: Change, title: str, texts: Texts) -> str:
    number = change.number_after if change.came_from else change.number
    return " › ".join(_path(change.section, number, title, texts))


def _path(section: tuple[str, ...], number: str, title: str, texts: Texts) -> list[str]:
    # Most pages have their title as a heading above all others, and it stands above the changes already.
    inner = section[1:] if section[:1] == (title,) else section
    item = [texts["item"].format(number=name(number, texts))] if number else []
    return [*(name(heading, texts) for heading in inner), *item]


def _only_leads_elsewhere(change: Change) -> bool:
    links = bool(change.facets) and all(facet.kind is FacetKind.LINK for facet in change.facets)
    return links and change.kind is ChangeKind.REWORDED and not change.edits


def name(text: str, texts: Texts) -> str:
    """A heading, a label or a title of a source, isolated and of bearable length."""
    return isolated(bounded(text, LONGEST_NAME, texts["left_out"]))


def _notes(noted: NotedChange, title: str, texts: Texts) -> Iterator[str]:
    change = noted.change
    if change.came_from:
        place = _path(change.came_from, change.number_before, title, texts)
        yield texts["moved_from"].format(place=" › ".join(place))
    if change.number_before and change.number_after and change.number_before != change.number_after:
        before, after = name(change.number_before, texts), name(change.number_after, texts)
        yield texts["number_became"].format(before=before, after=after)
    for facet in change.facets:
        yield _facet_note(facet, texts)
    if change.effective:
        yield texts["effective_note"].format(dates=stated_days(change.effective, texts))
    if noted.told_before:
        yield texts["told_before"]
    if noted.also_in:
        yield texts["also_in"].format(names=", ".join(name(label, texts) for label in noted.also_in))


def _facet_note(facet: Facet, texts: Texts) -> str:
    form = "facet_both" if facet.before and facet.after else "facet_added" if facet.after else "facet_removed"
    before, after = (texts["quote"].format(text=name(side, texts)) for side in (facet.before, facet.after))
    note = texts[form].format(name=texts[f"facet_{facet.kind}"], before=before, after=after)
    return f"{note} ({texts[f'trend_{facet.trend}']})" if facet.trend else note
