"""What every peer does with a record: decode it, and make the request of it that the service makes too."""

from __future__ import annotations

import argparse
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastavro
import orjson

BATCH = 500
_HEADER = 5


@dataclass(frozen=True)
class Job:
    """Where the records come from and go to; at most `in_flight` requests at once."""

    bootstrap: str
    topic: str
    group: str
    url: str
    schema: Any
    in_flight: int

    def body(self, value: bytes) -> bytes:
        """The request's body for one Kafka value in Confluent's wire format."""
        if value[0] != 0:
            raise ValueError("the value is not in Confluent's wire format")
        source = io.BytesIO(value)
        source.seek(_HEADER)
        record: Any = fastavro.schemaless_reader(source, self.schema, None)
        email = record["email"]
        properties = {
            "token": "bench",
            "distinct_id": record["distinct_id"] or email,
            "products": [
                {
                    "id": product["product_id"],
                    "name": product["name"],
                    "price": orjson.Fragment(format(product["price"], "f")),
                    "quantity": product["quantity"],
                }
                for product in record["products"]
            ],
        }
        for name in ("client", "device"):
            if record[name] is not None:
                properties[name] = record[name]
        return orjson.dumps({"event": "add_to_cart", "properties": properties})


def headers(topic: str, partition: int | None, offset: int | None) -> dict[str, str]:
    """What each request says beside its body."""
    return {"Content-Type": "application/json", "Idempotency-Key": f"{topic}:{partition}:{offset}"}


def job() -> Job:
    """The job on the command line."""
    parser = argparse.ArgumentParser()
    for name in ("bootstrap", "topic", "group", "url"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--schema", type=Path, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    given = parser.parse_args()
    schema = fastavro.schema.load_schema(str(given.schema))
    return Job(given.bootstrap, given.topic, given.group, given.url, schema, given.in_flight)
