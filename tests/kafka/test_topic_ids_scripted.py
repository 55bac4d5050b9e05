"""Whether a topic is still the one that it was, scripted: when the brokers are asked, and when no more."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicCollection

from consumer.config.model import KafkaConfig
from consumer.kafka.topic_ids import TopicIds

NOT_THERE = KafkaError.UNKNOWN_TOPIC_OR_PART
DOWN = KafkaError._TIMED_OUT  # noqa: SLF001 - confluent-kafka's public name for it


class Admin:
    """Answers with these ids, or these errors; `None`: not yet."""

    made: list[Admin]

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.closed = False
        Admin.made.append(self)

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def describe_topics(self, topics: TopicCollection, **_: float) -> dict[str, Future[Any]]:
        return Looking.now.asked_for(topics.topic_names)


class Looking:
    """The ids, what the brokers say, and the time."""

    now: Looking

    def __init__(self) -> None:
        Looking.now = self
        self.time = 100.0
        self.says: dict[str, str | int | None] = {}
        self.questions: list[list[str]] = []
        kafka = {"bootstrap_servers": "kafka:9092", "group_id": "g", "options": {"statistics.interval.ms": 100}}
        self.ids = TopicIds(KafkaConfig.model_validate(kafka), lambda: self.time)

    def asked_for(self, topics: Sequence[str]) -> dict[str, Future[Any]]:
        self.questions.append(sorted(topics))
        return {topic: self._answer(self.says.get(topic, NOT_THERE)) for topic in topics}

    @staticmethod
    def _answer(said: str | int | None) -> Future[Any]:
        future: Future[Any] = Future()
        if isinstance(said, str):
            future.set_result(SimpleNamespace(topic_id=said))
        elif said is not None:
            future.set_exception(KafkaException(KafkaError(said)))
        return future

    def look(self) -> set[str]:
        """A question ten seconds after the last, and its answer."""
        self.time += 10
        assert self.ids.changed() == set()
        return self.ids.changed()


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> Looking:
    Admin.made = []
    monkeypatch.setattr("consumer.kafka.topic_ids.AdminClient", Admin)
    monkeypatch.setattr("consumer.kafka.topic_ids._WAIT_SECONDS", 0.01)
    return Looking()


def test_nothing_is_asked_while_nothing_is_read(looking: Looking) -> None:
    assert looking.ids.changed() == set()
    assert (looking.questions, Admin.made) == ([], [])


def test_a_new_topic_is_asked_for_at_once_and_then_every_ten_seconds(looking: Looking) -> None:
    looking.says = {"orders": "1", "carts": "2"}
    looking.ids.watch(["orders"])
    for _ in range(3):
        looking.ids.changed()
    assert looking.questions == [["orders"]]

    looking.ids.watch(["orders"])
    looking.time += 9.9
    looking.ids.changed()
    assert looking.questions == [["orders"]]

    looking.time += 0.1
    looking.ids.changed()
    looking.ids.changed()
    assert looking.questions == [["orders"], ["orders"]]

    looking.ids.watch(["carts"])
    looking.ids.changed()
    assert looking.questions[2:] == [["carts", "orders"]]
    assert len(Admin.made) == 1
    assert Admin.made[0].options["statistics.interval.ms"] == 0


def test_an_answer_is_not_waited_for_and_nothing_else_asked_meanwhile(looking: Looking) -> None:
    looking.says = {"orders": None}
    looking.ids.watch(["orders"])
    looking.ids.changed()
    looking.time += 60

    assert looking.ids.changed() == set()
    assert looking.questions == [["orders"]]


def test_another_id_is_told_once(looking: Looking) -> None:
    looking.says = {"orders": "1", "carts": "2"}
    looking.ids.watch(["orders", "carts"])
    assert looking.look() == set()

    looking.says["orders"] = "3"
    assert looking.look() == {"orders"}
    assert looking.look() == set()


def test_one_that_was_deleted_and_made_anew_between_two_looks_or_after_several_is_another(looking: Looking) -> None:
    """While it is not there, its last id is kept."""
    looking.says = {"orders": "1"}
    looking.ids.watch(["orders"])
    looking.look()
    for missing in (NOT_THERE, DOWN):
        looking.says["orders"] = missing
        assert looking.look() == set()

    looking.says["orders"] = "3"
    assert looking.look() == {"orders"}


def test_brokers_that_never_tell_are_left_alone_after_three_looks(looking: Looking) -> None:
    looking.says = {"orders": DOWN}
    looking.ids.watch(["orders"])
    for _ in range(3):
        looking.look()
    asked = len(looking.questions)
    assert asked == 3

    looking.time += 60
    assert looking.ids.changed() == looking.ids.changed() == looking.ids.gone(["orders"]) == set()
    assert len(looking.questions) == asked


@pytest.mark.parametrize("first", ["1", NOT_THERE])
def test_brokers_that_have_told_once_are_asked_for_ever(looking: Looking, first: str | int) -> None:
    """An outage says nothing of what they can tell; nor does a topic that is not there yet."""
    looking.says = {"orders": first}
    looking.ids.watch(["orders"])
    for _ in range(5):
        looking.look()
        looking.says = {"orders": DOWN} if first == "1" else looking.says

    assert len(looking.questions) == 5


def test_what_is_gone_is_asked_for_when_partitions_leave(looking: Looking) -> None:
    """Deleted, or already another; where the brokers do not say, it is taken to be there."""
    looking.says = {"orders": "1", "carts": "2", "views": "3", "clicks": "4", "slow": "5"}
    looking.ids.watch(looking.says)
    looking.look()
    looking.says = {"orders": NOT_THERE, "carts": "7", "views": "3", "clicks": DOWN, "slow": None}

    assert looking.ids.gone(["orders", "carts", "views", "clicks", "slow", "never-watched"]) == {"orders", "carts"}
    assert looking.questions[-1] == ["carts", "clicks", "orders", "slow", "views"]


def test_a_topic_whose_id_is_not_known_is_not_asked_for(looking: Looking) -> None:
    looking.ids.watch(["orders"])

    assert looking.ids.gone(["orders"]) == set()
    assert looking.questions == []


def test_one_that_is_forgotten_is_learned_anew(looking: Looking) -> None:
    looking.says = {"orders": "1"}
    looking.ids.watch(["orders"])
    looking.look()
    looking.ids.forget("orders")
    looking.ids.forget("never-watched")
    looking.says = {"orders": "2"}

    looking.ids.changed()
    assert looking.ids.changed() == set()
    assert looking.questions == [["orders"], ["orders"]], "at once, and of none beside it"


def test_one_that_comes_back_is_another_where_its_id_is_not_what_it_was(looking: Looking) -> None:
    """Its commits hold, unless it was made anew; this is told once."""
    looking.says = {"orders": "1", "carts": "2", "views": "3"}
    looking.ids.watch(looking.says)
    looking.look()
    for topic in (*looking.says, "orders"):
        looking.ids.forget(topic)
    looking.says = {"orders": "7", "carts": "2", "views": NOT_THERE}

    assert looking.ids.another(["orders", "carts", "views"]) == {"orders"}
    assert looking.ids.another(["orders", "carts", "views"]) == set()


def test_a_close_ends_the_client_and_nothing_is_asked_any_more(looking: Looking) -> None:
    looking.ids.close()
    looking.ids.watch(["orders"])
    assert looking.ids.changed() == set()
    assert Admin.made == []

    other = Looking()
    other.says = {"orders": "1"}
    other.ids.watch(["orders"])
    other.look()
    other.ids.close()
    other.ids.close()
    assert [admin.closed for admin in Admin.made] == [True]
    assert other.ids.gone(["orders"]) == set()
