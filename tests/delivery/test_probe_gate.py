"""One probe at a time, with growing waits, until one passes."""

from __future__ import annotations

import pytest

from consumer.backoff import Backoff
from consumer.delivery.probe_gate import ProbeGate
from tests.delivery.samples import NOW


@pytest.fixture
def gate() -> ProbeGate:
    return ProbeGate(Backoff(1, 60))


def probe(gate: ProbeGate, task: int) -> float:
    """Sends a probe when it is due; returns that time."""
    due = gate.probe_at
    assert not gate.may_pass(due - 0.001)
    assert gate.may_pass(due)
    gate.probing(task)
    assert not gate.may_pass(due + 3600)
    return due


def test_probes_go_one_at_a_time_after_growing_waits(gate: ProbeGate) -> None:
    """Each wait lies between half of its bound and the bound, which doubles up to a minute."""
    gate.trip(1, NOW, "refused")
    at, waits = NOW, []
    for number in range(10):
        due = probe(gate, 10 + number)
        waits.append(due - at)
        at = due + 0.5
        gate.trip(10 + number, at, "refused")

    bounds = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert all(bound / 2 <= wait + 1e-6 and wait <= bound + 1e-6 for wait, bound in zip(waits, bounds, strict=True))


def test_hours_of_outage_keep_the_longest_wait(gate: ProbeGate) -> None:
    gate.trip(0, NOW, "dns")
    for number in range(1, 3000):
        gate.probing(number)
        gate.trip(number, NOW, "dns")

    assert NOW + 30 <= gate.probe_at <= NOW + 60


def test_a_gate_that_is_hurried_probes_at_once_and_its_waits_begin_anew(gate: ProbeGate) -> None:
    """As when there is a token again that there was not; a probe that is on its way stays the only one."""
    now = 0.0
    for task in range(1, 8):
        gate.trip(task, now, "away")
        now = gate.probe_at
        gate.probing(task + 1)
    gate.hurry(now)
    assert not gate.may_pass(now), "the probe is on its way"
    gate.trip(8, now, "away")
    assert gate.probe_at - now <= 1, "the first wait again"
    gate.hurry(now)
    assert gate.may_pass(now)


def test_a_probe_that_says_nothing_makes_room_for_the_next(gate: ProbeGate) -> None:
    gate.trip(1, NOW, "http_503")
    due = probe(gate, 2)

    gate.release_probe(9, due)
    assert not gate.may_pass(due)

    gate.release_probe(2, due)
    assert gate.may_pass(due)


def test_the_waits_start_small_again_at_the_next_outage(gate: ProbeGate) -> None:
    for number in range(1, 9):
        gate.probing(number)
        gate.trip(number, NOW, "dns")
    gate.probing(9)
    gate.close_by(9)

    gate.trip(10, NOW, "dns")

    assert gate.probe_at <= NOW + 1


def test_only_the_probe_closes_it_or_lengthens_the_wait(gate: ProbeGate) -> None:
    """What went before it opened says nothing of now."""
    gate.trip(1, NOW, "http_503")
    due = probe(gate, 2)

    gate.close_by(1)
    gate.trip(1, due, "http_401")
    assert (gate.cause, gate.probe_at) == ("http_503", float("inf"))

    gate.close_by(2)
    assert (gate.open, gate.may_pass(due)) == (False, True)
