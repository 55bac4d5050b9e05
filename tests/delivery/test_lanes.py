"""Lanes: one key's tasks one after the other, different keys side by side."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumer.delivery.lanes import Lane, LaneGroup, Lanes


@dataclass(frozen=True)
class Job:
    name: str
    priority: int = 0
    endpoint: str = ""


def taken(lanes: Lanes[Job]) -> str:
    """The name of the next head; its lane stays busy."""
    lane = lanes.next()
    return "" if lane is None else lane.head.name


def test_a_key_has_one_head_at_a_time() -> None:
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    for job in (Job("a1"), Job("a2"), Job("b1")):
        lanes.add(group, job.name[0], job)

    assert [taken(lanes) for _ in range(3)] == ["a1", "b1", ""]


def test_a_hot_key_waits_for_its_turn_like_any_other() -> None:
    """However many tasks one key has, each other key's next comes within one round."""
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    for number in range(1000):
        lanes.add(group, "hot", Job(f"hot{number}"))
    lanes.add(group, "cold", Job("cold"))
    hot = lanes.next()
    assert hot is not None

    lanes.release(hot)

    assert taken(lanes) == "cold"


def test_a_higher_priority_goes_first() -> None:
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    for job in (Job("offer"), Job("unsubscribe", 10), Job("purchase", 5)):
        lanes.add(group, job.name, job)

    assert [taken(lanes) for _ in range(3)] == ["unsubscribe", "purchase", "offer"]


def test_lanes_wake_at_their_times_though_others_left_while_they_waited() -> None:
    """A task that leaves takes its lane out of those that wait where only a place is kept behind it."""
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    times = random.Random(1).sample(range(1000), 300)
    for time in times:
        lane = lanes.add(group, time, Job(f"{time}"))
        assert lanes.next() is lane
        lanes.wait(lane, time)
        if time % 3 == 0:
            lanes.reserve(group, time, Job("the rest of another"))
    for time in [time for time in times if time % 3 == 0]:
        lane = group.lanes[time]
        lanes.leave(lane, lane.head)

    woken = []
    for now in range(1000):
        lanes.wake(now)
        woken += [(now, name) for name in iter(lambda: taken(lanes), "")]

    assert woken == [(time, f"{time}") for time in sorted(times) if time % 3]


def test_a_lane_sent_back_first_is_next_again() -> None:
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    for name in "ab":
        lanes.add(group, name, Job(name))
    lane = lanes.next()
    assert lane is not None

    lanes.ready(lane, first=True)

    assert taken(lanes) == "a"


def test_a_waiting_lane_is_due_at_its_time_and_not_before() -> None:
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    lane = lanes.add(group, "a", Job("a"))
    lanes.next()
    lanes.wait(lane, 100)

    lanes.wake(99.9)
    assert (taken(lanes), lanes.next_wake) == ("", 100)

    lanes.wake(100)
    assert (taken(lanes), lanes.next_wake) == ("a", float("inf"))


def test_the_lanes_of_a_partition_that_left_are_passed_over() -> None:
    """Ready, waiting or busy: none comes back, and none keeps its records in memory."""
    lanes, gone, ours = Lanes[Job](), LaneGroup[Job](), LaneGroup[Job]()
    closed = [lanes.add(gone, key, Job(key)) for key in "abc"]
    busy, waiting = lanes.next(), lanes.next()
    assert busy is not None
    assert waiting is not None
    lanes.wait(waiting, 50)
    lanes.add(ours, "a", Job("ours"))

    lanes.close(gone)
    lanes.release(busy)
    lanes.wake(60)

    assert [taken(lanes), taken(lanes)] == ["ours", ""]
    assert lanes.next_wake == float("inf")
    assert not any(lane.queue for lane in closed)


def test_a_task_keeps_its_place_in_a_lane_until_it_is_admitted() -> None:
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    mixed = Job("mixed")
    for name in ("before", "mixed", "after"):
        lane = lanes.reserve(group, "a", mixed) if name == "mixed" else lanes.add(group, "a", Job(name))
    assert taken(lanes) == "before"
    lanes.release(lane)
    assert taken(lanes) == ""

    lanes.admit(lane, mixed)

    assert taken(lanes) == "mixed"
    lanes.release(lane)
    assert taken(lanes) == "after"


def test_a_task_admitted_before_its_turn_waits_for_it() -> None:
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    lane = lanes.add(group, "a", Job("before"))
    lanes.reserve(group, "a", mixed := Job("mixed"))
    lanes.admit(lane, mixed)
    assert [taken(lanes), taken(lanes)] == ["before", ""]

    lanes.release(lane)

    assert taken(lanes) == "mixed"


def test_a_place_that_is_given_up_lets_what_is_behind_it_go_when_its_turn_has_come() -> None:
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    lane, places = lanes.add(group, "a", Job("before")), [Job("first"), Job("second")]
    for each in places:
        lanes.reserve(group, "a", each)
    lanes.add(group, "a", Job("after"))
    lanes.give_up(lane, places[1])
    assert [taken(lanes), taken(lanes)] == ["before", ""]

    lanes.release(lane)
    assert taken(lanes) == "", "the first keeps its place"
    lanes.give_up(lane, places[0])

    assert taken(lanes) == "after"
    lanes.close(group)
    lanes.give_up(lane, places[0])


def test_a_task_in_two_lanes_is_one_task() -> None:
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    mixed = Job("mixed")
    lanes.add(group, "consents", mixed)
    lanes.reserve(group, "a", mixed)

    assert list(group.tasks()) == [mixed]


def test_a_lane_whose_head_leaves_waits_for_a_next_that_only_keeps_its_place() -> None:
    """Ready or waiting as it was: it would go beside itself."""
    lanes, group = Lanes[Job](), LaneGroup[Job]()
    mixed = [Job("first"), Job("second")]
    for key, job in zip("ab", mixed, strict=True):
        lanes.add(group, key, Job(f"before {key}"))
        lanes.reserve(group, key, job)
    waiting = lanes.next()
    assert waiting is not None
    lanes.wait(waiting, 50)

    for key in "ab":
        lanes.leave(group.lanes[key], group.lanes[key].head)
    lanes.wake(60)

    assert taken(lanes) == ""
    for key, job in zip("ab", mixed, strict=True):
        lanes.admit(group.lanes[key], job)
    assert [taken(lanes) for _ in range(3)] == ["first", "second", ""]


class LanesMachine(RuleBasedStateMachine):
    """Any sequence of what the engine does, beside a list of tasks for each key."""

    keys = st.sampled_from("abcd")

    def __init__(self) -> None:
        super().__init__()
        self.lanes: Lanes[Job] = Lanes()
        self.group: LaneGroup[Job] = LaneGroup()
        self.queues: dict[str, list[Job]] = defaultdict(list)
        self.busy: dict[str, Lane[Job]] = {}
        self.waiting: dict[str, float] = {}
        self.now = 0.0
        self.made = 0

    @property
    def ready(self) -> dict[str, Job]:
        """The heads that may go."""
        idle = self.busy.keys() | self.waiting.keys()
        return {key: queue[0] for key, queue in self.queues.items() if queue and key not in idle}

    @rule(key=keys, priority=st.integers(0, 2))
    def add(self, key: str, priority: int) -> None:
        self.made += 1
        job = Job(f"{key}{self.made}", priority)
        self.queues[key].append(job)
        self.lanes.add(self.group, key, job)

    @rule()
    def take(self) -> None:
        ready = self.ready
        lane = self.lanes.next()
        if lane is None:
            assert not ready
            return
        key = str(lane.key)
        assert lane.head == ready[key]
        assert lane.head.priority == max(job.priority for job in ready.values())
        self.busy[key] = lane

    @precondition(lambda self: self.busy)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.busy)))
        self.lanes.release(self.busy.pop(key))
        self.queues[key].pop(0)

    @precondition(lambda self: self.busy)
    @rule(data=st.data(), first=st.booleans())
    def again(self, data: st.DataObject, first: bool) -> None:  # noqa: FBT001 - Hypothesis passes by name
        key = data.draw(st.sampled_from(sorted(self.busy)))
        self.lanes.ready(self.busy.pop(key), first=first)

    @precondition(lambda self: self.busy)
    @rule(data=st.data(), seconds=st.integers(1, 10))
    def wait(self, data: st.DataObject, seconds: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.busy)))
        self.lanes.wait(self.busy.pop(key), self.now + seconds)
        self.waiting[key] = self.now + seconds

    @rule(seconds=st.integers(0, 5))
    def pass_time(self, seconds: int) -> None:
        self.now += seconds
        self.lanes.wake(self.now)
        self.waiting = {key: until for key, until in self.waiting.items() if until > self.now}

    @rule()
    def leave_and_return(self) -> None:
        self.lanes.close(self.group)
        for lane in self.busy.values():
            self.lanes.release(lane)
        self.group = LaneGroup()
        self.queues.clear()
        self.busy.clear()
        self.waiting.clear()

    @invariant()
    def nothing_is_lost_and_the_next_wake_is_known(self) -> None:
        assert sorted(job.name for job in self.group.tasks()) == sorted(
            job.name for queue in self.queues.values() for job in queue
        )
        assert self.lanes.next_wake == min(self.waiting.values(), default=float("inf"))


LanesMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestLanes = LanesMachine.TestCase
