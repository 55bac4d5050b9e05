"""The chaos run in short: one of each thing that ends a process, and an endpoint that fails in two ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.monitor import monitor
from tests.chaos.plan import Fault, Plan, What
from tests.chaos.run import run
from tests.support.apache_kafka import unavailable

LIMIT_SECONDS = 120
# One fault after the other. Until the group has given up a member that vanished, as one may in a broker's outage (6 s
# after the broker is back), Kafka answers no commit of the others: who is stopped then repeats what it delivered.
PLAN = Plan(
    seed=1,
    events=3_000,
    customers=100,
    instances=2,
    seconds=32,
    on_instances=(Fault(2, What.KILL, 0.5, 0), Fault(26, What.TERMINATE, 0.5, 1)),
    on_broker=(Fault(11, What.BROKER_KILL, 1),),
    on_endpoint=(Fault(5, What.FLAKY, 4), Fault(28, What.REFUSE, 3)),
)


@pytest.mark.kafka
@pytest.mark.slow
def test_nothing_is_lost_or_reordered_whatever_is_killed(tmp_path: Path) -> None:
    """Duplicates are allowed, but only of what was delivered and not committed when something crashed."""
    if reason := unavailable():
        pytest.skip(reason)
    with monitor(PLAN.events, PLAN.faults) as live:
        result = run(PLAN, tmp_path, live, LIMIT_SECONDS)

    verdict = result.verdict
    assert verdict.written == PLAN.events
    assert verdict.lost == []
    assert verdict.reordered == []
    assert verdict.wrongly_dead == []
    assert verdict.garbled == []
    assert verdict.unexplained == []
    assert verdict.retried > 0
    assert verdict.dead_lettered > 0
    assert result.ended == {"killed": 1, "terminated": 3, "wrong_exit_codes": 0, "ended_by_themselves": 0}
