"""What can go wrong between bytes and a record.

    Undecodable            the record's fault: no retry can help it
      EncryptedPayload     it is encrypted as a whole, and cannot be decrypted here
      UnknownSchema        the registry has none of the schemas that it names
    SchemaPending          nobody's fault: ask again later
      KeyPending           the same of the key of an encrypted value
    KeyRefused             the key of an encrypted value is not to be had
    InvalidSchema          a text that is no Avro schema
    UnusableSchemas        a folder with files that are none, every one named
    RegistryError
      SchemaUnknown        the registry answered: it has no such schema, subject or version
        SchemaUnusable     it has one, which is no Avro schema, now and later
      RegistryRefused      the registry answered: it will not have this schema
      RegistryUnavailable  no answer, or one that says nothing of the schema
      ExtraMissing         the client of this type of registry is not installed

Names say what happened. Messages are for the reader, and never hold credentials or a record's values.
"""

from __future__ import annotations

from consumer.avro.schema_ids import SchemaId
from consumer.errors import ExpectedError


class Undecodable(Exception):
    """The bytes are no record of a known schema.

    Attributes:
        schema_id: the registry's id of the schema that they name; None where it has none, or does not know it.
    """

    def __init__(self, message: str, schema_id: SchemaId | None = None) -> None:
        super().__init__(message)
        self.schema_id = schema_id


class EncryptedPayload(Undecodable):
    """The bytes are encrypted as a whole, and cannot be decrypted here."""


class UnknownSchema(Undecodable):
    """The registry has none of the schemas that the bytes name, as far as was asked.

    Attributes:
        unknown: their ids.
    """

    def __init__(self, message: str, unknown: tuple[SchemaId, ...]) -> None:
        super().__init__(message)
        self.unknown = unknown


class SchemaPending(Exception):
    """The schema is being fetched, or the registry is out of reach: the record can neither pass nor be given up.

    Attributes:
        unknown: the registry has said that it has no such schema, and is asked again.
    """

    def __init__(self, schema_id: SchemaId, *, unknown: bool = False) -> None:
        super().__init__(f"schema {schema_id} is being fetched from the registry")
        self.schema_id = schema_id
        self.unknown = unknown


class KeyPending(SchemaPending):
    """The key of an encrypted value is being fetched, or its service is out of reach."""

    def __init__(self, key: str) -> None:
        super().__init__(0)
        self.args = (f"the key {key} is being fetched",)
        self.key = key


class KeyRefused(Exception):
    """The key of an encrypted value is not to be had; the message says why."""


class InvalidSchema(ExpectedError):
    """The text is no Avro schema."""


class UnusableSchemas(ExpectedError):
    """Files of a folder that are no usable Avro schemas.

    Attributes:
        findings: a sentence for each file that cannot be used, with its name.
    """

    def __init__(self, findings: tuple[str, ...]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


class RegistryError(ExpectedError):
    """A call to the schema registry that gave no result."""


class SchemaUnknown(RegistryError):
    """The registry has no such schema, subject or version, or what it has is no Avro schema.

    Attributes:
        unasked: another address of the registry, which may have it, did not answer.
    """

    unasked = False


class SchemaUnusable(SchemaUnknown):
    """What the registry has under the id is no Avro schema."""


class RegistryRefused(RegistryError):
    """The registry will not take this schema: it is invalid, or incompatible with an earlier version."""


class RegistryUnavailable(RegistryError):
    """The registry is out of reach, refuses the credentials, or is not a registry: says nothing of the schema.

    Attributes:
        no_such_path: it answered, and has no such address.
    """

    no_such_path = False


class ExtraMissing(RegistryError):
    """What a type of registry needs is not installed; the message has the command that installs it."""
