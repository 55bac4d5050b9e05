"""The registry of keys is asked as Confluent's clients ask it, within our limits; what it lacks is told."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from consumer.avro.encryption import Cipher, KeyName
from consumer.avro.errors import KeyRefused, RegistryUnavailable
from consumer.avro.key_registry import Kek, KeyRegistry
from consumer.avro.options import RegistryOptions
from consumer.avro.registry import RegistryClient
from tests.support.contracts import KEKS, Contracts, contracts
from tests.support.servers import Server, dripping

NAME = KeyName("shop/key", ("orders-value", "com.shop.Order"), "AES256_GCM", 2)
KEK = {"name": "shop/key", "kmsType": "aws-kms", "kmsKeyId": "arn", "kmsProps": {"a": "b"}, "shared": False}


class Service:
    """Decrypts a key by turning it round; its ciphers decrypt what begins with the key."""

    def __init__(self) -> None:
        self.keks: list[Kek] = []

    def decrypted(self, kek: Kek, key: bytes) -> bytes:
        self.keks.append(kek)
        return key[::-1]

    def cipher(self, key: bytes, algorithm: str) -> Cipher:
        def decrypt(data: bytes, /) -> bytes:
            if not data.startswith(key):
                raise ValueError(algorithm)
            return data.removeprefix(key)

        return decrypt


@pytest.fixture
def registry() -> Iterator[Contracts]:
    with contracts() as registry:
        registry.keks["shop/key"] = KEK
        yield registry


@pytest.fixture
def keys(registry: Contracts) -> Iterator[KeyRegistry]:
    with RegistryClient(registry.url) as client:
        yield KeyRegistry(client, Service())


def dek(**parts: Any) -> dict[str, Any]:
    return {key: base64.b64encode(value).decode() for key, value in parts.items()}


def put(registry: Contracts, subject: str, version: int, found: dict[str, Any]) -> None:
    versions = registry.deks.setdefault(("shop/key", subject, "AES256_GCM"), [{}] * version)
    versions[version - 1] = found


def test_a_key_is_asked_for_by_name_subject_version_and_algorithm(registry: Contracts) -> None:
    put(registry, "com.shop.Order", 2, dek(encryptedKeyMaterial=b"yek"))
    service = Service()
    with RegistryClient(registry.url) as client:
        cipher = KeyRegistry(client, service).cipher(NAME)
    assert cipher(b"key: text") == b": text"
    assert service.keks == [Kek("shop/key", "aws-kms", "arn", {"a": "b"})]
    assert registry.asked == [
        f"GET {KEKS}/shop%2Fkey",
        f"GET {KEKS}/shop%2Fkey/deks/orders-value/versions/2",
        f"GET {KEKS}/shop%2Fkey/deks/com.shop.Order/versions/2",
    ]


def test_a_key_that_the_registry_decrypts_itself_needs_no_service(registry: Contracts) -> None:
    """Where it is `shared` with it."""
    put(registry, "orders-value", 2, dek(keyMaterial=b"key", encryptedKeyMaterial=b"yek"))
    service = Service()
    with RegistryClient(registry.url) as client:
        assert KeyRegistry(client, service).cipher(NAME)(b"key!") == b"!"
    assert service.keks == []


def test_of_several_keys_the_one_that_fits_is_used(registry: Contracts, keys: KeyRegistry) -> None:
    put(registry, "orders-value", 2, dek(keyMaterial=b"one"))
    put(registry, "com.shop.Order", 2, dek(keyMaterial=b"two"))
    cipher = keys.cipher(NAME)
    assert (cipher(b"one!"), cipher(b"two!")) == (b"!", b"!")
    with pytest.raises(ValueError, match="AES256_GCM"):
        cipher(b"three!")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (None, "no key of shop/key is there for orders-value or com.shop.Order in version 2"),
        ({}, "a key of shop/key without its bytes"),
        ({"keyMaterial": "no base64!"}, "a key of shop/key that is no base64"),
        ({"encryptedKeyMaterial": "===="}, "a key of shop/key that is no base64"),
    ],
)
def test_what_is_not_there_is_refused(
    registry: Contracts, keys: KeyRegistry, found: dict[str, Any] | None, why: str
) -> None:
    if found is not None:
        put(registry, "orders-value", 2, found)
    with pytest.raises(KeyRefused, match=why):
        keys.cipher(NAME)


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_is_no_outage(registry: Contracts, keys: KeyRegistry, status: int) -> None:
    registry.instead[KEKS] = Response("", status)
    with pytest.raises(KeyRefused, match=f"key shop/key cannot be had: .* answers {status}"):
        keys.cipher(NAME)


@pytest.mark.parametrize(
    "answer",
    [
        Response("", 500),
        JSONResponse({"error_code": 50003, "message": "no leader"}, 503),
        Response("", 429),
        Response("", 401),
        Response("<html>"),
        JSONResponse({"name": "shop/key"}),
    ],
)
def test_an_answer_that_says_nothing_of_the_key_is_an_outage(
    registry: Contracts, keys: KeyRegistry, answer: Response
) -> None:
    registry.instead[KEKS] = answer
    with pytest.raises(RegistryUnavailable):
        keys.cipher(NAME)


def test_one_that_has_no_end_is_an_outage() -> None:
    """Confluent's own client waits for ever."""
    with (
        Server(dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) as server,
        RegistryClient(server.url, RegistryOptions(timeout_seconds=0.5)) as client,
        pytest.raises(RegistryUnavailable, match=r"did not answer within 0.5 s"),
    ):
        KeyRegistry(client, Service()).cipher(NAME)
