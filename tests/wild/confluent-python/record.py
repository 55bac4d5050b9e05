"""Writes each value of values.json with Confluent's serializer, and prints what it wrote as JSON.

All of them behind the prefix, some with the schema's GUID in a header. The registry is one of this file, on loopback.
"""

from __future__ import annotations

import json
import sys
import threading
import uuid
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from confluent_kafka.schema_registry import SchemaRegistryClient, header_schema_id_serializer
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from values import KINDS, given, made

SOME = ("null", "float-price", "decimal-bytes-negative", "date-moon", "union-decimal", "type-used-twice")
Headers = list[tuple[str, bytes]]


def branch(told: tuple[str, Any]) -> Any:
    """A record of a union goes by its name."""
    name, value = told
    return told if name.startswith("com.shop") and isinstance(value, dict) else value


OWN = KINDS | {
    "union": branch,
    "uuid": uuid.UUID,
    "local-timestamp-millis": datetime.fromisoformat,
    "local-timestamp-micros": datetime.fromisoformat,
}
registered: list[str] = []


class Registry(BaseHTTPRequestHandler):
    """Takes every schema."""

    def do_POST(self) -> None:
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["schema"]
        if text not in registered:
            registered.append(text)
        guid = str(uuid.uuid5(uuid.NAMESPACE_URL, text))
        number = registered.index(text) + 1
        self._answer(200, {"id": number, "guid": guid, "version": 1, "subject": "s", "schema": text})

    def do_GET(self) -> None:
        self._answer(404, {"error_code": 404, "message": "not found"})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def written(url: str, each: dict[str, Any], headers: Headers, **settings: Any) -> bytes:
    serializer = AvroSerializer(SchemaRegistryClient({"url": url}), each["schema"], conf=settings)
    context = SerializationContext("shop.wild", MessageField.VALUE, headers)
    value: bytes = serializer({"before": "b", "it": made(each["meant"], OWN), "after": "a"}, context)
    return value


def in_a_header(url: str, each: dict[str, Any]) -> dict[str, Any]:
    headers: Headers = []
    settings = {"schema.id.serializer": header_schema_id_serializer}
    value = written(url, each, headers, **settings)
    ((name, content),) = headers
    return {
        "name": f"header-{each['name']}",
        "format": "confluent",
        "headers": {name: content.hex()},
        "id": ["GUID", str(uuid.UUID(bytes=content[1:]))],
        "value": value.hex(),
        "schema": each["schema"],
        "meant": {"record": {"before": {"string": "b"}, "it": each["meant"], "after": {"string": "a"}}},
    }


server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
values: dict[str, Any] = {}
records = [in_a_header(url, each) for each in given() if each["name"] in SOME]
for each in given():
    try:
        value = written(url, each, [])
        number = int.from_bytes(value[1:5], "big")
        values[each["name"]] = {"id": number, "bytes": value.hex(), "schema": registered[number - 1]}
    except Exception as error:  # noqa: BLE001 - whatever it says is recorded
        values[each["name"]] = {"refused": f"{type(error).__name__}: {error}"[:200]}
told = {"library": "confluent-kafka", "version": sys.argv[1], "format": "confluent"}
print(json.dumps(told | {"values": values, "records": records}))
