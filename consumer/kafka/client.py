"""What every Kafka client of the service shares: options, their order of precedence, and the error that ends it."""

from __future__ import annotations

from typing import Any

from consumer.config import KafkaConfig


class Fatal(Exception):  # noqa: N818 - it says what happened
    """Kafka cannot be used any more by this process: it must end and be started anew."""


class Silent:
    """A logger for clients whose errors come back as exceptions: librdkafka writes to stderr without one."""

    def log(self, *_: object, **__: object) -> None: ...


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
