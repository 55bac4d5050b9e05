"""What a test does with a broker, whichever broker it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka import Message as KafkaMessage
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.cimpl import NewPartitions

from consumer.records import Headers, Partition, Record
from tests.support.waiting import eventually


class Message(NamedTuple):
    """A record to be written; without a timestamp it gets the present, without a partition its key's."""

    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp_ms: int | None = None
    partition: int | None = None


class Committed(NamedTuple):
    """What a group has committed for a partition."""

    offset: int
    metadata: str


@dataclass(frozen=True)
class Broker:
    """A running broker. `create` makes a topic with at least so many partitions.

    `options`: with these of librdkafka's properties a service's group forms soonest on it. `configurable`: its
    topics have settings.
    """

    bootstrap: str
    create: Callable[[str, int], None]
    options: Mapping[str, str | int] = field(default_factory=dict)
    configurable: bool = True

    def topic(self, partitions: int = 4, name: str = "topic") -> str:
        """A new topic under a name of its own; the embedded broker gives each four partitions."""
        unique = f"{name}-{uuid.uuid4().hex[:8]}"
        self.create(unique, partitions)
        return unique

    def delete(self, topic: str) -> None:
        """Delete the topic; the embedded broker cannot."""
        with AdminClient({"bootstrap.servers": self.bootstrap}) as admin:
            for deleted in admin.delete_topics([topic], operation_timeout=30).values():
                deleted.result(timeout=30)

    def add_partitions(self, topic: str, total: int) -> None:
        """Let the topic have so many partitions; the embedded broker cannot."""
        with AdminClient({"bootstrap.servers": self.bootstrap}) as admin:
            for added in admin.create_partitions([NewPartitions(topic, total)]).values():
                added.result(timeout=30)

    def limit(self, topic: str, size: int) -> None:
        """Let the topic take batches of up to so many bytes, as they are sent; the embedded broker has no limit.

        The broker that leads the topic follows its controller a moment later.
        """
        if not self.configurable:
            return
        entry = ConfigEntry("max.message.bytes", str(size), incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        with AdminClient({"bootstrap.servers": self.bootstrap}) as admin:
            for altered in admin.incremental_alter_configs([resource]).values():
                altered.result(timeout=30)
            eventually(lambda: _setting(admin, topic, entry.name) == entry.value, 30, f"the limit of {topic}")

    def group(self) -> str:
        """A consumer group's id that nobody has used."""
        return f"group-{uuid.uuid4().hex[:8]}"

    def produce(self, topic: str, messages: Iterable[Message]) -> None:
        """Write these, in this order, and return when the broker has them all.

        Raises:
            confluent_kafka.KafkaException: the broker did not take one.
        """
        refused: list[KafkaError] = []

        def report(error: KafkaError | None, _: object) -> None:
            if error is not None:
                refused.append(error)

        with Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "linger.ms": 1,
                "message.timeout.ms": 30_000,
                "message.max.bytes": 16 << 20,
            }
        ) as producer:
            for message in messages:
                producer.produce(
                    topic,
                    message.value,
                    message.key,
                    partition=-1 if message.partition is None else message.partition,
                    timestamp=message.timestamp_ms or 0,
                    headers=list(message.headers),
                    on_delivery=report,
                )
                producer.poll(0)
            producer.flush()
        if refused:
            raise KafkaException(refused[0])

    def read(self, topic: str, at_least: int = 0, seconds: float = 30) -> list[Record]:
        """All records of the topic up to its present end, in order within each partition; joins no group.

        Raises:
            AssertionError: there were not `at_least` so many within `seconds`.
        """
        records: list[Record] = []
        with self._reader() as reader:
            behind = set(self._partitions(reader, topic))
            reader.assign([TopicPartition(topic, number, 0) for number in behind])

            def complete() -> bool:
                while (message := reader.poll(0.05)) is not None:
                    error, number = message.error(), message.partition() or 0
                    if error is None:
                        records.append(_record(message))
                        behind.add(number)
                    elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - how librdkafka spells its own codes
                        behind.discard(number)
                    else:
                        raise KafkaException(error)
                return not behind and len(records) >= at_least

            eventually(complete, seconds, f"{at_least} records in {topic}")
        return records

    def committed(self, group: str, topic: str) -> dict[int, Committed]:
        """What the group has committed, by the partition's number; a partition without a commit is absent."""
        with self._reader(group) as reader:
            asked = [TopicPartition(topic, number) for number in self._partitions(reader, topic)]
            answers = reader.committed(asked, timeout=30)
        return {
            answer.partition: Committed(answer.offset, answer.metadata or "")
            for answer in answers
            if answer.offset >= 0
        }

    def commit(self, group: str, topic: str, offsets: Mapping[int, int]) -> None:
        """Commit these offsets for the group, by the partition's number, as a service does that has settled them."""
        with self._reader(group) as reader:
            reader.commit(
                offsets=[TopicPartition(topic, number, offset) for number, offset in offsets.items()],
                asynchronous=False,
            )

    def ends(self, topic: str) -> dict[int, int]:
        """By the partition's number, the offset that its next record will get."""
        with self._reader() as reader:
            return {
                number: reader.get_watermark_offsets(TopicPartition(topic, number), timeout=30)[1]
                for number in self._partitions(reader, topic)
            }

    def _reader(self, group: str = "reader-without-commits") -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": group,
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
                "auto.offset.reset": "earliest",
            }
        )

    @staticmethod
    def _partitions(reader: Consumer, topic: str) -> list[int]:
        return list(reader.list_topics(topic, timeout=30).topics[topic].partitions)


def _record(message: KafkaMessage) -> Record:
    return Record(
        partition=Partition(topic=message.topic() or "", number=message.partition() or 0),
        offset=message.offset() or 0,
        key=message.key(),
        value=message.value(),
        timestamp_ms=message.timestamp()[1],
        headers=tuple(cast("list[tuple[str, bytes | None]]", message.headers() or [])),
    )


def _setting(admin: AdminClient, topic: str, name: str) -> str | None:
    (asked,) = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values()
    return cast("str | None", asked.result(timeout=30)[name].value)
