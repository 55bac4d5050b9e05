"""The cluster in its bad hours: a node killed, all of them restarted in turn, all of them paused."""

from __future__ import annotations

import threading
from typing import Final

from tests.chaos.plan import Fault, What
from tests.chaos.spans import Span, now_ms
from tests.support.apache_kafka import ApacheKafka
from tests.support.kafka_cluster import KafkaCluster

_START_SECONDS: Final = 120.0


class Brokers:
    """`troubled`: while not all nodes were there, and in sync. `away`: while none was."""

    def __init__(self, cluster: KafkaCluster) -> None:
        self.troubled: list[Span] = []
        self.away: list[Span] = []
        self._cluster = cluster
        self._lock = threading.Lock()

    def carry_out(self, fault: Fault, stopped: threading.Event) -> None:
        """Return when all nodes are back and in sync; one fault at a time.

        Raises:
            AssertionError: a node did not come back.
        """
        nodes = self._cluster.nodes
        with self._lock:
            begin = now_ms()
            if fault.what is What.PAUSE:
                self._pause(fault.seconds, stopped)
            elif fault.what is What.ROLLING:
                for node in nodes:
                    node.stop()
                    self._back(node)
            else:
                node = nodes[fault.which % len(nodes)]
                if fault.what is What.BROKER_KILL:
                    node.kill()
                else:
                    node.stop()
                stopped.wait(fault.seconds)
                self._back(node)
                if len(nodes) == 1:
                    self.away.append(Span(begin, now_ms()))
            self.troubled.append(Span(begin, now_ms()))

    def _pause(self, seconds: float, stopped: threading.Event) -> None:
        begin = now_ms()
        for node in self._cluster.nodes:
            node.pause()
        stopped.wait(seconds)
        for node in self._cluster.nodes:
            node.resume()
        self.away.append(Span(begin, now_ms()))
        self._cluster.wait_in_sync()

    def _back(self, node: ApacheKafka) -> None:
        node.start(_START_SECONDS)
        self._cluster.wait_in_sync()
