"""A change as people read it: what was deleted, what was added, in markup and in plain words.

Whatever came from a source is escaped here. Nothing relies on colour: deletions and insertions are `<del>`
and `<ins>`, and either stand under "before" and "now" or carry words for those who hear the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from syndicate.domain.model import Change, Edit, EditOp
from syndicate.rendering.foreign import isolated, tame
from syndicate.rendering.texts import Texts

CONTEXT = 240
"""Characters of unchanged text kept on either side of an edit in a shortened change."""
LONGEST_RUN = 1500
LONGEST_CHANGE = 4000
"""What one change may take in a mail or a feed; whoever wants all of it follows the link to the page."""


class Forms(NamedTuple):
    """One change in every form: see `redline_html`, `wordings_html` and `redline_text`."""

    redline: Markup
    before: Markup | None
    after: Markup | None
    text: str


def forms(change: Change, texts: Texts, *, short: bool = False) -> Forms:
    """All forms of a change that is tame already."""
    edits = _maybe_shortened(_raw_runs(change), texts, short)
    return Forms(_redline(change, edits, texts), *_sides(change, edits), _text(change, edits, texts))


def runs(change: Change) -> tuple[Edit, ...]:
    """The change as runs of words, also where only one side exists or both are the same."""
    return tame(_raw_runs(change))


def _raw_runs(change: Change) -> tuple[Edit, ...]:
    before, after = change.before, change.after
    if change.edits:
        return change.edits
    if before == after:
        return (Edit(EditOp.EQUAL, after or ""),)
    sides = ((EditOp.DELETE, before), (EditOp.INSERT, after))
    return tuple(Edit(op, text) for op, text in sides if text is not None)


def shortened(edits: Sequence[Edit], mark: str) -> tuple[Edit, ...]:
    """The edits with little of what stays the same and an end; `mark` stands where words were left out.

    Words are left out whole, so that no number and no word is ever seen in part.
    """
    if sum(len(edit.text) for edit in edits) <= LONGEST_RUN:
        return tuple(edits)
    kept: list[Edit] = []
    room = LONGEST_CHANGE
    for index, edit in enumerate(edits):
        if room <= 0:
            kept.append(Edit(EditOp.EQUAL, f" {mark}"))
            break
        text = _shortened_run(edit, index == 0, index == len(edits) - 1, mark)
        kept.append(Edit(edit.op, text))
        room -= len(text)
    return tuple(kept)


def _shortened_run(edit: Edit, first: bool, last: bool, mark: str) -> str:
    text = edit.text
    if edit.op is not EditOp.EQUAL or (first and last):
        return bounded(text, LONGEST_RUN, mark)
    if len(text) <= 2 * CONTEXT:
        return text
    head = "" if first else _head(text, CONTEXT)
    tail = "" if last else _tail(text, CONTEXT)
    return f"{head} {mark} {tail}"


def bounded(text: str, length: int, mark: str) -> str:
    """The text, or its first whole words of `length` characters at most and the mark."""
    return text if len(text) <= length else f"{_head(text, length)} {mark}".lstrip()


def _head(text: str, length: int) -> str:
    return text[: text.rfind(" ", 0, length) + 1].rstrip(" ")


def _tail(text: str, length: int) -> str:
    start = text.find(" ", len(text) - length)
    return text[start + 1 :] if start >= 0 else ""


def redline_html(change: Change, texts: Texts, *, short: bool = False) -> Markup:
    """Both wordings in one text, the deleted before the inserted, each with a visually hidden word.

    The page's style sheet hides `.visually-hidden`; a page without one shows the words, which reads well too.
    """
    return _redline(change, _maybe_shortened(runs(change), texts, short), texts)


def wordings_html(
    change: Change, texts: Texts, *, short: bool = False
) -> tuple[Markup | None, Markup | None]:
    """The old wording with what went away in `<del>`, the new one with what came in in `<ins>`.

    A side that does not exist is None, and both are where nothing but place or number differs.
    """
    return _sides(change, _maybe_shortened(runs(change), texts, short))


def redline_text(change: Change, texts: Texts, *, short: bool = False) -> str:
    """The wordings in plain words: "Før: …" and "Nu: …" in lines of their own, or the one side there is."""
    return _text(change, _maybe_shortened(runs(change), texts, short), texts)


def _maybe_shortened(edits: tuple[Edit, ...], texts: Texts, short: bool) -> tuple[Edit, ...]:
    return shortened(edits, texts["left_out"]) if short else edits


def _redline(change: Change, edits: Sequence[Edit], texts: Texts) -> Markup:
    if change.before is None and change.after is None:
        return escape(texts["text_not_shown"])
    pieces = [_in_both(edit, texts) for edit in edits]
    for index, (one, after) in enumerate(pairwise(edits)):
        if one.op is EditOp.DELETE and after.op is EditOp.INSERT and not one.text.endswith(" "):
            pieces[index] += " "
    return _markup(pieces)


def _sides(change: Change, edits: Sequence[Edit]) -> tuple[Markup | None, Markup | None]:
    if all(edit.op is EditOp.EQUAL for edit in edits):
        return None, None
    return (
        None if change.before is None else _one_side(edits, EditOp.DELETE, "del"),
        None if change.after is None else _one_side(edits, EditOp.INSERT, "ins"),
    )


def _text(change: Change, edits: Sequence[Edit], texts: Texts) -> str:
    if change.before is None and change.after is None:
        return texts["text_not_shown"]
    before = _plain(edits, EditOp.DELETE)
    after = _plain(edits, EditOp.INSERT)
    if change.after is None:
        return f"{texts['before']}: {before}"
    if change.before is None:
        return f"{texts['now']}: {after}"
    if before == after:
        return f"{texts['unchanged']}: {after}"
    return f"{texts['before']}: {before}\n{texts['now']}: {after}"


# Put together as strings: Markup would look through each part again.
def _in_both(edit: Edit, texts: Texts) -> str:
    text = escape(edit.text)
    if edit.op is EditOp.EQUAL:
        return text
    tag, label = ("del", "deleted") if edit.op is EditOp.DELETE else ("ins", "inserted")
    return f'<{tag}><span class="visually-hidden">{escape(texts[label])} </span>{text}</{tag}>'


def _one_side(edits: Iterable[Edit], side: EditOp, tag: str) -> Markup:
    return _markup(
        f"<{tag}>{escape(edit.text)}</{tag}>" if edit.op is side else escape(edit.text)
        for edit in edits
        if edit.op in (side, EditOp.EQUAL)
    )


def _markup(pieces: Iterable[str]) -> Markup:
    return Markup("".join(pieces))  # noqa: S704 (each piece escaped what it was made of)


def _plain(edits: Iterable[Edit], side: EditOp) -> str:
    return isolated("".join(edit.text for edit in edits if edit.op in (side, EditOp.EQUAL)).strip())
