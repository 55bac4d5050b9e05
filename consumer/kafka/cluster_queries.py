"""What is asked of the brokers beside reading: which topics there are, and where partitions begin and end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from consumer.config.model import KafkaConfig
from consumer.kafka.client import client_options
from consumer.kafka.logging import NullLogger
from consumer.records import Partition
from consumer.telemetry.cluster import Ends

_TIMEOUT: Final = 5.0
# librdkafka gives up before the future does.
_GRACE: Final = 1.0
_READS_ALL: Final = "read_uncommitted"
_EARLIEST: Final = OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # confluent-kafka leaves it without types
_LATEST: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Topics:
    """What the brokers say of the topics that they were asked for.

    Attributes:
        partitions: by name, how many each has.
        missing: those that there are not.
        ids: by name, where brokers tell ids.
    """

    partitions: Mapping[str, int]
    missing: frozenset[str]
    ids: Mapping[str, str]


class ClusterQueries:
    """Each call waits for the brokers, a few seconds at most. One thread calls it."""

    def __init__(self, config: KafkaConfig) -> None:
        """Connect.

        Raises:
            KafkaException: no client can be made with these options.
        """
        # Its connections break together with those of the consumer, which tells of it.
        quiet = {"logger": NullLogger(), "log_level": 0, "statistics.interval.ms": 0}
        self._admin = AdminClient(client_options(config, {}, "admin") | quiet)
        self._reads_all = config.options.get("isolation.level") == _READS_ALL
        self._describes: bool | None = None
        """Whether the brokers describe topics with their ids; None: they were not asked yet."""

    def close(self) -> None:
        """Ends the client here, for the reason that `TopicIds.close` gives."""
        self._admin.__exit__(None, None, None)

    def topics(self, names: Collection[str]) -> Topics:
        """Which of these there are; asking creates none.

        Raises:
            KafkaException: no broker answered.
        """
        self._admin.poll(0)  # librdkafka calls back from within it only
        if self._describes:
            return self._described(names)
        known = self._admin.list_topics(timeout=_TIMEOUT).topics
        counts = {name: len(known[name].partitions) for name in names if name in known and not known[name].error}
        return Topics(counts, frozenset(names) - known.keys(), {})

    def learn(self, names: Collection[str]) -> None:
        """Asks once whether topics are described: brokers that know no such request let it run into its time-out."""
        if self._describes is None and names:
            try:
                self._described(names)
            except KafkaException:
                self._describes = False
            else:
                self._describes = True

    def _described(self, names: Collection[str]) -> Topics:
        if not names:
            return Topics({}, frozenset(), {})
        futures = self._admin.describe_topics(TopicCollection(list(names)), request_timeout=_TIMEOUT)
        found: dict[str, Any] = {}
        missing: set[str] = set()
        for name, future in futures.items():
            error = _error(future)
            if error is None:
                found[name] = future.result()
            elif error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                missing.add(name)
            elif error.args[0].code() < 0:  # librdkafka's own: no broker has answered
                raise error
        counts = {name: len(topic.partitions) for name, topic in found.items()}
        return Topics(counts, frozenset(missing), {name: str(topic.topic_id) for name, topic in found.items()})

    def ends(self, partitions: Iterable[Partition]) -> dict[Partition, Ends]:
        """Where they begin and end; those that nobody answers for are left out."""
        asked = [TopicPartition(*partition) for partition in partitions]
        if not asked:
            return {}
        # The stable ends last: a record that is written meanwhile looks like no transaction then.
        earliest = self._offsets(asked, _EARLIEST, IsolationLevel.READ_UNCOMMITTED)
        latest = self._offsets(asked, _LATEST, IsolationLevel.READ_UNCOMMITTED)
        lows, highs = _answers(earliest), _answers(latest)
        stable = highs
        if not self._reads_all:
            stable = _answers(self._offsets(asked, _LATEST, IsolationLevel.READ_COMMITTED))
        return {
            partition: Ends(lows[partition], high, min(stable[partition], high))
            for partition, high in highs.items()
            if partition in lows and partition in stable
        }

    def _offsets(
        self, partitions: Iterable[TopicPartition], which: OffsetSpec, level: IsolationLevel
    ) -> dict[TopicPartition, Future[Any]]:
        wanted = dict.fromkeys(partitions, which)
        return self._admin.list_offsets(wanted, isolation_level=level, request_timeout=_TIMEOUT)


def _answers(futures: Mapping[TopicPartition, Future[Any]]) -> dict[Partition, int]:
    return {
        Partition(each.topic, each.partition): int(future.result().offset)
        for each, future in futures.items()
        if _error(future) is None
    }


def _error(future: Future[Any]) -> KafkaException | None:
    """What came in place of an answer."""
    try:
        error = future.exception(timeout=_TIMEOUT + _GRACE)
    except TimeoutError:
        return KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001 - confluent-kafka's public name for it
    if error is not None and not isinstance(error, KafkaException):
        raise error
    return error
