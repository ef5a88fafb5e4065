"""Numbers for Prometheus, on a port of their own that only this machine reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from syndicate.ports import Archive

LOOPBACK = "127.0.0.1"


class StatusCollector(Collector):
    """Reads the status at each scrape: what is shown is what the database says, also after a restart."""

    def __init__(self, archive: Archive, clock: Callable[[], datetime]) -> None:
        self._archive = archive
        self._clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = self._clock()
        view = self._archive.status(now)
        yield _gauge("subscribers", "Active subscribers.", view.subscribers)
        yield _gauge("updates_held", "Updates that wait for a person.", view.held)
        checks = _labelled("document_checks", "Visits so far.", ["source", "document"])
        failing = _labelled("document_failures", "Visits in a row that failed.", ["source", "document"])
        age = _labelled("document_age_seconds", "Since the last good reading.", ["source", "document"])
        for document in view.documents:
            labels = [document.source_id, str(document.id)]
            checks.add_metric(labels, document.checks)
            failing.add_metric(labels, document.failures)
            if document.last_ok:
                age.add_metric(labels, (now - document.last_ok).total_seconds())
        yield from (checks, failing, age)
        deliveries = _labelled("deliveries", "Deliveries by state.", ["destination", "state"])
        for destination in view.destinations:
            for state in ("pending", "uncertain", "dead", "sent"):
                deliveries.add_metric([destination.name, state], getattr(destination, state))
        yield deliveries


def serve(archive: Archive, clock: Callable[[], datetime], port: int) -> tuple[WSGIServer, Thread]:
    """Serves /metrics on loopback; end it with `server.shutdown()` and `server.server_close()`."""
    registry = CollectorRegistry()
    registry.register(StatusCollector(archive, clock))
    served: Any = start_http_server(port, addr=LOOPBACK, registry=registry)
    server, thread = served
    return server, thread


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"syndicate_{name}", help_text, value=value)


def _labelled(name: str, help_text: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"syndicate_{name}", help_text, labels=labels)
