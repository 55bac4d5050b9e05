"""A request as people read it: a line for each value that is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from consumer.config.endpoints import resource_of
from consumer.records import EventRequest
from consumer.telemetry.legible import legible
from consumer.telemetry.masking import MASK

_EXCERPT: Final = 100


def path_of(request: EventRequest) -> str:
    """Below `rest_api.url`."""
    return f"/namespaces/{MASK}/{resource_of(request.api)}"


def event_fields(properties: dict[str, Any], customer: str) -> Iterator[str]:
    """A line for each value, but for the token and the name that the customer's column has."""
    for name, value in properties.items():
        if name == "customer":
            others = {key: each for key, each in value.items() if (key, each) != ("email", customer)}
            yield from (f"{bare(key)}: {short(each)}" for key, each in others.items())
        elif name == "products":
            yield from (f"product: {short(each)}" for each in value)
        elif name != "token" and (name, value) != ("distinct_id", customer):
            yield f"{bare(name)}: {short(value)}"


def rest_fields(document: dict[str, Any]) -> Iterator[str]:
    """A line for each value but the `id`, which the customer's column has; a section's with the section's name."""
    for section, value in document.items():
        if isinstance(value, dict) and section != "id":
            yield from (f"{section}.{bare(name)}: {short(each)}" for name, each in value.items())
        elif section != "id":
            yield f"{section}: {short(value)}"


def short(value: Any) -> str:
    pairs = isinstance(value, dict)
    text = ", ".join(f"{bare(key)} {as_json(each)}" for key, each in value.items()) if pairs else as_json(value)
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + "..."


def bare(name: str) -> str:
    """A name, which may be a record's own, as in JSON but for the quotes."""
    return as_json(name)[1:-1]


def as_json(value: Any) -> str:
    """As it is sent, so that `true` and `"true"` differ, and no control character reaches the terminal."""
    return legible(orjson.dumps(value).decode())
