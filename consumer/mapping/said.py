"""What an event says, read out of its request, whichever API it goes by."""

from __future__ import annotations

from typing import Any

import orjson

from consumer.records import EventRequest


def properties_of(request: EventRequest) -> dict[str, Any]:
    """Its `properties`; of one for a REST API, what they would be: its customer, with id and attributes."""
    document: dict[str, Any] = orjson.loads(request.body)
    if not request.api:
        properties: dict[str, Any] = document["properties"]
        return properties
    (identifier,) = document["id"].values()
    return {"distinct_id": identifier, "customer": document["id"] | document.get("attributes", {})}
