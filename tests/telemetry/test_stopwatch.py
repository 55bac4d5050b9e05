"""The states of the main loop add up to the wall clock, whatever the order they come in."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from consumer.telemetry.metrics import LoopState, Metrics
from consumer.telemetry.stopwatch import Stopwatch

STATES: tuple[LoopState, ...] = get_args(LoopState)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def spent(registry: CollectorRegistry, state: str) -> float | None:
    return registry.get_sample_value("bluecore_consumer_loop_seconds_total", {"state": state})


def test_time_belongs_to_the_state_that_it_was_spent_in() -> None:
    registry, clock = CollectorRegistry(), Clock()
    stopwatch = Stopwatch(clock, Metrics(registry).loop_seconds, "polling")
    clock.now += 2
    stopwatch.enter("mapping")
    clock.now += 3
    stopwatch.enter("polling")
    assert (spent(registry, "polling"), spent(registry, "mapping")) == (2, 3)


def test_entering_the_same_state_shows_a_long_wait_before_it_is_over() -> None:
    registry, clock = CollectorRegistry(), Clock()
    stopwatch = Stopwatch(clock, Metrics(registry).loop_seconds, "paused")
    clock.now += 15
    stopwatch.enter("paused")
    assert spent(registry, "paused") == 15
    assert stopwatch.state == "paused"


@given(st.lists(st.tuples(st.sampled_from(STATES), st.floats(0, 1e4))))
def test_all_states_together_are_the_time_that_passed(steps: list[tuple[LoopState, float]]) -> None:
    registry, clock = CollectorRegistry(), Clock()
    stopwatch = Stopwatch(clock, Metrics(registry).loop_seconds)
    for state, seconds in steps:
        clock.now += seconds
        stopwatch.enter(state)
    clock.now += 1
    stopwatch.enter("polling")
    assert sum(spent(registry, state) or 0 for state in STATES) == pytest.approx(clock.now - 100)
