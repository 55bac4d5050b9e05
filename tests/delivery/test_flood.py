"""When dead letters are a flood."""

from __future__ import annotations

import pytest

from consumer.backoff import Backoff
from consumer.delivery.flood import FloodGate, FloodGauge, FloodPolicy
from tests.delivery.samples import NOW


@pytest.fixture
def gauge() -> FloodGauge:
    return FloodGauge(FloodPolicy(ratio=0.5, minimum=10, window_seconds=60))


def test_few_dead_letters_are_no_flood_however_few_pass(gauge: FloodGauge) -> None:
    assert not any(gauge.dead_lettered(NOW) for _ in range(9))
    assert gauge.dead_lettered(NOW)


def test_many_are_no_flood_while_more_pass(gauge: FloodGauge) -> None:
    for _ in range(100):
        gauge.delivered(NOW)

    assert not any(gauge.dead_lettered(NOW) for _ in range(99))
    assert gauge.dead_lettered(NOW)


def test_what_happened_before_the_window_counts_no_more(gauge: FloodGauge) -> None:
    for second in range(9):
        gauge.dead_lettered(NOW + second)

    assert not gauge.dead_lettered(NOW + 70)


def test_what_happened_within_it_does(gauge: FloodGauge) -> None:
    """The window slides by halves: a flood that lies across its edge is seen."""
    gauge.delivered(NOW)
    for second in range(25, 34):
        assert not gauge.dead_lettered(NOW + second)

    assert gauge.dead_lettered(NOW + 34)


def test_reset_starts_the_count_anew(gauge: FloodGauge) -> None:
    for _ in range(10):
        gauge.dead_lettered(NOW)

    gauge.reset()

    assert not gauge.dead_lettered(NOW)


def test_the_gate_opens_with_the_flood_and_closes_with_the_delivery_of_its_probe() -> None:
    gate = FloodGate(FloodPolicy(ratio=0.5, minimum=3, window_seconds=60), Backoff(1, 60))
    for task in range(3):
        gate.dead_lettered(task, NOW)
    assert (gate.open, gate.may_pass(NOW)) == (True, False)

    gate.delivered(99, NOW)
    assert gate.open, "it was on its way before"

    gate.probing(4)
    gate.delivered(4, NOW + 1)
    assert not gate.open


def test_each_probe_that_becomes_a_dead_letter_lengthens_the_wait() -> None:
    gate = FloodGate(FloodPolicy(ratio=0.5, minimum=1, window_seconds=60), Backoff(1, 60))
    now, waits = NOW, []
    for task in range(5):
        gate.probing(task)
        gate.dead_lettered(task, now)
        waits.append(gate.probe_at - now)
        now = gate.probe_at

    assert all(bound / 2 <= wait <= bound for wait, bound in zip(waits, [1, 2, 4, 8, 16], strict=True))
