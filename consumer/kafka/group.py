"""Who is in the consumer group, and how far it is: asked from outside, without joining it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from consumer.config.model import Config
from consumer.delivery.offset_map import decode
from consumer.errors import ExpectedError
from consumer.kafka.client import client_options
from consumer.kafka.cluster_queries import ClusterQueries
from consumer.kafka.connection import ErrorCollector, Unreachable, cluster_metadata
from consumer.kafka.logging import NullLogger
from consumer.records import Partition
from consumer.telemetry.cluster import Ends
from consumer.tokens.token import TokenUnavailable

_SECONDS: Final = 10.0


class Untold(ExpectedError):
    """The brokers do not tell of the group."""


@dataclass(frozen=True, slots=True)
class Member:
    """One client of the group.

    Attributes:
        host: the address that the brokers see it at.
        client: its `client.id`.
        partitions: those that it has.
    """

    host: str
    client: str
    partitions: frozenset[Partition]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the group is in one partition.

    Attributes:
        committed: the first offset that is not settled; None: the group has never committed there.
        ends: where the partition begins and ends.
        beyond: how many above it are settled all the same, by the map in the commit.
    """

    committed: int | None
    ends: Ends
    beyond: int = 0

    @property
    def position(self) -> int:
        """The first offset that is not settled and still there."""
        return self.ends.low if self.committed is None else max(self.committed, self.ends.low)

    @property
    def lag(self) -> int:
        """How many records are not settled."""
        return max(0, self.ends.high - self.position - self.beyond)


def members(config: Config) -> list[Member]:
    """The members of the group, by host.

    Raises:
        Untold: the brokers do not tell of it, or not to this user.
    """
    group = config.kafka.group_id
    try:
        with AdminClient(client_options(config.kafka, {}, "admin") | {"logger": NullLogger()}) as admin:
            asked = admin.describe_consumer_groups([group], request_timeout=_SECONDS)
            described = asked[group].result(timeout=2 * _SECONDS)
    except KafkaException as error:
        raise Untold(f"the brokers do not tell who is in the group {group}: {error.args[0].str()}") from None
    except TokenUnavailable as error:
        raise Untold(f"the brokers cannot be asked who is in the group {group}: {error}") from None
    found = [
        Member(
            each.host.strip("/"),
            each.client_id,
            frozenset(Partition(part.topic, part.partition) for part in each.assignment.topic_partitions),
        )
        for each in described.members
    ]
    return sorted(found, key=lambda each: (each.host, each.client, sorted(each.partitions)))


class GroupProgress:
    """Asks how far the group is, as often as it is called; it joins nothing and commits nothing."""

    def __init__(self, config: Config) -> None:
        """Look at the cluster.

        Raises:
            Unreachable: no broker answers.
            KafkaException: no client can be made with these options.
        """
        errors = ErrorCollector()
        callbacks = {"group.id": config.kafka.group_id, "logger": NullLogger(), "error_cb": errors}
        options = client_options(config.kafka, {}, "consumer") | callbacks
        options |= {"enable.auto.commit": False}
        self._consumer = Consumer(options)
        try:
            topics = cluster_metadata(self._consumer, config.kafka, errors).topics
            self._queries = ClusterQueries(config.kafka)
        except BaseException:
            self._consumer.close()
            raise
        self.topics: Mapping[str, int] = {
            name: len(topic.partitions) for name, topic in topics.items() if topic.error is None
        }
        """How many partitions each topic has that we may see."""

    def of(self, topics: Iterable[str]) -> dict[Partition, Progress]:
        """How far the group is in each partition of these topics; without those that no broker answers for.

        Raises:
            Unreachable: no broker answers.
        """
        asked = [Partition(name, number) for name in topics for number in range(self.topics.get(name, 0))]
        if not asked:
            return {}
        try:
            committed = self._consumer.committed([TopicPartition(*each) for each in asked], timeout=_SECONDS)
            ends = self._queries.ends(asked)
        except KafkaException as error:
            raise Unreachable(f"the brokers do not say how far the group is: {error.args[0].str()}") from None
        found = {Partition(each.topic, each.partition): each for each in committed if not each.error}
        return {
            partition: Progress(each.offset if each.offset >= 0 else None, ends[partition], _beyond(each))
            for partition, each in found.items()
            if partition in ends
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with closing(self._consumer):
            self._queries.close()


def _beyond(committed: TopicPartition) -> int:
    return sum(end - start for start, end in decode(committed.offset, committed.metadata))
