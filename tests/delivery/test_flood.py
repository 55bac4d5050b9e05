"""When dead letters are a flood."""

from __future__ import annotations

import pytest

from consumer.delivery.flood import FloodGauge, FloodPolicy
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
