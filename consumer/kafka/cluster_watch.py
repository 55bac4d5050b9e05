"""Asks the brokers again and again for what no fetch tells: the ends of paused partitions, topics that are gone.

librdkafka learns a partition's end from fetches: it stands still while the partition is paused, and ends at an open
transaction. Of a topic that is not there it tells nothing under the consumer protocol.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from confluent_kafka import KafkaException

from consumer.kafka.cluster_queries import Topics
from consumer.kafka.logging import RateLimitedLog
from consumer.records import Partition
from consumer.telemetry.cluster import ClusterView, Ends

log = structlog.get_logger(__name__)

_CLOSE_SECONDS: Final = 1.0


class Queries(Protocol):
    """What the brokers are asked."""

    def topics(self, names: Collection[str]) -> Topics: ...
    def ends(self, partitions: Iterable[Partition]) -> Mapping[Partition, Ends]: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """Seconds between two rounds.

    Attributes:
        interval: while all is well.
        confirm: after a topic was found missing for the first time: a new one is not known to every broker at once.
        again: after a round that failed: the answers of the last one are old already. It doubles up to `longest`.
        longest: while no broker answers.
    """

    interval: float = 10.0
    confirm: float = 1.0
    again: float = 1.0
    longest: float = 60.0

    def wait(self, failures: int, *, unsure: bool) -> float:
        """Until the next round.

        Args:
            failures: how many rounds in a row have failed.
            unsure: whether a missing topic is to be confirmed.
        """
        if failures:
            return min(self.longest, self.again * 2.0 ** min(failures - 1, 16))
        return self.confirm if unsure else self.interval


_POLICY: Final = WatchPolicy()


class ClusterWatch:
    """A thread of its own asks; `view` has the answers of its last round, for any thread to read."""

    def __init__(self, queries: Queries, named: Collection[str], policy: WatchPolicy = _POLICY) -> None:
        """Ask nothing yet.

        Args:
            queries: puts the questions; closed by the thread.
            named: the topics that are read by their name.
            policy: how often.
        """
        self._queries = queries
        self._named = frozenset(named)
        self._policy = policy
        self._partitions: frozenset[Partition] = frozenset()
        self._suspected: frozenset[str] = frozenset()
        self._failures = 0
        self._incidents = RateLimitedLog(log)
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="cluster-watch", daemon=True)
        self.view = ClusterView()
        """Replaced by each round, never changed."""

    def start(self) -> None:
        self._thread.start()

    def follow(self, partitions: frozenset[Partition]) -> None:
        """These are ours now; the next round begins at once if they are others than before."""
        if partitions != self._partitions:
            self._partitions = partitions
            self._wake.set()

    def close(self) -> None:
        """Ends the thread, which ends its clients; a broker that does not answer is not waited for."""
        self._closed = True
        self._wake.set()
        self._thread.join(_CLOSE_SECONDS)

    def round(self) -> float:
        """Asks once, and publishes the answers.

        Returns:
            The seconds until the next round is due.
        """
        try:
            unsure = self._ask()
        except KafkaException as error:
            self._failures += 1
            self._incidents.warning(
                "round", "the brokers do not tell where partitions end: consumer_lag stands still", error=str(error)
            )
            return self._policy.wait(self._failures, unsure=False)
        self._failures = 0
        return self._policy.wait(0, unsure=unsure)

    def _ask(self) -> bool:
        """Whether some topic is to be confirmed as missing."""
        partitions = self._partitions
        names = self._named | {partition.topic for partition in partitions}
        topics = self._queries.topics(names)
        # Before the group has given any, those of all named topics, so that the lag is there together with them.
        asked = partitions or {
            Partition(topic, number) for topic, count in topics.partitions.items() for number in range(count)
        }
        there = [each for each in asked if each.number < topics.partitions.get(each.topic, 0)]
        missing = topics.missing & self._named
        self.view = ClusterView(self._queries.ends(there), missing & self._suspected, topics.partitions)
        unsure = not missing <= self._suspected
        self._suspected = missing
        return unsure

    def _run(self) -> None:
        while not self._closed:
            self._wake.clear()
            try:
                seconds = self.round()
            except Exception as error:  # noqa: BLE001 - were the thread to end, the lag would stand still for ever
                self._incidents.warning("failed", "the brokers could not be asked", error=repr(error))
                seconds = self._policy.interval
            if not self._closed:
                self._wake.wait(seconds)
        self._queries.close()
