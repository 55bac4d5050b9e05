"""A small shop that writes events until it is stopped: for a cluster that has none of its own yet."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Final

from consumer.commands.demo.events import Sample, Shop
from consumer.commands.demo.producing import produce
from consumer.commands.demo.run import registered_schemas
from consumer.config.model import EVENT_TYPES, Config, RegistryConfig
from consumer.kafka.topics import ensure_topics

_ROUND: Final = 400
"""Events that are written with one clock's time: broken ones of each kind are among them."""


def feed(config: Config, registry: RegistryConfig, rate: float, finish: threading.Event) -> int:
    """Writes sample events to `shop.<event type>` and returns how many, when `finish` is set.

    Args:
        config: its Kafka is written to.
        registry: gets the schemas.
        rate: events a second.
        finish: ends it.

    Raises:
        CommandFailed: the brokers did not take all of them.
        TopicsMissing: a topic could not be created.
        Unreachable: no broker answers.
        RegistryError: the registry did not take the schemas.
    """
    topics = {event: f"shop.{event}" for event in EVENT_TYPES}
    ensure_topics(config.kafka, list(topics.values()))
    schemas = registered_schemas(registry)
    written = 0
    while not finish.is_set():
        samples = Shop(schemas, time.time(), seed=written).events(_ROUND)
        produced, _ = produce(config.kafka, topics, _paced(samples, rate, finish), lambda *_: None)
        written += len(produced)
    return written


def _paced(samples: Iterator[Sample], rate: float, finish: threading.Event) -> Iterator[Sample]:
    for sample in samples:
        if finish.wait(1 / rate):
            return
        yield sample
