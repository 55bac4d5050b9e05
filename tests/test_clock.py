"""The one clock of the service."""

from __future__ import annotations

import time

import pytest

from consumer.clock import SystemClock


def test_it_tells_the_time_of_day() -> None:
    assert SystemClock().now() == pytest.approx(time.time(), abs=1)


def test_a_step_of_the_machines_clock_moves_no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """NTP sets clocks back; what waits until a moment must not wait longer for it."""
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert 0 <= clock.now() - before < 1
