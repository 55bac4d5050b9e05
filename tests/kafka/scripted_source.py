"""A source between scripted members and a listener, for what no broker does at will."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from consumer.config.model import Config
from consumer.kafka.source import KafkaSource
from consumer.records import Partition, Record
from consumer.telemetry.losses import LossLedger
from consumer.telemetry.read_errors import ReadErrors
from tests.kafka.support import Losses, Remembering
from tests.support.settings import service_settings

ORDERS, OTHERS, RETRY = Partition("shop.orders", 0), Partition("shop.orders", 1), Partition("shop.retry", 0)
BOTH = ("shop.orders", "shop.retry")
DOWN = KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN))  # noqa: SLF001 - confluent-kafka's public name for it
NONE = -1001


class Member:
    """Stands for a member of the group; a question goes to a consumer whose partitions begin at 10 and end at 90."""

    made: dict[str, Member]

    def __init__(
        self,
        _config: Any,
        subscription: Sequence[str],
        callbacks: Any,
        *,
        name: str,
        before_joining: Callable[[Any], None] | None,
    ) -> None:
        self.subscription = list(subscription)
        self.callbacks = callbacks
        self.looks = before_joining is not None
        self.messages: list[Any] = []
        self.calls: list[Any] = []
        self.consumer = Cluster()
        self.joined = False
        self.unanswered = 0
        self.lease_seconds = 45.0
        Member.made[name] = self

    def consume(self, most: int, seconds: float) -> list[Any]:
        self.calls.append(("consume", most, seconds))
        found, self.messages = self.messages[:most], self.messages[most:]
        return found

    def commit(self, offsets: list[TopicPartition], *, wait: bool) -> tuple[None, list[TopicPartition]]:
        self.calls.append(("commit", [(each.topic, each.partition, each.offset) for each in offsets], wait))
        return None, offsets

    def ask(self, question: Callable[[Any], Any]) -> Any:
        return question(self.consumer)

    def move(self, start: TopicPartition) -> None:
        self.calls.append(("move", start.topic, start.partition, start.offset))

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.calls.append(("pause", [(each.topic, each.partition) for each in partitions]))

    def resume(self, partitions: list[TopicPartition]) -> None:
        self.calls.append(("resume", [(each.topic, each.partition) for each in partitions]))

    def close(self) -> None:
        self.calls.append(("close",))

    def rebalance(self, what: str, *partitions: Partition) -> None:
        self.consumer.assigned.clear()
        getattr(self.callbacks, what)(self.consumer, [TopicPartition(*each) for each in partitions])


class Cluster:
    """What the brokers say."""

    def __init__(self) -> None:
        self.down: set[Partition] = set()
        self.assigned: list[Any] = []
        self.commits: dict[Partition, int] = {}
        self.unanswered = False

    def offsets_for_times(self, partitions: list[TopicPartition], **_: float) -> list[TopicPartition]:
        if self.unanswered or self.down.intersection((each.topic, each.partition) for each in partitions):
            raise DOWN
        ends = {-2: 10, -1: 90}
        return [TopicPartition(each.topic, each.partition, ends[each.offset]) for each in partitions]

    def committed(self, partitions: list[TopicPartition], **_: float) -> list[TopicPartition]:
        asked = [Partition(each.topic, each.partition) for each in partitions]
        return [TopicPartition(*each, self.commits.get(each, NONE)) for each in asked]

    def position(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        return [TopicPartition(each.topic, each.partition, -1001 if each.partition else 7) for each in partitions]

    def assign(self, partitions: list[TopicPartition]) -> None:
        self.assigned.append(("assign", [(each.topic, each.partition, each.offset) for each in partitions]))

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        self.assigned.append(("incremental", [(each.topic, each.partition, each.offset) for each in partitions]))


class Topics:
    """Which topics are still the ones that they were."""

    made: Topics

    def __init__(self, *_: Any) -> None:
        self.watched: set[str] = set()
        self.anew: set[str] = set()
        self.deleted: set[str] = set()
        self.others: set[str] = set()
        self.forgotten: list[str] = []
        self.closed = False
        Topics.made = self

    def watch(self, topics: set[str]) -> None:
        self.watched |= topics

    def changed(self) -> set[str]:
        changed, self.anew = self.anew, set()
        return changed

    def gone(self, topics: set[str]) -> set[str]:
        return self.deleted & topics

    def another(self, topics: set[str]) -> set[str]:
        return self.others & topics

    def forget(self, topic: str) -> None:
        self.forgotten.append(topic)

    def close(self) -> None:
        self.closed = True


class Reading:
    """Stands for the read errors: what it was told, in order."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def joined(self) -> None:
        self.told.append("joined")

    def ended(self, partitions: Any) -> None:
        self.told.append(("ended", list(partitions)))

    def gone(self, partitions: Any) -> None:
        self.told.append(("gone", list(partitions)))

    def log_due(self) -> None:
        self.told.append("due")


class Listening(Remembering):
    """Does this while it is told of a revoke."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] = lambda: None

    def on_revoked(self, partitions: Sequence[Partition]) -> None:
        super().on_revoked(partitions)
        self.meanwhile()


class Scripted:
    """A source, and all that it stands between."""

    def __init__(self, subscription: Sequence[str] = BOTH, **options: Any) -> None:
        settings = service_settings(
            "kafka:9092",
            [{"topic": "shop.orders", "event": "search"}],
            bluecore_url="http://127.0.0.1:1",
            dead_letters={"retry_topic": "shop.retry", "dead_letter_topic": "shop.dead"},
        )
        settings["kafka"] |= {"options": options}
        self.listener = Listening()
        self.reading = Reading()
        self.losses = Losses()
        self.source = KafkaSource(
            Config.model_validate(settings),
            subscription,
            self.listener,
            self.statistics,
            cast("ReadErrors", self.reading),
            losses=cast("LossLedger", self.losses),
        )
        self.topics = Topics.made

    def statistics(self, _: str) -> None: ...

    def assign(self, *partitions: Partition) -> None:
        member = Member.made["retry" if partitions[0] == RETRY else ""]
        member.rebalance("on_assign", *partitions)
        member.calls.clear()

    def poll(self) -> list[Record]:
        return self.source.poll(100, 0.5)


def message(partition: Partition, offset: int | None = 0, error: KafkaError | None = None) -> Any:
    values = {"topic": partition.topic, "partition": partition.number, "offset": offset, "error": error}
    values |= {"key": b"k", "value": b"v", "headers": [], "timestamp": (1, 1_700_000_000_000)}
    return SimpleNamespace(**{name: lambda value=value: value for name, value in values.items()})


def out_of_range(partition: Partition, offset: int | None) -> Any:
    return message(partition, offset, KafkaError(KafkaError._AUTO_OFFSET_RESET))  # noqa: SLF001 - confluent-kafka's public name for it


def scripted_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets sources be made of these members, and of topics that are what the test says."""
    Member.made = {}
    monkeypatch.setattr("consumer.kafka.source.GroupMember", Member)
    monkeypatch.setattr("consumer.kafka.source.TopicIds", Topics)
