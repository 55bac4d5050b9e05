"""A route that sends by a REST API, held against the schema of its records."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumer.avro.schema import parse
from consumer.commands.typecheck.findings import Severity
from consumer.commands.typecheck.routes import SchemaVersion, check_route
from consumer.config.route import RouteConfig

SECONDS = {"path": "at", "as": "datetime", "unit": "seconds"}
CUSTOMERS = {"api": "customers", "event": "customer_patch"}
TIME = {"type": "long", "logicalType": "timestamp-millis"}


def errors(route: dict[str, Any], **fields: Any) -> list[str]:
    """What `check` refuses of a route whose records have these fields."""
    named = [{"name": name, "type": avro} for name, avro in fields.items()]
    schema = parse(json.dumps({"type": "record", "name": "Consent", "fields": named}))
    config = RouteConfig.model_validate({"topic": "t", "event": "optin", "api": "eligibility"} | route)
    found = check_route("routes[0]", config, [SchemaVersion("Consent.avsc", schema)])
    return [each.key for each in found if each.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("route", "fields"),
    [
        ({}, {"email": "string"}),
        ({}, {"phone_number": "string"}),
        ({}, {"email": ["null", "string"], "phone_number": "string", "consented_at": TIME}),
        ({"fields": {"phone_number": "mobile"}}, {"mobile": "string"}),
        ({"fields": {"phone_number": "mobile"}, "phone_region": "US"}, {"mobile": "long"}),
        ({"fields": {"phone_number": "join('', ['+', to_string(mobile)])"}}, {"mobile": "long"}),
        ({"event": "signup"}, {"phone_number": "string"}),
        ({"fields": {"consented_at": SECONDS}}, {"email": "string", "at": "int"}),
        (CUSTOMERS | {"attributes": {"tier": "tier"}}, {"email": "string", "tier": "int"}),
        (CUSTOMERS | {"event": "identify"}, {"email": "string", "link_ids": {"type": "array", "items": "string"}}),
    ],
)
def test_what_has_an_id_and_the_right_types_is_taken(route: dict[str, Any], fields: dict[str, Any]) -> None:
    assert errors(route, **fields) == []


@pytest.mark.parametrize(
    ("route", "fields", "keys"),
    [
        ({}, {"name": "string"}, ["routes[0].fields.email"]),
        ({"event": "signup"}, {"email": "string"}, ["routes[0].fields.phone_number"]),
        ({"fields": {"email": "mail"}}, {"phone_number": "string"}, ["routes[0].fields.email"]),
        ({"fields": {"phone_number": "mobile"}}, {"mobile": "long"}, ["routes[0].fields.phone_number"]),
        ({}, {"email": "string", "consented_at": "boolean"}, ["routes[0].fields.consented_at"]),
        ({}, {"email": "string", "message_type": "double"}, ["routes[0].fields.message_type"]),
    ],
)
def test_what_has_neither_email_nor_phone_or_another_type_is_refused(
    route: dict[str, Any], fields: dict[str, Any], keys: list[str]
) -> None:
    assert errors(route, **fields) == keys


def test_of_two_ids_one_must_be_there_and_both_are_named() -> None:
    fields = [{"name": name, "type": ["null", "string"]} for name in ("mail", "mobile")]
    schema = parse(json.dumps({"type": "record", "name": "Consent", "fields": fields}))
    both = {"email": "mail", "phone_number": "mobile"}
    route = {"topic": "t", "event": "optin", "api": "eligibility", "fields": both}
    found = check_route("routes[0]", RouteConfig.model_validate(route), [SchemaVersion("Consent.avsc", schema)])
    assert [(each.path, each.message) for each in found] == [
        ("mail, mobile", "may all be null: such a record is refused as missing_field")
    ]
