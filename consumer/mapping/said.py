"""What an event says, read out of its request, whichever API it goes by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from consumer.config.endpoints import ELIGIBILITY
from consumer.mapping.timing import milliseconds
from consumer.records import EventRequest


def properties_of(request: EventRequest) -> dict[str, Any]:
    """Its `properties`; of one for a REST API, what they would be: its customer, with id and attributes."""
    document: dict[str, Any] = orjson.loads(request.body)
    if not request.api:
        properties: dict[str, Any] = document["properties"]
        return properties
    (identifier,) = document["id"].values()
    return {"distinct_id": identifier, "customer": document["id"] | document.get("attributes", {})}


def consented_ms(request: EventRequest) -> int | None:
    """When the consent was true that it carries, ms since the epoch; None of what carries no such time."""
    if request.api != ELIGIBILITY:
        return None
    at: str | None = orjson.loads(request.body)["state"].get("consented_at")
    return None if at is None else milliseconds(datetime.fromisoformat(at))
