"""Several nodes of Apache Kafka as one cluster, every topic on all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tests.support.apache_kafka import ApacheKafka, Quorum
from tests.support.kafka_settings import REPLICATED
from tests.support.waiting import eventually, free_port


class KafkaCluster:
    """Three nodes, each broker and controller; their data and logs are in `folder`. Two of them suffice to write."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, count: int = 3) -> None:
        """`count`: 3, or 1 for a cluster that is sooner there."""
        quorum = Quorum(tuple(free_port() for _ in range(count)))
        replicated = REPLICATED if count > 1 else {}
        self.nodes: list[ApacheKafka] = []
        for number in range(1, count + 1):
            own = folder / f"broker-{number}"
            own.mkdir()
            self.nodes.append(ApacheKafka(own, {**replicated, **(settings or {})}, quorum=quorum, number=number))
        self.bootstrap = ",".join(node.bootstrap for node in self.nodes)

    def create_topics(self, topics: Mapping[str, int]) -> None:
        """As `ApacheKafka.create_topics`, each partition on every node."""
        self.nodes[0].create_topics(topics)
        self.wait_in_sync()

    def wait_in_sync(self, seconds: float = 120) -> None:
        """Return when each node has all that any has: then another may be stopped.

        Raises:
            AssertionError: one had not caught up within `seconds`.
        """
        with AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0}) as admin:
            eventually(lambda: self._in_sync(admin), seconds, "the replicas to be in sync")

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                node.launch()
            for node in self.nodes:
                node.wait(120)
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # Without a majority the last nodes would wait in vain for an orderly end.
        for node in self.nodes:
            node.kill()

    def _in_sync(self, admin: AdminClient) -> bool:
        try:
            topics = admin.list_topics(timeout=2).topics.values()
        except KafkaException:
            return False
        return all(len(part.isrs) == len(self.nodes) for topic in topics for part in topic.partitions.values())
