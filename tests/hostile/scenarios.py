"""What a bad neighbour or a stranger does to the service; sizes are full where the work is our own code's.

Where it would be outside software's, such as a value nested without end, it is at our guard's limit and one above.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from fastavro import schemaless_writer

from consumer.avro.guard import DEEPEST, MOST_ITEMS
from consumer.avro.registry import RegistryClient
from consumer.avro.schema import parse
from consumer.sandbox.faults import FaultPlan, OutagePlan, Scripts
from tests.support.brokers import Message
from tests.support.shop import Shop

POISON = "poison@example.com"
_FOR_EVER = 10_000


@dataclass(frozen=True)
class Scenario:
    """One attack.

    Attributes:
        name: as the table has it.
        messages: what is written to the bad topic, once the neighbour's events flow.
        event: what the bad topic's route makes of it.
        faults: what the endpoint does meanwhile; an outage ends by itself.
        delivery: over the delivery section.
        options: over the bad route.
        connections: how many strangers hold a connection to the telemetry port.
    """

    name: str
    messages: Callable[[Shop], Iterator[Message]]
    event: str = "purchase"
    faults: FaultPlan = field(default_factory=FaultPlan)
    delivery: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    connections: int = 0


def order(shop: Shop, lines: list[dict[str, str]], email: str = "jane@example.com", **more: Any) -> bytes:
    values = {"email": email, "order_id": "o-1", "total": 19.9, "products": lines, "note": "", **more}
    return shop.encode("order", values)


def line(number: int) -> dict[str, str]:
    return {"sku": str(number), "name": ""}


def nothing(_: Shop) -> Iterator[Message]:
    yield from ()


def poison(shop: Shop) -> Iterator[Message]:
    yield Message(POISON.encode(), order(shop, [line(1)], POISON))


def large_headers(shop: Shop) -> Iterator[Message]:
    headers = (("trace", b"x" * 800_000),)
    for number in range(2400):
        yield Message(b"k%d" % number, order(shop, [line(1)], f"h{number}@example.com"), headers)


def many_lines(shop: Shop) -> Iterator[Message]:
    yield Message(b"jane", order(shop, [line(number % 10) for number in range(800_000)]))


def repeated_ids(shop: Shop) -> Iterator[Message]:
    yield Message(b"jane", order(shop, [*(line(number) for number in range(40_000)), line(0)]))


def a_split(shop: Shop) -> Iterator[Message]:
    for _ in range(20):
        yield Message(b"jane", order(shop, [line(number) for number in range(2000)]))


def mistyped(shop: Shop) -> Iterator[Message]:
    for number in range(20_000):
        yield Message(b"k%d" % number, order(shop, [line(1)], ""))


def hot_key(shop: Shop) -> Iterator[Message]:
    value = order(shop, [line(1)])
    for _ in range(20_000):
        yield Message(b"jane", value)


def too_large(_: Shop) -> Iterator[Message]:
    for number in range(30):
        yield Message(b"k%d" % number, b"\x00" * (9 << 20))


def unknown_ids(_: Shop) -> Iterator[Message]:
    for number in range(2000):
        yield Message(b"k%d" % number, b"\x00" + (1_000_000 + number).to_bytes(4, "big") + b"value")


def guarded(shop: Shop) -> Iterator[Message]:
    """Nested as deep as may be and one more, and as many items as may be and one more."""
    node = {
        "type": "record",
        "name": "com.shop.Node",
        "fields": [{"name": "email", "type": "string"}, {"name": "next", "type": ["null", "com.shop.Node"]}],
    }
    items = {
        "type": "record",
        "name": "com.shop.Items",
        "fields": [
            {"name": "email", "type": "string"},
            {"name": "seen", "type": {"type": "array", "items": "boolean"}},
        ],
    }
    with RegistryClient(shop.registry_url) as client:
        for schema, values in (
            (node, [_nested(DEEPEST // 2), _nested(DEEPEST // 2 + 1)]),
            (items, [{"email": "", "seen": [True] * count} for count in (MOST_ITEMS, MOST_ITEMS + 1)]),
        ):
            name = schema["name"]
            schema_id = client.register(f"{name}-value", json.dumps(schema))
            for value in values:
                out = BytesIO(b"\x00" + schema_id.to_bytes(4, "big"))
                out.seek(5)
                schemaless_writer(out, parse(json.dumps(schema)).parsed, value)
                yield Message(b"jane", out.getvalue())


def _nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"email": "", "next": None}
    for _ in range(levels - 1):
        value = {"email": "", "next": value}
    return value


def strangers(port: int, count: int, holding: ExitStack) -> None:
    """Connections that say half a request and nothing more."""
    for _ in range(count):
        stranger = holding.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        try:
            stranger.sendall(b"GET /metrics HTTP/1.0\r\nX-Half: ")
        except OSError:
            continue


def _always(status: int) -> FaultPlan:
    return FaultPlan(scripts=Scripts(distinct_id={POISON: (status,) * _FOR_EVER}))


SCENARIOS = (
    Scenario("nothing", nothing),
    *(
        Scenario(f"one record is always answered {status}", poison, faults=_always(status))
        for status in (401, 403, 404, 405, 302, 429, 503)
    ),
    Scenario(
        "2,400 records with headers of 800 KB, in an outage of 5 s",
        large_headers,
        faults=FaultPlan(outage=OutagePlan(seconds=5, step=503)),
    ),
    Scenario("a purchase of 800,000 lines", many_lines),
    Scenario("a purchase of 40,000 lines that repeats an id", repeated_ids),
    Scenario(
        "20 records that split into 2,000 events each", a_split, "viewed_product", options={"split_products": True}
    ),
    Scenario("20,000 records that cannot be mapped", mistyped),
    Scenario("20,000 records of one key", hot_key),
    Scenario("30 records of 9 MB", too_large),
    Scenario("2,000 values with a schema id of their own", unknown_ids),
    Scenario("values at the decoder's limits, and one above", guarded),
    Scenario("2,000 strangers at the telemetry port", nothing, connections=2000),
)
