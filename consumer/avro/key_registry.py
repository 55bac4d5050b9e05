"""Keys as the registry of keys has them: each encrypted by another, which a key management service keeps.

Rules: Confluent's "DEK Registry API". It is asked by our own client, since Confluent's waits for an answer without
limit, in time as in size.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Protocol, TypeVar
from urllib.parse import quote

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from consumer.avro.encryption import Cipher, KeyName
from consumer.avro.errors import KeyRefused, RegistryUnavailable, SchemaUnknown
from consumer.avro.outage import no_registry_answer
from consumer.avro.registry import RegistryClient
from consumer.config.addresses import address

_NAMED = BeforeValidator(lambda given: given or {})
_NO = frozenset((HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND))
_T = TypeVar("_T")
_PATH = "/dek-registry/v1/keks"


@dataclass(frozen=True, slots=True)
class Kek:
    """A key that encrypts keys.

    Attributes:
        service: the kind of the key management service, such as `aws-kms`.
        key_id: the key's name there.
        properties: settings of the service.
    """

    name: str
    service: Annotated[str, Field(alias="kmsType")]
    key_id: Annotated[str, Field(alias="kmsKeyId")]
    properties: Annotated[Mapping[str, str], _NAMED, Field(alias="kmsProps")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dek:
    """A key that encrypts values, in base64: encrypted, or plain where the registry may decrypt it itself."""

    encrypted: Annotated[str | None, Field(alias="encryptedKeyMaterial")] = None
    plain: Annotated[str | None, Field(alias="keyMaterial", repr=False)] = None


_KEK, _DEK = TypeAdapter(Kek), TypeAdapter(Dek)


class Service(Protocol):
    """The key management services, and the ciphers of their keys."""

    def decrypted(self, kek: Kek, key: bytes) -> bytes:
        """A key, decrypted by the one that encrypts it, within a bounded time.

        Raises:
            KeyRefused: the service will not, or cannot.
        """
        ...

    def cipher(self, key: bytes, algorithm: str) -> Cipher: ...


class KeyRegistry:
    """Fetches keys."""

    def __init__(self, client: RegistryClient, service: Service) -> None:
        self._client = client
        self._service = service

    def cipher(self, name: KeyName) -> Cipher:
        """The key of the first of its subjects that has one.

        Raises:
            KeyRefused: none is to be had.
            RegistryUnavailable: the registry is out of reach.
        """
        where = f"{_PATH}/{quote(name.kek, safe='')}"
        try:
            kek = self._part(_KEK, f"{where}?deleted=false")
        except SchemaUnknown as error:
            if error.unasked:
                raise RegistryUnavailable(str(error)) from None
            raise KeyRefused(f"key {name.kek} cannot be had: {error}") from None
        keys = [key for subject in name.subjects if (key := self._key(where, name, subject)) is not None]
        if not keys:
            subjects = " or ".join(name.subjects)
            raise KeyRefused(f"no key of {name.kek} is there for {subjects} in version {name.version}")
        # A topic whose producers have changed their subjects has several.
        return _any_of([self._service.cipher(self._material(kek, key), name.algorithm) for key in keys])

    def _key(self, where: str, name: KeyName, subject: str) -> Dek | None:
        query = f"algorithm={quote(name.algorithm, safe='')}&deleted=true"
        try:
            path = f"{where}/deks/{quote(subject, safe='')}/versions/{name.version}?{query}"
            return self._part(_DEK, path)
        except SchemaUnknown as error:
            if error.unasked:
                raise RegistryUnavailable(str(error)) from None
            return None

    def _part(self, expected: TypeAdapter[_T], path: str) -> _T:
        """What is under a path; SchemaUnknown: nothing is, or not for this user."""

        def read(url: str, status: int, content: bytes) -> _T:
            if status in _NO:
                raise SchemaUnknown(f"the registry of keys at {address(url)} answers {status}")
            try:
                if status == HTTPStatus.OK:
                    return expected.validate_json(content)
            except ValidationError:
                pass
            raise RegistryUnavailable(no_registry_answer(url, status))

        return self._client.call(read, "GET", path)

    def _material(self, kek: Kek, key: Dek) -> bytes:
        if key.plain:
            return _decoded(kek, key.plain)
        if not key.encrypted:
            raise KeyRefused(f"the registry of keys has a key of {kek.name} without its bytes")
        return self._service.decrypted(kek, _decoded(kek, key.encrypted))


def _decoded(kek: Kek, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise KeyRefused(f"the registry of keys has a key of {kek.name} that is no base64") from None


def _any_of(ciphers: list[Cipher]) -> Cipher:
    first, *others = ciphers
    if not others:
        return first

    def decrypt(data: bytes, /) -> bytes:
        for each in ciphers[:-1]:
            try:
                return each(data)
            except ValueError:
                continue
        return ciphers[-1](data)

    return decrypt
