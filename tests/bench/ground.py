"""What every contender meets: Apache Kafka, a schema registry and nginx, all on the cores that are not its own."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consumer.avro.register import register_folder
from consumer.avro.registry import RegistryClient
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.bench.cores import OTHERS, pin
from tests.bench.sinks import Sinks, sinks
from tests.bench.stream import SCHEMA_FILE
from tests.support.apache_kafka import ApacheKafka

PARTITIONS = 4


@dataclass(frozen=True)
class Ground:
    """The addresses, and the registry's id of the events' schema."""

    folder: Path
    bootstrap: str
    registry_url: str
    schema_id: int
    sinks: Sinks
    kafka: ApacheKafka

    def topic(self, name: str) -> str:
        """Create a topic."""
        self.kafka.create_topics({name: PARTITIONS})
        return name


@contextmanager
def ground() -> Iterator[Ground]:
    """Start it all, and stop it when the block ends, by SIGTERM too. This process takes the others' cores."""
    pin(os.getpid(), OTHERS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="bluecore-bench-") as name:
        folder = Path(name)
        kafka_folder = folder / "kafka"
        kafka_folder.mkdir()
        with ApacheKafka(kafka_folder) as kafka, serve(registry_app()) as registry_url, sinks(folder) as nginx:
            with RegistryClient(registry_url) as client:
                registered = register_folder(client, SCHEMA_FILE.parent)
            schema_id = next(each.id for each in registered if each.subject.endswith("AddToCart"))
            yield Ground(folder, kafka.bootstrap, registry_url, schema_id, nginx, kafka)
