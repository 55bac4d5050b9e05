"""What is late is told once, and the wait ends when the next one is."""

from __future__ import annotations

import pytest

from consumer.bluecore.connection import Exchange
from consumer.bluecore.outgoing import Outgoing, Template
from consumer.bluecore.time_limits import TimeLimits

REQUEST = Outgoing(Template("POST", "http://h/", {}), b"{}", {})


@pytest.fixture
def limits() -> TimeLimits:
    return TimeLimits({"patient": 10.0, "quick": 1.0})


def begun(limits: TimeLimits, destination: str, at: float) -> Exchange:
    exchange = Exchange(1, REQUEST, at, destination)
    limits.add(exchange)
    return exchange


def test_each_destination_has_its_own(limits: TimeLimits) -> None:
    patient, quick = begun(limits, "patient", 0.0), begun(limits, "quick", 5.0)
    assert list(limits.late(5.9)) == []
    assert limits.soonest == 6.0
    assert list(limits.late(6.0)) == [quick]
    assert limits.soonest == 10.0
    assert list(limits.late(10.0)) == [patient]
    assert limits.soonest == float("inf")


def test_what_is_over_is_never_late(limits: TimeLimits) -> None:
    first, second = begun(limits, "quick", 0.0), begun(limits, "quick", 0.5)
    first.over = True
    assert list(limits.late(0.9)) == []
    assert limits.soonest == 1.5
    second.over = True
    assert list(limits.late(9.0)) == []
