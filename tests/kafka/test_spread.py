"""How the work is shared: routed partitions spread evenly, whoever comes and goes, and the retry topic's do too."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from consumer.kafka.source import KafkaSource
from consumer.ports import Assigned
from consumer.records import Partition
from tests.kafka.support import Remembering, config
from tests.support.brokers import Broker
from tests.support.waiting import eventually

PROTOCOLS = {
    "classic": {"group.protocol": "classic", "session.timeout.ms": 10_000, "heartbeat.interval.ms": 200},
    "chosen by the service": {},
}


class Holding(Remembering):
    """Knows what it has now."""

    def __init__(self) -> None:
        super().__init__()
        self.has: set[Partition] = set()

    def on_assigned(self, assigned: Sequence[Assigned]) -> None:
        self.has |= {each.partition for each in assigned}

    def on_revoked(self, partitions: Sequence[Partition]) -> None:
        self.has -= set(partitions)

    def on_lost(self, partitions: Sequence[Partition]) -> None:
        self.has -= set(partitions)


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
@pytest.mark.parametrize("options", PROTOCOLS.values(), ids=PROTOCOLS)
def test_no_instance_has_more_than_one_routed_partition_above_another(
    broker: Broker, options: dict[str, str | int]
) -> None:
    """Two routed topics, and a retry topic as large as the larger; one instance after the other, up to seven."""
    group = broker.group()
    carts, orders, retry = broker.topic(12), broker.topic(5), f"{group}.retry"
    broker.create(retry, 12)
    running: list[tuple[KafkaSource, Holding]] = []

    def shares(topics: set[str]) -> list[int]:
        return [sum(partition.topic in topics for partition in holding.has) for _, holding in running]

    def settled() -> bool:
        for source, _ in running:
            source.poll(1, 0.01)
        return all(
            sum(shares(topics)) == count and max(shares(topics)) - min(shares(topics)) <= 1
            for topics, count in (({carts, orders}, 17), ({retry}, 12))
        )

    with ExitStack() as stack:
        for count in range(1, 8):
            holding = Holding()
            source = KafkaSource(config(broker, group, options), [carts, orders, retry], holding)
            stack.callback(source.close)
            running.append((source, holding))
            eventually(
                settled, 60, f"an even spread over {count} instances: {[holding.has for _, holding in running]}"
            )
        while len(running) > 1:
            running.pop(0)[0].close()
            eventually(settled, 60, f"an even spread over the {len(running)} instances that stay")
