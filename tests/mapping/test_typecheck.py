"""Every path of a mapping held against the schemas, before the first record."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from consumer.avro.files import load_folder, schemas_folder
from consumer.avro.schema import parse
from consumer.config import RouteConfig
from consumer.mapping import Finding, SchemaVersion, check_types

ORDER: dict[str, Any] = {
    "type": "record",
    "name": "com.shop.Order",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "status", "type": {"type": "enum", "name": "Status", "symbols": ["PAID"]}},
        {"name": "paid", "type": "boolean"},
        {"name": "note", "type": ["null", "string"]},
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
}


def version(schema: Any, label: str = "v1") -> SchemaVersion:
    return SchemaVersion(label, parse(json.dumps(schema)))


def check(event: object = "purchase", schemas: Any = None, **keys: Any) -> list[Finding]:
    config = RouteConfig.model_validate({"topic": "t", "event": event, **keys})
    return check_types([config], {"t": [version(ORDER)]} if schemas is None else schemas)


def told(findings: list[Finding]) -> list[tuple[str, str, str | None]]:
    return [(finding.severity, finding.key.removeprefix("routes[0]."), finding.nearest) for finding in findings]


def test_a_mapping_that_fits() -> None:
    assert check(fields=FIELDS, when="status == 'PAID'", attributes={"tier": "buyer.tags.tier"}) == []


def test_a_field_that_does_not_exist_is_an_error_with_everything_that_helps() -> None:
    assert check(fields=FIELDS | {"email": "buyer.emial"}) == [
        Finding("error", "routes[0].fields.email", "buyer.emial", "v1", "there is no field emial", "email")  # type: ignore[arg-type]  # a StrEnum equals its text
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"fields": FIELDS | {"total": "paid"}}, ("error", "fields.total", None)),
        ({"fields": FIELDS | {"total": "mixed"}}, ("warning", "fields.total", None)),
        ({"fields": FIELDS | {"total": {"path": "paid", "as": "number"}}}, ("error", "fields.total", None)),
        ({"fields": FIELDS | {"email": "note"}}, ("warning", "fields.email", None)),
        ({"fields": FIELDS | {"email": "gift_to.email"}}, ("warning", "fields.email", None)),
        ({"fields": FIELDS | {"email": "buyer"}}, ("error", "fields.email", None)),
        ({"fields": FIELDS | {"order_id": "lines"}}, ("error", "fields.order_id", None)),
        ({"fields": FIELDS | {"order_id": "lines.sku"}}, ("error", "fields.order_id", None)),
        ({"fields": FIELDS | {"products": "id"}}, ("error", "fields.products", None)),
        ({"fields": FIELDS | {"products.price": "prise"}}, ("error", "fields.products.price", "price")),
        ({"fields": FIELDS | {"products.id": "price"}}, ("error", "fields.products.id", None)),
        ({"fields": FIELDS | {"city": "buyer.city"}}, ("error", "fields.city", None)),
        ({"fields": FIELDS, "when": "stats == 'PAID'"}, ("error", "when", "status")),
        ({"fields": FIELDS, "attributes": {"x": "buyer.emails"}}, ("error", "attributes.x", "email")),
        ({"fields": FIELDS, "attributes": {"x": {"path": "buyer", "as": "date"}}}, ("error", "attributes.x", None)),
        ({"fields": FIELDS, "attributes": {"x": {"path": "at", "as": "boolean"}}}, ("error", "attributes.x", None)),
    ],
)
def test_one_mistake_is_one_finding(keys: dict[str, Any], expected: tuple[str, str, str | None]) -> None:
    assert told(check(**keys)) == [expected]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sum(lines[].price)", []),
        ("lines[0].price", ["warning"]),
        ("lines[0].prise", ["error"]),
        ("lines[*].price", ["error"]),
        ("lines[?sku == 'x'].price | [0]", ["warning"]),
        ("lines[?skew == 'x'].price | [0]", ["error"]),
        ("lines[:2].price | [0]", ["warning"]),
        ("lines[].parts[] | [0]", ["warning", "error"]),
        ("buyer.tags.*", ["error"]),
        ("nothing || sum", ["error"]),
        ("sum || id", []),
        ("paid && sum", ["warning"]),
        ("!paid", ["error"]),
        ("`1`", []),
        ("'1'", ["error"]),
        ("to_number(note)", ["warning"]),
        ("not_null(note, sum)", ["warning"]),
        ("max_by(lines, &price).price", ["info"]),
        ("{a: sum}.a", []),
        ("[sum, id] | [0]", ["warning"]),
        ("@", ["error"]),
        ("id[0]", ["error"]),
    ],
)
def test_expressions_are_typed_as_a_total_and_where_they_cannot_be_it_is_said(path: str, expected: list[str]) -> None:
    findings = check(fields=FIELDS | {"total": path})
    assert {finding.severity for finding in findings} == set(expected)


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        ("customer_patch", ["email"]),
        ("identify", ["email", "distinct_id"]),
        ("search", ["distinct_id", "search_term"]),
        ("viewed_product", ["distinct_id", "products"]),
        ("purchase", ["email", "products", "order_id", "total"]),
    ],
)
def test_a_required_field_that_neither_the_route_nor_the_schema_has(event: str, missing: list[str]) -> None:
    assert told(check(event)) == [("error", f"fields.{name}", None) for name in missing]


def test_bluecores_own_names_need_no_mapping() -> None:
    schemas = load_folder(schemas_folder())
    for schema in schemas.values():
        event = schema.parsed["name"].rpartition(".")[2]
        name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in event).strip("_")
        name = {"opt_in": "optin"}.get(name, name)
        findings = check(name, {"t": [SchemaVersion(name, schema)]})
        assert [finding for finding in findings if finding.severity == "error"] == []


def test_the_value_that_chooses_the_event() -> None:
    consent = {"path": "paid", "values": {True: "optin", False: "unsubscribe"}}
    assert check(consent, fields={"email": "buyer.email"}) == []
    assert told(check(consent | {"path": "status"}, fields={"email": "buyer.email"})) == [
        ("error", "event.path", None)
    ]


class TestSchemaVersions:
    """A new version is held against the running mapping, a producer's CI needs no broker for it."""

    OLD: ClassVar = ORDER | {"fields": [field for field in ORDER["fields"] if field["name"] != "note"]}

    def test_what_some_versions_lack_is_a_warning(self) -> None:
        schemas = {"t": [version(self.OLD, "v1"), version(ORDER, "v2")]}
        (finding,) = check(schemas=schemas, fields=FIELDS, attributes={"note": "note"})
        assert (finding.severity, finding.schema) == ("warning", "v1")

    def test_unless_it_is_required(self) -> None:
        schemas = {"t": [version(self.OLD, "v1"), version(ORDER, "v2")]}
        findings = check("search", schemas, fields={"email": "buyer.email", "search_term": "note"})
        assert [(finding.severity, finding.schema) for finding in findings] == [("error", "v1"), ("warning", "v2")]

    def test_what_no_version_has_is_an_error_in_each(self) -> None:
        schemas = {"t": [version(self.OLD, "v1"), version(self.OLD, "v2")]}
        findings = check(schemas=schemas, fields=FIELDS, attributes={"note": "note"})
        assert [(finding.severity, finding.schema) for finding in findings] == [("error", "v1"), ("error", "v2")]


class TestWhichSchemas:
    OTHER: ClassVar = {"type": "record", "name": "com.shop.Other", "fields": []}

    def test_a_route_of_one_record_type_is_held_against_that_type_only(self) -> None:
        schemas = {"t": [version([ORDER, self.OTHER])]}
        assert check(schemas=schemas, record="com.shop.Order", fields=FIELDS) == []
        assert check(schemas=schemas, fields=FIELDS) != []

    def test_it_is_found_by_the_name_of_the_record(self) -> None:
        assert check(schemas={"com.shop.Order": [version(ORDER)]}, record="com.shop.Order", fields=FIELDS) == []

    def test_or_by_a_pattern_of_topics(self) -> None:
        config = RouteConfig.model_validate({"topic_pattern": "^t", "event": "purchase"})
        findings = check_types([config], {"t1": [version(ORDER)], "u1": [version(ORDER)]})
        assert len(findings) == 4

    def test_without_a_schema_nothing_is_checked_and_that_is_said(self) -> None:
        (finding,) = check(schemas={})
        assert (finding.severity, finding.message) == ("info", "not checked: there is no schema of topic t")
