"""Where reading begins: at the group's commit, else as `auto.offset.reset` says, and `latest` only once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from structlog.testing import capture_logs

from consumer.delivery.decisions import Commit
from consumer.kafka.client import Fatal
from consumer.kafka.starts import Starts, reset_policy
from consumer.ports import Assigned
from consumer.records import Partition
from consumer.telemetry.losses import LossLedger
from tests.kafka.support import Losses

ORDERS, OTHERS, CARTS = Partition("shop.orders", 0), Partition("shop.orders", 1), Partition("shop.carts", 0)
NONE = -1001
DOWN = KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN))  # noqa: SLF001 - confluent-kafka's public name for it


class Cluster:
    """What a consumer would be told of partitions that each begin at 10 and end at 90, unless said otherwise."""

    def __init__(self, *partitions: Partition) -> None:
        self.ends = dict.fromkeys(partitions, (10, 90))
        self.commits: dict[Partition, tuple[int, str]] = {}
        self.fails: set[str] = set()
        self.moves = 0
        """How often the group's coordinator is asked for in vain."""

    def list_topics(self, **_: float) -> SimpleNamespace:
        self._answers("list_topics")
        topics: dict[str, SimpleNamespace] = {}
        for topic, number in self.ends:
            topics.setdefault(topic, SimpleNamespace(partitions={})).partitions[number] = None
        return SimpleNamespace(topics=topics)

    def committed(self, partitions: list[TopicPartition], **_: float) -> list[Any]:
        self._answers("committed")
        if self.moves:
            self.moves -= 1
            raise KafkaException(KafkaError(KafkaError.NOT_COORDINATOR))
        asked = [Partition(each.topic, each.partition) for each in partitions]
        error = KafkaError(KafkaError.NOT_COORDINATOR) if "a commit" in self.fails else None
        found = [(each, *self.commits.get(each, (NONE, None))) for each in asked]
        return [
            SimpleNamespace(topic=each.topic, partition=each.number, offset=offset, metadata=metadata, error=error)
            for each, offset, metadata in found
        ]

    def offsets_for_times(self, partitions: list[TopicPartition], **_: float) -> list[TopicPartition]:
        self._answers("offsets_for_times")
        found = []
        for each in partitions:
            low, high = self.ends[Partition(each.topic, each.partition)]
            offset = low if each.offset == OFFSET_BEGINNING else high
            found.append(TopicPartition(each.topic, each.partition, -1 if "an offset" in self.fails else offset))
        return found

    def _answers(self, question: str) -> None:
        if question in self.fails:
            raise DOWN


class Reading:
    """A process that begins to read a cluster."""

    def __init__(
        self, cluster: Cluster, policy: Any = "earliest", subscription: tuple[str, ...] = ("shop.orders",)
    ) -> None:
        self.cluster = cluster
        self.losses = Losses()
        self.starts = Starts(policy, cast("LossLedger", self.losses))
        self.starts.look(cast("Consumer", cluster), subscription)

    def assigned(self, *partitions: Partition) -> list[Assigned]:
        return self.starts.assigned(cast("Consumer", self.cluster), [TopicPartition(*each) for each in partitions])

    def begins(self, partition: Partition) -> int | None:
        """Where reading begins; None: at the commit."""
        (assigned,) = self.assigned(partition)
        return assigned.start

    def out_of_range(self, partition: Partition, position: int) -> int:
        return self.starts.out_of_range(cast("Consumer", self.cluster), partition, position)


@pytest.mark.parametrize(
    ("options", "policy"),
    [
        ({}, "earliest"),
        ({"auto.offset.reset": "smallest"}, "earliest"),
        ({"auto.offset.reset": "beginning"}, "earliest"),
        ({"auto.offset.reset": "LATEST"}, "latest"),
        ({"auto.offset.reset": "largest"}, "latest"),
        ({"auto.offset.reset": "end"}, "latest"),
        ({"auto.offset.reset": "error"}, "error"),
    ],
)
def test_the_option_has_the_names_that_librdkafka_knows(options: dict[str, Any], policy: str) -> None:
    assert reset_policy(options) == policy


def test_reading_goes_on_at_the_commit_with_its_map_and_else_begins_at_the_first_record() -> None:
    cluster = Cluster(ORDERS, OTHERS)
    cluster.commits[ORDERS] = (40, "map")

    assert Reading(cluster).assigned(ORDERS, OTHERS) == [
        Assigned(ORDERS, 40, "map", None),
        Assigned(OTHERS, None, "", 10),
    ]


def test_no_partitions_are_no_question() -> None:
    cluster = Cluster()
    cluster.fails = {"committed", "offsets_for_times"}

    assert Reading(cluster).assigned() == []


class TestLatest:
    def test_a_new_group_begins_at_the_end(self) -> None:
        assert Reading(Cluster(ORDERS), "latest").begins(ORDERS) == 90

    def test_it_counts_once_for_a_topic(self) -> None:
        """A partition without a commit, in a topic that the group has read: it was idle, and what came is new."""
        cluster = Cluster(ORDERS, OTHERS)
        cluster.commits[ORDERS] = (40, "")

        assert Reading(cluster, "latest").begins(OTHERS) == 10

    def test_an_offset_of_0_is_a_commit_too(self) -> None:
        cluster = Cluster(ORDERS, OTHERS)
        cluster.ends[ORDERS] = (0, 0)
        cluster.commits[ORDERS] = (0, "")

        assert Reading(cluster, "latest").assigned(ORDERS, OTHERS) == [
            Assigned(ORDERS, 0, "", None),
            Assigned(OTHERS, None, "", 10),
        ]

    def test_a_partition_that_is_added_later_begins_at_its_start(self) -> None:
        """Nothing in it can be from before."""
        cluster = Cluster(ORDERS)
        reading = Reading(cluster, "latest")
        cluster.ends[OTHERS] = (0, 3)

        assert reading.begins(OTHERS) == 0

    @pytest.mark.parametrize(
        ("subscription", "begins"),
        [("shop.carts", 90), (r"^shop\..*", 90), (r"^carts", 10), ("shop", 10), ("shop.orders", 10)],
    )
    def test_it_is_of_the_topics_that_are_subscribed_to(self, subscription: str, begins: int) -> None:
        """The retry topic, which has a member of its own, begins at its first record."""
        assert Reading(Cluster(ORDERS, CARTS), "latest", (subscription,)).begins(CARTS) == begins

    def test_it_is_decided_once_even_if_the_commit_of_it_fails(self) -> None:
        """Else what came between would be skipped when the partition comes again."""
        cluster = Cluster(ORDERS)
        reading = Reading(cluster, "latest")
        assert reading.begins(ORDERS) == 90

        cluster.ends[ORDERS] = (10, 95)
        assert reading.begins(ORDERS) == 90
        assert reading.out_of_range(ORDERS, -1) == 90

    @pytest.mark.parametrize(("low", "high", "begins"), [(90, 95, 90), (91, 95, 95), (10, 90, 90), (10, 89, 89)])
    def test_what_was_decided_holds_while_it_is_in_range(self, low: int, high: int, begins: int) -> None:
        cluster = Cluster(ORDERS)
        reading = Reading(cluster, "latest")
        reading.begins(ORDERS)

        cluster.ends[ORDERS] = (low, high)
        assert reading.begins(ORDERS) == begins

    def test_a_topic_that_is_made_anew_begins_at_its_start(self) -> None:
        cluster = Cluster(ORDERS, CARTS)
        reading = Reading(cluster, "latest", ("shop.orders", "shop.carts"))
        assert (reading.begins(ORDERS), reading.begins(CARTS)) == (90, 90)

        reading.starts.forget("shop.orders")
        assert reading.losses.forgotten == ["shop.orders"], "offsets of the new one are counted anew"
        cluster.ends = dict.fromkeys(cluster.ends, (0, 95))
        assert (reading.begins(ORDERS), reading.begins(CARTS)) == (0, 90)

    def test_a_coordinator_that_moves_is_asked_again(self) -> None:
        """While brokers start, the group has none: a process that starts with them has not to end."""
        cluster = Cluster(ORDERS)
        cluster.moves = 2

        assert Reading(cluster, "latest").begins(ORDERS) == 90

    def test_without_an_answer_the_group_is_not_joined(self) -> None:
        """What was there before could not be told from what came after."""
        cluster = Cluster(ORDERS)
        cluster.fails = {"list_topics"}

        with pytest.raises(KafkaException):
            Reading(cluster, "latest")
        assert Reading(cluster, "earliest").begins(ORDERS) == 10


class TestACommitOutOfRange:
    @pytest.mark.parametrize("committed", [10, 50, 90])
    def test_from_the_first_offset_to_the_one_behind_the_last_it_is_in_range(self, committed: int) -> None:
        cluster = Cluster(ORDERS)
        cluster.commits[ORDERS] = (committed, "")
        reading = Reading(cluster, "error")

        assert reading.begins(ORDERS) is None
        assert reading.out_of_range(ORDERS, committed) == committed

    def test_what_was_deleted_before_it_was_read_is_told(self) -> None:
        cluster = Cluster(ORDERS)
        cluster.commits[ORDERS] = (7, "")
        reading = Reading(cluster)

        assert reading.begins(ORDERS) == 10
        assert reading.losses.told == [(ORDERS, 7, 10)]

    def test_it_goes_on_where_nobody_counts_what_is_lost(self) -> None:
        cluster = cast("Consumer", Cluster(ORDERS))
        starts = Starts("earliest", None)
        starts.forget("shop.orders")

        assert starts.out_of_range(cluster, ORDERS, 7) == 10

    def test_beyond_the_end_the_topic_is_another_and_read_from_its_start(self) -> None:
        """How many records of the one before were never read, nobody knows."""
        cluster = Cluster(ORDERS)
        cluster.commits[ORDERS] = (91, "")
        reading = Reading(cluster)

        with capture_logs() as lines:
            assert reading.begins(ORDERS) == 10
        assert reading.losses.told == []
        assert [line["event"] for line in lines] == [
            "a topic was truncated or made anew: reading begins at its first record"
        ]

    @pytest.mark.parametrize("committed", [9, 91])
    def test_it_ends_the_process_where_the_option_says_error(self, committed: int) -> None:
        cluster = Cluster(ORDERS)
        cluster.commits[ORDERS] = (committed, "")
        reading = Reading(cluster, "error")

        with pytest.raises(Fatal, match=f"offset {committed} is out of range, there are 10 to 90"):
            reading.begins(ORDERS)
        assert reading.losses.told == []

    def test_a_new_group_begins_at_the_first_record_where_the_option_says_error(self) -> None:
        assert Reading(Cluster(ORDERS), "error").begins(ORDERS) == 10

    def test_a_position_that_retention_overtakes_goes_on_at_the_first_record(self) -> None:
        reading = Reading(Cluster(ORDERS))

        assert reading.out_of_range(ORDERS, 4) == 10
        assert reading.losses.told == [(ORDERS, 4, 10)]

    def test_of_a_topic_that_is_made_anew_reading_begins_at_the_first_record(self) -> None:
        reading = Reading(Cluster(ORDERS), "latest")

        assert reading.starts.first(cast("Consumer", reading.cluster), ORDERS) == 10


class TestBrokersThatDoNotAnswer:
    @pytest.mark.parametrize("failing", ["committed", "a commit"])
    def test_without_the_commits_librdkafka_decides(self, failing: str) -> None:
        """It reads from the commits itself; only the map is not known, so that more is sent again."""
        cluster = Cluster(ORDERS)
        cluster.commits[ORDERS] = (40, "map")
        cluster.fails = {failing}

        assert Reading(cluster).assigned(ORDERS) == [Assigned(ORDERS, None, "", None)]

    @pytest.mark.parametrize("failing", ["offsets_for_times", "an offset"])
    def test_without_the_ends_the_commits_hold(self, failing: str) -> None:
        """An offset below 0 is no offset: to librdkafka -1 is the end, and all would be skipped."""
        cluster = Cluster(ORDERS, OTHERS)
        cluster.commits[ORDERS] = (7, "map")
        cluster.fails = {failing}
        reading = Reading(cluster)

        assert reading.assigned(ORDERS, OTHERS) == [
            Assigned(ORDERS, 7, "map", None),
            Assigned(OTHERS, None, "", None),
        ]
        assert reading.losses.told == []

    def test_a_position_out_of_range_is_asked_for_again_later(self) -> None:
        cluster = Cluster(ORDERS)
        cluster.fails = {"offsets_for_times"}

        with pytest.raises(KafkaException):
            Reading(cluster).out_of_range(ORDERS, 4)


# A topic that was made anew before we heard of it


def starts_that_committed(offset: int, metadata: str = "") -> Starts:
    starts = Starts("earliest", None)
    starts.committing([Commit(ORDERS, offset, metadata)])
    return starts


def found(starts: Starts, offset: int, metadata: str = "") -> Assigned:
    """What is said of the partition where this is the group's commit."""
    cluster = Cluster(ORDERS)
    cluster.commits[ORDERS] = offset, metadata
    (assigned,) = starts.assigned(cast("Consumer", cluster), [TopicPartition(*ORDERS)])
    return assigned


def test_a_commit_of_ours_for_a_topic_that_is_no_more_is_none() -> None:
    """It was sent before we heard that the topic was made anew: what lies before it was never read."""
    starts = starts_that_committed(50)
    starts.void_commits("shop.orders")
    assert found(starts, 50) == Assigned(ORDERS, None, "", start=10)


def test_anothers_commit_for_the_new_topic_counts() -> None:
    starts = starts_that_committed(50, "map")
    starts.void_commits("shop.orders")
    assert found(starts, 30) == Assigned(ORDERS, 30, "")
    assert found(starts, 50) == Assigned(ORDERS, 50, "")


def test_so_does_ours_once_it_is_of_the_new_topic() -> None:
    starts = starts_that_committed(50)
    starts.void_commits("shop.orders")
    starts.committing([Commit(ORDERS, 50, "")])
    assert found(starts, 50) == Assigned(ORDERS, 50, "")


def test_what_is_of_another_topic_counts_and_so_does_what_was_only_said_to_be_gone() -> None:
    """A broker may not know a topic for a moment: reading all of it again for that would send it all again."""
    starts = starts_that_committed(50)
    starts.void_commits("shop.searches")
    starts.forget("shop.orders")
    assert found(starts, 50) == Assigned(ORDERS, 50, "")
