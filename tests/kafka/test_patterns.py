"""One pattern, one meaning: the topics that Kafka gives us are those that this program takes, by either protocol."""

from __future__ import annotations

import re
import uuid

import pytest
from confluent_kafka import Consumer

from consumer.config.topic_patterns import fault, subscribed
from tests.support.brokers import Broker
from tests.support.waiting import eventually

NAMES = ("v1", "vd", "12", "a", "ab", "b", "a-b", "a_b")
PATTERNS = ("v[0-9]+$", "[0-9]{2}$", "(a|b)$", "a", "a.*", "[^a]$", "(a|b)+", "a[_-]?b$", "a{1,2}", ".")


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_kafka_and_this_program_take_the_same_topics(broker: Broker, protocol: str) -> None:
    prefix = f"p{uuid.uuid4().hex[:8]}"
    topics = {f"{prefix}.{name}" for name in NAMES}
    for topic in topics:
        broker.create(topic, 1)
    patterns = [rf"^{prefix}\.{pattern}" for pattern in PATTERNS]
    assert not any(map(fault, patterns))
    members = []
    for pattern in patterns:
        options = {**broker.options, "group.protocol": protocol}
        if protocol == "consumer":
            options.pop("session.timeout.ms", None)
            options.pop("heartbeat.interval.ms", None)
        member = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": broker.group(), **options})
        member.subscribe([subscribed(pattern)])
        members.append(member)

    def assigned() -> list[set[str]]:
        for member in members:
            member.poll(0.01)
        return [{each.topic for each in member.assignment()} for member in members]

    wanted = [{topic for topic in topics if re.match(pattern, topic)} for pattern in patterns]
    try:
        eventually(lambda: assigned() == wanted, 40, f"the topics of {patterns}: {wanted}")
    finally:
        for member in members:
            member.close()
