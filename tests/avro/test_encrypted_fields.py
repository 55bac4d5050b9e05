"""Which fields a schema's rules say to be encrypted: by tags in the schema and beside it, whatever a rule's mode."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumer.avro.encrypted_fields import encryption_of, with_encryption
from consumer.avro.encryption import EncryptedType
from consumer.avro.protocol import SCHEMA_ANSWER, RegisteredSchema
from consumer.avro.schema import parse

PII = ["PII"]


def field(name: str, of: Any, tags: list[str] | None = None) -> dict[str, Any]:
    return {"name": name, "type": of} | ({} if tags is None else {"confluent:tags": tags})


def schema(*fields: dict[str, Any], name: str = "com.shop.Customer") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


def rule(*tags: str, **more: Any) -> dict[str, Any]:
    return {"name": "r", "type": "ENCRYPT", "tags": list(tags), "params": {"encrypt.kek.name": "k"}} | more


def registered(of: dict[str, Any], *rules: dict[str, Any], metadata: Any = None, **rule_set: Any) -> RegisteredSchema:
    answer = {"schema": json.dumps(of), "ruleSet": {"domainRules": list(rules)} | rule_set, "metadata": metadata}
    return SCHEMA_ANSWER.validate_json(json.dumps(answer))


def encrypted(of: dict[str, Any], *rules: dict[str, Any], **more: Any) -> list[str]:
    """The encrypted fields of such a schema."""
    found = encryption_of(parse(json.dumps(of)), registered(of, *rules, **more))
    return [] if found is None else [f"{record}.{name}" for record, name in found.fields]


EMAIL, CITY = field("email", "string", PII), field("city", "string")


def test_a_field_is_encrypted_if_a_rule_has_one_of_its_tags() -> None:
    assert encrypted(schema(EMAIL, CITY), rule("PII", "OTHER")) == ["com.shop.Customer.email"]
    assert encrypted(schema(EMAIL, CITY), rule("OTHER")) == []
    assert encrypted(schema(EMAIL, CITY)) == []


@pytest.mark.parametrize(
    "path",
    [
        *("com.shop.Customer.city", "**.city", "com.shop.*.city", "com.shop.Customer.c?ty", "com.**"),
        *("**.*", "com.shop.Customer.*", r"com\.shop\.Customer\.city"),
    ],
)
def test_tags_beside_the_schema_name_fields_by_paths_with_wildcards(path: str) -> None:
    found = encrypted(schema(EMAIL, CITY), rule("PRIVATE"), metadata={"tags": {path: ["PRIVATE"]}})
    assert "com.shop.Customer.city" in found


@pytest.mark.parametrize("path", ["city", "com.*.city", "com.shop.customer.city", "*.city", "com.shop.Customer"])
def test_a_path_that_is_another_tags_nothing(path: str) -> None:
    assert encrypted(schema(EMAIL, CITY), rule("PRIVATE"), metadata={"tags": {path: ["PRIVATE"]}}) == []


def test_both_kinds_of_tags_count() -> None:
    found = encrypted(schema(EMAIL, CITY), rule("PII"), metadata={"tags": {"**.city": ["PII"]}})
    assert found == ["com.shop.Customer.email", "com.shop.Customer.city"]


def test_a_rule_without_tags_is_of_all_text_and_bytes() -> None:
    of = schema(EMAIL, CITY, field("age", "int"), field("scan", "bytes"))
    assert [each.rpartition(".")[2] for each in encrypted(of, rule())] == ["email", "city", "scan"]


@pytest.mark.parametrize(
    "of",
    [
        ["null", "string"],
        {"type": "array", "items": "string"},
        {"type": "map", "values": ["null", "bytes"]},
        ["null", {"type": "array", "items": {"type": "map", "values": "string"}}],
        {"type": "string", "logicalType": "uuid"},
        {"type": "string", "avro.java.string": "String"},
        {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
    ],
)
def test_text_within_the_field_is_encrypted(of: Any) -> None:
    assert encrypted(schema(field("it", of, PII)), rule("PII")) == ["com.shop.Customer.it"]


@pytest.mark.parametrize(
    "of", ["int", "boolean", ["null", "double"], {"type": "fixed", "name": "F", "size": 4}, {"type": "long"}]
)
def test_what_is_no_text_and_no_bytes_is_not_encrypted(of: Any) -> None:
    """Confluent's serializers refuse to."""
    assert encrypted(schema(field("it", of, PII)), rule("PII")) == []


def test_fields_of_records_within_have_tags_of_their_own() -> None:
    address = schema(field("street", "string", PII), field("zip", "string"), name="com.shop.Address")
    of = schema(field("home", ["null", address], PII), field("others", {"type": "map", "values": "com.shop.Address"}))
    assert encrypted(of, rule("PII")) == ["com.shop.Address.street"]


@pytest.mark.parametrize(
    "more",
    [
        {"mode": "WRITE"},
        {"mode": "READ"},
        {"onFailure": "NONE"},
        {"onFailure": "ERROR,NONE"},
        {"type": "encrypt"},
        {"disabled": None},
    ],
)
def test_a_rule_counts_whatever_its_mode_and_what_it_does_on_failure(more: dict[str, Any]) -> None:
    """Confluent's own deserializer gives the ciphertext as the value, without an error, under some of these."""
    assert encrypted(schema(EMAIL), rule("PII", **more)) == ["com.shop.Customer.email"]


def test_a_rule_that_no_client_has_run_does_not_count() -> None:
    assert encrypted(schema(EMAIL), rule("PII", disabled=True)) == []
    assert encrypted(schema(EMAIL), rule("PII", type="CEL_FIELD")) == []
    assert encrypted(schema(EMAIL), rule("PII"), enableAt="SERVER") == []
    assert encrypted(schema(EMAIL), rule("PII"), enableAt="CLIENT") == ["com.shop.Customer.email"]


def test_rules_are_undone_in_reverse() -> None:
    of = schema(EMAIL)
    found = encryption_of(
        parse(json.dumps(of)), registered(of, rule("PII", name="one"), rule("PII", "X", name="two"))
    )
    assert found is not None
    assert [each.name for each in found.fields["com.shop.Customer", "email"]] == ["two", "one"]


def test_what_a_rule_says_of_its_key_may_stand_beside_the_schema() -> None:
    of, properties = schema(EMAIL), {"encrypt.kek.name": "shop", "encrypt.dek.algorithm": "AES256_SIV"}
    given = rule("PII", params={"encrypt.kek.name": "mine", "encrypt.dek.expiry.days": "30"})
    found = encryption_of(parse(json.dumps(of)), registered(of, given, metadata={"properties": properties}))
    assert found is not None
    (key,) = found.fields["com.shop.Customer", "email"]
    assert (key.kek, key.algorithm, key.rotates) == ("mine", "AES256_SIV", True)


def test_payload_rules_are_of_the_whole() -> None:
    of = schema(EMAIL)
    given = registered(of, encodingRules=[rule(type="ENCRYPT_PAYLOAD", name="whole")])
    found = encryption_of(parse(json.dumps(of)), given)
    assert found is not None
    assert [each.name for each in found.payload] == ["whole"]
    assert found.fields == {}


@pytest.mark.parametrize("empty", [{}, {"ruleSet": None, "metadata": None}, {"ruleSet": {"domainRules": None}}])
def test_a_registry_that_knows_no_rules_answers_without(empty: dict[str, Any]) -> None:
    of = schema(EMAIL)
    given = SCHEMA_ANSWER.validate_json(json.dumps({"schema": json.dumps(of)} | empty))
    parsed = parse(json.dumps(of))
    assert with_encryption(parsed, given) is parsed


def test_a_marked_field_knows_where_it_is_and_what_it_was() -> None:
    uuid = {"type": "string", "logicalType": "uuid"}
    of = schema(field("card", {"type": "array", "items": ["null", uuid]}, PII), CITY)
    marked = with_encryption(parse(json.dumps(of)), registered(of, rule("PII")))
    assert marked.record is not None
    card, city = marked.record.parsed["fields"]
    found = card["type"]["items"][1]["encrypted"]
    assert isinstance(found, EncryptedType)
    assert (found.field, found.meaning) == ("com.shop.Customer.card", uuid)
    assert city["type"] == "string"
