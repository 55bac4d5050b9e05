"""Everything that an incident needs: Apache Kafka, registry, sandbox, two instances, traffic, Prometheus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource

from consumer.sandbox.faults import FaultPlan
from consumer.sandbox.latencies import FixedLatency
from consumer.sandbox.sandbox import Sandbox, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.incidents.instances import COUNT, Instances
from tests.incidents.registry import Registry
from tests.incidents.scaling import scaled
from tests.incidents.traffic import EVENTS, Traffic, Writer
from tests.operations.files import GROUPS
from tests.operations.prometheus import Prometheus, running
from tests.support.apache_kafka import ApacheKafka
from tests.support.shop import Shop, registered
from tests.support.waiting import eventually, free_port

GROUP: Final = "lab"
OTHER: Final = "other"
"""The destination and the namespace that there is beside the usual one in some faults."""
RETRY, DEAD_LETTER = "lab.retry", "lab.dead-letter"
PARTITIONS: Final = 4
CALM_LAG: Final = 100
_START_SECONDS: Final = 300.0
_CAUGHT_UP_SECONDS: Final = 180.0
USUAL: Final = FixedLatency(kind="fixed", seconds=0.05)


@dataclass
class Lab:
    """What a fault may do something to."""

    kafka: ApacheKafka
    registry: Registry
    sandbox: Sandbox
    shop: Shop
    traffic: Traffic
    instances: Instances
    prometheus: Prometheus

    def faults(self, **plan: Any) -> None:
        """Bluecore misbehaves so; nothing: it is as usual."""
        self.sandbox.faults.apply(FaultPlan(**{"latency": USUAL, **plan}))

    def setting(self, topic: str, name: str, value: str) -> None:
        """Changes a topic's setting."""
        entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        with AdminClient({"bootstrap.servers": self.kafka.bootstrap}) as admin:
            for altered in admin.incremental_alter_configs([resource]).values():
                altered.result(timeout=30)

    def lag(self) -> float:
        """How many records wait in Kafka, as Prometheus has it; infinite where it has nothing."""
        found = self.prometheus.query("sum(bluecore_consumer:consumer_lag:sum)")
        return float(found[0]["value"][1]) if found else float("inf")

    def all_read(self) -> None:
        """Returns when hardly anything waits in Kafka any more."""
        eventually(lambda: self.lag() < CALM_LAG, _CAUGHT_UP_SECONDS, "the lag to be gone")

    def delete(self, topic: str) -> None:
        with AdminClient({"bootstrap.servers": self.kafka.bootstrap}) as admin:
            for deleted in admin.delete_topics([topic], operation_timeout=30).values():
                deleted.result(timeout=30)


@contextmanager
def running_lab(folder: Path, factor: float) -> Iterator[Lab]:
    """The lab, flowing; what is written to disk is in `folder`."""
    kafka = ApacheKafka(folder)
    registry = Registry()
    sandbox_settings = SandboxSettings(namespace="lab", namespaces=(OTHER,), faults=FaultPlan(latency=USUAL))
    with ExitStack() as stack:
        stack.callback(kafka.stop)
        kafka.start(_START_SECONDS)
        bluecore = stack.enter_context(running_sandbox(sandbox_settings))
        shop = registered(registry.url)
        kafka.create_topics({**dict.fromkeys(EVENTS, PARTITIONS), RETRY: PARTITIONS, DEAD_LETTER: 1})
        ports = [free_port() for _ in range(COUNT)]
        instances = Instances(folder, _settings(kafka.bootstrap, registry.url, bluecore.api_url), ports)
        traffic = Traffic()
        writer = Writer(kafka.bootstrap, shop, traffic)
        try:
            instances.start()
            with _prometheus(folder, instances.targets, factor) as prometheus:
                yield Lab(kafka, registry, bluecore.sandbox, shop, traffic, instances, prometheus)
        finally:
            kafka.resume()
            writer.close()
            instances.stop()
            registry.stop()


def _settings(bootstrap: str, registry_url: str, bluecore_url: str) -> dict[str, Any]:
    # What Kafka's client waits for is shorter as the windows are.
    options = {
        "group.protocol": "consumer",
        "statistics.interval.ms": 1000,
        "socket.timeout.ms": 3000,
        "delivery.timeout.ms": 3500,
        "request.timeout.ms": 3000,
    }
    return {
        "kafka": {"bootstrap_servers": bootstrap, "group_id": GROUP, "options": options},
        "schema_registry": {"url": registry_url, "unknown_id_seconds": 15},
        "bluecore": {"url": bluecore_url, "namespace": "lab", "timeout_seconds": 5},
        "delivery": {
            "max_in_flight": 16,
            "retry": {"initial_seconds": 0.2, "max_seconds": 1},
            # As many within two seconds are as many as 200 within a minute.
            "flood": {"minimum": 20},
        },
        "dead_letters": {"retry_topic": RETRY, "dead_letter_topic": DEAD_LETTER, "delays_seconds": [2, 4]},
        "routes": [{"topic": topic, "event": event} for topic, event in EVENTS.items()],
    }


@contextmanager
def _prometheus(folder: Path, targets: Path, factor: float) -> Iterator[Prometheus]:
    rules = folder / "rules.yaml"
    rules.write_text(json.dumps(scaled(GROUPS, factor)))
    found = [{"files": [str(targets)], "refresh_interval": "1s"}]
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        "scrape_configs": [{"job_name": "bluecore-consumer", "file_sd_configs": found}],
    }
    with running(folder, config) as prometheus:
        yield prometheus
