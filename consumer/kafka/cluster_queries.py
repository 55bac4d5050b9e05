"""What is asked of the brokers beside reading: which topics there are, and where partitions begin and end.

Consumers that join no group ask, not admin clients: the admin client's ListOffsets now and then ends the process with
a segmentation fault when it has to look for leaders first, and `offsets_for_times` sends the same request
[librdkafka 2.16].
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, TopicPartition

from consumer.config.model import KafkaConfig
from consumer.kafka.client import client_options
from consumer.kafka.logging import NullLogger
from consumer.records import Partition
from consumer.telemetry.cluster import Ends

_TIMEOUT: Final = 5.0
_READS_ALL: Final = "read_uncommitted"


@dataclass(frozen=True, slots=True)
class Topics:
    """What the brokers say of the topics that they were asked for.

    Attributes:
        partitions: by name, how many each has.
        missing: those that there are not.
    """

    partitions: Mapping[str, int]
    missing: frozenset[str]


class ClusterQueries:
    """Each call waits for the brokers, a few seconds at most. One thread calls it."""

    def __init__(self, config: KafkaConfig) -> None:
        """Connect.

        Raises:
            KafkaException: no client can be made with these options.
        """
        self._everything = _client(config, _READS_ALL)
        reads_all = config.options.get("isolation.level") == _READS_ALL
        self._committed = None if reads_all else _client(config, "read_committed")

    def close(self) -> None:
        self._everything.close()
        if self._committed is not None:
            self._committed.close()

    def topics(self, names: Collection[str]) -> Topics:
        """Which of these there are; asking creates none. Those that the brokers will not speak of are in neither.

        Raises:
            KafkaException: no broker answered.
        """
        counts: dict[str, int] = {}
        missing: set[str] = set()
        for name in names:
            topic = self._everything.list_topics(name, timeout=_TIMEOUT).topics[name]
            if topic.error is None:
                counts[name] = len(topic.partitions)
            elif topic.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                missing.add(name)
        return Topics(counts, frozenset(missing))

    def ends(self, partitions: Iterable[Partition]) -> dict[Partition, Ends]:
        """Where they begin and end; those that nobody answers for are left out.

        Raises:
            KafkaException: no broker answered.
        """
        asked = list(partitions)
        lows = _offsets(self._everything, asked, OFFSET_BEGINNING)
        highs = stable = _offsets(self._everything, asked, OFFSET_END)
        if self._committed is not None:
            # Last: a record that is written meanwhile looks like no transaction then.
            stable = _offsets(self._committed, asked, OFFSET_END)
        return {
            partition: Ends(lows[partition], high, min(stable[partition], high))
            for partition, high in highs.items()
            if partition in lows and partition in stable
        }


def _client(config: KafkaConfig, isolation: str) -> Consumer:
    # Its connections break together with those of the reading consumer, which tells of it.
    quiet = {"logger": NullLogger(), "log_level": 0, "statistics.interval.ms": 0}
    ours = {"group.id": config.group_id, "isolation.level": isolation, "allow.auto.create.topics": False}
    return Consumer(client_options(config, {}, "admin") | quiet | ours)


def _offsets(client: Consumer, partitions: Iterable[Partition], time: int) -> dict[Partition, int]:
    asked = [TopicPartition(partition.topic, partition.number, time) for partition in partitions]
    answers = client.offsets_for_times(asked, timeout=_TIMEOUT) if asked else []
    # A partition that had to be asked twice may come back with the time that was asked for.
    return {
        Partition(each.topic, each.partition): each.offset for each in answers if not each.error and each.offset >= 0
    }
