"""`confluent_kafka.Consumer` in virtual time, as far as the service calls it: what Kafka does, and nothing more.

The service's own members, source, starts and commits run on top of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from confluent_kafka import OFFSET_BEGINNING, OFFSET_INVALID, TIMESTAMP_CREATE_TIME, KafkaError, KafkaException

from consumer.kafka.group_protocol import NEW
from consumer.kafka.topic_ids import TopicIds
from consumer.records import Partition
from tests.simulation.brokers import MAP_LIMIT, RETRY, Place, Stored, decoded
from tests.simulation.net import Net

_STANDS = -5
"""In place of a position: nothing is read until the service says where to go on."""


@dataclass(frozen=True, slots=True)
class Offset:
    """`confluent_kafka.TopicPartition`, which takes no error."""

    topic: str
    partition: int
    offset: int = OFFSET_INVALID
    metadata: str | None = None
    error: KafkaError | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A record, or an error in place of one."""

    at: tuple[str, int, int]
    stored: Stored | None
    problem: KafkaError | None = None

    def error(self) -> KafkaError | None:
        return self.problem

    def topic(self) -> str:
        return self.at[0]

    def partition(self) -> int:
        return self.at[1]

    def offset(self) -> int:
        return self.at[2]

    def key(self) -> bytes | None:
        return self.stored.key if self.stored else None

    def value(self) -> bytes | None:
        return self.stored.value if self.stored else None

    def headers(self) -> list[tuple[str, bytes | None]]:
        return list(self.stored.headers) if self.stored else []

    def timestamp(self) -> tuple[int, int]:
        return TIMESTAMP_CREATE_TIME, self.stored.timestamp_ms if self.stored else -1


@dataclass(frozen=True, slots=True)
class _Named:
    """Of `ClusterMetadata` and `TopicMetadata`, what is read of them."""

    topics: dict[str, Any] = field(default_factory=dict)
    partitions: dict[int, Any] = field(default_factory=dict)


class ModelConsumer:
    """A group member. `cut_off`: the brokers do not hear it any more, and it does not know yet."""

    def __init__(
        self,
        net: Net,
        options: dict[str, Any],
        delivered: Callable[[], AbstractSet[Place]],
        dropped: Callable[[Sequence[Partition]], None],
        unsure: Callable[[Sequence[Partition]], None],
    ) -> None:
        """Begin without a subscription.

        Args:
            net: what it speaks to.
            options: as the service gives them.
            delivered: gives what the process knows to be delivered.
            dropped: is told which partitions have left.
            unsure: is told of which partitions the commits could not be asked.
        """
        self._net = net
        self._delivered = delivered
        self._dropped = dropped
        self._unsure = unsure
        self._on_commit: Callable[[KafkaError | None, list[Offset]], None] = options["on_commit"]
        self.positions: dict[Partition, int] = {}
        self.paused: set[Partition] = set()
        self.pauses = 0
        self.cut_off = False
        self.closed = False
        self.fatal: KafkaError | None = None
        """What it answers to everything from now on."""
        if options["group.protocol"] == NEW and not net.new_protocol:
            self.fatal = fatal_error(KafkaError.UNSUPPORTED_VERSION)
        self.topics: list[str] = []
        self.sent = 0
        """How many commits."""
        self.too_large: list[int] = []
        """How many partitions each commit had that was refused as a whole."""
        self._answers: list[tuple[KafkaError | None, list[Offset]]] = []
        self._rebalanced: dict[str, Callable[[Any, list[Offset]], None]] = {}
        self._refused: set[Partition] = set()
        """Of these the map was refused, and the service has been told."""
        self._joined = False
        self._asking = self._unanswered = False

    # What the service calls

    def subscribe(self, topics: Sequence[str], **rebalanced: Callable[[Any, list[Offset]], None]) -> None:
        self.topics = list(topics)
        self._rebalanced = rebalanced

    def unsubscribe(self) -> None:
        """It has no partition, and leaves."""

    def memberid(self) -> str:
        return ""

    def assignment(self) -> list[Offset]:
        return [Offset(*each) for each in self.positions]

    def consume(self, most: int, _seconds: float) -> list[Message]:
        answers, self._answers = self._answers, []
        for error, offsets in answers:
            self._refused |= {each for each in map(_refused, offsets) if each is not None and each in self.positions}
            self._on_commit(error, offsets)
        if self.fatal is not None:
            return [Message(("", 0, 0), None, self.fatal)]
        if self.cut_off or most <= 0:
            return []
        world = self._net.world
        if self._net.trickles:
            most = min(most, world.random.randint(1, 8))
        found: list[Message] = []
        reading = sorted(self.positions.keys() - self.paused)
        world.random.shuffle(reading)
        for partition in reading:
            if len(found) < most:
                found += self._read(partition, most - len(found))
        return found

    def poll(self, seconds: float) -> Message | None:
        messages = self.consume(1, seconds)
        return messages[0] if messages else None

    def pause(self, partitions: Sequence[Offset]) -> None:
        self.paused.update(_partitions(partitions))
        self.pauses += len(partitions)

    def resume(self, partitions: Sequence[Offset]) -> None:
        self.paused.difference_update(_partitions(partitions))

    def incremental_assign(self, starts: Sequence[Offset]) -> None:
        for each in starts:
            self._begin(Partition(each.topic, each.partition), each.offset)

    def incremental_unassign(self, partitions: Sequence[Offset]) -> None:
        """What is assigned again right away: only `move` does that."""

    def list_topics(self, timeout: float) -> _Named:  # noqa: ARG002 - the answer is there at once
        counts = self._net.brokers.counts
        return _Named({name: _Named(partitions=dict.fromkeys(range(count))) for name, count in counts.items()})

    def committed(self, partitions: Sequence[Offset], timeout: float) -> list[Offset]:  # noqa: ARG002
        self._maybe_no_answer()
        known = self._net.brokers.committed
        found = [(each, known.get(each, (OFFSET_INVALID, ""))) for each in _partitions(partitions)]
        return [Offset(*each, offset, metadata) for each, (offset, metadata) in found]

    def offsets_for_times(self, asked: Sequence[Offset], timeout: float) -> list[Offset]:  # noqa: ARG002
        self._maybe_no_answer()
        ends = [0 if each.offset == OFFSET_BEGINNING else self._end(each) for each in asked]
        return [Offset(each.topic, each.partition, end) for each, end in zip(asked, ends, strict=True)]

    def commit(self, *, offsets: Sequence[Offset], asynchronous: bool = True) -> list[Offset] | None:
        if self.fatal is not None:
            raise KafkaException(self.fatal)
        self._check(offsets)
        self.sent = number = self.sent + 1
        if not asynchronous:
            error, answered = self._apply(offsets)
            if error is not None:
                raise KafkaException(error)
            return answered
        world = self._net.world
        world.after(world.random.uniform(0.001, 0.05), lambda: self._arrive(offsets, number))
        return None

    def close(self) -> None:
        if not self.closed:
            self.give_up(list(self.positions))
            self.closed = True

    # What the group does

    def gain(self, partitions: Sequence[Partition]) -> None:
        """The group gives it these; where its callback does not say where to read, it is at the group's commits."""
        if not partitions and self._joined:
            return
        self._joined = True
        for each in partitions:
            self._net.brokers.owners[each] = self
        self._asking, self._unanswered = True, False
        try:
            self._rebalanced["on_assign"](self, [Offset(*each) for each in partitions])
        finally:
            self._asking = False
        if self._unanswered:
            self._net.excuse_uncommitted(partitions, map_unknown=True)
            self._unsure(partitions)
        for each in partitions:
            if each not in self.positions:
                offset = self._net.brokers.committed.get(each, (OFFSET_INVALID, ""))[0]
                self.positions[each] = offset

    def give_up(self, partitions: Sequence[Partition]) -> None:
        """The group takes partitions back, and waits until they are settled."""
        if partitions:
            self._rebalanced["on_revoke"](self, [Offset(*each) for each in partitions])
            self._net.excuse_uncommitted(partitions)
            self._drop(partitions)

    def lose(self) -> list[Partition]:
        """It hears that its session has ended."""
        lost = list(self.positions)
        if lost:
            self._rebalanced["on_lost"](self, [Offset(*each) for each in lost])
            self._drop(lost)
        return lost

    @property
    def readable(self) -> bool:
        brokers = self._net.brokers
        if self._answers:
            return True
        return not self.cut_off and any(
            _STANDS != position < brokers.log(partition).end
            for partition, position in self.positions.items()
            if partition not in self.paused
        )

    # The inside

    def _maybe_no_answer(self) -> None:
        """While partitions are being assigned, the brokers may not answer."""
        net = self._net
        if self._asking and net.questions_fail and net.world.chance(net.questions_fail):
            self._unanswered = True
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001 - its public name

    def _end(self, asked: Offset) -> int:
        return self._net.brokers.log(Partition(asked.topic, asked.partition)).end

    def _drop(self, partitions: Sequence[Partition]) -> None:
        """As in librdkafka, a partition that was paused when it left is paused when it comes back."""
        for each in partitions:
            self.positions.pop(each, None)
        self._refused.difference_update(partitions)
        self._net.beginnings.left(partitions)
        self._dropped(partitions)

    def _begin(self, partition: Partition, offset: int) -> None:
        self.positions[partition] = offset
        self._net.beginnings.decided(partition)

    def _read(self, partition: Partition, most: int) -> Iterator[Message]:
        position = self.positions[partition]
        if position == _STANDS:
            return
        if position < 0:
            error = KafkaError(KafkaError._AUTO_OFFSET_RESET)  # noqa: SLF001 - its public name
            self.positions[partition] = _STANDS
            yield Message((*partition, OFFSET_INVALID), None, error)
            return
        log = self._net.brokers.log(partition)
        offsets = log.offsets_from(position, most)
        if offsets:
            self.positions[partition] = offsets[-1] + 1
        elif position < log.end:
            self.positions[partition] = log.end
        for offset in offsets:
            yield Message((*partition, offset), log.records[offset])

    def _check(self, offsets: Sequence[Offset]) -> None:
        """What the service promises of each commit; a refused one is checked as well."""
        net = self._net
        for each in offsets:
            partition, metadata = Partition(each.topic, each.partition), each.metadata or ""
            if len(metadata) > MAP_LIMIT:
                raise net.oracle.broke(f"{partition} was committed with {len(metadata)} characters of metadata")
            net.oracle.check_commit(net.brokers.log(partition), each.offset, decoded(each.offset, metadata))
            if partition in self._refused and len(metadata) > net.brokers.limits.metadata:
                raise net.oracle.broke(f"{partition}: a map that was refused as too large is sent again")
            if net.brokers.limits.usual and partition.topic != RETRY:
                net.check_map(self._delivered(), partition, each.offset, decoded(each.offset, metadata))

    def _arrive(self, offsets: Sequence[Offset], number: int) -> None:
        """A member's commits arrive in the order in which it sent them."""
        if self.closed:
            return
        if number == self.sent:
            self._answers.append(self._apply(offsets))
        else:
            lost = KafkaError(KafkaError.ILLEGAL_GENERATION)
            self._answers.append((lost, list(offsets)))

    def _apply(self, offsets: Sequence[Offset]) -> tuple[KafkaError | None, list[Offset]]:
        brokers = self._net.brokers
        if self.cut_off or self._net.world.chance(self._net.commits_lost):
            return KafkaError(KafkaError._TIMED_OUT), list(offsets)  # noqa: SLF001 - its public name
        if brokers.limits.too_large(
            [(Partition(each.topic, each.partition), each.metadata or "") for each in offsets]
        ):
            self.too_large.append(len(offsets))
            return KafkaError(KafkaError.UNKNOWN), list(offsets)
        answered = []
        for each in offsets:
            partition, error = Partition(each.topic, each.partition), None
            if brokers.owners.get(partition) is not self:
                error = KafkaError(KafkaError.UNKNOWN_MEMBER_ID)
            elif len(each.metadata or "") > brokers.limits.metadata:
                error = KafkaError(KafkaError.OFFSET_METADATA_TOO_LARGE)
            else:
                brokers.committed[partition] = (each.offset, each.metadata or "")
            answered.append(Offset(each.topic, each.partition, each.offset, each.metadata, error))
        return None, answered


def fatal_error(code: int) -> KafkaError:
    """As confluent-kafka hands it to `poll`: the code is that of all fatal errors, the broker's is in the text."""
    return KafkaError(KafkaError._FATAL, f"Fatal error: {KafkaError(code).str()}")  # noqa: SLF001 - its public name


def _refused(answered: Offset) -> Partition | None:
    """The partition, if its map was too large."""
    large = answered.error is not None and answered.error.code() == KafkaError.OFFSET_METADATA_TOO_LARGE
    return Partition(answered.topic, answered.partition) if large else None


def _partitions(offsets: Sequence[Offset]) -> list[Partition]:
    return [Partition(each.topic, each.partition) for each in offsets]


@contextmanager
def modelled(net: Net) -> Iterator[None]:
    """Within the block the service's Kafka clients are models; topics are never made anew."""
    with (
        patch("consumer.kafka.member.Consumer", net.consumer),
        patch.object(TopicIds, "watch", lambda *_: None),
    ):
        yield
