"""What of a schema's records is encrypted, and by which rules: Confluent's client-side field-level encryption.

Plain values, on which whoever decrypts, refuses or checks records agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, eq=False)
class KeyRule:
    """A rule by which something was encrypted.

    Attributes:
        name: the rule's, for messages.
        kek: the name of the key that encrypts the keys; empty where the rule names none.
        rotates: the keys have versions, and each ciphertext begins with its key's.
    """

    name: str
    kek: str
    algorithm: str = "AES256_GCM"
    rotates: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class EncryptedType:
    """A text or bytes that is encrypted.

    Attributes:
        field: where it is, such as `com.shop.Customer.email`.
        meaning: the parsed type of what was encrypted.
        rules: in the order in which they are undone.
    """

    field: str
    meaning: Any
    rules: tuple[KeyRule, ...]


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """In the place of a value that is encrypted, until it is known whether anybody reads it."""

    data: str | bytes
    type: EncryptedType


@dataclass(frozen=True, slots=True)
class Encryption:
    """What of one schema's records is encrypted; rules stand in the order in which they are undone.

    Attributes:
        fields: by the full name of a record type and the name of its field.
        payload: those of the records' bytes as a whole.
    """

    fields: Mapping[tuple[str, str], tuple[KeyRule, ...]]
    payload: tuple[KeyRule, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyName:
    """Which key: keys are kept by the subject that a record was written for, which is one of these.

    Attributes:
        kek: the key that encrypts it.
        version: from 1.
    """

    kek: str
    subjects: tuple[str, ...]
    algorithm: str
    version: int = 1

    def __str__(self) -> str:
        return f"{self.kek} of {self.subjects[0]}, version {self.version}"


class Cipher(Protocol):
    """A key that is here."""

    def __call__(self, data: bytes, /) -> bytes:
        """What was encrypted.

        Raises:
            ValueError: it was not encrypted with this key, or is no ciphertext.
        """
        ...


class Keys(Protocol):
    """Where keys are had from."""

    def get(self, name: KeyName) -> Cipher:
        """A key. Never blocks.

        Raises:
            KeyPending: it is not here yet: ask again later.
            KeyRefused: it is not to be had; says why.
        """
        ...
