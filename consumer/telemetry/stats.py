"""librdkafka's statistics, folded into the service's own metrics and into what the probes show.

Fields and units: `STATISTICS.md` of librdkafka. Round trips and the ages of states are microseconds there. Its lag is
not used: it stands still for a partition that is paused, and ends at an open transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

QUANTILES = {"p50": "0.5", "p99": "0.99"}
MICROSECOND = 1e-6

# A broker that is wanted is tried anew at least every 10 s (`reconnect.backoff.max.ms`).
_UNUSED_SECONDS = 30.0

Json = dict[str, Any]


class KafkaStatistics:
    """Takes the JSON of librdkafka's `stats_cb`, of consumers and producers alike."""

    def __init__(
        self,
        metrics: Metrics,
        health: Health,
        clock: Callable[[], float],
    ) -> None:
        """Begin with Kafka reachable.

        Args:
            metrics: where the figures are shown.
            health: where brokers that are down are shown.
            clock: seconds since the epoch.
        """
        self._metrics = metrics
        self._health = health
        self._clock = clock
        self._down: dict[str, float] = {}
        self._unreadable = False
        self._reachable = True
        # Under `statistics.interval.ms: 0` no report ever comes, which is no outage.
        metrics.kafka_up.set(1)

    def observe(self, statistics: str) -> None:
        """Fold in one report; of those that cannot be read, the first is logged."""
        try:
            self._fold(orjson.loads(statistics))
        except Exception as error:  # noqa: BLE001 - it would end the loop that polls Kafka: no metric is worth that
            if not self._unreadable:
                log.warning(
                    "statistics of librdkafka cannot be read: metrics of brokers stand still", error=repr(error)
                )
            self._unreadable = True

    def _fold(self, report: Json) -> None:
        client = str(report["type"])
        self._brokers(client, report.get("brokers", {}))
        if client == "consumer":
            partitions = [
                each for topic in report.get("topics", {}).values() for each in topic["partitions"].values()
            ]
            messages = sum(partition.get("fetchq_cnt", 0) for partition in partitions)
            size = sum(partition.get("fetchq_size", 0) for partition in partitions)
        else:
            messages, size = report.get("msg_cnt", 0), report.get("msg_size", 0)
        self._metrics.kafka_queued_messages[client].set(messages)
        self._metrics.kafka_queued_bytes[client].set(size)

    def _brokers(self, client: str, brokers: dict[str, Json]) -> None:
        # Negative ids are bootstrap addresses; a logical broker is a second connection to the group's coordinator.
        real = {
            str(broker["nodeid"]): broker
            for broker in brokers.values()
            if broker.get("nodeid", -1) >= 0 and broker.get("source") != "logical" and not _unused(broker)
        }
        for node, broker in real.items():
            self._metrics.broker_up[client, node].set(_up(broker))
            for field, quantile in QUANTILES.items():
                micros = broker.get("rtt", {}).get(field, 0)
                self._metrics.broker_round_trip[client, node, quantile].set(micros * MICROSECOND)
        self._metrics.broker_up.retain(
            key for key in tuple(self._metrics.broker_up) if key[0] != client or key[1] in real
        )
        self._metrics.broker_round_trip.retain(
            key for key in tuple(self._metrics.broker_round_trip) if key[0] != client or key[1] in real
        )
        if client == "consumer":
            self._outage(any(map(_up, brokers.values())), [node for node, broker in real.items() if not _up(broker)])

    def _outage(self, reachable: bool, down: list[str]) -> None:  # noqa: FBT001 - what was seen
        """When no broker answers, librdkafka forgets all that it has learned: none is left to be named."""
        self._metrics.kafka_up.set(reachable)
        if reachable and not self._reachable:
            log.info("Kafka answers again")
        self._reachable = reachable
        now = self._clock()
        names = [f"broker {node} is not" for node in sorted(down)] if reachable else ["no broker is"]
        self._down = {name: self._down.get(name, now) for name in names}
        self._health.detail("kafka", _sentence(self._down))


def _up(broker: Json) -> bool:
    return bool(broker.get("state") == "UP")


def _unused(broker: Json) -> bool:
    """A connection is opened to who leads a partition of ours, and to no other broker."""
    waiting = broker.get("stateage", 0) * MICROSECOND > _UNUSED_SECONDS or not broker.get("connects", 0)
    return broker.get("state") == "INIT" and waiting


def _sentence(down: Mapping[str, float]) -> str:
    times = {what: datetime.fromtimestamp(since, UTC).isoformat(timespec="seconds") for what, since in down.items()}
    return "; ".join(f"{what} connected since {time}" for what, time in times.items()) or "ok"
