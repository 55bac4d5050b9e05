"""A plan is a seed's: a run that went wrong can be carried out again."""

from __future__ import annotations

import pytest

from tests.chaos.plan import AT_ONCE, NOTHING, SIZES, STATIC, What, small, whole


@pytest.mark.parametrize("size", SIZES)
def test_the_same_seed_gives_the_same_plan_and_another_one_another(size: str) -> None:
    """All chance comes from the seed."""
    assert SIZES[size](1, 100) == SIZES[size](1, 100)
    assert SIZES[size](1, 100) != SIZES[size](2, 100)


def test_the_whole_meets_every_kind_of_fault_on_the_default_configuration() -> None:
    """No kind is left to luck, and each is made by itself, so that what follows can be put down to it."""
    default, *_ = whole(1, 100)

    alone = [step.faults[0].what for step in default.steps if len(step.faults) == 1]
    assert set(alone) == set(What)
    assert (default.options, default.static, default.quick, default.brokers) == ({}, False, False, 3)


def test_latest_and_static_members_meet_what_moves_partitions() -> None:
    """The brokers are paused for a minute and restarted in turn; instances are killed and stopped."""
    _, latest, static = whole(1, 100)

    assert latest.options == {"auto.offset.reset": "latest"}
    assert static.static
    for plan in (latest, static):
        whats = {fault.what for step in plan.steps for fault in step.faults}
        assert {What.KILL, What.TERMINATE, What.ROLLING, What.PAUSE} <= whats
        assert {fault.seconds for step in plan.steps for fault in step.faults if fault.what is What.PAUSE} == {60}


def test_a_run_begins_without_a_fault_and_ends_with_all_kinds_over_each_other() -> None:
    """What a partition waits when nothing happens is the measure of the rest."""
    for plan in whole(1, 100):
        first, *_, last = plan.steps
        assert (first.name, first.faults) == (NOTHING, ())
        assert last.name == AT_ONCE
        times = [fault.at for fault in last.faults]
        assert times == sorted(times)
        assert len({fault.what for fault in last.faults}) > 4


def test_a_static_members_faults_have_rows_of_their_own() -> None:
    """Another process cannot have its partitions until the group has given it up."""
    *_, static = whole(1, 100)

    names = {step.name for step in static.steps}
    assert {f"{STATIC}{What.KILL}", f"{STATIC}{What.TERMINATE}", What.PAUSE} <= names
    assert What.KILL not in names


def test_the_small_one_is_over_soon() -> None:
    """A minute or two: brokers that give a vanished member up soon, and seconds for each fault."""
    (plan,) = small(1, 100)

    assert plan.quick
    assert sum(fault.seconds for step in plan.steps for fault in step.faults) < 40
