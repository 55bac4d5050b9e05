"""What is late is told once, and the wait ends when the next one is."""

from __future__ import annotations

import weakref

import pytest

from consumer.bluecore.connection import Exchange
from consumer.bluecore.outgoing import Outgoing, Template
from consumer.bluecore.time_limits import TimeLimits

REQUEST = Outgoing(Template("POST", "http://h/", {}), b"{}", {})


class Headers(dict[str, str]):
    """Some of which can be told whether they are kept."""

    __hash__ = object.__hash__  # type: ignore[assignment]


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


def test_one_that_hangs_does_not_keep_all_that_came_after_it(limits: TimeLimits) -> None:
    hanging = begun(limits, "patient", 0.0)
    kept: weakref.WeakSet[Headers] = weakref.WeakSet()
    for number in range(10_000):
        headers = Headers()
        kept.add(headers)
        exchange = Exchange(1, REQUEST._replace(own=headers), number / 1000, "patient")
        limits.add(exchange)
        exchange.over = True
    assert len(kept) < 2000
    assert list(limits.late(10.0)) == [hanging]
