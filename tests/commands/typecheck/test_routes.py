"""Every path of a mapping held against the schemas, before the first record."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from consumer.avro.files import load_folder, schemas_folder
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.routes import SchemaVersion, check_route
from consumer.config.route import RouteConfig
from tests.commands.typecheck.checked import FIELDS, ORDER, check, told, version


def test_a_mapping_that_fits() -> None:
    assert check(fields=FIELDS, when="status == 'PAID'", attributes={"tier": "buyer.tags.tier"}) == []


def test_a_field_that_does_not_exist_is_an_error_with_everything_that_helps() -> None:
    assert check(fields=FIELDS | {"email": "buyer.emial"}) == [
        Finding(
            Severity.ERROR,
            "there is no field emial",
            "email",
            ignored=False,
            key="routes[0].fields.email",
            path="buyer.emial",
            schema="v1",
        )
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
    ("event", "missing"),
    [
        ("customer_patch", ["email"]),
        ("identify", ["email", "distinct_id"]),
        ("search", ["distinct_id", "search_term"]),
        ("viewed_product", ["distinct_id", "products"]),
        ("purchase", ["email", "order_id", "total", "products"]),
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
        findings = check(name, [SchemaVersion(name, schema)])
        assert [finding for finding in findings if finding.severity == "error"] == []


class TestSchemaVersions:
    """A new version is held against the running mapping, a producer's CI needs no broker for it."""

    OLD: ClassVar = ORDER | {"fields": [field for field in ORDER["fields"] if field["name"] != "note"]}

    def test_what_some_versions_lack_is_a_warning(self) -> None:
        versions = [version(self.OLD, "v1"), version(ORDER, "v2")]
        (finding,) = check(versions=versions, fields=FIELDS, attributes={"note": "note"})
        assert (finding.severity, finding.schema) == ("warning", "v1")

    def test_unless_it_is_required(self) -> None:
        versions = [version(self.OLD, "v1"), version(ORDER, "v2")]
        findings = check("search", versions, fields={"email": "buyer.email", "search_term": "note"})
        assert [(finding.severity, finding.schema) for finding in findings] == [("error", "v1"), ("warning", "v2")]

    def test_a_type_that_one_version_gets_wrong_refuses_its_records_all_the_same(self) -> None:
        versions = [version(self.OLD, "v1"), version(ORDER, "v2")]
        wrong = check("optin", versions, fields={"email": "name"}, attributes={"x": {"path": "lines", "as": "date"}})
        assert [finding.severity for finding in wrong] == ["error", "error"]

    def test_a_symbol_that_only_one_version_has_is_a_warning_for_the_others(self) -> None:
        new = json.loads(json.dumps(ORDER).replace('"PAID", "OPEN"', '"PAID", "OPEN", "SHIPPED"'))
        versions = [version(ORDER, "v1"), version(new, "v2")]
        (finding,) = check(versions=versions, fields=FIELDS, when="status == 'SHIPPED'")
        assert (finding.severity, finding.schema) == ("warning", "v1")

    def test_what_no_version_has_is_an_error_in_each(self) -> None:
        versions = [version(self.OLD, "v1"), version(self.OLD, "v2")]
        findings = check(versions=versions, fields=FIELDS, attributes={"note": "note"})
        assert [(finding.severity, finding.schema) for finding in findings] == [("error", "v1"), ("error", "v2")]


def test_of_a_union_each_record_type_is_checked() -> None:
    other = {"type": "record", "name": "com.shop.Other", "fields": []}
    findings = check(versions=[version([ORDER, other])], fields=FIELDS)
    assert {finding.path for finding in findings if finding.schema == "v1"} >= {FIELDS["email"], FIELDS["products"]}


def test_a_finding_has_the_key_of_its_route() -> None:
    config = RouteConfig.model_validate({"topic": "t", "event": "purchase", "fields": FIELDS | {"city": "town"}})
    assert [finding.key for finding in check_route("routes[7]", config, [version(ORDER)])] == [
        "routes[7].fields.city"
    ]
