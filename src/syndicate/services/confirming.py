"""Before a change is announced, its page is asked once more: only what it says twice is told.

A server that answers now with one text and now with another would be an alarm and its withdrawal. Where the
answers differ in more than a counter, nothing of the visit is told: to tell the part that they agree about
would make the first answer the base of comparison, with a part in it that nobody was told of. What never
settles is not dropped either: after a while a person decides. A doubt is settled by two answers of one visit
only: the same bytes as at the doubtful visit may be the same stray answer once more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syndicate.domain.diffing import compare
from syndicate.domain.model import Decision, Verdict
from syndicate.ports import Claim
from syndicate.services.gathering import Gatherer, is_html
from syndicate.services.watched import Seen
from syndicate.services.weighing import PATIENCE

UNCONFIRMED = "The page said something else when it was asked once more; looking again soon."
UNSETTLED = "The page says something else each time it is asked; a person has to look at it."


def confirm(verdict: Verdict, main: Seen, claim: Claim, gatherer: Gatherer, now: datetime) -> Verdict:
    """The verdict itself where a second answer says the same, else a doubt, and at last a hold."""
    if verdict.decision is not Decision.ANNOUNCE or not is_html(main):
        return verdict
    if not main.fetched and not claim.candidate:
        return verdict
    said, again = gatherer.ask_again(main, gatherer.newest(main))
    if said is None or (again and not compare(said, again).is_meaningful):
        return verdict
    if claim.candidate and claim.candidate.first_at + PATIENCE <= now:
        return replace(verdict, decision=Decision.HOLD, reason=UNSETTLED)
    return replace(verdict, decision=Decision.DOUBT, reason=UNCONFIRMED)
