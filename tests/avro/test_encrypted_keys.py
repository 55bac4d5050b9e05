"""Keys that Confluent's own serializer has encrypted: read as they were, or refused, and never as ciphertext."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from consumer.avro.cache import SchemaCache
from consumer.avro.decryption import NO_EXTRA
from consumer.avro.encryption import Keys
from consumer.avro.errors import EncryptedPayload, SchemaPending
from consumer.avro.key_registry import KeyRegistry
from consumer.avro.key_ring import KeyRing
from consumer.avro.key_service import KeyService
from consumer.avro.keys import KeyDecoder
from consumer.avro.registry import RegistryClient
from consumer.avro.unreadable import Unreadable
from tests.support.contracts import SECRET, Contracts, contracts, encrypt, encrypt_payload, written
from tests.support.waiting import eventually

TOPIC = "shop.customers"
KEY = {
    "type": "record",
    "name": "com.shop.Key",
    "fields": [
        {"name": "shop", "type": "string"},
        {"name": "email", "type": "string", "confluent:tags": ["PII"]},
    ],
}
JANE = {"shop": "DE", "email": "jane@example.com"}


@dataclass
class Shop:
    registry: Contracts
    cache: SchemaCache
    ring: KeyRing

    def written(self, value: Any, schema: Any, rule: dict[str, Any]) -> bytes:
        self.registry.register(f"{TOPIC}-key", schema, rule)
        return written(self.registry, TOPIC, value, part="key")

    def read(self, key: bytes, keys: Keys | None = None) -> Any:
        decoder = KeyDecoder(self.cache, keys=self.ring if keys is None else keys)

        def found() -> list[Any]:
            try:
                value = decoder(key, topic=TOPIC)
            except SchemaPending:
                return []
            fields = value.values() if isinstance(value, dict) else ()
            return [] if any(isinstance(each, Unreadable) and each.pending for each in fields) else [value]

        return eventually(found, 20, "the key")[0]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with contracts() as registry, RegistryClient(registry.url) as client:
        ring = KeyRing(KeyRegistry(client, KeyService({"secret": SECRET}, 5)).cipher)
        cache = SchemaCache(client, keys=ring)
        try:
            yield Shop(registry, cache, ring)
        finally:
            cache.close()


def test_an_encrypted_field_of_a_key_is_decrypted(shop: Shop) -> None:
    key = shop.written(JANE, KEY, encrypt("PII"))
    assert b"jane" not in key
    assert shop.read(key) == JANE


@pytest.mark.parametrize(("schema", "value"), [({"type": "string"}, "jane@example.com"), (KEY, JANE)])
def test_a_key_that_is_encrypted_as_a_whole_is_decrypted(shop: Shop, schema: Any, value: Any) -> None:
    key = shop.written(value, schema, encrypt_payload())
    assert b"jane" not in key
    assert shop.read(key) == value


def test_without_its_key_a_field_is_no_ciphertext_and_the_others_are_read(shop: Shop) -> None:
    found = shop.read(shop.written(JANE, KEY, encrypt("PII")), NO_EXTRA)
    assert found["shop"] == "DE"
    assert found["email"].encrypted
    assert found["email"].rule.startswith("is encrypted (com.shop.Key.email), and the extra `encryption`")


def test_without_its_key_a_whole_is_refused_as_that(shop: Shop) -> None:
    key = shop.written("jane@example.com", {"type": "string"}, encrypt_payload())
    with pytest.raises(EncryptedPayload, match="the key is encrypted, by rule whole, and the extra `encryption`"):
        shop.read(key, NO_EXTRA)


def test_texts_in_a_map_of_records_are_decrypted(shop: Shop) -> None:
    schema = {"type": "map", "values": KEY}
    key = shop.written({"a": JANE}, schema, encrypt("PII"))
    assert b"jane" not in key
    assert eventually(lambda: shop.read(key) == {"a": JANE}, 20, "the key")
