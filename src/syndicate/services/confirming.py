"""Before a change is announced, its page is asked once more, and only what both answers say is told.

A server that answers now with one text and now with another would be an alarm and its withdrawal. What
differs from one answer to the next (a rotating teaser, the time of day) must not hide what does not, and
what never settles is not dropped either: after a while a person decides.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syndicate.domain import judging
from syndicate.domain.diffing import compare
from syndicate.domain.model import Comparison, Decision, Verdict, Version, heaviest
from syndicate.ports import Claim, WatchStore
from syndicate.services.gathering import Gatherer, is_html
from syndicate.services.watched import Seen
from syndicate.services.weighing import HISTORY, PATIENCE, Weighed

UNCONFIRMED = "The page said something else when it was asked once more; looking again soon."
UNSETTLED = "The page says something else each time it is asked; a person has to look at it."


def confirm(
    weighed: Weighed, main: Seen, claim: Claim, gatherer: Gatherer, store: WatchStore, now: datetime
) -> Verdict:
    """The verdict on what two answers agree about; `weighed.judged` is narrowed to it."""
    verdict = weighed.verdict
    if verdict.decision is not Decision.ANNOUNCE or not main.fetched or not is_html(main):
        return verdict
    again = gatherer.ask_again(main)
    if main.version is None or (again and again.fingerprint == main.version.fingerprint):
        return verdict
    if again:
        _narrow(weighed, main, again, gatherer.previous(main), store)
        agreed = judging.judge(weighed.judged, review=False)
        if agreed.decision is Decision.ANNOUNCE:
            return agreed
    if claim.candidate and claim.candidate.first_at + PATIENCE <= now:
        return replace(verdict, decision=Decision.HOLD, reason=UNSETTLED)
    return replace(verdict, decision=Decision.DOUBT, reason=UNCONFIRMED)


def _narrow(weighed: Weighed, main: Seen, again: Version, base: Version | None, store: WatchStore) -> None:
    for n, judged in enumerate(weighed.judged):
        if base is None or judged.url != main.url or judged.role != main.resource.role:
            continue
        other = compare(base, again, history=store.history(main.resource.id, HISTORY))
        both = tuple(change for change in judged.comparison.changes if change in other.changes)
        weight = heaviest([change.significance for change in both])
        weighed.judged[n] = replace(judged, comparison=Comparison(both, weight))
