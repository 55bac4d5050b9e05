"""The retry topic is followed: what is parked there is known, in order, and freed by the group's commits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, TopicPartition

from consumer.config.model import Config
from consumer.delivery.offset_map import encode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.parking import CaughtUp, Change, Parked, Unparked, digest_of
from consumer.kafka.client import Fatal
from consumer.kafka.retry_watch import RetryWatch
from consumer.records import OrderClass, Partition
from tests.kafka.support import config
from tests.support.brokers import Broker, Message
from tests.support.settings import service_settings
from tests.support.waiting import eventually

ORDERS = Partition("shop.orders", 0)
CONSENT, OTHER = frozenset((OrderClass.CONSENT,)), frozenset((OrderClass.OTHER,))


class Followed:
    """A retry topic of one partition, and its watch."""

    def __init__(self, broker: Broker, *, created: bool = True) -> None:
        self.broker = broker
        self.group = broker.group()
        self.topic = f"{self.group}.retry"
        if created:
            self.create()

    def create(self) -> None:
        self.broker.create(self.topic, 1)

    def write(self, *records: dict[str, bytes]) -> None:
        """Records with these headers."""
        messages = [Message(b"key", b"value", tuple(headers.items()), partition=0) for headers in records]
        self.broker.produce(self.topic, messages)

    def commit(self, offset: int, metadata: str = "") -> None:
        with Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": self.group}) as consumer:
            consumer.commit(offsets=[TopicPartition(self.topic, 0, offset, metadata)], asynchronous=False)

    def committed(self) -> int:
        with Consumer({"bootstrap.servers": self.broker.bootstrap, "group.id": self.group}) as consumer:
            return int(consumer.committed([TopicPartition(self.topic, 0)], timeout=10)[0].offset)

    def parked(self, number: int, at: int, parks: frozenset[OrderClass] = CONSENT | OTHER) -> Parked:
        digest = digest_of(b"key", b"value")
        return Parked(b"jane-%d" % number, ORDERS, number, (Partition(self.topic, 0), at), parks, digest)

    def unparked(self, number: int, at: int, parks: frozenset[OrderClass] = CONSENT | OTHER) -> Unparked:
        return Unparked(b"jane-%d" % number, ORDERS, number, (Partition(self.topic, 0), at), parks)

    @contextmanager
    def watch(self) -> Iterator[RetryWatch]:
        watch = RetryWatch(config(self.broker, self.group))
        try:
            yield watch
        finally:
            watch.close()


@pytest.fixture
def followed(broker: Broker) -> Followed:
    return Followed(broker)


def headers(number: int, kind: str = "") -> dict[str, bytes]:
    """Of a record that parks its key: the `number`th of its topic."""
    written = {
        "__connect.errors.topic": ORDERS.topic.encode(),
        "__connect.errors.partition": b"0",
        "__connect.errors.offset": str(number).encode(),
        "bluecore.ordering-key": b"jane-%d" % number,
    }
    return written | ({"bluecore.ordering-class": kind.encode()} if kind else {})


def learned(watch: RetryWatch, until: Callable[[Sequence[Change]], bool]) -> list[Change]:
    """All that it tells until then."""
    seen: list[Change] = []

    def enough() -> bool:
        seen.extend(watch.changes())
        return until(seen)

    eventually(enough, 30, "what the watch tells")
    return seen


def caught_up(watch: RetryWatch, number: int) -> list[Change]:
    watch.catch_up(number)
    return learned(watch, lambda seen: CaughtUp(number) in seen)


def test_it_tells_what_is_parked_from_the_groups_commit_on_and_then_that_it_has_caught_up(followed: Followed) -> None:
    """What was settled before is not told, nor what parks nothing, nor what somebody else wrote."""
    without_order = {name: value for name, value in headers(4).items() if name != "bluecore.ordering-key"}
    followed.write(headers(0), headers(1), {"bluecore.ordering-key": b"foreign"}, {}, without_order, headers(5))
    followed.commit(1)

    with followed.watch() as watch:
        assert caught_up(watch, 7) == [followed.parked(1, 1), followed.parked(5, 5), CaughtUp(7)]


def test_it_goes_on_with_what_is_written_later(followed: Followed) -> None:
    with followed.watch() as watch:
        assert caught_up(watch, 1) == [CaughtUp(1)]
        followed.write(headers(0))

        assert learned(watch, bool) == [followed.parked(0, 0)]
        assert caught_up(watch, 2) == [CaughtUp(2)]


def test_the_classes_are_those_of_the_header_and_both_where_an_earlier_version_wrote_none(followed: Followed) -> None:
    followed.write(headers(0, "consent"), headers(1, "other"), headers(2), headers(3, "neither"))

    with followed.watch() as watch:
        assert caught_up(watch, 1)[:-1] == [
            followed.parked(0, 0, CONSENT),
            followed.parked(1, 1, OTHER),
            followed.parked(2, 2),
            followed.parked(3, 3),
        ]


def test_a_commit_frees_what_is_below_it_and_what_its_map_has(followed: Followed) -> None:
    followed.write(*(headers(number) for number in range(5)))

    with followed.watch() as watch:
        caught_up(watch, 1)
        followed.commit(1, encode(1, OffsetRanges.from_offsets([3])))
        assert learned(watch, lambda seen: len(seen) >= 2) == [followed.unparked(0, 0), followed.unparked(3, 3)]

        followed.commit(3)
        assert learned(watch, lambda seen: len(seen) >= 2) == [followed.unparked(1, 1), followed.unparked(2, 2)]


def test_what_the_commits_map_has_is_freed_before_it_has_caught_up(followed: Followed) -> None:
    """Or a new owner would put off what nothing parks."""
    followed.write(headers(0), headers(1), headers(2))
    followed.commit(1, encode(1, OffsetRanges.from_offsets([2])))

    with followed.watch() as watch:
        assert caught_up(watch, 1) == [
            followed.parked(1, 1),
            followed.parked(2, 2),
            followed.unparked(2, 2),
            CaughtUp(1),
        ]


def test_a_record_that_is_half_settled_frees_the_consents(followed: Followed) -> None:
    """Then it is settled, and frees what is left."""
    followed.write(headers(0), headers(1, "other"))

    with followed.watch() as watch:
        caught_up(watch, 1)
        followed.commit(0, encode(0, OffsetRanges(), OffsetRanges.from_offsets([0, 1])))
        assert learned(watch, bool) == [followed.unparked(0, 0, CONSENT)]

        followed.commit(2)
        assert learned(watch, lambda seen: len(seen) >= 2) == [
            followed.unparked(0, 0, OTHER),
            followed.unparked(1, 1, OTHER),
        ]


def test_it_reads_no_further_while_it_keeps_as_much_as_it_may(followed: Followed) -> None:
    """What it has not told of, nobody knows: what order matters for waits for it to catch up."""
    followed.write(*(headers(number) for number in range(3)))

    with closing(RetryWatch(config(followed.broker, followed.group), most=1)) as watch:
        watch.catch_up(1)
        first = learned(watch, bool)
        assert CaughtUp(1) not in first

        followed.commit(3)
        assert CaughtUp(1) in learned(watch, lambda seen: CaughtUp(1) in seen)


def test_it_commits_nothing_itself(followed: Followed) -> None:
    """Under the group's own name that would skip what is parked."""
    followed.write(*(headers(number) for number in range(3)))
    followed.commit(1)
    with followed.watch() as watch:
        caught_up(watch, 1)

    assert followed.committed() == 1


def test_it_asks_again_while_the_topic_is_not_there(broker: Broker) -> None:
    """Were its thread to end, what order matters for would wait for ever."""
    followed = Followed(broker, created=False)
    with followed.watch() as watch:
        watch.catch_up(1)
        time.sleep(1)  # in which it asks in vain: nothing shows outside that it has
        followed.create()
        followed.write(headers(0))

        assert CaughtUp(1) in learned(watch, lambda seen: CaughtUp(1) in seen)


class Scripted:
    """A consumer of some partitions that reads these messages, and an error between them."""

    made: Scripted

    def __init__(self, options: dict[str, Any]) -> None:
        Scripted.made = self
        self.options = options
        self.partitions = 1
        self.assigned: list[int] = []
        self.asked: list[int] = []
        """How many messages, each time."""
        self.commits_asked = 0
        past = tuple(headers(0).items())
        self.messages = [
            message(error=KafkaError(KafkaError.UNKNOWN), headers=past, offset=0),
            message(headers=None, offset=1),
            message(headers=past, offset=2),
        ]

    def list_topics(self, topic: str, **_: float) -> SimpleNamespace:
        there = SimpleNamespace(error=None, partitions=dict.fromkeys(range(self.partitions)))
        return SimpleNamespace(topics={topic: there})

    def committed(self, partitions: list[TopicPartition], **_: float) -> list[TopicPartition]:
        self.commits_asked += 1
        return [TopicPartition(each.topic, each.partition, 0) for each in partitions]

    def get_watermark_offsets(self, *_: object, **__: float) -> tuple[int, int]:
        return 0, 3

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        self.assigned += [each.partition for each in partitions]

    def consume(self, most: int, seconds: float) -> list[SimpleNamespace]:
        self.asked.append(most)
        time.sleep(seconds / 10)  # as a poll of real brokers waits, or the thread would spin
        found, self.messages = self.messages[:most], self.messages[most:]
        return found

    def position(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        return [TopicPartition(each.topic, each.partition, 0 if self.messages else 3) for each in partitions]

    def close(self) -> None: ...


def message(*, offset: int, headers: object, error: KafkaError | None = None) -> SimpleNamespace:
    values = {
        "error": error,
        "headers": headers,
        "partition": 0,
        "offset": offset,
        "key": b"key",
        "value": b"value",
    }
    return SimpleNamespace(**{name: lambda value=value: value for name, value in values.items()})


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[RetryWatch]:
    """It keeps one record in mind at most."""
    monkeypatch.setattr("consumer.kafka.retry_watch.Consumer", Scripted)
    settings = service_settings("none", [{"topic": "a", "event": "search"}], bluecore_url="http://127.0.0.1:1")
    watch = RetryWatch(Config.model_validate(settings), most=1)
    yield watch
    watch.close()


def test_a_message_that_is_an_error_and_one_without_headers_are_passed_over(scripted: RetryWatch) -> None:
    parked, end = caught_up(scripted, 1)

    assert isinstance(parked, Parked)
    assert parked.at is not None
    assert (parked.at[1], end) == (2, CaughtUp(1))


def test_while_it_keeps_as_much_as_it_may_it_rests(scripted: RetryWatch) -> None:
    """Asked for no message at all, the client answers at once, again and again."""
    caught_up(scripted, 1)
    before = Scripted.made.commits_asked
    eventually(lambda: Scripted.made.commits_asked > before, 30, "further rounds")

    assert 0 not in Scripted.made.asked


def test_a_partition_that_is_added_is_followed_too(scripted: RetryWatch) -> None:
    """As soon as somebody has to know."""
    caught_up(scripted, 1)
    Scripted.made.partitions = 3
    caught_up(scripted, 2)

    assert Scripted.made.assigned == [0, 1, 2]


def test_very_many_changes_come_in_several_calls(scripted: RetryWatch) -> None:
    """The loop has others to serve between them."""
    for number in range(2500):
        scripted.catch_up(number)
    seen: list[Change] = []

    def all_of_them() -> bool:
        seen.extend(found := scripted.changes())
        assert len(found) <= 2000
        return CaughtUp(2499) in seen

    eventually(lambda: Scripted.made.assigned and scripted._changes.qsize() > 2400, 30, "the changes")  # noqa: SLF001 - or they would come bit by bit
    eventually(all_of_them, 30, "all changes")


def test_a_fatal_error_ends_the_service(scripted: RetryWatch) -> None:
    """Without the watch, order would be kept by nobody. Any other error, the client recovers from by itself."""
    Scripted.made.options["error_cb"](KafkaError(KafkaError.UNKNOWN))
    assert list(scripted.changes()) == []

    Scripted.made.options["error_cb"](KafkaError(KafkaError.UNKNOWN, "gone", True))
    with pytest.raises(Fatal, match="gone"):
        scripted.changes()
