"""Values that Confluent's own serializer has encrypted: read as they were, or marked, and never as ciphertext."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from starlette.responses import JSONResponse

from consumer.avro.cache import SchemaCache
from consumer.avro.decryption import NO_EXTRA, Decryption
from consumer.avro.defaults import with_values
from consumer.avro.encryption import Keys
from consumer.avro.errors import EncryptedPayload, SchemaPending, Undecodable
from consumer.avro.key_registry import KeyRegistry
from consumer.avro.key_ring import KeyRing
from consumer.avro.key_service import KeyService
from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.registered import RegistryDecoder
from consumer.avro.registry import RegistryClient
from consumer.avro.schema import parse
from consumer.avro.unreadable import Unreadable
from tests.support.contracts import KEKS, SECRET, Contracts, contracts, encrypt, encrypt_payload, written
from tests.support.waiting import eventually

TOPIC = "shop.customers"
PII = {"confluent:tags": ["PII"]}
ADDRESS = {
    "type": "record",
    "name": "Address",
    "fields": [{"name": "street", "type": "string", **PII}, {"name": "zip", "type": "string"}],
}
CUSTOMER = {
    "type": "record",
    "name": "com.shop.Customer",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "email", "type": "string", **PII},
        {"name": "phone", "type": ["null", "string"], **PII},
        {"name": "scan", "type": "bytes", **PII},
        {"name": "nicknames", "type": {"type": "array", "items": "string"}, **PII},
        {"name": "notes", "type": {"type": "map", "values": ["null", "string"]}, **PII},
        {"name": "home", "type": ["null", ADDRESS]},
        {"name": "others", "type": {"type": "array", "items": "Address"}},
        {"name": "age", "type": "int", "confluent:tags": ["NUMBER"]},
    ],
}
JANE: dict[str, Any] = {
    "id": "1",
    "email": "jane@example.com",
    "phone": None,
    "scan": b"\x00\x01",
    "nicknames": ["J", ""],
    "notes": {"a": "ä", "b": None},
    "home": {"street": "Main St 1", "zip": "8000"},
    "others": [{"street": "Side St 2", "zip": "9000"}],
    "age": 41,
}


@dataclass
class Shop:
    """A registry, and how the topic's records are read by it."""

    registry: Contracts
    client: RegistryClient
    secret: str = SECRET
    closing: list[SchemaCache] = field(default_factory=list)

    def decoder(self, keys: Keys | None = None, readers: ReaderSchemas | None = None) -> RegistryDecoder:
        service = KeyService({"secret": self.secret}, 5)
        ring = KeyRing(KeyRegistry(self.client, service).cipher)
        cache = SchemaCache(self.client, keys=ring)
        self.closing.append(cache)
        return RegistryDecoder(cache, readers, decryption=Decryption(keys or ring, TOPIC))

    def read(self, value: bytes, decoder: Any = None) -> dict[str, Any]:
        """The record, once nothing of it is pending."""
        reading = decoder or self.decoder()

        def found() -> dict[str, Any] | None:
            try:
                decoded: dict[str, Any] = reading.decode(value).value
            except SchemaPending:
                return None
            return None if any(each.pending for each in marks(decoded)) else decoded

        record = eventually(found, 10, "the record with its keys")
        assert record is not None
        return record


def marks(value: Any) -> Iterator[Unreadable]:
    """What could not be read in a value."""
    if isinstance(value, Unreadable):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from marks(inner)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with contracts() as registry, RegistryClient(registry.url) as client:
        shop = Shop(registry, client)
        yield shop
        for each in shop.closing:
            each.close()


def sent(shop: Shop, *rules: dict[str, Any], value: Mapping[str, Any] = JANE, **more: Any) -> bytes:
    shop.registry.register(f"{TOPIC}-value", more.pop("schema", CUSTOMER), *rules, **more)
    return written(shop.registry, TOPIC, value)


@pytest.mark.parametrize("algorithm", ["AES256_GCM", "AES128_GCM", "AES256_SIV"])
@pytest.mark.parametrize("days", ["0", "30"])
def test_fields_wherever_they_stand_are_read_as_they_were(shop: Shop, algorithm: str, days: str) -> None:
    params = {"encrypt.dek.algorithm": algorithm, "encrypt.dek.expiry.days": days}
    value = sent(shop, encrypt("PII", params=params))
    assert b"jane" not in value
    assert b"Main St" not in value
    assert shop.read(value) == JANE


def test_tags_beside_the_schema_count(shop: Shop) -> None:
    plain = {"type": "record", "name": "C", "fields": [{"name": "email", "type": "string"}]}
    tags = {"tags": {"**.email": ["PRIVATE"]}}
    value = sent(shop, encrypt("PRIVATE"), schema=plain, value={"email": "jane@example.com"}, metadata=tags)
    assert b"jane" not in value
    assert shop.read(value) == {"email": "jane@example.com"}


def test_a_field_that_two_rules_encrypted_is_read(shop: Shop) -> None:
    value = sent(shop, encrypt("PII", "CONTACT"), encrypt("PII", name="again", kek="other-key"))
    assert shop.read(value) == JANE
    assert shop.registry.keks.keys() == {"shop-key", "other-key"}


@pytest.mark.parametrize("disabled", [False, True])
def test_of_two_rules_with_the_same_tags_the_first_counts(shop: Shop, disabled: bool) -> None:  # noqa: FBT001
    """Confluent's clients apply no other, even if that one is disabled."""
    value = sent(shop, encrypt("PII", disabled=disabled), encrypt("PII", name="again", kek="other-key"))
    assert (b"jane" in value) == disabled
    assert shop.read(value) == JANE


def test_a_pair_of_rules_for_writers_and_for_readers_is_one(shop: Shop) -> None:
    value = sent(shop, encrypt("PII", mode="WRITE"), encrypt("PII", name="back", mode="READ"))
    assert shop.read(value) == JANE


def test_a_rule_that_is_disabled_encrypted_nothing(shop: Shop) -> None:
    value = sent(shop, encrypt("PII", disabled=True))
    assert b"jane" in value
    assert shop.read(value) == JANE
    assert not [each for each in shop.registry.asked if KEKS in each]


def test_a_record_that_was_encrypted_as_a_whole_is_read(shop: Shop) -> None:
    value = sent(shop, encrypt_payload())
    assert b"jane" not in value
    assert shop.read(value) == JANE


def test_both_at_once_are_read(shop: Shop) -> None:
    assert shop.read(sent(shop, encrypt("PII"), encrypt_payload())) == JANE


def test_a_value_of_a_logical_type_is_read_as_that(shop: Shop) -> None:
    """Confluent's serializer for Python encrypts text and bytes only; Java's does these, too."""
    price = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
    plain = {"type": "record", "name": "P", "fields": [{"name": "price", "type": "bytes", **PII}]}
    value = sent(shop, encrypt("PII"), schema=plain, value={"price": (1999).to_bytes(2, "big")})
    logical = plain | {"fields": [{"name": "price", "type": price, **PII}]}
    shop.registry.schemas[0]["schema"] = json.dumps(logical)
    assert shop.read(value) == {"price": Decimal("19.99")}


@pytest.mark.parametrize("subject", [f"{TOPIC}-com.shop.Customer", "com.shop.Customer"])
def test_the_key_is_found_under_each_of_confluents_subjects(shop: Shop, subject: str) -> None:
    shop.registry.register(subject, CUSTOMER, encrypt("PII"))
    assert shop.read(written(shop.registry, TOPIC, JANE, subject=subject)) == JANE


def test_where_several_subjects_have_a_key_each_is_tried(shop: Shop) -> None:
    """A producer has changed its strategy."""
    shop.registry.register("com.shop.Customer", CUSTOMER, encrypt("PII"))
    named = written(shop.registry, TOPIC, JANE, subject="com.shop.Customer")
    of_topic = sent(shop, encrypt("PII"))
    assert shop.read(named) == shop.read(of_topic) == JANE


def test_keys_are_asked_for_once(shop: Shop) -> None:
    decoder, value = shop.decoder(), sent(shop, encrypt("PII"))
    shop.registry.asked.clear()
    for _ in range(3):
        assert shop.read(value, decoder) == JANE
    assert len([each for each in shop.registry.asked if KEKS in each]) == 4, "one KEK, and a DEK of each subject"


# Where it cannot be decrypted


def unreadable(shop: Shop, value: bytes, decoder: Any = None) -> str:
    """Why the e-mail could not be read; all else that is encrypted could not either, and the rest could."""
    record = shop.read(value, decoder)
    found = list(marks(record))
    assert len(found) == 7
    assert all(each.encrypted for each in found)
    assert (record["id"], record["phone"], record["home"]["zip"], record["age"]) == ("1", None, "8000", 41)
    email: Unreadable = record["email"]
    return email.rule


@pytest.mark.parametrize("on_failure", [None, "NONE", "ERROR,NONE"])
@pytest.mark.parametrize("mode", ["WRITEREAD", "WRITE"])
def test_without_the_extra_nothing_is_read_as_ciphertext(shop: Shop, on_failure: str | None, mode: str) -> None:
    """Two traps: Confluent's deserializer hands on ciphertext after a failure with NONE, and of a rule for WRITE."""
    value = sent(shop, encrypt("PII", mode=mode, onFailure=on_failure))
    why = unreadable(shop, value, shop.decoder(NO_EXTRA))
    assert why.startswith("is encrypted (com.shop.Customer.email), and the extra `encryption` is not installed here")


def test_a_reader_schema_without_tags_changes_nothing(shop: Shop) -> None:
    """Third trap: Confluent's deserializer takes rules' tags from its own reader schema."""
    fields = [{"name": "email", "type": ["null", "string"], "default": None}, {"name": "scan", "type": "bytes"}]
    own = with_values(parse(json.dumps({"type": "record", "name": "com.shop.Customer", "fields": fields})))
    readers = ReaderSchemas([ReaderSchema(own)])
    value = sent(shop, encrypt("PII"))
    assert shop.read(value, shop.decoder(readers=readers)) == {"email": "jane@example.com", "scan": b"\x00\x01"}
    hidden = shop.read(value, shop.decoder(NO_EXTRA, readers))
    assert len(list(marks(hidden))) == 2


def test_the_topic_stands_in_for_a_serialization_context(shop: Shop) -> None:
    """Fourth trap: without one, Confluent's deserializer knows no subject, and hands on ciphertext."""
    value = sent(shop, encrypt("PII"))
    service = KeyService({"secret": SECRET}, 5)
    ring = KeyRing(KeyRegistry(shop.client, service).cipher)
    cache = SchemaCache(shop.client, keys=ring)
    shop.closing.append(cache)
    elsewhere = RegistryDecoder(cache, decryption=Decryption(ring, "another.topic"))
    why = unreadable(shop, value, elsewhere)
    assert "no key of shop-key is there for another.topic-value or another.topic-com.shop.Customer or com.shop" in why


@pytest.mark.parametrize("status", [403, 404])
def test_a_registry_of_keys_that_says_no_is_not_waited_for(shop: Shop, status: int) -> None:
    value = sent(shop, encrypt("PII"))
    shop.registry.instead[KEKS] = JSONResponse({"error_code": status * 100 + 70, "message": ""}, status)
    assert f"key shop-key cannot be had: the registry of keys at {shop.registry.url} answers {status}" in unreadable(
        shop, value
    )


def test_a_key_service_that_does_not_decrypt_is_named(shop: Shop) -> None:
    value = sent(shop, encrypt("PII"))
    shop.secret = "another"
    why = unreadable(shop, value)
    assert "local-kms does not decrypt the key of shop-key: " in why
    assert not why.endswith(": "), "Confluent's own error has no text"


def test_a_rule_without_a_key_is_named(shop: Shop) -> None:
    value = sent(shop, encrypt("PII"))
    (rule,) = shop.registry.schemas[0]["ruleSet"]["domainRules"]
    del rule["params"]["encrypt.kek.name"]
    assert "rule encrypt names no key (encrypt.kek.name)" in unreadable(shop, value)


@pytest.mark.parametrize("text", ["jane@example.com", "", "====", "AAAA", "ä", "A" * 80])
@pytest.mark.parametrize("days", ["0", "30"])
def test_what_was_not_encrypted_though_a_rule_says_so_is_not_passed_on(shop: Shop, text: str, days: str) -> None:
    """A producer without the executors, or one whose `onFailure` is NONE, writes plain text: nobody can tell."""
    plain = {"type": "record", "name": "C", "fields": [{"name": "email", "type": "string", **PII}]}
    params = {"encrypt.dek.expiry.days": days}
    good = sent(shop, encrypt("PII", params=params), schema=plain, value={"email": "jane@example.com"})
    decoder = shop.decoder()
    assert shop.read(good, decoder) == {"email": "jane@example.com"}
    body = text.encode()
    bad = struct.pack(">bI", 0, 1) + bytes([2 * len(body) & 0x7F | (0x80 if len(body) > 63 else 0)])
    bad += (b"\x01" if len(body) > 63 else b"") + body
    found = shop.read(bad, decoder)["email"]
    assert isinstance(found, Unreadable)
    assert "it is not what this key encrypts" in found.rule or "no key of" in found.rule


def test_what_nobody_reads_needs_no_key(shop: Shop) -> None:
    value = sent(shop, encrypt("PII"))
    shop.registry.asked.clear()
    record = shop.read(value, shop.decoder().narrowed(frozenset(("id", "age"))))
    assert (record["id"], record["age"]) == ("1", 41)
    assert all(each.encrypted for each in marks(record))
    assert not [each for each in shop.registry.asked if KEKS in each]


def test_a_payload_that_cannot_be_decrypted_is_refused_as_that(shop: Shop) -> None:
    value = sent(shop, encrypt_payload())
    with pytest.raises(EncryptedPayload, match="schema 1: the value is encrypted, by rule whole, and the extra"):
        shop.read(value, shop.decoder(NO_EXTRA))
    decoder = shop.decoder()
    assert shop.read(value, decoder) == JANE
    with pytest.raises(EncryptedPayload, match="it is not what this key encrypts"):
        shop.read(value[:-1] + bytes([value[-1] ^ 1]), decoder)


def test_a_payload_that_decrypts_and_is_no_record_is_undecodable(shop: Shop) -> None:
    value = sent(shop, encrypt_payload())
    shop.registry.schemas[0]["schema"] = json.dumps({"type": "record", "name": "com.shop.Customer", "fields": []})
    with pytest.raises(Undecodable, match="bytes are left over") as caught:
        shop.read(value)
    assert not isinstance(caught.value, EncryptedPayload)
