"""alerts: tell the operator what is wrong, once, and that it is over, once.

A trouble has a time of grace: a single failed visit is nobody's business. What is told and that it was told
are one transaction, and the mail goes the way of all mails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from syndicate.domain.mail_address import normalise
from syndicate.domain.model import Subject, Target
from syndicate.ports import PlannedDelivery
from syndicate.ports.alerting import Alert, AlertRenderer, AlertStep, AlertStore, Trouble

EMAIL = "email"
GRACE = timedelta(hours=1)
FAILURES = 2
"""So many visits in a row fail before it is a trouble."""
WARNING = timedelta(days=14)
"""How long before its end a certificate is told."""
AT_ONCE = frozenset({"certificate"})


class AlertService:
    """`certificates` gives the end of each certificate seen, by host. Without an address nothing is mailed,
    and everything stands in the status all the same."""

    def __init__(
        self,
        store: AlertStore,
        renderer: AlertRenderer | None,
        address: str,
        certificates: Callable[[], Mapping[str, datetime]],
        random_hex: Callable[[int], str],
        grace: timedelta = GRACE,
    ) -> None:
        self._store = store
        self._renderer = renderer
        self._address = normalise(address) if address else ""
        self._certificates = certificates
        self._random_hex = random_hex
        self._grace = grace

    def open(self) -> list[Alert]:
        """What is wrong and what is to be told, oldest first."""
        return self._store.open()

    def review(self, now: datetime) -> int:
        """One look at everything; returns how many alerts and recoveries were told."""
        ends = self._certificates()
        troubles = {trouble.subject: trouble for trouble in [*self._store.troubles(now), *_ending(ends, now)]}
        known = self._store.open()
        subjects = {alert.subject for alert in known if alert.recovered is None}
        opened = [trouble for subject, trouble in troubles.items() if subject not in subjects]
        if opened:
            self._store.step(AlertStep(opened=opened), now)
            known = self._store.open()
        over = [alert for alert in known if _is_over(alert, troubles, ends)]
        begun = [alert for alert in known if self._is_ripe(alert, troubles, now)]
        self._tell(begun, over, now)
        return len(begun) + len([alert for alert in over if alert.told])

    def _is_ripe(self, alert: Alert, troubles: Mapping[str, Trouble], now: datetime) -> bool:
        if alert.told:
            return False
        if alert.recovered:
            return True  # an event
        trouble = troubles.get(alert.subject)
        if trouble is None:
            return False
        lasting = alert.kind in AT_ONCE or now - alert.since >= self._grace
        return lasting and (trouble.failures == 0 or trouble.failures >= FAILURES)

    def _tell(self, begun: Sequence[Alert], over: Sequence[Alert], now: datetime) -> None:
        ended = [alert for alert in over if alert.told]  # what was never told needs no all-clear
        if not begun and not over:
            return
        mail = self._mail(begun, ended, now) if begun or ended else None
        told = [alert.id for alert in begun]
        self._store.step(AlertStep(told=told, recovered=[alert.id for alert in over], mail=mail), now)

    def _mail(self, begun: Sequence[Alert], over: Sequence[Alert], now: datetime) -> PlannedDelivery | None:
        if not self._renderer or not self._address:
            return None
        key = self._random_hex(32)
        return PlannedDelivery(
            key=key,
            kind=Subject.ALERT,
            subject=key,
            channel=EMAIL,
            destination=EMAIL,
            target=Target("operator", self._address),
            message=self._renderer.alert(key, begun, over, now),
            due_at=now,
            lane=0,
        )


def _ending(ends: Mapping[str, datetime], now: datetime) -> list[Trouble]:
    return [
        Trouble(
            f"certificate:{host}",
            "certificate",
            host,
            f"The certificate of {host} ends on {end:%Y-%m-%d}: its owner must renew it, "
            "or nothing of it can be read after that.",
            end - WARNING,
        )
        for host, end in sorted(ends.items())
        if end - now <= WARNING
    ]


def _is_over(alert: Alert, troubles: Mapping[str, Trouble], ends: Mapping[str, datetime]) -> bool:
    if alert.recovered or alert.subject in troubles:
        return False
    # A certificate that has not been seen since the start may still be the old one.
    return alert.kind != "certificate" or alert.name in ends
