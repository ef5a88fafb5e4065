"""All visits that are to be made now: many hosts at once, each host by one thread at a time.

A slow or dead host holds one thread and nobody else: more is claimed as soon as a thread has nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime

from syndicate.ports import Claim
from syndicate.services.check import CheckService
from syndicate.services.watched import VisitReport

CLAIMED, CLAIMED_PER_HOST = 400, 50


class Rounds:
    """Visits what is due; with `since`, all that was not visited since then; with `sources`, only theirs.

    `told` hears of each visit as it ends, in the thread that made it.
    """

    def __init__(
        self,
        check: CheckService,
        clock: Callable[[], datetime],
        told: Callable[[VisitReport], None],
        *,
        threads: int,
        sources: Collection[str] | None = None,
        since: datetime | None = None,
    ) -> None:
        self._check = check
        self._clock = clock
        self._told = told
        self._threads = threads
        self._sources = sources
        self._since = since

    def make(self) -> None:
        """Returns when nothing is left to visit. Raises StorageError."""
        running: dict[Future[None], str] = {}
        with self._check.quiet_ends() as quiet, ThreadPoolExecutor(self._threads) as pool:

            def visit(claims: Sequence[Claim]) -> None:
                for report in self._check.visit_all(claims, self._clock, quiet):
                    self._told(report)

            while True:
                if len(running) < self._threads:
                    for host, claims in self._claimed(running.values()).items():
                        running[pool.submit(visit, claims)] = host
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    del running[done]
                    done.result()

    def _claimed(self, busy_hosts: Collection[str]) -> dict[str, list[Claim]]:
        hosts: dict[str, list[Claim]] = {}
        for claim in self._check.claim(
            self._clock(),
            limit=CLAIMED,
            per_host=CLAIMED_PER_HOST,
            busy_hosts=busy_hosts,
            sources=self._sources,
            since=self._since,
        ):
            hosts.setdefault(claim.host, []).append(claim)
        return hosts
