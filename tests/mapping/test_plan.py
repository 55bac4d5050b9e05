"""What a request says, and that whatever cannot be written is refused by its field."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.records import Reason, Reject
from tests.mapping.support import EMAIL, map_one, route

TOO_LARGE = 2**64


def nested(levels: int) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = {"in": value}
    return value


@pytest.mark.parametrize(
    ("config", "record", "field", "says"),
    [
        (
            route("optin", attributes={"points": {"path": "points", "as": "integer"}}),
            {"points": "9" * 30},
            "points",
            "beyond 64 bits",
        ),
        (route("optin", attributes={"points": "points"}), {"points": TOO_LARGE}, "points", "beyond 64 bits"),
        (
            route("optin", attributes={"history": "history"}),
            {"history": {"orders": [1, TOO_LARGE]}},
            "history.orders[1]",
            "beyond 64 bits",
        ),
        (
            route("store_visit", fields={"count": "sum(counts)"}),
            {"counts": [2**63, 2**63]},
            "count",
            "beyond 64 bits",
        ),
        (
            route("viewed_product"),
            {"products": [{"id": "a"}, {"id": "b", "stock": TOO_LARGE}]},
            "products[1].stock",
            "beyond 64 bits",
        ),
        (route("search"), {"search_term": "\ud800"}, "search_term", "no valid Unicode text"),
        (
            route("optin", attributes={"notes": "notes"}),
            {"notes": {"\ud800": 1}},
            "notes",
            "cannot be written as JSON",
        ),
        (route("optin", attributes={"notes": "notes"}), {"notes": nested(2000)}, "notes", "nested too deeply"),
    ],
)
def test_what_cannot_be_written_as_json_is_refused_by_its_field(
    config: Any, record: dict[str, Any], field: str, says: str
) -> None:
    strict = config.model_copy(update={"invalid_optional": "refuse"})
    outcome = map_one(strict, {"email": EMAIL, **record})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, field)
    assert says in outcome.message
    outcome.message.encode()


@pytest.mark.parametrize("count", [2**64 - 1, -(2**63)])
def test_every_integer_of_64_bits_can_be_written(count: int) -> None:
    fields = {"count": {"path": "count", "as": "integer"}}
    outcome = map_one(route("store_visit", fields=fields), {"email": EMAIL, "count": count})
    assert str(count).encode() in outcome.requests[0].body  # type: ignore[union-attr]  # it is sent
