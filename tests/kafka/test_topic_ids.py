"""Whether a topic is still the one that it was, on Apache Kafka; the embedded broker does not tell."""

from __future__ import annotations

import time

import pytest
from confluent_kafka import KafkaException

from consumer.kafka.topic_ids import TopicIds
from tests.kafka.support import config
from tests.support.brokers import Broker
from tests.support.waiting import eventually


class Hurried:
    """A clock of which each look is ten seconds after the last."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 11
        return self.now


def made_anew(broker: Broker, topic: str) -> None:
    broker.delete(topic)

    def made() -> bool:
        try:
            broker.create(topic, 1)
        except KafkaException:
            return False
        return True

    eventually(made, 30, f"{topic} to be made anew")


def learned(ids: TopicIds) -> None:
    """Until two looks have been answered: the first tells the ids."""
    for _ in range(2):
        ids.changed()
        eventually(lambda: all(answer.done() for answer in ids._asked.values()), 30, "the brokers' answer")  # noqa: SLF001 - it waits for nobody
        assert ids.changed() == set()


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_topic_that_is_made_anew_is_told_once(broker: Broker, request: pytest.FixtureRequest) -> None:
    topic, other = broker.topic(1), broker.topic(1)
    ids = TopicIds(config(broker).kafka, Hurried())
    request.addfinalizer(ids.close)
    ids.watch([topic, other])
    learned(ids)
    assert ids.gone([topic, other]) == set()

    made_anew(broker, topic)

    assert ids.gone([topic, other]) == {topic}
    eventually(lambda: ids.changed() == {topic}, 30, "the change to be told")
    learned(ids)


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_topic_that_is_deleted_is_gone(broker: Broker, request: pytest.FixtureRequest) -> None:
    topic = broker.topic(1)
    ids = TopicIds(config(broker).kafka, Hurried())
    request.addfinalizer(ids.close)
    ids.watch([topic])
    learned(ids)

    broker.delete(topic)
    eventually(lambda: ids.gone([topic]) == {topic}, 30, "it to be gone")
    ids.forget(topic)

    assert ids.gone([topic]) == set()


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_brokers_that_do_not_tell_are_asked_once_and_hold_nothing_up(
    broker: Broker, request: pytest.FixtureRequest
) -> None:
    ids = TopicIds(config(broker).kafka, Hurried())
    request.addfinalizer(ids.close)
    ids.watch([broker.topic(1)])
    began = time.monotonic()

    eventually(lambda: (ids.changed(), ids._untold)[1], 30, "it to give up")  # noqa: SLF001 - nothing else shows
    assert ids.gone(["any"]) == set()
    assert time.monotonic() - began < 20
