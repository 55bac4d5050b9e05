"""A container is started, ready and alive as Kubernetes would have it."""

from __future__ import annotations

import pytest

from tests.k8s.nodes.api import Object
from tests.k8s.nodes.probes import LIVENESS, READINESS, STARTUP, Probes

SPEC = {
    "startupProbe": {"periodSeconds": 5, "failureThreshold": 3},
    "livenessProbe": {"periodSeconds": 10, "failureThreshold": 2},
    "readinessProbe": {"periodSeconds": 1, "failureThreshold": 2},
}


class Answers:
    """What the container answers: to each probe the same, until that is changed."""

    def __init__(self, **good: bool) -> None:
        self.good = good

    def ask(self, probe: Object) -> bool:
        (name,) = [each for each in (STARTUP, LIVENESS, READINESS) if SPEC[f"{each}Probe"] is probe]
        return self.good.get(name, False)


def looked(probes: Probes, answers: Answers, *times: float) -> list[str]:
    return [probes.look(now, answers.ask) for now in times]


@pytest.fixture
def probes() -> Probes:
    return Probes(SPEC, 0.0)


def test_until_it_has_started_nothing_else_is_asked(probes: Probes) -> None:
    assert looked(probes, Answers(readiness=True), 0, 1, 2) == ["", "", ""]
    assert (probes.started, probes.ready) == (False, False)
    looked(probes, Answers(startup=True, readiness=True, liveness=True), 5, 6)
    assert (probes.started, probes.ready) == (True, True)


def test_one_that_never_starts_is_ended(probes: Probes) -> None:
    assert looked(probes, Answers(), 0, 1, 5, 9, 10) == ["", "", "", "", STARTUP]


def test_one_that_dies_later_is_ended_and_one_failure_is_none(probes: Probes) -> None:
    answers = Answers(startup=True, liveness=True, readiness=True)
    looked(probes, answers, 0, 1)
    answers.good[LIVENESS] = False
    assert looked(probes, answers, 11, 12, 21) == ["", "", LIVENESS]


def test_readiness_goes_after_its_failures_and_comes_with_one_answer(probes: Probes) -> None:
    answers = Answers(startup=True, liveness=True, readiness=True)
    looked(probes, answers, 0, 1)
    answers.good[READINESS] = False
    looked(probes, answers, 2)
    assert probes.ready
    looked(probes, answers, 3)
    assert not probes.ready
    answers.good[READINESS] = True
    looked(probes, answers, 4)
    assert probes.ready


def test_who_has_no_probes_is_ready_at_once() -> None:
    probes = Probes({}, 0.0)
    assert (probes.started, probes.ready) == (True, True)
