"""Encrypted values of one topic's records, decrypted where their key is here, else marked as what they are."""

from __future__ import annotations

import binascii
from typing import Any, Literal

from fastavro.read import LOGICAL_READERS

from consumer.avro.encryption import Cipher, Ciphertext, EncryptedType, KeyName, KeyRule, Keys
from consumer.avro.errors import EncryptedPayload, KeyPending, KeyRefused
from consumer.avro.schema import AvroSchema
from consumer.avro.unavailable import PLACEHOLDER
from consumer.avro.unreadable import Unreadable

_VERSION_BYTES = 5
_NOT_THIS = "it is not what this key encrypts"
_UNREAD = Unreadable("is encrypted, and was not decrypted as no route reads it", encrypted=True)
_PLACEHOLDERS = (PLACEHOLDER, PLACEHOLDER.decode())


class NoKeys:
    """Where none can be had."""

    def __init__(self, why: str) -> None:
        self._why = why

    def get(self, _name: KeyName) -> Cipher:
        """See `Keys.get`."""
        raise KeyRefused(self._why)


NO_EXTRA = NoKeys("the extra `encryption` is not installed here: pip install 'bluecore-consumer[encryption]'")


class Decryption:
    """Of the records of one topic, or of their keys. Its state is a memo of keys to decrypt with."""

    def __init__(self, keys: Keys, topic: str, part: Literal["value", "key"] = "value") -> None:
        """Takes what it is made of.

        Args:
            keys: where keys are had from.
            topic: what the records were written to.
            part: of the records.
        """
        self._keys = keys
        self._topic = topic
        self._part = part
        self._ciphers: dict[tuple[str, str, str, int], Cipher] = {}

    def record(self, value: Any, name: str, wanted: frozenset[str] | None) -> Any:
        """A record's fields as they were before they were encrypted; what cannot be decrypted is `Unreadable`.

        Args:
            value: the decoded record.
            name: the full name of its type.
            wanted: the only fields that anybody reads; of the others no key is asked for. None: all.
        """
        return {field: self._value(inner, name, wanted is None or field in wanted) for field, inner in value.items()}

    def anything(self, value: Any) -> Any:
        """The same of a value of any type."""
        return self._value(value, "", wanted=True)

    def payload(self, data: bytes, schema: AvroSchema) -> bytes:
        """The bytes of a record that were encrypted as a whole; as they are, of a schema without such a rule.

        Raises:
            EncryptedPayload: they cannot be decrypted.
            KeyPending: their key is not here yet.
        """
        rules = () if schema.encryption is None else schema.encryption.payload
        name = "" if schema.record is None else schema.record.name
        for rule in rules:
            try:
                data = self._undone(rule, data, name)
            except (KeyRefused, ValueError) as error:
                raise EncryptedPayload(f"the {self._part} is encrypted, by rule {rule.name}, and {error}") from None
        return data

    def _value(self, value: Any, name: str, wanted: bool) -> Any:  # noqa: FBT001 - passed down
        if type(value) is Ciphertext:
            return self._plain(value, name) if wanted else _UNREAD
        if type(value) is dict:
            return {key: self._value(inner, name, wanted) for key, inner in value.items()}
        if type(value) is list:
            return [self._value(inner, name, wanted) for inner in value]
        return value

    def _plain(self, value: Ciphertext, name: str) -> Any:
        data, found = value.data, value.type
        try:
            for rule in found.rules:
                if isinstance(data, str):
                    data = self._undone(rule, binascii.a2b_base64(data, strict_mode=True), name).decode()
                else:
                    data = self._undone(rule, data, name)
        except KeyPending as pending:
            return Unreadable("is encrypted, and its key is being fetched", encrypted=True, pending=pending.key)
        except KeyRefused as refused:
            return Unreadable(f"is encrypted ({found.field}), and {refused}", encrypted=True)
        except ValueError:
            return Unreadable(f"is encrypted ({found.field}), and {_NOT_THIS}: see rule {rule.name}", encrypted=True)
        return None if data in _PLACEHOLDERS else _meant(data, found)

    def _undone(self, rule: KeyRule, data: bytes, name: str) -> bytes:
        version = 1
        if rule.rotates:
            if len(data) <= _VERSION_BYTES or data[0] != 0:
                raise ValueError(_NOT_THIS)
            # As Confluent's clients have it, none and 0 are the first.
            version, data = int.from_bytes(data[1:_VERSION_BYTES], "big") or 1, data[_VERSION_BYTES:]
        key = rule.kek, rule.algorithm, name, version
        cipher = self._ciphers.get(key)
        if cipher is None:
            if not rule.kek:
                raise KeyRefused(f"rule {rule.name} names no key (encrypt.kek.name)")
            cipher = self._keys.get(KeyName(rule.kek, self._subjects(name), rule.algorithm, version))
            self._ciphers[key] = cipher
        try:
            return cipher(data)
        except ValueError:
            raise ValueError(_NOT_THIS) from None

    def _subjects(self, name: str) -> tuple[str, ...]:
        """Those that Confluent's strategies write a record for: its topic's, its topic's and type's, its type's."""
        named = (f"{self._topic}-{name}", name) if name else ()
        return (f"{self._topic}-{self._part}", *named)


def _meant(data: str | bytes, found: EncryptedType) -> Any:
    """What the decrypted bytes or text stand for, by the type that it had before it was encrypted."""
    avro = found.meaning
    if not isinstance(avro, dict) or "logicalType" not in avro:
        return data
    read = LOGICAL_READERS.get(f"{avro['type']}-{avro['logicalType']}")
    return read(data, avro, None) if read else data
