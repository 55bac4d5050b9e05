"""The demo's sample events on their way into Kafka, and where each came to lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from confluent_kafka import KafkaError, Message, Producer

from consumer.commands.demo.events import Sample
from consumer.commands.demo.ledger import Position
from consumer.commands.exits import CommandFailed
from consumer.config.model import KafkaConfig
from consumer.kafka.client import client_options
from consumer.kafka.logging import NullLogger
from consumer.records import Partition

Progress = Callable[[str, int], None]
"""Told of a stage (produced, settled) and how many events have passed it."""


def produce(
    kafka: KafkaConfig, topics: Mapping[str, str], samples: Iterator[Sample], progress: Progress
) -> tuple[dict[Position, str], set[Position]]:
    """Produces the samples.

    Returns:
        The event type by place, and the places of the tombstones.

    Raises:
        CommandFailed: the brokers did not take all of them.
    """
    produced: dict[Position, str] = {}
    tombstones: set[Position] = set()
    failed: list[str] = []
    producer = Producer(client_options(kafka, {"linger.ms": 20, "logger": NullLogger()}, "producer"))

    def done(sample: Sample, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            failed.append(error.str())
            return
        place = Partition(message.topic() or "", message.partition() or 0), message.offset() or 0
        produced[place] = sample.event
        if sample.value is None:
            tombstones.add(place)

    for sample in samples:
        producer.produce(
            topics[sample.event],
            key=sample.key,
            value=sample.value,
            on_delivery=partial(done, sample),
        )
        producer.poll(0)
        progress("produced", len(produced))
    producer.flush(30)
    progress("produced", len(produced))
    if failed:
        raise CommandFailed(f"{len(failed)} sample events could not be produced: {failed[0]}")
    return produced, tombstones
