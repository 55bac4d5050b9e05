"""A running group moves from the classic group protocol to the new one and back, instance by instance."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import ConsumerGroupState, ConsumerGroupType
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._group import ConsumerGroupDescription

from consumer.sandbox.store import Filter
from tests.support.apache_kafka import ApacheKafka, unavailable
from tests.support.brokers import Broker, Message
from tests.support.pipeline import PREFIX, Pipeline, running_pipeline
from tests.support.processes import ServiceProcess
from tests.support.shop import Shop
from tests.support.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.kafka]

Options = Mapping[str, str | int]

STICKY: Options = {"group.protocol": "classic", "session.timeout.ms": 30_000, "heartbeat.interval.ms": 300}
RANGE: Options = {**STICKY, "partition.assignment.strategy": "range"}
NEW: Options = {"group.protocol": "consumer"}
CHOSEN_BY_THE_SERVICE: Options = {}

INSTANCES = 2
CUSTOMERS = [f"customer-{number}@example.com" for number in range(40)]


class Group:
    """Two instances of one group on a topic of six partitions."""

    def __init__(self, pipeline: Pipeline, stack: ExitStack) -> None:
        self.topic = pipeline.broker.topic(6)
        self.instances: list[ServiceProcess] = []
        self._pipeline = pipeline
        self._stack = stack
        self._started = 0

    def start(self, options: Options) -> ServiceProcess:
        """One more; it is in the group when this returns."""
        return self.launch(options).wait_ready(60)

    def launch(self, options: Options) -> ServiceProcess:
        """One more."""
        self._started += 1
        own = self._pipeline.folder / str(self._started)
        own.mkdir()
        service = replace(self._pipeline, folder=own).service([{"topic": self.topic, "event": "search"}], options)
        return self._stack.enter_context(service)

    def roll(self, options: Options) -> None:
        """Restart one after the other, as an orchestrator does, each once the one before has its share."""
        for number, instance in enumerate(self.instances):
            assert instance.terminate() == 0
            self.instances[number] = self.start(options)
            eventually(lambda: self.shares() == [3, 3], 60, "each instance to have three partitions")
            self._settled(ConsumerGroupState.STABLE)

    def stop(self) -> None:
        """All of them; return when the group is empty."""
        for instance in self.instances:
            assert instance.terminate() == 0
            # librdkafka does not leave in the middle of a classic rebalance: the group would wait for it for 45 s.
            self._settled(ConsumerGroupState.STABLE, ConsumerGroupState.EMPTY)
        self._settled(ConsumerGroupState.EMPTY)

    def shares(self) -> list[int]:
        """How many of the topic's partitions each has."""
        found = []
        for instance in self.instances:
            lags = instance.metrics().get(f"{PREFIX}consumer_lag", [])
            found.append(sum(lag.labels["topic"] == self.topic for lag in lags))
        return found

    def lost(self) -> set[str]:
        """The partitions that were taken from a living instance: the brokers refused what it had yet to commit."""
        lines = [
            json.loads(line)
            for path in self._pipeline.folder.glob("*/*.stderr")
            for line in path.read_text().splitlines()
        ]
        return {name for line in lines if line.get("change") == "lost" for name in line["partitions"]}

    def speaks(self, group_type: ConsumerGroupType) -> bool:
        """Whether this is its protocol, as the brokers see it."""
        return self._described().type is group_type

    def _settled(self, *states: ConsumerGroupState) -> None:
        names = " or ".join(state.name for state in states)
        eventually(lambda: self._described().state in states, 60, f"the group to be {names}")

    def _described(self) -> ConsumerGroupDescription:
        with AdminClient({"bootstrap.servers": self._pipeline.broker.bootstrap}) as admin:
            (asked,) = admin.describe_consumer_groups([self._pipeline.group]).values()
            described: ConsumerGroupDescription = asked.result(timeout=30)
        return described


@contextmanager
def events_flowing(pipeline: Pipeline, topic: str) -> Iterator[list[int]]:
    """Some 100 events a second until the block ends; gives their numbers, which are complete then."""
    written: list[int] = []
    finish = threading.Event()

    def write() -> None:
        while not finish.wait(0.1):
            numbers = range(len(written), len(written) + 10)
            emails = [(number, CUSTOMERS[number % len(CUSTOMERS)]) for number in numbers]
            events = [(email, pipeline.shop.event("search", email, device=str(number))) for number, email in emails]
            pipeline.broker.produce(topic, [Message(email.encode(), event) for email, event in events])
            written.extend(numbers)

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(write)
        try:
            yield written
        finally:
            finish.set()
    writing.result()


def all_came_once_and_in_order(pipeline: Pipeline, written: list[int]) -> set[str]:
    """Return the partitions of which something came again."""
    pipeline.accepted(len(written))
    came = pipeline.sandbox.store.newest(Filter(outcome="accepted"), len(written) * 2)
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for each in came:
        if not each.duplicate:
            numbers[each.distinct_id].append(int(each.document["properties"]["device"]))
    assert sorted(number for of_customer in numbers.values() for number in of_customer) == written
    assert all(of_customer == sorted(of_customer) for of_customer in numbers.values())
    repeated = [each.idempotency_key.split(":") for each in came if each.duplicate]
    return {f"{topic}[{partition}]" for topic, partition, _ in repeated}


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_group_moves_to_the_new_protocol_and_back_while_events_flow(pipeline: Pipeline) -> None:
    """There, with an assignor that leaves no data in the group; back, with any. The brokers' own settings let it.

    On the way back the brokers may name a generation that a member has not heard of yet, and refuse its commits: what
    it has sent since the last one comes again, if another instance gets the partition.
    """
    with ExitStack() as stack:
        group = Group(pipeline, stack)
        group.instances = [group.start(RANGE) for _ in range(INSTANCES)]
        with events_flowing(pipeline, group.topic) as written:
            assert group.speaks(ConsumerGroupType.CLASSIC)
            group.roll(NEW)
            assert group.speaks(ConsumerGroupType.CONSUMER)
            group.roll(STICKY)
            assert group.speaks(ConsumerGroupType.CLASSIC)
        pipeline.accepted(len(written))
        group.stop()
    assert all_came_once_and_in_order(pipeline, written) <= group.lost()


def test_a_group_that_is_not_moved_is_joined_as_it_is_until_all_its_members_stop(shop: Shop, tmp_path: Path) -> None:
    """An update from a version that speaks the classic protocol goes through; a stop of all moves the group.

    The brokers refuse to move it by their settings here. They do the same where the default classic assignor has left
    data of its own in the group, which they would not keep.
    """
    if reason := unavailable():
        pytest.skip(reason)
    own = tmp_path / "kafka"
    own.mkdir()
    with ApacheKafka(own, {"group.consumer.migration.policy": "disabled"}) as kafka, ExitStack() as stack:
        broker = Broker(kafka.bootstrap, lambda topic, partitions: kafka.create_topics({topic: partitions}))
        pipeline = stack.enter_context(running_pipeline(broker, shop, tmp_path))
        group = Group(pipeline, stack)
        group.instances = [group.start(STICKY) for _ in range(INSTANCES)]
        with events_flowing(pipeline, group.topic) as written:
            group.roll(CHOSEN_BY_THE_SERVICE)
            assert group.speaks(ConsumerGroupType.CLASSIC)
            said = [line["event"] for line in group.instances[0].logs("info")]
            assert any("is not moved while members run" in event for event in said)
            refused = group.launch(NEW)
            assert refused.wait(60) == 1
            assert "stop all instances at once" in refused.logs("error")[-1]["event"]
            group.stop()
            group.instances = [group.start(CHOSEN_BY_THE_SERVICE) for _ in range(INSTANCES)]
            assert group.speaks(ConsumerGroupType.CONSUMER)
        pipeline.accepted(len(written))
        group.stop()
        assert not all_came_once_and_in_order(pipeline, written)
