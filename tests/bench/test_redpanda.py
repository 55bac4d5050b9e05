"""Redpanda Connect does the service's work: what it costs can be compared."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from consumer.avro.register import register_folder
from consumer.avro.registry import RegistryClient
from consumer.sandbox.registry import registry_app
from consumer.sandbox.sandbox import running_sandbox
from consumer.sandbox.serve import serve
from tests.bench.rivals import REDPANDA_BINARY, REDPANDA_PIPELINE
from tests.bench.same_work import document, of_the_service
from tests.bench.stream import SCHEMA_FILE, events

TOPIC = "backlog"
EVENTS = 50
# What kafka_franz says of a record; the offset is the number of the line.
FROM_A_LINE = """\
meta kafka_topic = "backlog"
meta kafka_partition = 0
meta kafka_offset = content().string().split(" ").index(0)
root = content().string().split(" ").index(1).decode("base64")
"""


@pytest.mark.skipif(not REDPANDA_BINARY.exists(), reason="Redpanda Connect is not built: make bench-rivals")
def test_it_sends_the_bodies_and_keys_that_the_service_sends(tmp_path: Path) -> None:
    """The same records through the benchmark's own pipeline, with lines of a pipe in place of Kafka."""
    with serve(registry_app()) as registry_url, running_sandbox() as bluecore:
        values = [value for _, value in events(_register(registry_url), EVENTS)]
        lines = b"".join(b"%d %s\n" % (offset, base64.b64encode(value)) for offset, value in enumerate(values))
        subprocess.run(
            [REDPANDA_BINARY, "--config", _pipeline(tmp_path)],
            input=lines,
            check=True,
            timeout=60,
            env={**os.environ, "REGISTRY": registry_url, "URL": bluecore.api_url, "IN_FLIGHT": "8"},
        )
        sent = {received.idempotency_key: document(received.body) for received in bluecore.sandbox.events()}

    assert sent == {f"{TOPIC}:0:{offset}": of_the_service(value, TOPIC) for offset, value in enumerate(values)}


def _register(registry_url: str) -> int:
    with RegistryClient(registry_url) as client:
        registered = register_folder(client, SCHEMA_FILE.parent)
    return next(each.id for each in registered if each.subject.endswith("AddToCart"))


def _pipeline(folder: Path) -> Path:
    pipeline = yaml.safe_load(REDPANDA_PIPELINE.read_text())
    pipeline["input"] = {"stdin": {}}
    pipeline["pipeline"]["processors"].insert(0, {"mapping": FROM_A_LINE})
    file = folder / "pipeline.yaml"
    file.write_text(yaml.safe_dump(pipeline))
    return file
