"""Ordering bad manners: which exist where, for how many requests, and when they begin."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.sandbox.faults import READ, WRITE_AFTER, WRITE_BEFORE, FaultError, Faults, available


def test_lasts_as_many_times_as_ordered_and_begins_after() -> None:
    faults = Faults()
    faults.order({"network": "x", "fault": "500", "times": 2, "after": 1}, since=0)
    taken = [faults.take("x", WRITE_BEFORE) for _ in range(4)]
    assert [fault is not None for fault in taken] == [False, True, True, False]
    assert faults.open == []


def test_concerns_its_network_and_moment_only() -> None:
    faults = Faults()
    faults.order({"network": "x", "fault": "500"}, since=0)
    assert faults.take("facebook", WRITE_BEFORE) is None
    assert faults.take("x", WRITE_AFTER) is None
    assert faults.take("x", READ) is None
    assert faults.take("x", WRITE_BEFORE)


def test_first_ordered_first_served() -> None:
    faults = Faults()
    for name in ("429", "500"):
        faults.order({"network": "linkedin", "fault": name}, since=0)
    served = [faults.take("linkedin", WRITE_BEFORE) for _ in range(2)]
    assert [fault.name for fault in served if fault] == ["429", "500"]


def test_can_hit_reads() -> None:
    faults = Faults()
    faults.order({"network": "x", "fault": "429", "on": "read"}, since=0)
    fault = faults.take("x", READ)
    assert fault and fault.name == "429"


def test_remembers_what_stood_in_the_ledger() -> None:
    assert Faults().order({"network": "x", "fault": "lagging_timeline"}, since=7).since == 7


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({}, '"network" and "fault"'),
        ([], '"network" and "fault"'),
        ({"network": "y", "fault": "500"}, "no network 'y'"),
        ({"network": "x", "fault": "506"}, "it has: timeout_before"),
        ({"network": "x", "fault": "sunset_version"}, "it has"),
        ({"network": "smtp", "fault": "500"}, "421_mail"),
        ({"network": "x", "fault": "500", "count": 1}, "Unknown keys: count"),
        ({"network": "x", "fault": "500", "times": 0}, "at least 1"),
        ({"network": "x", "fault": "500", "times": True}, "at least 1"),
        ({"network": "x", "fault": "500", "after": -1}, "at least 0"),
        ({"network": "x", "fault": "500", "on": "both"}, '"on"'),
        ({"network": "x", "fault": "duplicate", "on": "read"}, '"on"'),
    ],
)
def test_says_what_is_wrong_with_an_order(wish: Any, words: str) -> None:
    with pytest.raises(FaultError) as error:
        Faults().order(wish, since=0)
    assert words in str(error.value)


@pytest.mark.parametrize("network", ["x", "linkedin", "facebook", "smtp"])
def test_every_fault_can_be_ordered(network: str) -> None:
    faults = Faults()
    for name in available(network):
        faults.order({"network": network, "fault": name}, since=0)
    assert [fault.name for fault in faults.open] == available(network)
    faults.clear()
    assert faults.open == []
