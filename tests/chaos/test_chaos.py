"""The chaos run in short: one of each thing that ends a process, and an endpoint that fails in two ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.monitor import monitor
from tests.chaos.plan import Fault, Plan, Step, What
from tests.chaos.run import run
from tests.support.apache_kafka import unavailable

FAULTS = (
    Fault(What.KILL, 0.5, 0),
    Fault(What.FLAKY, 4),
    Fault(What.TERMINATE, 0.5, 1),
    Fault(What.BROKER_KILL, 1),
    Fault(What.REFUSE, 2),
)
# One broker is there sooner than three, and gone altogether when it is killed.
PLAN = Plan(
    name="short",
    seed=1,
    rate=100,
    steps=tuple(Step(fault.what, (fault,)) for fault in FAULTS),
    customers=100,
    instances=2,
    brokers=1,
    quick=True,
)


@pytest.mark.kafka
@pytest.mark.slow
def test_nothing_is_lost_or_reordered_whatever_is_killed(tmp_path: Path) -> None:
    """Duplicates are allowed, but only of what was delivered and not committed when something was killed."""
    if reason := unavailable():
        pytest.skip(reason)
    with monitor(PLAN.name, len(PLAN.steps)) as live:
        result = run(PLAN, tmp_path, live)

    verdict = result.verdict
    assert verdict.written > 1_000
    assert verdict.lost == []
    assert verdict.reordered == []
    assert verdict.wrongly_dead == []
    assert verdict.garbled == []
    assert verdict.unasked == []
    assert verdict.unexplained == []
    assert len(verdict.duplicates) <= verdict.at_risk
    assert verdict.retried > 0
    assert verdict.dead_lettered > 0
    assert result.aborted > 0
    assert [row.name for row in result.faults] == [fault.what for fault in FAULTS]
    assert result.ended == {"killed": 1, "terminated": 3, "wrong_exit_codes": 0, "ended_by_themselves": 0}
