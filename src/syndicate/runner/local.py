"""The embedded runner: APScheduler ticks a handful of static jobs, a few threads do the work.

The scheduler only ticks. What is due comes from the database, so that nothing is lost with the process.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event, Lock, Thread

from apscheduler.schedulers.background import BackgroundScheduler

from syndicate.bootstrap import App
from syndicate.domain.errors import StorageError, SyndicateError
from syndicate.ports import Claim
from syndicate.services.holding import LEASE

log = logging.getLogger("syndicate.runner")

JOBS = {"check": 1.0, "find": 5.0, "expand": 0.5, "deliver": 0.5, "feeds": 1.0, "reclaim": 10.0}
PRESENCE_SECONDS = 1.0
ALERTS_SECONDS = 30.0
HOUSEKEEPING_SECONDS = 3600.0
STALE_SECONDS = 120.0
CLOCK_SECONDS = 5.0
BELATED_SECONDS = LEASE.total_seconds()
"""So long a visit that began by the old time may go on, and put off its document by it when it ends."""
ROUND = 10
"""So many documents of a host are claimed together; one tick a second would else be one document a host."""


class LocalRunner:
    """Everything in one process. `start`, then `stop`; `trouble` says what is wrong now.

    `renew` keeps our place among those who work on the database."""

    def __init__(self, app: App, threads: int, renew: Callable[[], object] = int) -> None:
        self._app = app
        self._threads = threads
        self._renew = renew
        self._visits = ThreadPoolExecutor(threads, thread_name_prefix="check")
        self._sends = ThreadPoolExecutor(max(1, len(app.destinations)), thread_name_prefix="deliver")
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        self._lock = Lock()
        self._rounds: dict[int, str] = {}
        self._orphans: list[Claim] = []
        self._sending: set[str] = set()
        self._errors: dict[str, str] = {}
        self._ended = Event()
        self._ticked = time.monotonic()

    # --- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Makes the database agree with the configuration, then begins to tick. Waits for no network."""
        app = self._app
        app.check.sync(app.clock())
        self._set_back()
        app.feeds.render_feeds(app.clock())
        verbs: dict[str, Callable[[], object]] = {
            "check": self._check,
            "find": self._find,
            "expand": self._expand,
            "deliver": self._deliver,
            "feeds": lambda: app.feeds.render_feeds(app.clock()),
            "reclaim": lambda: app.deliver.reclaim(app.clock()),
        }
        for name, verb in verbs.items():
            self._every(JOBS[name], name, verb)
        self._every(PRESENCE_SECONDS, "presence", self._renew)
        self._every(ALERTS_SECONDS, "alerts", lambda: app.alerts.review(app.clock()))
        self._every(HOUSEKEEPING_SECONDS, "housekeeping", lambda: app.housekeeping.prune(app.clock()))
        self._scheduler.start()
        self._tick_now("find")
        Thread(target=self._watch_clock, name="clock", daemon=True).start()

    def stop(self) -> None:
        """Claims nothing more and lets what is on its way end; leases cover what does not."""
        self._ended.set()
        self._scheduler.shutdown(wait=True)
        self._visits.shutdown(wait=True, cancel_futures=True)
        self._sends.shutdown(wait=True, cancel_futures=True)

    def trouble(self) -> list[str]:
        """What keeps the service from working, in words; empty when all is well."""
        found = sorted(set(self._errors.values()))
        if time.monotonic() - self._ticked > STALE_SECONDS:
            found.append("The scheduler has not ticked for two minutes.")
        return found

    def _tick_now(self, *names: str) -> None:
        for name in names:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def _watch_clock(self) -> None:
        """APScheduler waits for times of day: one that was set back would halt all ticks for as long."""
        ahead = time.time() - time.monotonic()
        belated = 0.0
        while not self._ended.wait(CLOCK_SECONDS):
            before, ahead = ahead, time.time() - time.monotonic()
            if before - ahead > CLOCK_SECONDS:
                log.warning(
                    "The clock was set back by %d s; what is due is looked for at once.", before - ahead
                )
                self._guarded("clock", self._set_back)
                self._tick_now(*(job.id for job in self._scheduler.get_jobs()))
                belated = time.monotonic() + BELATED_SECONDS
            elif time.monotonic() < belated:
                self._guarded("clock", self._set_back_visits)

    def _set_back(self) -> None:
        """What was put off by a clock that was ahead, before it was set back or before a restart, is due."""
        self._set_back_visits()
        _tell_late(self._app.deliver.set_back(self._app.clock()))

    def _set_back_visits(self) -> None:
        _tell_late(self._app.check.set_back(self._app.clock()))

    def _every(self, seconds: float, name: str, verb: Callable[[], object]) -> None:
        self._scheduler.add_job(lambda: self._guarded(name, verb), "interval", seconds=seconds, id=name)

    def _guarded(self, name: str, verb: Callable[[], object]) -> None:
        """One tick. An error is remembered until the job works again, and never ends the job."""
        self._ticked = time.monotonic()
        try:
            verb()
        except SyndicateError as error:
            if self._errors.get(name) != str(error):
                log.error("%s: %s", name, error)
            self._errors[name] = str(error)
        except Exception:  # a fault of ours in one job must not end the others; it is told and logged
            log.exception("%s failed", name)
            self._errors[name] = f"The job {name!r} failed for a reason of its own; see the log."
        else:
            if self._errors.pop(name, ""):
                log.info("%s works again", name)

    # --- watching ---------------------------------------------------------------------------------

    def _find(self) -> None:
        for error in self._app.check.find(self._app.clock()):
            log.warning("%s", error)

    def _check(self) -> None:
        self._release_orphans()
        with self._lock:
            free = self._threads - len(self._rounds)
            busy = [host for host in self._rounds.values() if host]
        if free <= 0:
            return
        claims = self._app.check.claim(self._app.clock(), limit=free * ROUND, busy_hosts=busy, per_host=ROUND)
        rounds: dict[str, list[Claim]] = {}
        for claim in claims:
            rounds.setdefault(claim.host or f"file {len(rounds)}", []).append(claim)
        for claimed in rounds.values():
            with self._lock:
                self._rounds[claimed[0].document_id] = claimed[0].host
            self._visits.submit(self._visit_round, claimed)

    def _visit_round(self, claimed: list[Claim]) -> None:
        """Documents of one host, one after another."""
        try:
            for claim in claimed:
                if self._ended.is_set():
                    self._app.check.give_up(claim)
                else:
                    self._visit(claim)
        finally:
            with self._lock:
                self._rounds.pop(claimed[0].document_id, None)

    def _visit(self, claim: Claim) -> None:
        try:
            self._visit_or_tell(claim)
        except StorageError as error:
            log.error("visit of %s: %s", claim.key, error)
            with self._lock:
                self._orphans.append(claim)

    def _visit_or_tell(self, claim: Claim) -> None:
        """One visit; a fault of ours in it is told of its document, and stops no other."""
        try:
            report = self._app.check.visit(claim, self._app.clock())
        except StorageError:
            raise
        except Exception:
            log.exception("visit of %s failed", claim.key)
            self._app.check.fail(claim, self._app.clock())
            return
        if report.update_id or report.problem:
            said = report.problem.replace("\n", " ")
            log.info("%s %s %s %s", claim.source_id, report.outcome, report.update_id, said)

    def _release_orphans(self) -> None:
        with self._lock:
            orphans, self._orphans = self._orphans, []
        for n, claim in enumerate(orphans):
            try:
                self._app.check.give_up(claim)
            except StorageError:
                with self._lock:
                    self._orphans += orphans[n:]
                raise

    # --- sending ----------------------------------------------------------------------------------

    def _expand(self) -> None:
        self._app.moderate.publish_approved(self._app.clock())
        while self._scheduler.running and self._app.expand.expand(self._app.clock()):
            pass

    def _deliver(self) -> None:
        for name in self._app.deliver.ready(self._app.clock()):
            with self._lock:
                if name in self._sending:
                    continue
                self._sending.add(name)
            self._sends.submit(self._drain, name)

    def _drain(self, name: str) -> None:
        """Sends to one destination until nothing is due; one that hangs delays only itself."""
        try:
            self._guarded(f"deliver to {name}", lambda: self._send_all(name))
        finally:
            with self._lock:
                self._sending.discard(name)

    def _send_all(self, name: str) -> None:
        while self._scheduler.running and self._app.deliver.deliver(name, self._app.clock()):
            pass


def _tell_late(late: int) -> None:
    if late:
        log.warning("The clock was ahead once: %d times that it had set are due now.", late)
