"""Reports of a check: in order, from many threads, told as one piece of JSON."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest

from syndicate.cli import reports as reports_module
from syndicate.cli.reports import Reports
from syndicate.services.watched import VisitReport

SEEN = [
    VisitReport("kilde", "Søvn\n og \x1b[31mro", ["en: ikke ændret (304)", "drop: Intet nyt."], "drop"),
    VisitReport("to", "Side", [], "announce", "a1b2", ""),
    VisitReport("tre", "Side", ["failed: dns"], "failed", "", "dns: Navnet findes ikke."),
]


@pytest.mark.parametrize("number", [0, 1, 3])
@pytest.mark.parametrize("in_memory", [1 << 20, 10])
def test_reports_come_back_as_they_were(
    number: int, in_memory: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports_module, "IN_MEMORY", in_memory)
    errors = ["Kilden svarer ikke."] * (number > 1)
    with Reports() as reports:
        for report in SEEN[:number]:
            reports.add(report)
        assert list(reports) == SEEN[:number]
        assert reports.any_failed == (number == 3)
        reports.print_json(errors)
    whole = {"visits": [asdict(report) for report in SEEN[:number]], "errors": errors}
    assert capsys.readouterr().out == json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def test_threads_do_not_mix_their_reports() -> None:
    with Reports() as reports, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: reports.add(VisitReport(f"kilde-{n}", "Side" * 50, ["x"] * 9)), range(500)))
        assert {report.source_id for report in reports} == {f"kilde-{n}" for n in range(500)}
