"""A plan is a seed's: a run that went wrong can be carried out again."""

from __future__ import annotations

from tests.chaos.plan import ENDPOINT, Plan, What, make_plan


def plan(seed: int) -> Plan:
    return make_plan(seed, events=100_000, instances=3, seconds=330)


def test_the_same_seed_gives_the_same_plan_and_another_one_another() -> None:
    """All chance comes from the seed."""
    assert plan(1) == plan(1)
    assert plan(1) != plan(2)


def test_a_run_of_usual_length_meets_every_kind_of_fault() -> None:
    """No kind is left to luck: each comes around before one is repeated."""
    for seed in range(20):
        of = plan(seed)
        assert {fault.what for fault in of.on_endpoint} == set(ENDPOINT)
        assert {fault.what for fault in of.on_broker} == {What.BROKER_KILL, What.BROKER_RESTART}
        assert {fault.what for fault in of.on_instances} == {What.KILL, What.TERMINATE}
        assert {fault.instance for fault in of.on_instances} == {0, 1, 2}


def test_faults_come_in_order_and_within_the_run() -> None:
    """Each list is carried out from its first fault to its last, while events are written."""
    of = plan(3)
    for faults in (of.on_instances, of.on_broker, of.on_endpoint):
        times = [fault.at for fault in faults]
        assert times == sorted(times)
        assert times[0] > 0
        assert times[-1] < of.seconds
