"""What the probes are told."""

from __future__ import annotations

import pytest

from consumer.telemetry.health import Health, stall_seconds


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_alive_while_the_last_tick_is_young() -> None:
    clock = Clock()
    health = Health(clock, stall_seconds=360)
    clock.now = 1000
    health.tick(1000)
    clock.now = 1360
    assert health.liveness().ok


def test_dead_with_a_reason_when_the_loop_has_stalled() -> None:
    clock = Clock()
    health = Health(clock, stall_seconds=360)
    health.tick(0)
    clock.now = 400
    result = health.liveness()
    assert not result.ok
    assert result.body["reason"] == "the main loop has not ticked for 400 s (limit 360 s)"


def test_a_start_that_hangs_is_noticed_like_a_stall() -> None:
    clock = Clock()
    health = Health(clock, stall_seconds=360)
    clock.now = 361
    assert not health.liveness().ok


@pytest.mark.parametrize(("max_poll_seconds", "limit"), [(300, 360), (60, 360), (3600, 3660)])
def test_a_loop_that_kafka_still_bears_is_not_dead(max_poll_seconds: float, limit: float) -> None:
    """A pod that is restarted before would give its partitions up for nothing."""
    assert stall_seconds(max_poll_seconds) == limit


def test_not_ready_until_told_so_and_then_again_when_draining() -> None:
    health = Health(Clock())
    assert health.readiness().body["reason"] == "starting"
    health.ready(True)
    assert health.readiness().ok
    health.ready(False, "draining")
    assert not health.readiness().ok
    assert health.readiness().body["reason"] == "draining"


def test_an_outage_is_shown_and_marks_no_pod_unready() -> None:
    health = Health(Clock())
    health.ready(True)
    health.detail("circuit", "open")
    assert health.readiness().ok
    assert health.liveness().ok
    assert health.readiness().body["details"] == {"circuit": "open"}
