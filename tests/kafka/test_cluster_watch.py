"""When the brokers are asked, for what, and what is published of their answers."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping

import pytest
from confluent_kafka import KafkaError, KafkaException
from structlog.testing import capture_logs

from consumer.kafka.cluster_queries import Topics
from consumer.kafka.cluster_watch import ClusterWatch, WatchPolicy
from consumer.records import Partition
from consumer.telemetry.cluster import Ends
from tests.support.waiting import eventually

ORDERS, SEARCHES = "shop.orders", "shop.searches"
ENDS = Ends(0, 9, 9)


class Brokers:
    """Scripted brokers: `partitions` by topic; `error` is what they answer in place of everything."""

    def __init__(self, **partitions: int) -> None:
        self.partitions = {f"shop.{name}": count for name, count in partitions.items()}
        self.error: Exception | None = None
        self.asked: list[frozenset[Partition]] = []
        self.closed = threading.Event()
        self.failed = threading.Event()

    def topics(self, names: Collection[str]) -> Topics:
        if self.error is not None:
            self.failed.set()
            raise self.error
        there = {name: self.partitions[name] for name in names if name in self.partitions}
        return Topics(there, frozenset(names) - there.keys())

    def ends(self, partitions: Iterable[Partition]) -> Mapping[Partition, Ends]:
        self.asked.append(frozenset(partitions))
        return dict.fromkeys(self.asked[-1], ENDS)

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def brokers() -> Brokers:
    return Brokers(orders=2, searches=1)


@pytest.fixture
def watch(brokers: Brokers) -> ClusterWatch:
    return ClusterWatch(brokers, [ORDERS, SEARCHES])


def test_before_the_group_has_given_any_all_partitions_are_asked_for(brokers: Brokers, watch: ClusterWatch) -> None:
    """So that the lag is there together with the partitions."""
    watch.round()
    all_of_them = {Partition(ORDERS, 0), Partition(ORDERS, 1), Partition(SEARCHES, 0)}
    assert brokers.asked == [all_of_them]
    assert watch.view.ends == dict.fromkeys(all_of_them, ENDS)


def test_later_those_that_are_ours_are_asked_for(brokers: Brokers, watch: ClusterWatch) -> None:
    """The topics of patterns too; not what their topics do not have any more."""
    brokers.partitions["matched"] = 1
    ours = frozenset({Partition(ORDERS, 1), Partition("matched", 0)})
    watch.follow(ours | {Partition("deleted", 0), Partition(ORDERS, 5)})
    assert [watch.round(), watch.round()] == [10, 10]
    assert brokers.asked == [ours, ours]
    assert watch.view.missing == frozenset(), "a topic of a pattern is there, or is no match"
    assert watch.view.partitions == {ORDERS: 2, SEARCHES: 1, "matched": 1}, "whoever has them"


def test_a_topic_is_missing_once_a_second_answer_says_so(brokers: Brokers, watch: ClusterWatch) -> None:
    """A topic that was just made is not known to every broker yet."""
    del brokers.partitions[SEARCHES]
    assert watch.round() == 1
    assert watch.view.missing == frozenset()
    assert watch.round() == 10
    assert watch.view.missing == {SEARCHES}

    brokers.partitions[SEARCHES] = 1
    assert watch.round() == 10
    assert watch.view.missing == frozenset()

    del brokers.partitions[SEARCHES]
    assert watch.round() == 1
    assert watch.view.missing == frozenset()


def test_rounds_grow_rare_while_no_broker_answers(brokers: Brokers, watch: ClusterWatch) -> None:
    """The last view stays, and the first answer brings the usual pace back."""
    watch.round()
    before = watch.view
    brokers.error = KafkaException(KafkaError(KafkaError._TRANSPORT))  # noqa: SLF001 - confluent-kafka's public name
    with capture_logs() as logs:
        assert [watch.round() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert watch.view is before
    assert [line["log_level"] for line in logs] == ["warning"]

    failure, brokers.error = brokers.error, None
    assert watch.round() == 10
    assert watch.view is not before

    brokers.error = failure
    assert watch.round() == 1


@pytest.fixture
def running(brokers: Brokers) -> Iterator[ClusterWatch]:
    """A watch whose rounds nobody would wait for."""
    watch = ClusterWatch(brokers, [ORDERS], WatchPolicy(interval=600))
    watch.start()
    yield watch
    watch.close()
    assert brokers.closed.wait(10), "the thread ends its clients"


def test_the_first_round_is_at_once_and_new_partitions_begin_another(brokers: Brokers, running: ClusterWatch) -> None:
    ours = frozenset({Partition(ORDERS, 1)})
    eventually(lambda: len(running.view.ends) == 2, 10, "the first answers")
    running.follow(ours)
    eventually(lambda: running.view.ends.keys() == ours, 10, "the answers for what is ours")
    running.follow(ours)
    assert len(brokers.asked) == 2


@pytest.mark.parametrize("mistake", [LookupError("no such thing"), TypeError("nothing to count")])
def test_a_mistake_of_ours_does_not_end_the_thread(
    brokers: Brokers, running: ClusterWatch, mistake: Exception
) -> None:
    eventually(lambda: len(running.view.ends) == 2, 10, "the first answers")
    brokers.error = mistake
    running.follow(frozenset({Partition(ORDERS, 0)}))
    assert brokers.failed.wait(10)
    brokers.error = None
    running.follow(frozenset({Partition(ORDERS, 1)}))
    eventually(lambda: running.view.ends.keys() == {Partition(ORDERS, 1)}, 10, "the answers after it")


def test_the_brokers_are_not_asked_anew_for_the_partitions_that_they_were_asked_for(
    brokers: Brokers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop says what is ours in each of its rounds."""
    woken: list[None] = []
    monkeypatch.setattr(threading.Event, "set", lambda _: woken.append(None))
    watch = ClusterWatch(brokers, [ORDERS])
    ours = frozenset({Partition(ORDERS, 1)})

    watch.follow(ours)
    watch.follow(ours)

    assert len(woken) == 1
