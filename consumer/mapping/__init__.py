"""Routes, fields and the event types' contract: a record in, Bluecore's requests out.

    router = compile_routes(config.routes, token="namespace")
    router.map("shop.orders", "com.shop.OrderPlaced", record, event_time_ms, now_ms)   # Send, Reject or Skip

`faults` says what is wrong with the routes themselves, `check_route` what is wrong between them and the schemas,
and `Translator` decodes before it maps.
"""

from consumer.mapping.contract import CONTRACTS, events_of
from consumer.mapping.faults import faults
from consumer.mapping.links import LinkCache
from consumer.mapping.router import Router, compile_routes
from consumer.mapping.translate import Translator
from consumer.mapping.typecheck import Finding, SchemaVersion, Severity, check_route

__all__ = [
    "CONTRACTS",
    "Finding",
    "LinkCache",
    "Router",
    "SchemaVersion",
    "Severity",
    "Translator",
    "check_route",
    "compile_routes",
    "events_of",
    "faults",
]
