"""What the service makes of the benchmark's events: whoever takes part has to make the same."""

from __future__ import annotations

import json
import time
from typing import Any

from consumer.avro.registered import RegistryDecoder
from consumer.config.model import Config
from consumer.mapping.translate import Translator
from consumer.pipeline.routing import router
from consumer.records import Partition, Record, Send
from tests.bench.offline import Schemas
from tests.bench.stream import EVENT


def of_the_service(value: bytes, topic: str) -> Any:
    """The document that the service makes of a value of the benchmark's stream."""
    config = Config.model_validate(
        {
            "kafka": {"bootstrap_servers": "none"},
            "schema_registry": {"url": "http://none"},
            "bluecore": {"namespace": "bench"},
            "routes": [{"topic": topic, "event": EVENT}],
        }
    )
    now_ms = int(time.time() * 1000)
    record = Record(Partition(topic, 0), 0, None, value, now_ms)
    mapped = Translator(router(config), lambda _: RegistryDecoder(Schemas())).translate(record, now_ms)
    assert isinstance(mapped, Send)
    return document(mapped.requests[0].body)


def document(body: bytes) -> Any:
    """The order of members is free; the digits of a price are not."""
    return json.loads(body, parse_float=str)
