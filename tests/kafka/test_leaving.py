"""Who is closed leaves the group at once: else partitions, under the classic protocol all of them, would stand."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._group import ConsumerGroupDescription

from consumer.kafka.source import KafkaSource
from tests.kafka.support import Remembering, config
from tests.support.brokers import Broker
from tests.support.waiting import eventually

CLASSIC = {"group.protocol": "classic", "session.timeout.ms": 120_000, "heartbeat.interval.ms": 300}


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
@pytest.mark.parametrize("options", [CLASSIC, {}], ids=["classic", "chosen by the service"])
@pytest.mark.parametrize("first", [0, 1])
def test_members_without_a_partition_leave_too(broker: Broker, options: dict[str, str | int], first: int) -> None:
    """Of two instances, one has the only partition of the retry topic; whichever of them goes first."""
    topic, group = broker.topic(1), broker.group()
    retry = f"{group}.retry"
    broker.create(retry, 1)
    sources = [KafkaSource(config(broker, group, options), [topic, retry], Remembering()) for _ in range(2)]

    def members(count: int) -> bool:
        for source in sources:
            source.poll(1, 0.01)
        return described(broker, group) == ("STABLE" if count else "EMPTY", count)

    try:
        eventually(lambda: members(4), 30, "all four members to be in the group")
        sources.pop(first).close()
        eventually(lambda: members(2), 30, "the two of the instance that stays")
    finally:
        for source in sources:
            source.close()
    sources.clear()
    eventually(lambda: members(0), 30, "an empty group")


def described(broker: Broker, group: str) -> tuple[str, int]:
    """The group's state and how many members it has."""
    with AdminClient({"bootstrap.servers": broker.bootstrap}) as admin:
        (asked,) = admin.describe_consumer_groups([group]).values()
        try:
            answer: ConsumerGroupDescription = asked.result(timeout=30)
        except KafkaException as error:
            return error.args[0].name(), -1  # the group's coordinator is being chosen
    return answer.state.name, len(answer.members)
