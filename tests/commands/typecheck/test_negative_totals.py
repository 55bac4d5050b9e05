"""A purchase whose total may be below 0 is told, until `when` looks at the total."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.typecheck.findings import Severity
from consumer.commands.typecheck.negative_totals import takes_negative_totals, unguarded_total
from tests.commands.typecheck.checked import FIELDS, ORDER, check, version
from tests.mapping.support import route

RETURNED = {"type": "enum", "name": "Kind", "symbols": ["SALE", "RETOUR"]}


def with_field(name: str, avro: Any) -> Any:
    return version({**ORDER, "fields": [*ORDER["fields"], {"name": name, "type": avro}]})


def told(schema: Any = None, **keys: Any) -> list[str]:
    found = check("purchase", [schema] if schema else (), **{"fields": FIELDS, **keys})
    return [each.message for each in found if each.key == "routes[0].when" and each.severity is Severity.WARNING]


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (with_field("kind", RETURNED), "as kind may be RETOUR"),
        (with_field("refund_reason", ["null", "string"]), "as the schema has a field refund_reason"),
        (with_field("is_storno", "boolean"), "as the schema has a field is_storno"),
    ],
)
def test_a_schema_that_speaks_of_returns(schema: Any, why: str) -> None:
    (message,) = told(schema)
    assert message == f"the total may be below 0, {why}: a return is no purchase, and sum >= `0` leaves it out"
    assert told(schema, when="sum >= `0`") == []


def test_a_condition_on_what_speaks_of_returns_is_enough() -> None:
    assert told(with_field("kind", RETURNED), when="kind == 'SALE'") == []


@pytest.mark.parametrize(
    "name", ["return_address", "retour_adres", "returnPolicyUrl", "returns_allowed", "return_rate"]
)
def test_what_a_sale_says_of_returns_makes_it_none(name: str) -> None:
    assert told(with_field(name, "string")) == []


def test_a_difference_may_be_below_zero() -> None:
    (message,) = told(fields=FIELDS | {"total": "sum - lines[0].price"})
    assert "as it is a difference" in message
    assert told() == []


@pytest.mark.parametrize(
    ("event", "keys", "takes"),
    [
        ("purchase", {}, True),
        ("purchase", {"when": "status == 'PAID'"}, True),
        ("purchase", {"when": "total > `0`"}, False),
        ("purchase", {"fields": {"total": "abs(amount)"}}, False),
        ("search", {}, False),
    ],
)
def test_without_more_in_the_schema_it_is_an_info(event: str, keys: dict[str, Any], takes: bool) -> None:  # noqa: FBT001 - a table's column
    config = route(event, **keys)
    assert takes_negative_totals(config) is takes
    found = list(unguarded_total("routes[3]", config))
    assert [(each.severity, each.key) for each in found] == [(Severity.INFO, "routes[3].when")] * takes
