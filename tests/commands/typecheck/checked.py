"""What the tests of the type checker share: the schema of an order, a mapping of it, and the findings in short."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from consumer.avro.schema import parse
from consumer.commands.typecheck.findings import Finding
from consumer.commands.typecheck.routes import SchemaVersion, check_route
from consumer.config.route import RouteConfig

ORDER: dict[str, Any] = {
    "type": "record",
    "name": "com.shop.Order",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "status", "type": {"type": "enum", "name": "Status", "symbols": ["PAID", "OPEN"]}},
        {"name": "flag", "type": {"type": "enum", "name": "Flag", "symbols": ["yes", "no"]}},
        {"name": "paid", "type": "boolean"},
        {"name": "note", "type": ["null", "string"]},
        {"name": "name", "type": "string"},
        {"name": "mixed", "type": ["string", "double"]},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {
            "name": "buyer",
            "type": {
                "type": "record",
                "name": "Buyer",
                "fields": [
                    {"name": "email", "type": "string"},
                    {"name": "alias", "type": ["null", "string"]},
                    {"name": "tags", "type": {"type": "map", "values": "string"}},
                ],
            },
        },
        {"name": "gift_to", "type": ["null", "Buyer"]},
        {"name": "sum", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        {"name": "labels", "type": ["null", {"type": "array", "items": "string"}]},
        {
            "name": "lines",
            "type": {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "Line",
                    "fields": [
                        {"name": "sku", "type": "string"},
                        {"name": "price", "type": "double"},
                        {"name": "gift", "type": "boolean"},
                        {"name": "parts", "type": {"type": "array", "items": "string"}},
                    ],
                },
            },
        },
    ],
}
FIELDS = {
    "email": "buyer.email",
    "order_id": "id",
    "total": "sum",
    "products": "lines",
    "products.price": "price",
}


def version(schema: Any, label: str = "v1") -> SchemaVersion:
    return SchemaVersion(label, parse(json.dumps(schema)))


def check(event: object = "purchase", versions: Sequence[SchemaVersion] = (), **keys: Any) -> list[Finding]:
    """The findings of one route against these versions; by default, against `ORDER` alone."""
    config = RouteConfig.model_validate({"topic": "t", "event": event, **keys})
    return check_route("routes[0]", config, versions or [version(ORDER)])


def told(findings: list[Finding]) -> list[tuple[str, str, str | None]]:
    return [(finding.severity, finding.key.removeprefix("routes[0]."), finding.nearest) for finding in findings]


def said(findings: list[Finding]) -> list[str]:
    """Each finding as one line: how bad, where, what."""
    return [f"{each.severity} {each.key.removeprefix('routes[0].')}: {each.message}" for each in findings]
