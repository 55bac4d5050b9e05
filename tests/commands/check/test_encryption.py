"""`check` says which fields are encrypted, by which rule, and whether the route reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from consumer.commands.check import encryption
from consumer.commands.check.routes import check_routes
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.config.model import Config
from tests.support.configs import SOUND
from tests.support.contracts import Contracts, contracts, encrypt, encrypt_payload

PII = {"confluent:tags": ["PII"]}
ADDRESS = {"type": "record", "name": "Address", "fields": [{"name": "street", "type": "string", **PII}]}
CUSTOMER = {
    "type": "record",
    "name": "com.shop.Customer",
    "fields": [
        {"name": "email", "type": "string", **PII},
        {"name": "mobile", "type": ["null", "string"], **PII},
        {"name": "homes", "type": {"type": "array", "items": ADDRESS}},
    ],
}
SUBJECT = "shop.customers-value"


@pytest.fixture
def registry() -> Iterator[Contracts]:
    with contracts() as registry:
        yield registry


def found(registry: Contracts, **route: Any) -> list[Finding]:
    """What is told of encryption, of a route that reads the e-mail unless it says otherwise."""
    whole = {"topic": "shop.customers", "event": "customer_patch", "fields": {"email": "email"}} | route
    config = Config.model_validate({**SOUND, "schema_registry": {"url": registry.url}, "routes": [whole]})
    (check,) = check_routes(config, None)
    return [each for each in check.findings if "encrypted" in each.message]


BY = "by rule encrypt (key shop-key)"


def test_each_encrypted_field_is_named(registry: Contracts) -> None:
    registry.register(SUBJECT, CUSTOMER, encrypt("PII"))
    assert [(each.severity, each.path, each.message, each.key, each.schema) for each in found(registry)] == [
        (Severity.INFO, path, message, "routes[0]", f"{SUBJECT} version 1")
        for path, message in (
            ("email", f"email is encrypted {BY}; it is decrypted where its key can be had"),
            ("mobile", f"mobile is encrypted {BY}; the route does not read it"),
            ("homes[].street", f"homes[].street is encrypted {BY}; the route does not read it"),
        )
    ]


def test_without_the_extra_one_that_is_read_is_a_warning(
    registry: Contracts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "is_installed", lambda: False)
    registry.register(SUBJECT, CUSTOMER, encrypt("PII"))
    mapped = {"fields": {"email": "email"}, "attributes": {"street": "homes[0].street"}}
    warnings = [each for each in found(registry, **mapped) if each.severity is Severity.WARNING]
    assert [each.path for each in warnings] == ["email", "homes[].street"]
    assert "the extra `encryption` is not installed here" in warnings[0].message
    assert "records are refused as `encrypted`" in warnings[0].message


def test_a_field_of_several_versions_is_named_once(registry: Contracts) -> None:
    for _ in range(2):
        registry.register(SUBJECT, CUSTOMER, encrypt("PII"))
    assert len(found(registry)) == 3


def test_records_that_are_encrypted_as_a_whole_are_told(registry: Contracts) -> None:
    registry.register(SUBJECT, CUSTOMER, encrypt_payload())
    (only,) = found(registry)
    assert only.message.startswith("the records are encrypted as a whole by rule whole (key shop-key)")


def test_a_record_within_itself_is_looked_at_once(registry: Contracts) -> None:
    of = {
        "type": "record",
        "name": "com.shop.Customer",
        "fields": [
            {"name": "email", "type": "string", **PII},
            {"name": "friend", "type": ["null", "com.shop.Customer"]},
        ],
    }
    registry.register(SUBJECT, of, encrypt("PII"))
    assert [each.path for each in found(registry)] == ["email"]


def test_without_rules_nothing_is_told(registry: Contracts) -> None:
    registry.register(SUBJECT, CUSTOMER)
    assert found(registry) == []
