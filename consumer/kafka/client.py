"""What every Kafka client of the service shares: options, their order of precedence, and the error that ends it."""

from __future__ import annotations

from typing import Any, Final

from consumer.config.model import KafkaConfig
from consumer.config.yaml_scalars import as_helm_reads
from consumer.errors import ExpectedError
from consumer.kafka.group_protocol import CLASSIC
from consumer.kafka.services import is_event_hubs
from consumer.kafka.tokens.process import token_source


class Fatal(ExpectedError):
    """Kafka cannot be used any more by this process: it must end and be started anew."""


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

TOKENS: Final = {"security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER"}
"""How tokens are shown to the brokers."""

# Its balancer drops idle connections after four minutes (Azure's documentation of Kafka clients' configurations).
_EVENT_HUBS: Final = {
    "socket.keepalive.enable": True,
    "connections.max.idle.ms": 180_000,
    "metadata.max.age.ms": 180_000,
}

# Reads of up to this size must be writable: the source topics' limit is not known here.
_LARGEST_MESSAGE = 64 << 20


def max_poll_seconds(config: KafkaConfig) -> float:
    """How long Kafka bears a consumer that does not poll; librdkafka's default is 5 minutes."""
    return float(config.options.get("max.poll.interval.ms", 300_000)) / 1000


def consumer_options(config: KafkaConfig, protocol: str) -> dict[str, Any]:
    """The properties of a consumer of the group, which speaks this group `protocol`.

    An offset that is out of range, or that there is none, comes back as an error: `starts` decides what follows.
    """
    defaults: dict[str, Any] = {
        "group.id": config.group_id,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "queued.max.messages.kbytes": 16_384,
        # Counted over all partitions, which share one queue: one topic's backlog stands before the others' records in
        # it, and above this number no partition is fetched until the backoff is over, by default a second [librdkafka
        # 2.16]. Nor does the client count its own half kilobyte a message, or what it still asks for below.
        "queued.min.messages": 2_000,
        "fetch.queue.backoff.ms": 10,
        # A broker answers one request at a time: what comes to a partition that it leaves out waits for the next.
        "fetch.wait.max.ms": 20,
        "topic.metadata.refresh.interval.ms": 30_000,
    }
    if protocol == CLASSIC:
        defaults["partition.assignment.strategy"] = "cooperative-sticky"
    ours = {"group.protocol": protocol, "auto.offset.reset": "error"}
    return client_options(config, defaults, "consumer") | ours


def producer_options(config: KafkaConfig) -> dict[str, Any]:
    """The properties of the producer that writes failed records."""
    defaults = {
        "enable.idempotence": True,
        "compression.type": "none" if is_event_hubs(config.bootstrap_servers) else "lz4",
        "linger.ms": 5,
        "delivery.timeout.ms": 30_000,
        "message.max.bytes": _LARGEST_MESSAGE,
        # A topic that takes little answers a batch as a whole: what is too large must be a record of its own.
        "batch.size": 100_000,
        "partitioner": "murmur2_random",
    }
    return client_options(config, defaults, "producer")


def client_options(config: KafkaConfig, defaults: dict[str, Any], kind: str) -> dict[str, Any]:
    """librdkafka's properties for a client of this `kind` (consumer, producer or admin).

    What the user set comes last and wins over `defaults`; a property of the other kind of client is left out, since
    librdkafka warns of it. With `kafka.authentication` there is a token at hand when this returns: a client that is
    made without one waits for ten seconds, and does not say why [confluent-kafka 2.16].

    Raises:
        TokenUnavailable: there is no token that is good; says why.
    """
    other_kinds: tuple[str, ...] = {
        "consumer": _PRODUCER_ONLY,
        "producer": _CONSUMER_ONLY,
        "admin": _PRODUCER_ONLY + _CONSUMER_ONLY,
    }[kind]
    user_options = {
        key: as_helm_reads(value) for key, value in config.options.items() if not key.startswith(other_kinds)
    }
    ours = {"bootstrap.servers": config.bootstrap_servers, "client.id": config.group_id} | defaults
    if is_event_hubs(config.bootstrap_servers):
        ours |= _EVENT_HUBS
    if config.authentication is not None:
        source = token_source(config.authentication)
        source.token()
        ours |= TOKENS | {"oauth_cb": source.callback}
    return ours | user_options
