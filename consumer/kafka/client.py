"""What every Kafka client of the service shares: options, their order of precedence, and the error that ends it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from consumer.config.model import KafkaConfig
from consumer.errors import ExpectedError
from consumer.telemetry.incidents import Incidents


class Fatal(ExpectedError):
    """Kafka cannot be used any more by this process: it must end and be started anew."""


class Silent:
    """A logger for clients whose errors come back as exceptions: librdkafka writes to stderr without one."""

    def log(self, *_: object, **__: object) -> None: ...


class Sparing:
    """A log of incidents: a line a minute of each kind, with how many like it were left out.

    While brokers are down, librdkafka tells of every try to reconnect, many times a second. Also the `logger` of a
    client: librdkafka's lines are kinds by their facility (FAIL, ERROR).
    """

    def __init__(self, log: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._incidents = Incidents()

    def log(self, level: int, text: str, *args: object) -> None:
        untold = self._incidents.happened(args[0] if args else text, self._clock())
        if untold is not None:
            self._log.log(level, text, *args, like_it_since_the_last_line=untold)

    def warning(self, kind: str, text: str, **fields: object) -> None:
        untold = self._incidents.happened(kind, self._clock())
        if untold is not None:
            self._log.warning(text, **fields, like_it_since_the_last_line=untold)


_CONSUMER_ONLY = (
    "auto.offset.reset",
    "partition.assignment.strategy",
    "group.",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "fetch.",
    "queued.",
    "isolation.level",
    "check.crcs",
    "auto.commit.interval.ms",
)
_PRODUCER_ONLY = (
    "linger.ms",
    "batch.",
    "compression.",
    "acks",
    "request.required.acks",
    "delivery.timeout.ms",
    "message.timeout.ms",
    "queue.buffering.",
    "enable.idempotence",
    "transactional.id",
    "partitioner",
    "sticky.partitioning.linger.ms",
    "retries",
)

# Reads of up to this size must be writable: the source topics' limit is not ours to know.
_LARGEST_MESSAGE = 64 << 20


def max_poll_seconds(config: KafkaConfig) -> float:
    """How long Kafka bears a consumer that does not poll; librdkafka's default is 5 minutes."""
    return float(config.options.get("max.poll.interval.ms", 300_000)) / 1000


def consumer_options(config: KafkaConfig) -> dict[str, Any]:
    """The properties of the consumer that reads the routed topics."""
    ours: dict[str, Any] = {
        "group.id": config.group_id,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "queued.max.messages.kbytes": 16_384,
        # Kafka's client counts neither its own half kilobyte a message nor what it still asks for below this number.
        "queued.min.messages": 10_000,
        # A broker answers one request at a time: what comes to a partition that it leaves out waits for the next.
        "fetch.wait.max.ms": 20,
        "topic.metadata.refresh.interval.ms": 30_000,
    }
    if str(config.options.get("group.protocol")).lower() != "consumer":
        ours["partition.assignment.strategy"] = "cooperative-sticky"
    return client_options(config, ours, "consumer")


def producer_options(config: KafkaConfig) -> dict[str, Any]:
    """The properties of the producer that writes failed records."""
    ours = {
        "enable.idempotence": True,
        "compression.type": "lz4",
        "linger.ms": 5,
        "delivery.timeout.ms": 30_000,
        "message.max.bytes": _LARGEST_MESSAGE,
        "partitioner": "murmur2_random",
    }
    return client_options(config, ours, "producer")


def client_options(config: KafkaConfig, ours: dict[str, Any], kind: str) -> dict[str, Any]:
    """librdkafka's properties for a client of this `kind` (consumer, producer or admin).

    What the user set comes last and wins; a property of the other kind of client is left out, since librdkafka
    warns of it.
    """
    foreign: tuple[str, ...] = {
        "consumer": _PRODUCER_ONLY,
        "producer": _CONSUMER_ONLY,
        "admin": _PRODUCER_ONLY + _CONSUMER_ONLY,
    }[kind]
    users = {key: value for key, value in config.options.items() if not key.startswith(foreign)}
    return {"bootstrap.servers": config.bootstrap_servers, "client.id": config.group_id} | ours | users
