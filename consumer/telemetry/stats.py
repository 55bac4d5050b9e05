"""librdkafka's statistics, folded into the service's own metrics.

Fields and units: `STATISTICS.md` of librdkafka. Round trips are microseconds there; an unknown lag is -1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

QUANTILES = {"p50": "0.5", "p99": "0.99"}
MICROSECOND = 1e-6

Json = dict[str, Any]


class KafkaStatistics:
    """Takes the JSON of librdkafka's `stats_cb`, of consumers and producers alike.

    `assigned` tells the (topic, partition) pairs that are ours now: librdkafka goes on reporting a partition
    for a while after it was revoked.
    """

    def __init__(self, metrics: Metrics, assigned: Callable[[], Iterable[tuple[str, int]]]) -> None:
        self._metrics = metrics
        self._assigned = assigned
        self._unreadable = False

    def observe(self, statistics: str) -> None:
        """Fold in one report; of those that cannot be read, the first is logged."""
        try:
            self._fold(orjson.loads(statistics))
        except Exception as error:  # noqa: BLE001 - it would end the loop that polls Kafka: no metric is worth that
            if not self._unreadable:
                log.warning(
                    "statistics of librdkafka cannot be read: lag and broker metrics stand still", error=repr(error)
                )
            self._unreadable = True

    def _fold(self, report: Json) -> None:
        client = str(report["type"])
        self._brokers(client, report.get("brokers", {}))
        partitions = [
            (name, int(number), partition)
            for name, topic in report.get("topics", {}).items()
            for number, partition in topic.get("partitions", {}).items()
        ]
        if client == "consumer":
            self._lag(partitions)
            messages = sum(partition.get("fetchq_cnt", 0) for _, _, partition in partitions)
            size = sum(partition.get("fetchq_size", 0) for _, _, partition in partitions)
        else:
            messages, size = report.get("msg_cnt", 0), report.get("msg_size", 0)
        self._metrics.kafka_queued_messages[client].set(messages)
        self._metrics.kafka_queued_bytes[client].set(size)

    def _lag(self, partitions: Iterable[tuple[str, int, Json]]) -> None:
        ours = set(self._assigned())
        for topic, number, partition in partitions:
            lag = partition.get("consumer_lag", -1)
            if lag >= 0 and (topic, number) in ours:
                self._metrics.consumer_lag[topic, str(number)].set(lag)

    def _brokers(self, client: str, brokers: dict[str, Json]) -> None:
        # Negative ids are bootstrap addresses; a logical broker is a second connection to the group's coordinator.
        real = {
            str(broker["nodeid"]): broker
            for broker in brokers.values()
            if broker.get("nodeid", -1) >= 0 and broker.get("source") != "logical"
        }
        for node, broker in real.items():
            self._metrics.broker_up[client, node].set(broker.get("state") == "UP")
            for field, quantile in QUANTILES.items():
                micros = broker.get("rtt", {}).get(field, 0)
                self._metrics.broker_round_trip[client, node, quantile].set(micros * MICROSECOND)
        self._metrics.broker_up.retain(
            key for key in tuple(self._metrics.broker_up) if key[0] != client or key[1] in real
        )
        self._metrics.broker_round_trip.retain(
            key for key in tuple(self._metrics.broker_round_trip) if key[0] != client or key[1] in real
        )
